"""The pool against line processes that only exist on a socketpair, and say what the test lets them say."""

import socket
import time
from collections.abc import Iterator

import pytest

from dialer.errors import LinesNotStarted
from dialer.messages import (
    Alive,
    Answered,
    Clogged,
    Configure,
    Dial,
    Ended,
    Event,
    Fault,
    HangUp,
    Played,
    Ready,
    Refused,
    Ringing,
    Stop,
)
from dialer.pool import LinePool
from dialer.processes import LineProcess, Plot
from dialer.settings import LineSettings, Trunk
from dialer.wire import Channel, Message


class Birthplace:
    """Instead of the nursery: each line process is the other end of a socketpair, in `born`."""

    born: list["Birthplace.Child"]
    says: list[Message]

    class Child:
        def __init__(self, channel: Channel, configure: Configure) -> None:
            self.channel = channel
            self.configure = configure
            self.killed = False

        def commands(self) -> list[Message]:
            return [message for message in self.channel.read() if not isinstance(message, Configure)]

    def __init__(self, start_seconds: float) -> None:
        self.alive = True
        self.closed = False

    def bear(self, configure: Configure, plot: Plot) -> LineProcess:
        ours, theirs = socket.socketpair()
        child = Birthplace.Child(Channel(theirs), configure)
        for message in Birthplace.says:
            child.channel.tell(message)
        Birthplace.born.append(child)
        return LineProcess(Channel(ours), len(Birthplace.born) - 1, plot, time.monotonic())

    def kill(self, process: LineProcess) -> None:
        Birthplace.born[process.pid].killed = True

    def close(self) -> None:
        for child in Birthplace.born:
            child.channel.close()


@pytest.fixture(autouse=True)
def _no_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.pool.Birthplace", Birthplace)
    monkeypatch.setattr("dialer.pool.STOP_SECONDS", 0.1)
    monkeypatch.setattr("dialer.pool.REBIRTH_SECONDS", 0.0)
    Birthplace.born, Birthplace.says = [], [Ready(4)]


def settings(count: int = 8, heartbeat_seconds: float = 5.0, start_seconds: float = 2.0) -> LineSettings:
    return LineSettings(
        (Trunk("main", "sip:127.0.0.1"),),
        count,
        heartbeat_seconds=heartbeat_seconds,
        start_seconds=start_seconds,
        sip_port_first=15000,
        sip_port_last=15400,
    )


@pytest.fixture
def pool() -> Iterator[LinePool]:
    lines = LinePool(settings())
    lines.start()
    yield lines
    lines.stop()


def dial(pool: LinePool, call: str) -> Dial:
    command = Dial(call, "main", "+7", "", 30, 60)
    pool.send(command)
    return command


def received(pool: LinePool, count: int) -> list[Event]:
    events: list[Event] = []
    until = time.monotonic() + 5
    while len(events) < count:
        assert time.monotonic() < until, f"only {events}"
        events += pool.receive(0.05)
    return events


def tell(child: Birthplace.Child, *messages: Message) -> None:
    for message in messages:
        child.channel.tell(message)


@pytest.mark.parametrize(
    ("count", "calls", "processes"), [(1, 4, 1), (8, 4, 2), (9, 4, 3), (32, 4, 8), (40, 32, 2)]
)
def test_as_many_processes_as_the_library_makes_necessary(count: int, calls: int, processes: int) -> None:
    Birthplace.says = [Ready(calls)]
    pool = LinePool(settings(count))
    pool.start()
    assert (len(Birthplace.born), pool.free) == (processes, count)
    assert len({child.configure.sip_port for child in Birthplace.born}) == processes
    pool.stop()


def test_calls_are_spread_and_commands_follow_their_call(pool: LinePool) -> None:
    first, second = dial(pool, "a"), dial(pool, "b")
    pool.send(HangUp("b"))
    pool.send(HangUp("nobody"))
    sent = [child.commands() for child in Birthplace.born]
    assert sorted(sent, key=len) == [[first], [second, HangUp("b")]]
    assert pool.free == 6


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
