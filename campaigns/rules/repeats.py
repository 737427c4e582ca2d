"""The next attempt as the policy wants it: after which wait, in which part of the day, at which number."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from campaigns.rules.due import CallingHours
from campaigns.rules.history import History, Person
from campaigns.rules.numbers import next_number
from campaigns.rules.parts import least_tried
from campaigns.rules.policy import Policy
from campaigns.words import Outcome, WaitReason

FINAL: frozenset[Outcome] = frozenset(
    {"completed", "delivered", "wrong_person", "unverified", "opted_out", "human_wanted"}
)
"""Outcomes after which nobody is called again, whatever the policy says; after `wrong_person`, not there."""

ELSEWHERE: frozenset[str] = frozenset(
    {
        *("no_answer", "declined", "wrong_number", "blocked", "redirected", "congestion", "unreachable"),
        *("voicemail", "not_here", "silent", "wrong_person"),
    }
)
"""Causes and outcomes of a person not reached: the contact's next number is called, if there is one."""

NOT_SPREAD = frozenset({"busy"})  # somebody is at the phone now: another part of the day promises nothing
OTHER_NUMBER = timedelta(minutes=1)  # from a number that is struck to the next, which has not rung yet


@dataclass(frozen=True)
class Next:
    """What the store writes down for the contact. Waiting: `next_at` and `wait_reason` are set, else None.

    counted: whether this attempt uses up one of the policy's attempts; when not, the store adds one to the
    contact's `own_failures`, and when it is, sets them back to 0.
    history: with this call; None: as before. phone: the number that is called next; None: the same.
    grounds: by what rule, for `contacts explain`.
    """

    state: Literal["waiting", "done", "exhausted"]
    outcome: Outcome
    next_at: datetime | None
    wait_reason: WaitReason | None
    counted: bool
    history: History | None = None
    phone: str | None = None
    grounds: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Missed:
    """A counted call after which somebody is to be called again.

    person: before it was counted, but for its ring. reason: the cause of its ending or its outcome.
    used: attempts, with this one.
    """

    policy: Policy
    person: Person
    reason: str
    outcome: Outcome
    used: int
    now: datetime


def again(missed: Missed, waits: Sequence[timedelta], moves: bool) -> Next:
    """After its wait, the n-th after the n-th such ending, within the part of the day in which it rang least.

    moves: at the next number, when nobody was reached at this one.
    """
    policy, before = missed.policy, missed.person.history.causes.get(missed.reason, 0)
    person = missed.person.ended(missed.reason)
    wait = _varied(waits[min(before, len(waits) - 1)], policy.spread.jitter, person.id, missed.used)
    at, part = missed.now + wait, ""
    if policy.spread.parts and missed.reason not in NOT_SPREAD:
        hours, tried = CallingHours(policy), person.history.parts
        at, part = least_tried(policy.spread.parts, tried, hours, person.time_zone, at, person.deadline)
    phone = person.phone
    if moves and missed.reason in ELSEWHERE:
        phone = next_number(person.phones, phone, person.struck) or phone
    why: WaitReason = "not_here" if missed.outcome == "not_here" else "retry"
    grounds = {"times": str(before + 1), "wait_seconds": seconds(wait), **({"part": part} if part else {})}
    return _waiting(missed, person, at, why, phone, counted=True, grounds=grounds)


def elsewhere(missed: Missed, counted: bool) -> Next:
    """This number is struck; the next one is called soon, if one is left."""
    person = missed.person.ended(missed.reason, strike=True)
    phone = next_number(person.phones, person.phone, {*person.struck, person.phone})
    if phone is None:
        return closed(missed.outcome, person.history, missed.reason, "numbers")
    at = missed.now + OTHER_NUMBER
    grounds = {"struck": str(person.place + 1), "wait_seconds": seconds(OTHER_NUMBER)}
    used = replace(missed, used=missed.used - (not counted))
    return _waiting(used, person, at, "retry", phone, counted=counted, grounds=grounds)


def closed(outcome: Outcome, history: History, reason: str, why: str) -> Next:
    """Nobody calls again; why: `attempts` or `numbers` are used up, `no_time`, `not_again`, `final`."""
    state: Literal["done", "exhausted"] = "done" if outcome in FINAL or why == "final" else "exhausted"
    return Next(state, outcome, None, None, True, history, grounds={"after": reason, "closed": why})


def seconds(wait: timedelta) -> str:
    """Whole seconds, as grounds have them."""
    return f"{wait.total_seconds():.0f}"


def _waiting(
    missed: Missed,
    person: Person,
    at: datetime,
    why: WaitReason,
    phone: str,
    counted: bool,
    grounds: Mapping[str, str],
) -> Next:
    """The decision, unless the attempts are used up or it would come too late."""
    if missed.used >= missed.policy.attempts:
        return closed(missed.outcome, person.history, missed.reason, "attempts")
    if person.deadline is not None and at >= person.deadline:
        return closed(missed.outcome, person.history, missed.reason, "no_time")
    used = f"{missed.used} of {missed.policy.attempts}"
    told = {"after": missed.reason, "used": used, **grounds, **_place(person, phone)}
    other = phone if phone != person.phone else None
    return Next("waiting", missed.outcome, at, why, counted, person.history, other, told)


def _place(person: Person, phone: str) -> Mapping[str, str]:
    """Which of its numbers comes next, where there are several."""
    if len(person.phones) < 2 or phone not in person.phones:
        return {}
    return {"number": f"{list(person.phones).index(phone) + 1} of {len(person.phones)}"}


def _varied(wait: timedelta, jitter: float, contact: int, used: int) -> timedelta:
    """The wait, longer or shorter by up to the jitter; the same each time for the same attempt."""
    seed = hashlib.sha256(f"{contact}:{used}".encode()).digest()
    part = int.from_bytes(seed[:8]) / 2**64  # 0 to 1
    return wait + wait * jitter * (2 * part - 1) if jitter else wait
