"""How far servers were read, on both databases: one reader at a time, and nothing is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.errors import ReadElsewhere
from campaigns.store import pull_positions
from campaigns.store.database import Database
from campaigns.store.pull_positions import LEASE, Place

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
NEXT = Place(NOW, "https://fhir.example/fhir?page=2", LATER)


def claimed(db: Database, holder: str, now: datetime = NOW) -> Place | None:
    with db.write() as session:
        return pull_positions.claim(session, "region", holder, now)


def moved(db: Database, holder: str, place: Place) -> None:
    with db.write() as session:
        pull_positions.move(session, "region", holder, place, LATER)


def left(db: Database, holder: str, fault: str = "") -> None:
    with db.write() as session:
        pull_positions.leave(session, "region", holder, fault)


def test_a_server_is_read_from_the_first_time_on_and_then_from_where_it_was_left(db: Database) -> None:
    assert claimed(db, "one") == Place(NOW)
    moved(db, "one", NEXT)
    left(db, "one")
    assert claimed(db, "two", LATER) == NEXT


def test_only_one_reads_it_until_it_leaves_or_has_said_nothing_for_long(db: Database) -> None:
    assert claimed(db, "one") == Place(NOW)
    assert claimed(db, "two", NOW + LEASE / 2) is None
    assert claimed(db, "one", LATER) == Place(NOW)
    assert claimed(db, "two", LATER + LEASE) == Place(NOW)
    with pytest.raises(ReadElsewhere):
        moved(db, "one", NEXT)
    with pytest.raises(ReadElsewhere):
        left(db, "one")
    left(db, "two")
    assert claimed(db, "one", LATER) == Place(NOW)


def test_why_it_could_not_be_read_is_known_until_it_is_read_again(db: Database) -> None:
    claimed(db, "one")
    left(db, "one", "It has failed.")
    claimed(db, "one")
    left(db, "one")
    assert [(each.server, each.fault, each.read_at) for each in pull_positions.all_of(db)] == [
        ("region", "It has failed.", None)
    ]
    claimed(db, "one")
    moved(db, "one", Place(LATER))
    assert [(each.fault, each.read_at, each.since) for each in pull_positions.all_of(db)] == [
        ("", LATER, LATER)
    ]
