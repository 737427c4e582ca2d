"""Line processes that only exist on a socketpair, and say what the test lets them say."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from dialer.messages import (
    Configure,
    Dial,
    Event,
    Ready,
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


def without_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Line processes are born here, ready for four calls, and are looked after in every round."""
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


@contextlib.contextmanager
def started_pool() -> Iterator[LinePool]:
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


def until(pool: LinePool, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        pool.receive(0.01)
