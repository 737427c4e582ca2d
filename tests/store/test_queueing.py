"""Queueing: each contact once, in bulk."""

import time
from collections.abc import Sequence
from datetime import datetime

import pytest

from campaigns.store import campaigns, contacts
from campaigns.store.contacts import NewContact, Verdict
from campaigns.store.database import Database
from tests.store.people import HOUR, NOW, person, queue, seen, take, taken_ids

MANY = 20_000
MANY_SECONDS = 8.0  # measured 1.5 s with one core to ourselves


@pytest.mark.parametrize(
    ("people", "verdicts"),
    [
        ([person("A"), person("B")], ["known", "new"]),
        ([person("A", digest="second")], ["changed"]),
        ([person("B"), person("B")], ["new", "known"]),
        ([person("B"), person("B", digest="second"), person("A")], ["new", "changed", "known"]),
        ([person("A", campaign="survey")], ["new"]),
        ([person("B", campaign="survey"), person("B")], ["new", "new"]),
        ([], []),
    ],
)
def test_a_contact_is_known_by_campaign_and_external_id(
    db: Database, people: Sequence[NewContact], verdicts: list[Verdict]
) -> None:
    contacts.add(db, [person("A")], NOW)
    assert contacts.add(db, people, NOW) == verdicts


def test_more_contacts_than_one_query_can_name(db: Database) -> None:
    people = [person(f"P{number}") for number in range(1201)]
    assert set(contacts.add(db, people, NOW)) == {"new"}
    assert set(contacts.add(db, people, NOW)) == {"known"}


def test_a_change_is_not_written(db: Database) -> None:
    contacts.add(db, [person("A")], NOW)
    contacts.add(db, [person("A", digest="second", full_name="Another")], NOW)
    assert (seen(db).digest, seen(db).full_name) == ("first", "Анна Иванова")


def test_everything_queued_comes_back(db: Database) -> None:
    contacts.add(db, [person("A", deadline=NOW + HOUR, priority=7, language="en")], NOW)
    contact = seen(db)
    assert contact.fields == {"birth_year": "1980", "result": "negative"}
    assert (contact.deadline, contact.priority, contact.language) == (NOW + HOUR, 7, "en")
    assert (contact.state, contact.wait_reason, contact.queued_at) == ("waiting", "queued", NOW)


@pytest.mark.parametrize(
    ("not_before", "next_at"), [(None, NOW), (NOW - HOUR, NOW), (NOW, NOW), (NOW + HOUR, NOW + HOUR)]
)
def test_a_contact_waits_for_its_first_moment(
    db: Database, not_before: datetime | None, next_at: datetime
) -> None:
    queue(db, person("A", not_before=not_before))
    assert seen(db).next_at == next_at
    assert taken_ids(db) == (["A"] if next_at == NOW else [])
    assert taken_ids(db, now=NOW + HOUR) == ([] if next_at == NOW else ["A"])


@pytest.mark.parametrize(
    ("queued", "state"), [(person("B"), "running"), (person("A"), "finished"), (None, "finished")]
)
def test_only_something_new_makes_a_finished_campaign_run_again(
    db: Database, queued: NewContact | None, state: str
) -> None:
    queue(db, person("A"))
    campaigns.move(db, "results", "finished", NOW)
    contacts.add(db, [queued] if queued else [], NOW)
    assert campaigns.state_of(db, "results") == state


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_queueing_does_not_launch_what_a_person_held_back(db: Database, state: str) -> None:
    queue(db, person("A"))
    campaigns.move(db, "results", state, NOW)  # type: ignore[arg-type]
    contacts.add(db, [person("B")], NOW)
    assert campaigns.state_of(db, "results") == state


def test_a_batch_is_queued_as_a_whole_or_not_at_all(db: Database) -> None:
    broken = person("B", fields={"birth_year": object()})
    with pytest.raises(Exception, match="JSON serializable"):
        contacts.add(db, [person("A"), broken], NOW)
    assert contacts.find(db, "results", "A") is None
    assert campaigns.states(db) == {}


@pytest.mark.usefixtures("path")
def test_thousands_of_contacts_are_queued_in_seconds(db: Database) -> None:
    people = [person(f"P{number}") for number in range(MANY)]
    started = time.perf_counter()
    for first in range(0, MANY, 2_000):
        contacts.add(db, people[first : first + 2_000], NOW)
    assert time.perf_counter() - started < MANY_SECONDS
    assert contacts.due_count(db, NOW) == 0  # a draft calls nobody
    campaigns.move(db, "results", "running", NOW)
    assert contacts.due_count(db, NOW) == contacts.COUNTED_AT_MOST
    assert contacts.due_count(db, NOW, at_most=2 * MANY) == MANY


def test_listing_keeps_the_order_of_the_file(db: Database) -> None:
    queue(db, person("B"), person("A"), person("C"), person("A", campaign="survey"))
    [first] = take(db, 1)
    assert first.external_id == "B"
    assert [contact.external_id for contact in contacts.listing(db, "results")] == ["B", "A", "C"]
    assert [contact.external_id for contact in contacts.listing(db, "results", limit=1)] == ["B"]
    assert contacts.listing(db, "results", "done") == []
