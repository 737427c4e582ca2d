"""A line process whose telephone library is pretended: when it sleeps, wakes and gives up."""

import mmap
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from dialer.errors import WireError
from dialer.messages import Alive, Configure, Dial, HangUp, Probe, Ready, Refused, Stop
from dialer.pjsip.library import pj
from dialer.wire import Channel, Message
from dialer.worker import Worker

DIAL = Dial("a", "main", "+7", "", 30, 60)


class Exchange:
    """Instead of the library: waits for the command socket, and notes what it is told."""

    opened: list["Exchange"]
    failures: int

    def __init__(self, configure: Configure, tell: Callable[[Message], None]) -> None:
        if Exchange.opened and Exchange.failures:
            Exchange.failures -= 1
            raise pj.Error()
        self.calls = 4
        self.idle = True
        self.closed = False
        self.bridging = self.forsaken = False
        self.executed: list[Message] = []
        Exchange.opened.append(self)

    def watch(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def ignore(self, descriptor: int) -> None:
        assert descriptor == self._descriptor

    def round(self) -> set[int]:
        if self.forsaken:
            return set()
        return set(select.select([self._descriptor], [], [], 0.005)[0])

    def forsake(self) -> None:
        self.forsaken = True

    def execute(self, command: Message) -> None:
        self.executed.append(command)

    def close(self, parting_seconds: float = 1.0) -> None:
        self.closed = True


class Line:
    """A worker in a thread, and the pool's end of its socket."""

    def __init__(self, registrar: bool) -> None:
        ours, theirs = socket.socketpair()
        self.channel, self.far = Channel(ours), Channel(theirs)
        self.heard: list[Message] = []
        self.error: Exception | None = None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.sip_port = probe.getsockname()[1]
        self.worker = Worker(
            self.far, Configure(self.sip_port, 24400, 24500, (), registrar), [], mmap.mmap(-1, 1)
        )
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.worker.run()
        except pj.Error as error:
            self.error = error

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < end, f"heard only {self.heard}"
            select.select([self.channel], [], [], 0.02)
            self.heard += self.channel.read()

    def wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < end
            self.thread.join(0.02)

    def end(self) -> None:
        self.worker.stop()
        self.channel.tell(Stop())
        self.thread.join(5)
        self.channel.close()
        self.far.close()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Line]]:
    monkeypatch.setattr("dialer.worker.Exchange", Exchange)
    monkeypatch.setattr("dialer.worker.FIRST_IDLE_SECONDS", 0.0)
    monkeypatch.setattr("dialer.worker.WAKE_RETRY_SECONDS", 0.0)
    Exchange.opened, Exchange.failures = [], 0
    before = signal.getsignal(signal.SIGUSR1)
    lines: list[Line] = []

    def begin(registrar: bool = False) -> Line:
        lines.append(Line(registrar))
        return lines[-1]

    yield begin
    for line in lines:
        line.end()
    signal.signal(signal.SIGUSR1, before)


def asleep() -> bool:
    return Exchange.opened[-1].closed


def test_without_a_call_it_sleeps_and_goes_on_beating(
    start: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.worker.ASLEEP_ALIVE_SECONDS", 0.01)
    line = start()
    line.until(asleep)
    line.heard.clear()
    line.until(lambda: len(line.heard) > 2)
    assert {type(message) for message in line.heard} == {Alive}
    assert all(message.memory_mb > 5 for message in line.heard if isinstance(message, Alive))


@pytest.mark.parametrize("command", [DIAL, Probe("main")])
def test_a_call_or_a_probe_wakes_it_and_is_not_lost(start: Callable[..., Line], command: Message) -> None:
    line = start()
    line.until(asleep)
    line.channel.tell(command)
    line.until(lambda: len(Exchange.opened) == 2 and Exchange.opened[1].executed == [command])
    assert line.heard.count(Ready(4)) == 1, "the pool knows it already"


def test_a_command_for_a_call_that_is_over_wakes_nobody(start: Callable[..., Line]) -> None:
    line = start()
    line.until(asleep)
    line.channel.tell(HangUp("a"))
    line.channel.tell(Stop())
    line.thread.join(5)
    assert not line.thread.is_alive()
    assert len(Exchange.opened) == 1


def test_with_a_call_it_stays_awake(start: Callable[..., Line], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.worker.IDLE_SECONDS", 0.05)
    monkeypatch.setattr("dialer.worker.FIRST_IDLE_SECONDS", 5.0)
    monkeypatch.setattr("dialer.worker.ALIVE_SECONDS", 0.02)
    line = start()
    Exchange.opened[0].idle = False
    line.channel.tell(DIAL)
    line.until(lambda: sum(isinstance(message, Alive) for message in line.heard) > 8)
    assert not asleep()
    Exchange.opened[0].idle = True
    line.until(asleep)


def test_the_registrar_does_not_sleep(start: Callable[..., Line], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.worker.ALIVE_SECONDS", 0.01)
    line = start(registrar=True)
    line.until(lambda: sum(isinstance(message, Alive) for message in line.heard) > 5)
    assert not asleep()


def test_asleep_it_keeps_its_sip_port(start: Callable[..., Line]) -> None:
    line = start()
    line.until(asleep)
    line.until(lambda: not _can_be_bound(line.sip_port))
    line.channel.tell(DIAL)
    line.until(lambda: _can_be_bound(line.sip_port))  # the pretended library does not bind it


def _can_be_bound(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def test_a_port_that_is_taken_for_a_moment_is_tried_again(start: Callable[..., Line]) -> None:
    line = start()
    line.until(asleep)
    Exchange.failures = 4
    line.channel.tell(DIAL)
    line.until(lambda: len(Exchange.opened) == 2 and Exchange.opened[1].executed == [DIAL])


def test_a_call_that_it_cannot_wake_for_is_given_back(start: Callable[..., Line]) -> None:
    line = start()
    line.until(asleep)
    Exchange.failures = 100
    line.channel.tell(DIAL)
    line.until(lambda: Refused("a") in line.heard)
    line.thread.join(5)
    assert isinstance(line.error, pj.Error)


def test_the_signal_to_stop_ends_it_awake_or_asleep(start: Callable[..., Line]) -> None:
    line = start(registrar=True)
    line.until(lambda: Ready(4) in line.heard)
    os.kill(os.getpid(), signal.SIGUSR1)
    line.thread.join(5)
    assert not line.thread.is_alive()


def test_settings_come_first() -> None:
    with pytest.raises(WireError, match="before its settings"):
        Worker(Channel(socket.socketpair()[0]), DIAL, [], mmap.mmap(-1, 1))


@pytest.mark.parametrize("how", ["signal", "end of file"])
def test_without_its_engine_it_goes_on_for_those_who_are_bridged(
    start: Callable[..., Line], how: str
) -> None:
    line = start(registrar=True)
    line.until(lambda: Ready(4) in line.heard)
    exchange = Exchange.opened[0]
    exchange.bridging = True
    if how == "signal":
        os.kill(os.getpid(), signal.SIGUSR1)
    else:
        line.channel.close()
    line.wait(lambda: exchange.forsaken)
    line.thread.join(0.1)
    assert line.thread.is_alive()
    assert not exchange.closed
    exchange.bridging = False
    line.thread.join(5)
    assert exchange.closed


def test_told_to_stop_it_leaves_nobody_bridged(start: Callable[..., Line]) -> None:
    line = start(registrar=True)
    line.until(lambda: Ready(4) in line.heard)
    Exchange.opened[0].bridging = True
    line.channel.tell(Stop())
    line.thread.join(5)
    assert not Exchange.opened[0].forsaken
    assert Exchange.opened[0].closed
