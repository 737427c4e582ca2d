"""What becomes of a contact after an attempt: called again, and when, or closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from campaigns.rules.policy import Policy
from campaigns.words import Outcome, WaitReason

FINAL: frozenset[Outcome] = frozenset(
    {"completed", "delivered", "wrong_person", "unverified", "opted_out", "human_wanted"}
)
"""Outcomes after which nobody is called again, whatever the policy says."""

SETTLED: frozenset[Outcome] = frozenset({"not_here", "voicemail", "partial"})
"""Outcomes that hold whatever cut the call afterwards: these people are not called again in a moment."""

OWN_FAILURE_FIRST = timedelta(seconds=60)  # a dead trunk is rarely back sooner
OWN_FAILURE_LONGEST = timedelta(hours=1)  # and once it is back, nobody waits longer than this
INTERRUPTED_FIRST = timedelta(seconds=10)  # the far end has to notice that the old call is gone
SILENT_CALLS = 2  # calls into which no sound came that cost no attempt: a phone that rings for nobody annoys
SILENT_FIRST = timedelta(minutes=5)  # so the patient is not rung again before the fault may have passed
DOUBTFUL_FAILURES = 5  # in a row; what may be the phone's fault or the trunk's is then taken for the phone's
_DOUBLINGS = 12  # 10 s doubled so often is past the longest wait


@dataclass(frozen=True)
class History:
    """What earlier calls of a contact were like, in numbers.

    causes: counted attempts by cause or outcome. parts: calls that rang by part of the local day.
    struck: numbers (by place, "0" the first) that are not called again.
    """

    causes: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    struck: Mapping[str, int] = field(default_factory=dict)


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


def after_attempt(
    policy: Policy,
    *,
    attempts_used: int,
    own_failures: int,
    cause: str,
    ours: bool,
    rang: bool,
    outcome: Outcome,
    delivered: bool,
    now: datetime,
    no_sound: bool = False,
) -> Next:
    """Decide after one ended call.

    attempts_used, own_failures: the contact's, before this call. cause: how the telephone call ended.
    ours: the blame is the trunk's or our own. rang: it rang or was answered. outcome: what the call meant
    (`unanswered` or `failed` when nobody answered). delivered: the contact heard the message, now or before.
    no_sound: it was answered and not one packet of audio ever came.

    `next_at` is just now + the wait; it may lie outside the calling hours or past the deadline: whoever
    takes the contact asks `due.judge`, which moves it into the window or closes it.
    """
    if delivered or outcome in FINAL:
        return _done(outcome, delivered)
    ours = ours and outcome not in SETTLED
    if ours and (not rang or cause == "line_lost"):
        return _not_counted("own_failure", OWN_FAILURE_FIRST, own_failures, outcome, now)
    if ours and cause == "media" and no_sound and own_failures < SILENT_CALLS:
        quiet = _first_wait(policy, "media") or backoff(SILENT_FIRST, own_failures)
        return Next("waiting", outcome, now + quiet, "own_failure", counted=False)
    if outcome == "partial" and "partial" not in policy.retry_after and not ours:
        return _done(outcome, delivered)
    wait = _first_wait(policy, cause if outcome in ("unanswered", "failed") else outcome)
    if wait is None and ours:
        wait = backoff(OWN_FAILURE_FIRST, own_failures)
    if wait is None or attempts_used + 1 >= policy.attempts:
        return Next("exhausted", outcome, None, None, counted=True)
    reason: WaitReason = "not_here" if outcome == "not_here" else "retry"
    return Next("waiting", outcome, now + wait, reason, counted=True)


def _first_wait(policy: Policy, reason: str) -> timedelta | None:
    return next(iter(policy.retry_after.get(reason, ())), None)


def is_ours(blame: str, cause: str, own_failures: int) -> bool:
    """Whether a failed call is laid to the trunk or to us rather than to the patient.

    `no_answer` with the trunk to blame is a 408 without ringing. A dead trunk sends it, and so does one whose
    patient has the phone switched off: the patient is given the benefit five times in a row, not for ever.
    """
    return blame in ("trunk", "us") and not (cause == "no_answer" and own_failures >= DOUBTFUL_FAILURES)


def after_interruption(
    policy: Policy,
    *,
    attempts_used: int,
    own_failures: int,
    outcome: Outcome,
    delivered: bool,
    now: datetime,
) -> Next:
    """Decide about a call that was open when the engine died; `outcome`: what was recorded of it until then.

    Unless that settles it, the call uses up no attempt and is tried again after 10 s, which doubles while the
    engine keeps dying.
    """
    if delivered or outcome in FINAL:
        return _done(outcome, delivered)
    if outcome in SETTLED:
        return after_attempt(
            policy,
            attempts_used=attempts_used,
            own_failures=own_failures,
            cause="answered",
            ours=False,
            rang=True,
            outcome=outcome,
            delivered=False,
            now=now,
        )
    return _not_counted("interrupted", INTERRUPTED_FIRST, own_failures, outcome, now)


def backoff(first: timedelta, failures: int) -> timedelta:
    """The wait after this many earlier failures in a row: 60 s, 120 s, 240 s ... but never over 1 h."""
    doubled: int = 2 ** min(failures, _DOUBLINGS)
    return min(first * doubled, OWN_FAILURE_LONGEST)


def _done(outcome: Outcome, delivered: bool) -> Next:
    heard = delivered and outcome not in FINAL and outcome != "partial"
    return Next("done", "delivered" if heard else outcome, None, None, counted=True)


def _not_counted(
    reason: WaitReason, first: timedelta, failures: int, outcome: Outcome, now: datetime
) -> Next:
    return Next("waiting", outcome, now + backoff(first, failures), reason, counted=False)
