"""What becomes of a contact after an attempt: called again, when and at which number, or closed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaigns.rules.history import History, Person
from campaigns.rules.policy import Policy
from campaigns.rules.repeats import ELSEWHERE, FINAL, Missed, Next, again, closed, elsewhere, seconds
from campaigns.words import Outcome, WaitReason

__all__ = [
    "FINAL",
    "SETTLED",
    "History",
    "Next",
    "Person",
    "after_attempt",
    "after_interruption",
    "backoff",
    "is_ours",
]

SETTLED: frozenset[Outcome] = frozenset({"not_here", "voicemail", "partial"})
"""Outcomes that hold whatever cut the call afterwards: these people are not called again in a moment."""

OWN_FAILURE_FIRST = timedelta(seconds=60)  # a dead trunk is rarely back sooner
OWN_FAILURE_LONGEST = timedelta(hours=1)  # and once it is back, nobody waits longer than this
AFTER_RINGING = timedelta(hours=1)  # where the policy has no wait for `no_answer`: somebody got up for it
INTERRUPTED_FIRST = timedelta(seconds=10)  # the far end has to notice that the old call is gone
LOST_CALLS = 2  # of one contact whose phone rang before our line was lost: so many cost it no attempt
SILENT_CALLS = 2  # calls into which no sound came that cost no attempt: a phone that rings for nobody annoys
SILENT_FIRST = timedelta(minutes=5)  # so the patient is not rung again before the fault may have passed
DOUBTFUL_FAILURES = 5  # in a row; what may be the phone's fault or the trunk's is then taken for the phone's
NOT_KNOWN = Person()
_DOUBLINGS = 12  # 10 s doubled so often is past the longest wait


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
    person: Person = NOT_KNOWN,
    rang_at: datetime | None = None,
    answered: bool = False,
) -> Next:
    """Decide after one ended call.

    attempts_used, own_failures: the contact's, before this call. cause: how the telephone call ended.
    ours: the blame is the trunk's or our own. rang: it rang or was answered; rang_at: when (None: just now).
    outcome: what the call meant (`unanswered` or `failed` when nobody answered). delivered: the contact heard
    the message, now or before. no_sound: it was answered and not one packet of audio ever came. answered:
    somebody spoke with us before the line was lost, and is called back at once.

    The wait is the policy's for this cause, the n-th of its list after the n-th such ending, varied by the
    jitter: 1 h and 20 % give 48 to 72 minutes, always the same for the same attempt. Where the policy has
    parts of the day, the next attempt goes into the one in which it rang least. Who cannot be called again
    before the deadline is closed. `next_at` may lie outside the calling hours: whoever takes the contact asks
    `due.judge`, which moves it into the window. A phone that rang before our own fault ended the call is left
    alone for as long as after `no_answer`, unless the policy names a wait for that cause.

    With several numbers the next one is called once nobody was reached. A number is struck when it is wrong,
    when somebody there does not know the contact, or when the policy names no wait for how it was missed: the
    next one is called a minute later, and the contact is closed when none is left.
    """
    if rang:
        person = person.rang(policy.spread.parts, rang_at or now)
    if delivered or outcome in FINAL - {"wrong_person"}:
        return _done(outcome, delivered, person)
    ours = ours and outcome not in SETTLED | FINAL
    if ours and not rang:
        wait = backoff(OWN_FAILURE_FIRST, own_failures)
        return _not_counted("own_failure", cause, wait, own_failures, outcome, now, person)
    if ours and cause == "line_lost" and person.history.causes.get(cause, 0) < LOST_CALLS:
        wait = backoff(OWN_FAILURE_FIRST, own_failures)
        wait = wait if answered else max(wait, *_after_ringing(policy)[:1])
        return _not_counted("own_failure", cause, wait, own_failures, outcome, now, person.ended(cause))
    if ours and cause == "media" and no_sound and own_failures < SILENT_CALLS:
        waits = _waits(policy, "media") or (backoff(SILENT_FIRST, own_failures),)
        return _not_counted("own_failure", "no_sound", waits[0], own_failures, outcome, now, person)
    reason = cause if outcome in ("unanswered", "failed") else outcome
    waits = _waits(policy, reason)
    if outcome == "partial" and not waits:
        return _done(outcome, delivered, person)
    if ours and not waits:
        waits = _after_ringing(policy)
    missed = Missed(policy, person, reason, outcome, attempts_used + 1, now)
    if waits:
        return again(missed, waits, moves=not ours)
    if reason in ELSEWHERE:
        return elsewhere(missed, counted=rang)
    return closed(outcome, person.ended(reason).history, reason, "not_again")


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
    person: Person = NOT_KNOWN,
    rang_at: datetime | None = None,
) -> Next:
    """Decide about a call that was open when the engine died; `outcome`: what was recorded of it until then.

    Unless that settles it, the call uses up no attempt and is tried again after 10 s, which doubles while the
    engine keeps dying. rang_at: None when it is not known to have rung.
    """
    if delivered or outcome in FINAL | SETTLED:
        return after_attempt(
            policy,
            attempts_used=attempts_used,
            own_failures=own_failures,
            cause="answered",
            ours=False,
            rang=True,
            outcome=outcome,
            delivered=delivered,
            now=now,
            person=person,
            rang_at=rang_at,
        )
    if rang_at is not None:
        person = person.rang(policy.spread.parts, rang_at)
    wait = backoff(INTERRUPTED_FIRST, own_failures)
    return _not_counted("interrupted", "interrupted", wait, own_failures, outcome, now, person)


def backoff(first: timedelta, failures: int) -> timedelta:
    """The wait after this many earlier failures in a row: 60 s, 120 s, 240 s ... but never over 1 h."""
    doubled: int = 2 ** min(failures, _DOUBLINGS)
    return min(first * doubled, OWN_FAILURE_LONGEST)


def _waits(policy: Policy, reason: str) -> Sequence[timedelta]:
    """The waits for this cause or outcome; () when it is not tried again."""
    waits = policy.retry_after.get(reason, ())
    wants_the_rest = policy.completed and reason == "partial"
    return policy.retry_after.get("hung_up", ()) if wants_the_rest and not waits else waits


def _after_ringing(policy: Policy) -> Sequence[timedelta]:
    """The waits of a phone that rang for nothing; one at least."""
    return _waits(policy, "no_answer") or (AFTER_RINGING,)


def _done(outcome: Outcome, delivered: bool, person: Person) -> Next:
    heard = delivered and outcome not in FINAL and outcome != "partial"
    ended: Outcome = "delivered" if heard else outcome
    return closed(ended, person.history, ended, "final")


def _not_counted(
    why: WaitReason,
    after: str,
    wait: timedelta,
    failures: int,
    outcome: Outcome,
    now: datetime,
    person: Person,
) -> Next:
    grounds = {"after": after, "in_a_row": str(failures + 1), "wait_seconds": seconds(wait)}
    return Next("waiting", outcome, now + wait, why, False, person.history, grounds=grounds)
