"""One line process: commands in, the library run, events out. One thread; ends with the socket it serves."""

import gc
import mmap
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from dialer.errors import DialerError, WireError
from dialer.messages import Alive, Configure, Dial, Fault, Probe, Ready, Refused, Stop
from dialer.pjsip.exchange import CallCommand, Exchange
from dialer.pjsip.library import pj
from dialer.pjsip.loop import CallbackFailed
from dialer.port_ranges import hold, release
from dialer.roster import ALIVE_SECONDS, ASLEEP_ALIVE_SECONDS, FIRST_IDLE_SECONDS, IDLE_SECONDS
from dialer.wire import Channel, Message, encode

COLLECT_GARBAGE_SECONDS = (
    30.0  # only while no call is up: a collection in the wrong moment is a gap in the audio
)
CONFIGURE_SECONDS = 10.0
WAKE_TRIES = 5  # somebody may look whether our SIP port is free, and takes it for a moment
WAKE_RETRY_SECONDS = 0.02
MIB = 1 << 20
# The nursery's, when the engine is gone. SIGINT and SIGTERM may come to the whole process group: the engine
# decides then.
STOP_SIGNAL = signal.SIGUSR1


class Worker:
    """Runs an exchange for a pool until told to stop, or until the pool is gone.

    Then it goes on for those who were bridged, and ends after them: people who talk are not cut off.
    Without a call it sleeps: the exchange is closed, only its SIP port is kept, and the next `Dial` or
    `Probe` opens it again within a few milliseconds.
    """

    def __init__(
        self, channel: Channel, configure: Message, early: Sequence[Message], life: mmap.mmap
    ) -> None:
        if not isinstance(configure, Configure):
            raise WireError("A line process was sent a command before its settings.")
        self._channel = channel
        self._life = life
        self._configure = configure
        self._held: Sequence[socket.socket] = ()
        self._exchange: Exchange | None = self._open()
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._stopping = self._forsaken = False
        self._alive_at = self._collect_at = 0.0
        self._heartbeat = b""
        self._sleep_at = time.monotonic() + FIRST_IDLE_SECONDS
        signal.signal(STOP_SIGNAL, lambda *_: self.forsake())
        channel.tell(Ready(self._exchange.calls))
        self._heed(early)

    def stop(self) -> None:
        """End after this round."""
        self._stopping = True

    def forsake(self) -> None:
        """The pool is gone, whether its socket tells it or not."""
        self._forsaken = True

    def run(self) -> None:
        """Serve; then hang up everything politely and destroy the library."""
        try:
            while not (self._stopping or self._forsaken or self._channel.closed):
                if self._exchange is None:
                    self._slumber()
                else:
                    self._round(self._exchange)
                self._show_life()
                now = time.monotonic()
                if self._exchange is not None and now >= self._sleep_at and not self._configure.registrar:
                    self._fall_asleep()
                self._live(now)
        finally:
            if self._exchange is not None:
                self._exchange.ignore(self._channel.fileno())
                self._outlive(self._exchange)
                self._exchange.close()
            self._channel.flush()

    def _outlive(self, exchange: Exchange) -> None:
        """Serve those who are bridged until they have hung up; nobody else."""
        if not self._stopping:
            exchange.forsake()
        while exchange.bridging and not self._stopping:
            exchange.round()
            self._show_life()

    def _show_life(self) -> None:
        """To the nursery, which kills line processes that hang when nobody else looks after them."""
        self._life[0] = (self._life[0] + 1) % 256

    def _open(self) -> Exchange:
        exchange = Exchange(self._configure, self._channel.tell)
        exchange.watch(self._channel.fileno())
        return exchange

    def _round(self, exchange: Exchange) -> None:
        if self._channel.fileno() in exchange.round():
            self._heed(self._channel.read())
        self._channel.flush()
        now = time.monotonic()
        if not exchange.idle:
            self._sleep_at = now + IDLE_SECONDS
        elif now >= self._collect_at:
            self._collect_at = now + COLLECT_GARBAGE_SECONDS
            gc.collect()

    def _live(self, now: float) -> None:
        if now < self._alive_at:
            return
        if self._exchange is not None or not self._heartbeat:
            self._heartbeat = encode(Alive(memory_mb()))
        self._alive_at = now + (ASLEEP_ALIVE_SECONDS if self._exchange is None else ALIVE_SECONDS)
        self._channel.tell_again(self._heartbeat)

    # ------------------------------------------------------------ sleep

    def _fall_asleep(self) -> None:
        """No frame may still hold the exchange: what is left of it must be gone before there is another."""
        assert self._exchange is not None
        self._exchange.ignore(self._channel.fileno())
        self._exchange.close(parting_seconds=0.0)
        self._exchange = None
        gc.collect()
        self._alive_at, self._heartbeat = 0.0, b""
        self._held = hold(self._configure.sip_port)

    def _slumber(self) -> None:
        wait_seconds = max(0.0, self._alive_at - time.monotonic())
        if self._poll.poll(wait_seconds * 1000):
            self._heed(self._channel.read())
        self._channel.flush()

    def _wake(self) -> None:
        """Raises pj.Error when the SIP port was taken after all."""
        release(self._held)
        for tries_left in reversed(range(WAKE_TRIES)):
            try:
                self._exchange = self._open()
                break
            except pj.Error:
                if not tries_left:
                    raise
                time.sleep(WAKE_RETRY_SECONDS)
        self._alive_at = 0.0

    # ------------------------------------------------------------ commands

    def _heed(self, messages: Sequence[Message]) -> None:
        if self._exchange is None and any(isinstance(message, Dial | Probe) for message in messages):
            try:
                self._wake()
            except pj.Error:
                for message in messages:
                    if isinstance(message, Dial):
                        self._channel.tell(Refused(message.call))
                raise
        for message in messages:
            self._obey(message)

    def _obey(self, message: Message) -> None:
        if isinstance(message, Stop):
            self.stop()
        elif not isinstance(message, CallCommand):
            raise WireError("A line process was sent what it cannot take.")
        elif self._exchange is not None:
            self._sleep_at = time.monotonic() + IDLE_SECONDS
            self._exchange.execute(message)


def memory_mb() -> float:
    """What this process holds (RSS), in MiB."""
    resident_pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(resident_pages * resource.getpagesize() / MIB, 1)


def serve(connection: socket.socket, life: mmap.mmap) -> NoReturn:
    """Be a line process for the pool at the other end. Never returns: the process ends here.

    life: its first byte changes while the process is at work, at least every 2 s.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    gc.disable()
    channel = Channel(connection)
    try:
        configure, *early = _first_messages(channel)
        Worker(channel, configure, early, life).run()
    except (DialerError, CallbackFailed) as error:
        channel.tell(Fault("", str(error)))
    except pj.Error as error:
        channel.tell(Fault("", f"The telephone library failed: {error.reason}"))
    except BaseException as error:  # noqa: BLE001  the pool is told the kind only: the rest may hold a number
        channel.tell(Fault("", f"A line process failed: {type(error).__name__}."))
    finally:
        os._exit(0)  # objects of the library that are still alive would abort in an orderly exit


def _first_messages(channel: Channel) -> list[Message]:
    """What the pool says first: its settings, and perhaps commands right behind them."""
    messages: list[Message] = []
    until = time.monotonic() + CONFIGURE_SECONDS
    while not messages and not channel.closed and time.monotonic() < until:
        select.select([channel], [], [], CONFIGURE_SECONDS)
        messages = channel.read()
    if not messages:
        raise WireError("A line process was not told its ports.")
    return messages
