"""Compares what the database says with what the phones did: every number, call and key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from campaigns.demo.people import Person
from campaigns.models import Attempt, Contact
from campaigns.store import attempts, contacts, tasks
from campaigns.store.database import Database
from dialer.phones import PhoneCall, most_at_once


@dataclass(frozen=True)
class Records:
    """All that the database says, by external_id."""

    contacts: Mapping[str, Contact]
    attempts: Mapping[str, Sequence[Attempt]]
    answers: Mapping[str, Mapping[str, str]]
    tasks: Mapping[str, frozenset[str]]


def read_records(database: Database, campaigns: Sequence[str]) -> Records:
    """Read everything of these campaigns."""
    rows = [contact for name in campaigns for contact in contacts.listing(database, name)]
    placed: dict[str, list[Attempt]] = {contact.external_id: [] for contact in rows}
    for name in campaigns:
        for attempt, contact in attempts.listing(database, name):
            placed[contact.external_id].append(attempt)
    work = tasks.listing(database)
    return Records(
        {contact.external_id: contact for contact in rows},
        placed,
        {contact.external_id: contacts.answers(database, contact.id) for contact in rows},
        {
            contact.external_id: frozenset(
                task.reason for task in work if task.contact == contact.external_id
            )
            for contact in rows
        },
    )


def differences(people: Sequence[Person], calls: Sequence[PhoneCall], records: Records) -> Sequence[str]:
    """One plain sentence for each place where the records are not what happened; empty when all is true."""
    numbers = {person.number for person in people}
    found = ["A number that nobody has was called." for call in calls if call.number not in numbers]
    for person in people:
        own = [call for call in calls if call.number == person.number]
        found.extend(f"{person.external_id}: {fault}." for fault in _faults(person, own, records))
    return found


def _faults(person: Person, calls: Sequence[PhoneCall], records: Records) -> Iterator[str]:
    if person.external_id not in records.contacts:
        yield "is not in the database"
        return
    contact, expected = records.contacts[person.external_id], person.role.expected
    placed = records.attempts[person.external_id]
    yield from _unequal("attempts", len(placed), len(calls))
    yield from _unequal("answered", [a.answered_at is not None for a in placed], [c.answered for c in calls])
    yield from _unequal("state", contact.state, expected.state)
    yield from _unequal("outcome", contact.outcome, expected.outcome)
    yield from _unequal("answers", dict(records.answers[person.external_id]), dict(expected.answers))
    yield from _unequal("tasks", sorted(records.tasks[person.external_id]), sorted(expected.tasks))
    if most_at_once(calls, person.number) > 1:
        yield "was in two calls at the same time"
    pressed = tuple(key for call in calls for key in call.keys)
    yield from _unequal("keys pressed by the phone", pressed, person.role.keys)


def _unequal(what: str, recorded: object, real: object) -> Iterator[str]:
    if recorded != real:
        yield f"{what}: the records say {recorded}, it was {real}"
