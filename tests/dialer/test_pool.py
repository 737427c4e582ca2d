"""The pool: which process takes a call, and what becomes of it."""

import pytest

from dialer.errors import LinesNotStarted
from dialer.messages import (
    Alive,
    Clogged,
    Dial,
    Ended,
    Fault,
    HangUp,
    Played,
    Probe,
    Probed,
    Ready,
    Record,
    Refused,
    Ringing,
    Stop,
)
from dialer.pool import LinePool
from tests.dialer.pretended import Birthplace, dial, received, settings, tell

pytestmark = pytest.mark.usefixtures("no_nursery")


@pytest.mark.parametrize(
    ("count", "calls", "processes"),
    [(1, 4, 1), (8, 4, 2), (9, 4, 3), (32, 4, 8), (40, 32, 2), (480, 4, 120), (480, 32, 15)],
)
def test_as_many_processes_as_the_library_makes_necessary(count: int, calls: int, processes: int) -> None:
    Birthplace.says = [Ready(calls)]
    pool = LinePool(settings(count))
    told: list[tuple[int, int]] = []
    pool.start(lambda ready, wanted: told.append((ready, wanted)))
    assert (told[0], told[-1], told) == ((0, count), (count, count), sorted(set(told)))
    assert (len(Birthplace.born), pool.free) == (processes, count)
    assert len({child.configure.sip_port for child in Birthplace.born}) == processes
    pool.stop()


def test_a_process_is_filled_before_another_is_used_and_commands_follow_their_call(
    pool: LinePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.roster.DIAL_GAP_SECONDS", 0.0)
    calls = [dial(pool, name) for name in "abcdefgh"]
    pool.send(HangUp("b"))
    pool.send(HangUp("nobody"))
    sent = [child.commands() for child in Birthplace.born]
    assert sorted(sent, key=len) == [calls[4:], [*calls[:4], HangUp("b")]]
    assert pool.free == 0


def test_an_id_that_is_in_use_is_refused(pool: LinePool) -> None:
    dial(pool, "a")
    with pytest.raises(ValueError, match="choose a new id"):
        dial(pool, "a")


def test_a_refused_call_is_placed_by_another_process_and_lost_when_none_takes_it(pool: LinePool) -> None:
    command = dial(pool, "a")
    one, other = sorted(Birthplace.born, key=lambda child: not child.commands())
    tell(one, Refused("a"))
    assert pool.receive(0.1) == []
    assert other.commands() == [command]
    tell(one, Clogged(4))
    tell(other, Refused("a"))
    assert received(pool, 1) == [Ended("a", "line_lost", 0, False, False, 0.0)]
    assert pool.free == 4


def test_what_was_sent_right_behind_a_call_moves_with_it(pool: LinePool) -> None:
    pool.send(Dial("a", "main", "+7", "", 10, 60))
    pool.send(Record("a", "/r.wav"))
    one, other = sorted(Birthplace.born, key=lambda child: not child.commands())
    tell(one, Refused("a"))
    pool.receive(0.1)
    assert [type(command) for command in other.commands()] == [Dial, Record]


def test_a_call_that_was_hung_up_before_it_was_refused_is_not_placed_elsewhere(pool: LinePool) -> None:
    dial(pool, "a")
    pool.send(HangUp("a"))
    (child,) = (child for child in Birthplace.born if child.commands())
    tell(child, Refused("a"))
    assert received(pool, 1) == [Ended("a", "line_lost", 0, False, False, 0.0)]
    assert [child.commands() for child in Birthplace.born] == [[], []]


def test_clogged_slots_are_not_free(pool: LinePool) -> None:
    tell(Birthplace.born[0], Clogged(3))
    pool.receive(0.1)
    assert pool.free == 5
    tell(Birthplace.born[0], Clogged(0))
    pool.receive(0.1)
    assert pool.free == 8


def test_only_events_of_active_calls_come_through(pool: LinePool) -> None:
    dial(pool, "a")
    (child,) = (child for child in Birthplace.born if child.commands())
    ended = Ended("a", "busy", 486, True, False, 0.0)
    tell(
        child,
        Alive(),
        Ringing("b"),
        Ringing("a"),
        Fault("", "secret of the pool"),
        Fault("a", "no disk"),
        ended,
    )
    tell(child, Played("a", "late", True), ended)
    events = received(pool, 3)
    assert events + list(pool.receive(0.1)) == [Ringing("a"), Fault("a", "no disk"), ended]
    assert pool.free == 8


def test_without_any_process_a_probe_has_no_answer() -> None:
    pool = LinePool(settings())
    pool.send(Probe("main"))
    assert pool.receive(0) == [Probed("main", 0, 0.0)]


def test_why_no_process_came_up_is_told() -> None:
    Birthplace.says = [Fault("", "The telephone library failed: Address already in use")]
    pool = LinePool(settings(start_seconds=0.2))
    with pytest.raises(LinesNotStarted, match=r"No line process came up\. .*Address already in use"):
        pool.start()
    assert all(child.killed for child in Birthplace.born)


def test_stopping_tells_every_process_and_loses_what_they_do_not_end(pool: LinePool) -> None:
    dial(pool, "a")
    pool.stop()
    assert [e.cause for e in pool.receive(0) if isinstance(e, Ended)] == ["line_lost"]
    assert pool.free == 0
    pool.stop()
    pool.send(Stop())
