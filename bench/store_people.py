"""Contacts by the hundred thousand, and the rules that they are judged by."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlmodel import update

from campaigns.flows.loader import LIBRARY, load_script
from campaigns.models import LEASED, Contact
from campaigns.rules.due import judge
from campaigns.store import campaigns, contacts
from campaigns.store.candidates import candidate_of
from campaigns.store.database import Database
from campaigns.store.decisions import Judge
from campaigns.store.queueing import NewContact

CAMPAIGN = "covid-results"
ZONE = "Asia/Yekaterinburg"
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # Monday noon there
QUEUED_AT_ONCE = 2000
RESULT = {
    "birth_year": "1954",
    "result": "negative",
    "sample_date": "2026-02-28",
    "clinic": "Поликлиника № 5",
}


def person(number: int) -> NewContact:
    """The contact of that number, with a phone of its own."""
    return NewContact(
        campaign=CAMPAIGN,
        external_id=f"bench-{number}",
        phone=f"+79{number:09d}",
        full_name="Иванова Мария Петровна",
        language="ru",
        time_zone=ZONE,
        fields=RESULT,
        digest="0123456789abcdef",
        institution="Поликлиника № 5",
        priority=100,
    )


def queue(database: Database, first: int, count: int, longest_seconds: float) -> tuple[int, float]:
    """Queue contacts from that number on: how many were in time, and the seconds that the store took."""
    done, seconds = 0, 0.0
    for some in _batches(first, count):
        begun = time.perf_counter()
        contacts.add(database, some, NOW)
        seconds += time.perf_counter() - begun
        done += len(some)
        if seconds > longest_seconds:
            break
    return done, seconds


def _batches(first: int, count: int) -> Iterator[list[NewContact]]:
    for start in range(first, first + count, QUEUED_AT_ONCE):
        yield [person(number) for number in range(start, min(start + QUEUED_AT_ONCE, first + count))]


def launch(database: Database) -> None:
    """Let the campaign call."""
    campaigns.move(database, CAMPAIGN, "running", NOW)


def rules() -> Judge:
    """As an engine judges, with the shipped campaign's policy."""
    policy = load_script(LIBRARY / f"{CAMPAIGN}.yaml").policy
    return lambda contact, standing: judge(policy, candidate_of(contact), standing, NOW)


def close_leased(database: Database) -> None:
    """Whom the measurement has leased does not count among the waiting any more."""
    closed = {"state": "done", "leased": False, "next_at": None, "wait_reason": None, "closed_at": NOW}
    with database.write() as session:
        session.exec(update(Contact).where(LEASED).values(**closed))
