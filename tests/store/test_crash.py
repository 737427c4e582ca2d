"""kill -9 in the middle of the work, again and again: what was promised is there, the rest is sound."""

import os
import random
import select
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.flows.turns import Replied, TaskRaised
from campaigns.rules.retries import Next, after_interruption
from campaigns.store import attempts, contacts
from campaigns.store.database import Database, open_database
from tests.store import invariants
from tests.store.people import NOW, POLICY, finish, person, queue, take, unless_opted_out

CONTACTS = 40
KILLS = 10
PROMISE_SECONDS = 20.0  # the longest that a child may take to keep its next promise


def test_nothing_that_was_promised_is_lost(db: Database, path: Path) -> None:
    pairs = (person(f"P{n}", phone=f"+7{n // 2}") for n in range(CONTACTS))  # two contacts to a phone
    queue(db, *pairs)
    db.close()
    chance = random.Random(20260302)
    promises: list[str] = []
    for life in range(KILLS):
        promises += _live_and_die(path, life, chance.randrange(1, 40))
        _check(path, promises)
    assert len(promises) >= KILLS


def _check(path: Path, promises: list[str]) -> None:
    """Reopen, hold the promises against the tables, and take over as an engine does."""
    db = open_database(f"sqlite:///{path}")
    with db.read() as session:
        invariants.check_file(session)
    invariants.check(db)
    placed = {attempt.id: (attempt, contact) for attempt, contact in attempts.listing(db, "results")}
    for promise in promises:
        word, attempt_id = promise.split()
        attempt, contact = placed[int(attempt_id)]
        assert word != "ended" or attempt.ended_at is not None
        assert word != "said" or contacts.answers(db, contact.id)["last"] >= attempt_id.zfill(6)
    for attempt, contact in attempts.open_attempts(db):
        after = after_interruption(
            POLICY, attempts_used=0, own_failures=0, outcome="failed", delivered=False, now=NOW
        )
        assert finish(db, attempt.id, contact, after)
    contacts.release_all(db)
    assert len(contacts.listing(db, "results")) == CONTACTS
    assert not any(contact.leased for contact in contacts.listing(db, "results"))
    db.close()


def _live_and_die(path: Path, life: int, promises: int) -> list[str]:
    """A child that is killed in what it does after keeping so many promises; all that it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _work(path, life, writing)
        finally:
            os._exit(1)
    os.close(writing)
    said = b""
    try:
        while said.count(b"\n") < promises:
            ready, _, _ = select.select([reading], [], [], PROMISE_SECONDS)
            part = os.read(reading, 4096) if ready else b""
            if not part:
                pytest.fail("the child stopped working")
            said += part
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as rest:
        said += rest.read()
    return said.decode().splitlines()


def _work(path: Path, life: int, out: int) -> None:
    """Call everybody for ever; a promise is said when the store has returned."""
    db = open_database(f"sqlite:///{path}")
    chance = random.Random(life)
    now = NOW + timedelta(days=life)
    while True:
        now += timedelta(hours=2)
        for contact in take(db, 5, now):
            begun = attempts.begin(db, contact.id, contact.token, "trunk", now, unless_opted_out, None)
            assert begun is not None
            os.write(out, b"begun %d\n" % begun)
            reply = Replied("last", f"{begun:06d}")
            attempts.record(db, begun, [reply, TaskRaised("call back", "low")], "partial", now)
            os.write(out, b"said %d\n" % begun)
            counted = chance.random() < 0.5
            after = Next("waiting", "partial", now + timedelta(hours=1), "retry", counted=counted)
            if finish(db, begun, contact, after, now=now):
                os.write(out, b"ended %d\n" % begun)
