"""What a dead engine left open is closed, once, before the first new call."""

from contextlib import suppress
from pathlib import Path

from campaigns.clock import Clock
from campaigns.engine.rulebook import Rulebook
from campaigns.models import Attempt, Contact
from campaigns.rules.retries import Next, after_attempt, after_interruption
from campaigns.store import attempts, contacts
from campaigns.store.database import Database
from campaigns.words import Outcome
from dialer.recordings import NotRepairable, repair_wav

SETTLED: frozenset[Outcome] = frozenset({"not_here", "partial", "voicemail"})
"""What was recorded before the engine died and holds: these calls are not repeated in a moment."""


def take_over(database: Database, rulebook: Rulebook, clock: Clock) -> int:
    """Close the attempts that were open and give back the leases; returns how many attempts there were.

    Must run alone: no other engine may work on this database.
    """
    left = attempts.open_attempts(database)
    now = clock.now()
    for attempt, contact in left:
        if attempt.recording:
            with suppress(NotRepairable, OSError):  # not answered yet, so nothing was recorded
                repair_wav(Path(attempt.recording))
        outcome = attempt.outcome or "failed"
        following = _next(rulebook, attempt, contact, outcome, clock)
        attempts.finish(
            database,
            attempt.id,
            attempt.token,
            cause="line_lost",
            sip_status=0,
            talk_seconds=0.0,
            outcome=outcome,
            next=following,
            tasks=rulebook.followups_of(contact, following),
            now=now,
        )
    contacts.release_all(database)
    return len(left)


def _next(rulebook: Rulebook, attempt: Attempt, contact: Contact, outcome: Outcome, clock: Clock) -> Next:
    delivered = contact.delivered_at is not None
    if outcome in SETTLED and attempt.answered_at is not None:
        return after_attempt(
            rulebook.script(contact).policy,
            attempts_used=contact.attempts_used,
            own_failures=contact.own_failures,
            cause="answered",
            ours=False,
            rang=True,
            outcome=outcome,
            delivered=delivered,
            now=clock.now(),
        )
    return after_interruption(
        own_failures=contact.own_failures, outcome=outcome, delivered=delivered, now=clock.now()
    )
