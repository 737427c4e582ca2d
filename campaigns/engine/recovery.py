"""What a dead engine left open is closed, once, by whoever may be sure that it runs no more."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from campaigns.engine.callees import person_of
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.voice_answers import left_behind
from campaigns.flows.run import LOST
from campaigns.flows.turns import Fact, TaskRaised, Work
from campaigns.flows.watched import delivers
from campaigns.models import Attempt, Contact
from campaigns.rules.retries import after_interruption
from campaigns.store import attempts, contacts, found_out, operators
from campaigns.store.database import Database
from campaigns.store.decisions import CloseTasks
from campaigns.words import ContactState, Outcome
from dialer.recordings import NotRepairable, repair_wav

BEFORE_AN_ANSWER: Final[frozenset[Outcome]] = frozenset({"failed", "hung_up", "silent"})
"""What a call means in which nothing was answered."""


def take_over(
    database: Database,
    rulebook: Rulebook,
    recordings: Path,
    mine: Collection[int],
    inherited: Callable[[int], bool],
    now: datetime,
    tell: Callable[[str], None],
) -> None:
    """Close the open attempts that are `inherited`; without its script a campaign's stay as they are.

    mine: those of calls in progress, which are not. recordings: where calls and voice answers are kept.
    """
    open_now = [row for row in attempts.open_attempts(database) if row[0].id not in mine]
    left = [row for row in open_now if inherited(row[0].id)]
    known = [row for row in left if row[0].campaign in rulebook.campaigns]
    for attempt, contact in known:
        meant = _keep_answers(database, rulebook, recordings, attempt, contact, now)
        _close(database, rulebook, attempt, contact, meant, now)
    if known:
        tell(f"{len(known)} calls were open when the engine ended last time; they are taken over.")
    if len(left) > len(known):
        tell(f"{len(left) - len(known)} calls that were open wait until their campaigns' files are right.")


def _keep_answers(
    database: Database,
    rulebook: Rulebook,
    recordings: Path,
    attempt: Attempt,
    contact: Contact,
    now: datetime,
) -> Outcome:
    """What was being said counts as answered, as when a person hangs up; returns what the call means with it.

    The conversation goes on from there until it waits for the person, and the work that it makes is made.
    """
    meant = attempt.outcome or "failed"
    known = contacts.answers(database, contact.id)
    left = left_behind(recordings, attempt.id, rulebook.script(contact), known)
    if not left:
        return meant
    said = found_out.said_in(database, attempt)
    earlier = {question: value for question, value in known.items() if question not in said}
    conversation, facts = rulebook.conversation(contact), list[Fact]()
    for each in left:
        conversation.wound_to(each.step, said, earlier if rulebook.script(contact).resume else {})
        facts += conversation.left_speaking(each.recording, each.voice_seconds).facts
    if meant in BEFORE_AN_ANSWER:
        meant = "partial"
    if meant == "partial" and not any(map(delivers, rulebook.script(contact).steps.values())):
        meant = conversation.outcome  # where there is a message, nobody knows whether it was heard
    attempts.record(database, attempt.id, facts, meant, now)
    return meant


def _close(
    database: Database,
    rulebook: Rulebook,
    attempt: Attempt,
    contact: Contact,
    outcome: Outcome,
    now: datetime,
) -> None:
    if attempt.recording:
        with suppress(NotRepairable, OSError):  # not answered yet, so nothing was recorded
            repair_wav(Path(attempt.recording))
    following = after_interruption(
        rulebook.script(contact).policy,
        attempts_used=contact.attempts_used,
        own_failures=contact.own_failures,
        outcome=outcome,
        delivered=contact.delivered_at is not None,
        now=now,
        person=person_of(contact),
        rang_at=attempt.rang_at,
    )
    unjoined = outcome == "completed" and operators.unjoined(database, attempt.id)
    tasks = partial(_and_lost, rulebook.followups) if unjoined else rulebook.followups
    attempts.finish(
        database,
        attempt.id,
        attempt.token,
        cause="line_lost",
        sip_status=0,
        talk_seconds=0.0,
        outcome=outcome,
        next=following,
        tasks=tasks,
        now=now,
    )


def _and_lost(
    followups: CloseTasks, contact: Contact, state: ContactState, outcome: Outcome | None
) -> Sequence[Work]:
    """The two were never joined, though the record was there already: a human learns it."""
    return (*followups(contact, state, outcome), TaskRaised(LOST, "high"))
