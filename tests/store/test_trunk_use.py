"""What all nodes together may ask of a trunk."""

from datetime import timedelta

import pytest

from campaigns.errors import TrunkFull
from campaigns.store import attempts
from campaigns.store.database import Database
from campaigns.store.trunk_use import FULL_SECONDS, TrunkLimit
from tests.store.people import NOW, finish, person, queue, seen, take, unless_opted_out

SECOND = timedelta(seconds=1)


def _begin(db: Database, name: str, limit: TrunkLimit, after: timedelta = timedelta(0)) -> int | None:
    contact = seen(db, name)
    now = NOW + after
    return attempts.begin(db, contact.id, contact.token, limit.name, now, unless_opted_out, None, "", limit)


@pytest.fixture
def waiting(shared_db: Database) -> Database:
    queue(shared_db, *(person(name) for name in "ABC"))
    take(shared_db, 3)
    return shared_db


def test_no_more_calls_at_once_than_it_bears(waiting: Database) -> None:
    limit = TrunkLimit("main", 1, 1000)
    attempt = _begin(waiting, "A", limit)
    assert attempt is not None
    with pytest.raises(TrunkFull) as full:
        _begin(waiting, "B", limit, SECOND)
    assert full.value.seconds == FULL_SECONDS
    assert seen(waiting, "B").leased
    finish(waiting, attempt, seen(waiting, "A"))
    assert _begin(waiting, "B", limit, SECOND) is not None


def test_no_faster_than_its_pace(waiting: Database) -> None:
    limit = TrunkLimit("main", 10, 2)
    assert _begin(waiting, "A", limit)
    with pytest.raises(TrunkFull) as full:
        _begin(waiting, "B", limit, SECOND / 10)
    assert full.value.seconds == pytest.approx(0.4)
    assert _begin(waiting, "B", limit, SECOND / 2)
    assert _begin(waiting, "C", TrunkLimit("other", 10, 2), SECOND / 2)


def test_a_clock_that_was_set_back_stops_nobody(waiting: Database) -> None:
    limit = TrunkLimit("main", 10, 2)
    assert _begin(waiting, "A", limit, 3600 * SECOND)
    assert _begin(waiting, "B", limit)


def test_a_call_that_is_not_begun_costs_nothing(waiting: Database) -> None:
    limit = TrunkLimit("main", 10, 2)
    contact = seen(waiting, "A")
    begin = attempts.begin
    assert begin(waiting, contact.id, 0, "main", NOW, unless_opted_out, None, "", limit) is None
    assert _begin(waiting, "B", limit)
