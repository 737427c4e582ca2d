"""Contacts that other systems send: each entered once, with what became of it."""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import replace

import pytest
from sqlmodel import Session

from campaigns.store import arrivals, contacts
from campaigns.store.arrivals import Arrived, Wanted
from campaigns.store.database import Database
from campaigns.store.together import Together
from campaigns.words import ContactState
from tests.store.people import NOW, person, queue


def _arrive(db: Database, *sent: tuple[str, str, bool]) -> list[Arrived]:
    """By name, digest, and whether the deadline has passed."""
    people = [(replace(person(name), digest=digest), late) for name, digest, late in sent]
    with db.write() as session:
        return arrivals.arrive(session, people, NOW)


def test_what_became_of_each(db: Database) -> None:
    queue(db, person("A"))
    found = _arrive(
        db,
        ("A", "first", False),
        ("A", "other", False),
        ("A", "first", True),
        ("A", "other", True),
        ("B", "first", True),
        ("C", "first", False),
    )
    assert [each.fate for each in found] == ["known", "changed", "known", "late", "late", "new"]
    assert [each.id > 0 for each in found] == [True, True, True, True, False, True]
    assert [each.external_id for each in contacts.listing(db, "results")] == ["A", "C"]


def test_nobody_is_nothing(db: Database) -> None:
    assert _arrive(db) == []


def test_two_nodes_queue_nobody_twice(shared_db: Database) -> None:
    nodes = [Together(shared_db) for _ in range(2)]
    people = [(person(str(number)), False) for number in range(40)]

    def one(place: int) -> Callable[[Session], list[Arrived]]:
        return lambda session: arrivals.arrive(session, people[place : place + 4], NOW)

    asked: list[Future[list[Arrived]]] = [
        node.submit(one(place)) for place in range(0, 37, 2) for node in nodes
    ]
    fates = [each.fate for answer in asked for each in answer.result(20)]
    for node in nodes:
        node.close()
    assert fates.count("new") == len(contacts.listing(shared_db, "results")) == 40
    assert set(fates) == {"new", "known"}


@pytest.mark.parametrize(
    ("state", "queued_by", "institutions", "after", "found"),
    [
        (None, None, None, 0, "ABC"),
        (None, None, None, 1, "BC"),
        (None, "lab", None, 0, "BC"),
        (None, "", None, 0, "A"),
        (None, None, {"Clinic 5"}, 0, "C"),
        (None, "lab", set(), 0, ""),
        ("done", None, None, 0, ""),
        ("waiting", None, None, 0, "ABC"),
        (None, None, None, 2**31 - 1, ""),
    ],
)
def test_a_page_has_what_is_wanted(
    db: Database,
    state: ContactState | None,
    queued_by: str | None,
    institutions: Collection[str] | None,
    after: int,
    found: str,
) -> None:
    queue(
        db,
        person("A"),
        person("B", queued_by="lab"),
        person("C", queued_by="lab", institution="Clinic 5"),
        person("D", campaign="other"),
    )
    wanted = Wanted("results", state, queued_by, institutions, after)
    assert "".join(each.external_id for each in arrivals.page(db, wanted, 10)) == found


def test_a_record_is_of_one_campaign(db: Database) -> None:
    queue(db, person("A"))
    with db.read() as session:
        record = arrivals.record(session, "results", "A")
        assert record is not None
        assert (record.contact.external_id, list(record.attempts)) == ("A", [])
        assert arrivals.record(session, "other", "A") is None
