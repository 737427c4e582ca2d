"""Several nodes on one PostgreSQL: whoever decides by a row holds it, and nobody is called twice."""

from collections import Counter
from contextlib import ExitStack
from threading import Barrier, Thread

import psycopg
import pytest

from campaigns.models import Contact
from campaigns.rules.due import Decision, Standing, WaitUntil
from campaigns.store import attempts, campaigns, contacts, lineup, locks, nodes, optouts
from campaigns.store.database import Database
from campaigns.store.queueing import add
from tests import postgres
from tests.store import invariants
from tests.store.people import (
    HOUR,
    NOW,
    RETRY,
    begun,
    call,
    finish,
    no_tasks,
    person,
    queue,
    seen,
    take,
    unless_opted_out,
)
from tests.store.shared import meanwhile, until_somebody_waits

NODES = 4
PEOPLE = 60
WAITING = 200


@pytest.fixture
def db(shared_db: Database) -> Database:
    return shared_db


def test_nobody_is_taken_twice_and_no_phone_by_two(db: Database) -> None:
    queue(db, *(person(f"P{n}", phone=f"+7{n // 2}") for n in range(PEOPLE)))
    taken: list[Contact] = []

    ready = Barrier(NODES)

    def node(name: str) -> None:
        idle = 0
        ready.wait()
        while idle < 3:
            mine = contacts.take(db, 3, NOW, unless_opted_out, no_tasks, node=name)
            idle = 0 if mine else idle + 1
            taken.extend(mine)

    threads = [Thread(target=node, args=[f"n{number}"]) for number in range(NODES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == len({contact.phone for contact in taken}) == PEOPLE // 2
    invariants.check(db)


def test_nodes_that_call_side_by_side_lose_nobody(db: Database) -> None:
    queue(db, *(person(f"P{n}", phone=f"+7{n // 2}") for n in range(PEOPLE)))
    calls: Counter[int] = Counter()

    def node(name: str) -> None:
        idle = 0
        while idle < 20:
            mine = contacts.take(db, 5, NOW, unless_opted_out, no_tasks, node=name)
            idle = 0 if mine else idle + 1
            for contact in mine:
                attempt = attempts.begin(db, contact.id, contact.token, "t", NOW, unless_opted_out, None)
                assert attempt is not None
                calls[contact.id] += 1
                attempts.rang(db, attempt, NOW)
                assert finish(db, attempt, contact)

    threads = [Thread(target=node, args=[f"n{number}"]) for number in range(NODES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(calls) == PEOPLE
    assert set(calls.values()) == {1}
    invariants.check(db)


def test_an_opt_out_is_waited_for(db: Database) -> None:
    queue(db, person("A", phone="+71"))
    [contact] = take(db, 1)
    with ExitStack() as after, db.write() as session:
        optouts.enter(session, "+71", "key", NOW)
        began = after.enter_context(
            meanwhile(lambda: attempts.begin(db, contact.id, contact.token, "t", NOW, unless_opted_out, None))
        )
        until_somebody_waits(db)
    assert began == [None]
    assert seen(db).due


def test_a_campaign_that_is_stopped_begins_no_call(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db, 1)
    with ExitStack() as after, db.write() as session:
        campaigns.enter_state(session, campaigns.known(session, "results", NOW), "stopped", NOW)
        began = after.enter_context(
            meanwhile(lambda: attempts.begin(db, contact.id, contact.token, "t", NOW, unless_opted_out, None))
        )
        until_somebody_waits(db)
    assert began == [None]


def test_a_call_ends_once_whoever_says_so(db: Database) -> None:
    contact, attempt = call(db)
    ends: list[bool] = []
    threads = [Thread(target=lambda: ends.append(finish(db, attempt, contact, RETRY))) for _ in range(NODES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ends) == [False] * (NODES - 1) + [True]
    assert seen(db).attempts_used == 1


def test_two_files_with_the_same_people_queue_them_once(db: Database) -> None:
    people = [person(f"P{n}") for n in range(50)]
    verdicts: list[str] = []
    threads = [Thread(target=lambda: verdicts.extend(add(db, people, NOW))) for _ in range(NODES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(verdicts) == {"new": 50, "known": 50 * (NODES - 1)}


def test_a_campaign_is_not_finished_under_those_who_come(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact)
    with ExitStack() as after, db.write() as session:
        campaigns.known(session, "results", NOW)
        ended = after.enter_context(meanwhile(lambda: campaigns.finish_done(db, NOW)))
        until_somebody_waits(db)
        session.add(_waiting(contact))
    assert ended == [[]]
    assert campaigns.state_of(db, "results") == "running"


def test_a_duty_is_done_by_one(db: Database) -> None:
    with db.write() as mine:
        assert locks.duty(mine, "expire")
        with db.write() as theirs:
            assert not locks.duty(theirs, "expire")
            assert locks.duty(theirs, "another")
    with db.write() as later:
        assert locks.duty(later, "expire")


def test_whom_one_node_wakes_the_other_does_not(db: Database) -> None:
    """What is locked is passed over: else a contact that was leased meanwhile would be due as well."""
    queue(db, person("A", not_before=NOW + HOUR))
    with db.write() as session:
        row = contacts.find(db, "results", "A")
        assert row is not None
        session.get_one(Contact, row.id, with_for_update=True)
        assert contacts.take(db, 1, NOW + HOUR, unless_opted_out, no_tasks, seconds=0.01) == []
    [contact] = take(db, 1, NOW + HOUR)
    assert begun(db, contact, NOW + HOUR)


def _waiting(like: Contact) -> Contact:
    values = {name: value for name, value in like.model_dump().items() if name != "id"}
    made = values | {"external_id": "B", "state": "waiting", "leased": False, "next_at": NOW, "due": True}
    return Contact(**made | {"wait_reason": "queued", "closed_at": None, "outcome": None})


def test_a_duty_is_done_by_one_node_at_a_time(db: Database) -> None:
    with nodes.alone(db, "expire") as first, nodes.alone(db, "expire") as second:
        assert (first, second) == (True, False)
        with nodes.alone(db, "brakes") as another:
            assert another
    with nodes.alone(db, "expire") as afterwards:
        assert afterwards


@pytest.mark.parametrize("limit", [1, 100])
def test_one_transaction_holds_few_numbers_however_many_must_wait(db: Database, limit: int) -> None:
    queue(db, *(person(f"P{n}", campaign=f"results{n % 3}") for n in range(WAITING)))
    held: list[int] = []

    with psycopg.connect(postgres.server(), autocommit=True) as watcher:

        def wait(_contact: Contact, _standing: Standing) -> Decision:
            counted = watcher.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
            held.append(counted[0] if counted else 0)
            return WaitUntil(NOW + HOUR, "hours")

        assert contacts.take(db, limit, NOW, wait, no_tasks, seconds=60) == []
    assert len(held) == WAITING
    assert 0 < max(held) <= lineup.MOST_HELD
