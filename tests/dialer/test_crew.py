"""Line processes that die, hang, leak or lose slots, and the one that registers."""

import time

import pytest

from dialer.messages import (
    Alive,
    Answered,
    Clogged,
    Ended,
    Probe,
    Probed,
    Registered,
    Ringing,
    Stop,
)
from dialer.pool import LinePool
from dialer.wire import Message
from tests.dialer.pretended import (
    Birthplace,
    dial,
    received,
    settings,
    tell,
    until,
)

pytestmark = pytest.mark.usefixtures("no_nursery")


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        ([], Ended("a", "line_lost", 0, False, False, 0.0)),
        ([Ringing("a")], Ended("a", "line_lost", 0, True, False, 0.0)),
        ([Ringing("a"), Answered("a")], Ended("a", "line_lost", 0, True, True, 0.0)),
    ],
)
def test_a_dead_process_ends_its_calls_as_far_as_they_were_known(
    pool: LinePool, told: list[Message], ended: Ended
) -> None:
    dial(pool, "a")
    (child,) = (child for child in Birthplace.born if child.commands())
    tell(child, *told)
    child.channel.close()
    *before, last = received(pool, len(told) + 1)
    assert before == told
    assert isinstance(last, Ended)
    assert last.talk_seconds < 1
    assert (last.cause, last.rang, last.answered) == (ended.cause, ended.rang, ended.answered)
    pool.receive(0.1)
    assert (len(Birthplace.born), pool.free) == (3, 8)


def test_a_process_that_talks_nonsense_is_killed_and_replaced(pool: LinePool) -> None:
    nonsense = Birthplace.born[0]
    nonsense.channel._socket.send(b"pjsua: assertion failed\n")
    pool.receive(0.1)
    assert nonsense.killed
    assert len(Birthplace.born) == 3


def test_a_silent_process_is_killed_but_not_one_that_was_not_listened_to() -> None:
    pool = LinePool(settings(heartbeat_seconds=0.3))
    pool.start()
    talks, hangs = Birthplace.born
    until = time.monotonic() + 5
    while not hangs.killed:
        assert time.monotonic() < until
        tell(talks, Alive())
        pool.receive(0.05)
    assert not talks.killed
    pool.stop()


def test_a_process_over_its_memory_gets_no_more_calls_and_ends_with_its_last_one(pool: LinePool) -> None:
    dial(pool, "a")
    leaks, other = sorted(Birthplace.born, key=lambda child: not child.commands())
    tell(leaks, Alive(memory_mb=201.0))
    pool.receive(0.05)
    assert pool.free == 4
    second = dial(pool, "b")
    assert (leaks.commands(), other.commands()) == ([], [second])
    tell(leaks, Ended("a", "busy", 486, True, False, 0.0))
    until(pool, lambda: leaks.commands() == [Stop()])
    assert (leaks.killed, len(Birthplace.born)) == (False, 2)
    leaks.channel.close()
    until(pool, lambda: len(Birthplace.born) == 3 and pool.free == 7)


def test_a_process_over_twice_its_memory_is_killed_with_its_calls(pool: LinePool) -> None:
    dial(pool, "a")
    (leaks,) = (child for child in Birthplace.born if child.commands())
    tell(leaks, Alive(memory_mb=401.0))
    assert received(pool, 1) == [Ended("a", "line_lost", 0, False, False, 0.0)]
    assert leaks.killed


def test_a_process_that_does_not_stop_when_told_is_killed(
    pool: LinePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.roster.PARTING_SECONDS", 0.05)
    stubborn = Birthplace.born[0]
    tell(stubborn, Alive(memory_mb=201.0))
    until(pool, lambda: stubborn.killed)
    assert stubborn.commands() == [Stop()]


def test_a_process_whose_slots_do_not_come_back_is_replaced(
    pool: LinePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clogged = Birthplace.born[0]
    tell(clogged, Clogged(1))
    pool.receive(0.05)
    assert clogged.commands() == []
    monkeypatch.setattr("dialer.roster.CLOGGED_SECONDS", 0.1)
    until(pool, lambda: clogged.commands() == [Stop()])
    assert pool.free == 4


def test_one_process_is_the_registrar_and_another_is_named_when_it_dies() -> None:
    pool = LinePool(settings(register=True))
    pool.start()
    first, second = Birthplace.born
    assert (first.configure.registrar, second.configure.registrar) == (True, False)
    second.channel.close()
    until(pool, lambda: len(Birthplace.born) == 3)
    first.channel.close()
    until(pool, lambda: len(Birthplace.born) == 4)
    assert [child.configure.registrar for child in Birthplace.born] == [True, False, False, True]
    pool.stop()


def test_a_trunk_that_wants_no_registration_gets_no_registrar(pool: LinePool) -> None:
    assert not any(child.configure.registrar for child in Birthplace.born)


def test_a_registration_is_told_and_a_probe_is_asked_by_the_process_with_calls(pool: LinePool) -> None:
    until(pool, lambda: pool.free == 8)
    dial(pool, "a")
    (busy,) = (child for child in Birthplace.born if child.commands())
    pool.send(Probe("main"))
    assert busy.commands() == [Probe("main")]
    tell(busy, Probed("main", 200, 3.0), Registered("main", 403))
    assert received(pool, 2) == [Probed("main", 200, 3.0), Registered("main", 403)]
    busy.channel.close()
    assert [e for e in received(pool, 1) if isinstance(e, Probed)] == []


def test_a_probe_of_a_process_that_dies_had_no_answer(pool: LinePool) -> None:
    pool.send(Probe("main"))
    (asked,) = (child for child in Birthplace.born if child.commands())
    asked.channel.close()
    assert received(pool, 1) == [Probed("main", 0, 0.0)]
