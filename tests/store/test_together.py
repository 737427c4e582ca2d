"""What many ask for at once: one transaction, each kept or not by itself, answered after the commit."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from campaigns.errors import Crossed, DatabaseUnusable
from campaigns.models import Change
from campaigns.store import attempts, campaigns, changes, corrections, queueing, together
from campaigns.store.database import Database, open_database
from campaigns.store.together import Together
from tests import postgres
from tests.store.people import person, queue, take, unless_opted_out
from tests.store.shared import meanwhile, until_somebody_waits

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATIENCE_SECONDS = 20.0


@pytest.fixture
def one(db: Database) -> Iterator[Together]:
    made = Together(db)
    yield made
    made.close()


def _noting(kind: str) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        changes.note(session, "results", kind, NOW)
        return kind

    return work


def _kept(db: Database) -> list[str]:
    with db.read() as session:
        return [each.kind for each in changes.of_campaign(session, "results")]


class _Held:
    """The first work of a transaction, which goes on when it is told to: so that others come meanwhile."""

    def __init__(self, one: Together) -> None:
        self._begun, self._go_on = threading.Event(), threading.Event()
        self.answer = one.submit(self._work)
        assert self._begun.wait(PATIENCE_SECONDS)

    def _work(self, session: Session) -> str:
        self._begun.set()
        assert self._go_on.wait(PATIENCE_SECONDS)
        return _noting("first")(session)

    def let_go(self) -> None:
        self._go_on.set()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction takes all that has come, however slow this machine is."""
    monkeypatch.setattr(together, "WORK_SECONDS", PATIENCE_SECONDS)


def _counting_commits(db: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of transactions, as the only element."""
    count = [0]
    write = db.write

    def counted() -> object:
        count[0] += 1
        return write()

    monkeypatch.setattr(db, "write", counted)
    return count


@pytest.mark.usefixtures("patient")
def test_all_that_comes_meanwhile_is_one_transaction(
    db: Database, one: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = _counting_commits(db, monkeypatch)
    first = _Held(one)
    others = [one.submit(_noting(f"{number:03}")) for number in range(together.MOST_WORKS)]
    first.let_go()
    names = [answer.result(PATIENCE_SECONDS) for answer in (first.answer, *others)]
    assert _kept(db) == names
    assert count == [2]  # one more than a transaction takes came, so the last is by itself


@pytest.mark.usefixtures("patient")
def test_who_fails_leaves_nothing_and_hinders_nobody(db: Database, one: Together) -> None:
    def failing(session: Session) -> None:
        changes.note(session, "results", "wrong", NOW)
        session.flush()
        raise ValueError("no")

    def twice(session: Session) -> None:
        changes.note(session, "results", "twice", NOW)
        session.flush()
        session.execute(
            text("INSERT INTO campaign (name, state, changed_at) SELECT 'a', 'draft', at FROM change")
        )
        session.execute(
            text("INSERT INTO campaign (name, state, changed_at) SELECT 'a', 'draft', at FROM change")
        )

    first = _Held(one)
    answers: list[Future[Any]] = [one.submit(work) for work in (failing, _noting("second"), twice)]
    first.let_go()
    with pytest.raises(ValueError, match="no"):
        answers[0].result(PATIENCE_SECONDS)
    assert answers[1].result(PATIENCE_SECONDS) == "second"
    with pytest.raises(IntegrityError):
        answers[2].result(PATIENCE_SECONDS)
    assert _kept(db) == ["first", "second"]


def test_store_functions_join_the_work(db: Database, one: Together) -> None:
    def work(session: Session) -> str:
        changes.note(session, "results", "noted", NOW)
        campaigns.move(db, "results", "running", NOW)
        assert campaigns.state_of(db, "results") == "running"
        raise ValueError("all of it or nothing")

    with pytest.raises(ValueError, match="all of it"):
        one.submit(work).result(PATIENCE_SECONDS)
    assert campaigns.state_of(db, "results") == "draft"
    assert _kept(db) == []


@pytest.mark.usefixtures("patient")
def test_nobody_is_answered_before_the_commit(db: Database, one: Together) -> None:
    def seen(_: Session) -> list[bool]:
        return [first.answer.done(), second.done()]

    first = _Held(one)
    second = one.submit(_noting("second"))
    third = one.submit(seen)
    first.let_go()
    assert third.result(PATIENCE_SECONDS) == [False, False]
    assert second.done()


def test_who_asks_no_more_is_passed_over(db: Database, one: Together) -> None:
    first = _Held(one)
    second = one.submit(_noting("second"))
    assert second.cancel()
    first.let_go()
    assert one.submit(_noting("third")).result(PATIENCE_SECONDS) == "third"
    assert _kept(db) == ["first", "third"]


def test_what_was_asked_for_is_finished_and_nothing_more_taken(db: Database, one: Together) -> None:
    first = _Held(one)
    second = one.submit(_noting("second"))
    threading.Timer(0, first.let_go).start()
    one.close()
    one.close()
    assert second.result(0) == "second"
    with pytest.raises(DatabaseUnusable, match="about to end"):
        one.submit(_noting("third")).result(0)
    assert _kept(db) == ["first", "second"]


@pytest.mark.usefixtures("patient")
def test_a_full_disk_fails_all_and_keeps_nothing(path: object, db: Database, one: Together) -> None:
    def full(session: Session) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        for number in range(1000):
            changes.note(session, "results", f"{number}{'x' * 4000}", NOW)

    first = _Held(one)
    answers: list[Future[Any]] = [one.submit(work) for work in (_noting("second"), full)]
    first.let_go()
    for answer in (first.answer, *answers):
        with pytest.raises(DatabaseUnusable, match="the disk is full"):
            answer.result(PATIENCE_SECONDS)
    assert _kept(db) == []
    lifted = one.submit(lambda session: session.execute(text("PRAGMA max_page_count = 1000000")).scalar_one())
    lifted.result(PATIENCE_SECONDS)
    assert one.submit(_noting("again")).result(PATIENCE_SECONDS) == "again"
    assert _kept(db) == ["again"]


@pytest.mark.usefixtures("patient")
def test_a_commit_that_fails_fails_all(shared_db: Database) -> None:
    """The server ends the connection when all is done but the commit."""
    one = Together(shared_db)

    def ended(session: Session) -> None:
        own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(postgres.server(), autocommit=True) as link:
            link.execute("SELECT pg_terminate_backend(%s)", (own,))

    first = _Held(one)
    answers: list[Future[Any]] = [one.submit(work) for work in (_noting("second"), ended)]
    first.let_go()
    for answer in (first.answer, *answers):
        with pytest.raises(DatabaseUnusable, match=r"ended our connection|cannot be reached"):
            answer.result(PATIENCE_SECONDS)
    one.close()


def test_where_no_transaction_can_begin_nobody_waits_twice(path: object, url: str) -> None:
    db, blocker = open_database(url, busy_seconds=0.05), open_database(url)
    one = Together(db)
    try:
        with blocker.write():
            answers = [one.submit(_noting(str(number))) for number in range(20)]
            for answer in answers:
                with pytest.raises(DatabaseUnusable, match="kept busy"):
                    answer.result(PATIENCE_SECONDS)
        assert one.submit(_noting("now")).result(PATIENCE_SECONDS) == "now"
    finally:
        one.close()
        db.close()
        blocker.close()


def test_two_that_cross_are_both_done(shared_db: Database) -> None:
    """Each holds a row that the other wants: soon one of them gives way, or both, and is done alone."""
    for name in ("a", "b"):
        campaigns.move(shared_db, name, "running", NOW)
    one, other = Together(shared_db), Together(shared_db)
    meet = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    tries: list[str] = []

    def crossing(mine: str, theirs: str) -> Callable[[Session], str]:
        def work(session: Session) -> str:
            campaigns.known(session, mine, NOW)
            tries.append(mine)
            if len(tries) <= 2:
                meet.wait()
            campaigns.known(session, theirs, NOW)
            session.add(Change(at=NOW, campaign="results", kind=mine, details={}))
            return mine

        return work

    answers = [one.submit(crossing("a", "b")), other.submit(crossing("b", "a"))]
    assert [answer.result(PATIENCE_SECONDS) for answer in answers] == ["a", "b"]
    one.close()
    other.close()
    assert len(tries) >= 3
    assert sorted(_kept(shared_db)) == ["a", "b"]


@pytest.mark.usefixtures("patient")
def test_an_engine_that_begins_a_call_is_never_the_one_that_gives_way(shared_db: Database) -> None:
    """One work holds the contact that the engine waits for, the next wants the campaign that it holds."""
    queue(shared_db, person("A"))
    [contact] = take(shared_db)
    one = Together(shared_db)

    def held(session: Session) -> None:
        corrections.held(session, "results", ["A"])
        begins.set()
        until_somebody_waits(shared_db)

    def paused(session: Session) -> str:
        campaigns.move(shared_db, "results", "paused", NOW)
        return campaigns.state_of(shared_db, "results")

    def begin() -> int | None:
        begins.wait(PATIENCE_SECONDS)
        return attempts.begin(shared_db, contact.id, contact.token, "t", NOW, unless_opted_out, None)

    begins = threading.Event()
    with meanwhile(begin) as began:
        answers: list[Future[Any]] = [one.submit(held), one.submit(paused)]
        assert answers[1].result(PATIENCE_SECONDS) == "paused"
    one.close()
    assert isinstance(began[0], int)


def test_whoever_queues_holds_up_no_engine(shared_db: Database) -> None:
    """The campaign's row is not locked for those who come, as calls are begun under it."""
    queue(shared_db, person("A"))
    [contact] = take(shared_db)
    with shared_db.write() as session:
        queueing.enter_new(session, person("B"), NOW)
        assert queueing.enter(session, [person("C")], NOW) == ["new"]
        assert attempts.begin(shared_db, contact.id, contact.token, "t", NOW, unless_opted_out, None)
        assert campaigns.finish_done(shared_db, NOW) == []


def test_a_campaign_is_not_finished_while_somebody_queues_for_it(shared_db: Database) -> None:
    queue(shared_db, person("A"))
    corrections.cancel(shared_db, "results", ["A"], NOW, lambda *_: ())
    with shared_db.write() as session:
        queueing.enter(session, [person("B")], NOW)
        assert campaigns.finish_done(shared_db, NOW) == []
    assert campaigns.finish_done(shared_db, NOW) == []
    assert campaigns.state_of(shared_db, "results") == "running"


def test_who_comes_when_it_is_finished_opens_it_again(db: Database) -> None:
    queue(db, person("A"))
    corrections.cancel(db, "results", ["A"], NOW, lambda *_: ())
    assert campaigns.finish_done(db, NOW) == ["results"]
    with db.write() as session:
        queueing.enter_new(session, person("B"), NOW)
    assert campaigns.state_of(db, "results") == "running"


def test_two_that_cross_are_told_apart_from_a_database_that_is_away(shared_db: Database) -> None:
    for name in ("A", "B"):
        queue(shared_db, person(name))
    meet = threading.Barrier(2, timeout=PATIENCE_SECONDS)

    def crossing(mine: str, theirs: str) -> str:
        try:
            with shared_db.write() as session:
                session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
                corrections.held(session, "results", [mine])
                meet.wait()
                corrections.held(session, "results", [theirs])
                return "done"
        except Crossed:
            return "crossed"

    with meanwhile(lambda: crossing("A", "B")) as there:
        here = crossing("B", "A")
    assert sorted([here, *map(str, there)]) == ["crossed", "done"]
    assert not shared_db.away
