"""A server that takes what it is sent and answers nothing does not hold an engine for ever."""

import threading
import time
from collections.abc import Iterator

import pytest

from campaigns.errors import DatabaseUnusable
from campaigns.store import optouts
from campaigns.store.database import Database, open_database
from campaigns.store.wakeups import Wakeups
from tests import postgres
from tests.nodes.cable import Cable
from tests.store.people import NOW, person, queue

ANSWER_SECONDS = 0.5
PATIENCE_SECONDS = 20.0


@pytest.fixture
def cable() -> Iterator[Cable]:
    url = postgres.fresh_database()
    with Cable(url) as made:
        yield made
    postgres.drop(url)


@pytest.fixture
def db(cable: Cable) -> Iterator[Database]:
    database = open_database(cable.url, answer_seconds=ANSWER_SECONDS)
    yield database
    database.close()


def _until_back(db: Database) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while db.away:
        assert time.monotonic() < until
        threading.Event().wait(0.01)


def test_silence_is_an_absence_and_ends(db: Database, cable: Cable) -> None:
    assert optouts.add(db, "+71", "key", NOW)
    cable.cut()
    with pytest.raises(DatabaseUnusable, match="cannot be reached"):
        optouts.add(db, "+72", "key", NOW)
    assert db.away
    cable.mend()
    _until_back(db)
    assert optouts.add(db, "+73", "key", NOW)
    assert {entry.phone for entry in optouts.listing(db)} == {"+71", "+73"}


def test_silence_in_the_middle_of_a_transaction_keeps_nothing_of_it(db: Database, cable: Cable) -> None:
    def add_two() -> None:
        with db.write() as session:
            optouts.enter(session, "+71", "key", NOW)
            cable.cut()
            optouts.enter(session, "+72", "key", NOW)

    with pytest.raises(DatabaseUnusable):
        add_two()
    cable.mend()
    _until_back(db)
    assert optouts.listing(db) == []


def test_who_listens_may_hear_nothing_for_longer(db: Database) -> None:
    heard = threading.Event()
    wakeups = Wakeups(db, heard.set)
    try:
        assert heard.wait(PATIENCE_SECONDS)
        heard.clear()
        assert not heard.wait(3 * ANSWER_SECONDS)  # a listener that gave up would have begun anew
        queue(db, person("A"))
        assert heard.wait(PATIENCE_SECONDS)
    finally:
        wakeups.stop()
