"""The pool against line processes that only exist on a socketpair, and say what the test lets them say."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence

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
    Probe,
    Probed,
    Ready,
    Record,
    Refused,
    Registered,
    Ringing,
    Stop,
)
from dialer.pool import LinePool
from dialer.port_ranges import Plot
from dialer.roster import LineProcess
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

    def bear(self, orders: Sequence[tuple[Configure, Plot]]) -> list[LineProcess]:
        return [self._bear_one(configure, plot) for configure, plot in orders]

    def _bear_one(self, configure: Configure, plot: Plot) -> LineProcess:
        ours, theirs = socket.socketpair()
        child = Birthplace.Child(Channel(theirs), configure)
        for message in Birthplace.says:
            child.channel.tell(message)
        Birthplace.born.append(child)
        pid = len(Birthplace.born) - 1
        return LineProcess(Channel(ours), pid, plot, time.monotonic(), configure.registrar)

    def kill(self, process: LineProcess) -> None:
        Birthplace.born[process.pid].killed = True

    def close(self) -> None:
        for child in Birthplace.born:
            child.channel.close()


@pytest.fixture(autouse=True)
def _no_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.crew.Birthplace", Birthplace)
    monkeypatch.setattr("dialer.pool.STOP_SECONDS", 0.1)
    monkeypatch.setattr("dialer.crew.REBIRTH_SECONDS", 0.0)
    monkeypatch.setattr("dialer.crew.SUPERVISION_SECONDS", 0.0)
    Birthplace.born, Birthplace.says = [], [Ready(4)]


def settings(
    count: int = 8, heartbeat_seconds: float = 5.0, start_seconds: float = 2.0, register: bool = False
) -> LineSettings:
    return LineSettings(
        (Trunk("main", "sip:127.0.0.1", username="clinic", register=register),),
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


def _until(pool: LinePool, condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until
        pool.receive(0.01)


def test_a_process_over_its_memory_gets_no_more_calls_and_ends_with_its_last_one(pool: LinePool) -> None:
    dial(pool, "a")
    leaks, other = sorted(Birthplace.born, key=lambda child: not child.commands())
    tell(leaks, Alive(memory_mb=201.0))
    pool.receive(0.05)
    assert pool.free == 4
    second = dial(pool, "b")
    assert (leaks.commands(), other.commands()) == ([], [second])
    tell(leaks, Ended("a", "busy", 486, True, False, 0.0))
    _until(pool, lambda: leaks.commands() == [Stop()])
    assert (leaks.killed, len(Birthplace.born)) == (False, 2)
    leaks.channel.close()
    _until(pool, lambda: len(Birthplace.born) == 3 and pool.free == 7)


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
    _until(pool, lambda: stubborn.killed)
    assert stubborn.commands() == [Stop()]


def test_a_process_whose_slots_do_not_come_back_is_replaced(
    pool: LinePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clogged = Birthplace.born[0]
    tell(clogged, Clogged(1))
    pool.receive(0.05)
    assert clogged.commands() == []
    monkeypatch.setattr("dialer.roster.CLOGGED_SECONDS", 0.1)
    _until(pool, lambda: clogged.commands() == [Stop()])
    assert pool.free == 4


def test_one_process_is_the_registrar_and_another_is_named_when_it_dies() -> None:
    pool = LinePool(settings(register=True))
    pool.start()
    first, second = Birthplace.born
    assert (first.configure.registrar, second.configure.registrar) == (True, False)
    second.channel.close()
    _until(pool, lambda: len(Birthplace.born) == 3)
    first.channel.close()
    _until(pool, lambda: len(Birthplace.born) == 4)
    assert [child.configure.registrar for child in Birthplace.born] == [True, False, False, True]
    pool.stop()


def test_a_trunk_that_wants_no_registration_gets_no_registrar(pool: LinePool) -> None:
    assert not any(child.configure.registrar for child in Birthplace.born)


def test_a_registration_is_told_and_a_probe_is_asked_by_the_process_with_calls(pool: LinePool) -> None:
    _until(pool, lambda: pool.free == 8)
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
