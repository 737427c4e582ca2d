"""An Idempotency-Key belongs to one request, whichever node it came to."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from campaigns.models import StoredAnswer
from campaigns.store import stored_answers
from campaigns.store.database import Database
from campaigns.store.stored_answers import KEPT, REMOVED_AT_ONCE, claim, fill, known, remove_old
from tests.store.people import NOW

SECOND = timedelta(seconds=1)
BODY = [{"row": 1, "status": 201}]


def answer(db: Database, key: str, caller: str = "lab") -> None:
    with db.write() as session:
        assert claim(session, caller, key, "digest", NOW) is None
        fill(session, caller, key, 207, BODY, {"Location": "/a"})


def test_what_was_answered_is_found_again(db: Database) -> None:
    answer(db, "k1")
    with db.write() as session:
        found = claim(session, "lab", "k1", "another", NOW + SECOND)
        assert found is not None
        assert (found.digest, found.status, found.body, found.headers) == (
            "digest",
            207,
            BODY,
            {"Location": "/a"},
        )
        assert claim(session, "lab-2", "k1", "another", NOW) is None


def test_a_work_that_fails_leaves_its_key_free(db: Database) -> None:
    def fails() -> None:
        with db.write() as session:
            claim(session, "lab", "k1", "digest", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    answer(db, "k1")


@pytest.mark.parametrize(("after", "is_known"), [(timedelta(0), True), (KEPT, True), (KEPT + SECOND, False)])
def test_a_key_is_kept_a_day(db: Database, after: timedelta, is_known: bool) -> None:
    answer(db, "k1")
    with db.write() as session:
        assert known(session, "lab", "k1", NOW + after) == is_known
        assert (claim(session, "lab", "k1", "digest", NOW + after) is not None) == is_known


def test_old_ones_are_removed_in_small_batches(db: Database) -> None:
    with db.write() as session:
        for number in range(REMOVED_AT_ONCE + 3):
            session.add(StoredAnswer(caller="lab", key=str(number), digest="", status=200, at=NOW))
        session.add(StoredAnswer(caller="lab", key="new", digest="", status=200, at=NOW + KEPT))
    later = NOW + KEPT + SECOND
    removed = []
    for _ in range(3):
        with db.write() as session:
            removed.append(remove_old(session, later))
    assert removed == [REMOVED_AT_ONCE, 3, 0]
    with db.read() as session:
        assert session.exec(select(col(StoredAnswer.key))).all() == ["new"]


def test_two_nodes_at_once_work_on_it_once(shared_db: Database) -> None:
    """The second waits for the first's transaction, and finds its answer."""
    found: list[StoredAnswer | None] = []
    begun = threading.Event()

    def second() -> None:
        with shared_db.write() as session:
            begun.set()
            found.append(claim(session, "lab", "k1", "digest", NOW))

    def first(session: Session) -> threading.Thread:
        assert claim(session, "lab", "k1", "digest", NOW) is None
        other = threading.Thread(target=second)
        other.start()
        assert begun.wait(5)
        stored_answers.fill(session, "lab", "k1", 201, None, {})
        return other

    with shared_db.write() as session:
        other = first(session)
    other.join(10)
    (row,) = found
    assert row is not None
    assert row.status == 201
