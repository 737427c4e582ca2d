"""One line process: commands in, the library run, events out. One thread; ends with the socket it serves."""

import gc
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from typing import NoReturn

from dialer.errors import DialerError, WireError
from dialer.messages import Alive, Configure, Fault, Ready, Stop
from dialer.pjsip.exchange import CallCommand, Exchange
from dialer.pjsip.library import pj
from dialer.pjsip.loop import CallbackFailed
from dialer.wire import Channel, Message

ALIVE_SECONDS = 1.0
COLLECT_GARBAGE_SECONDS = (
    30.0  # only while no call is up: a collection in the wrong moment is a gap in the audio
)
CONFIGURE_SECONDS = 10.0
STOP_SIGNAL = (
    signal.SIGUSR1
)  # SIGINT and SIGTERM may come to the whole process group: the engine decides then


class Worker:
    """Runs an exchange for a pool until told to stop, or until the pool is gone."""

    def __init__(self, channel: Channel, configure: Message, early: Sequence[Message]) -> None:
        if not isinstance(configure, Configure):
            raise WireError("A line process was sent a command before its settings.")
        self._channel = channel
        self._exchange = Exchange(configure, channel.tell)
        self._exchange.watch(channel.fileno())
        self._stopping = False
        self._alive_at = self._collect_at = 0.0
        signal.signal(STOP_SIGNAL, lambda *_: self.stop())
        channel.tell(Ready(self._exchange.calls))
        for message in early:
            self._heed(message)

    def stop(self) -> None:
        """End after this round."""
        self._stopping = True

    def run(self) -> None:
        """Serve; then hang up everything politely and destroy the library."""
        try:
            while not (self._stopping or self._channel.closed):
                self._round()
        finally:
            self._exchange.ignore(self._channel.fileno())
            self._exchange.close()
            self._channel.flush()

    def _round(self) -> None:
        if self._channel.fileno() in self._exchange.round():
            for message in self._channel.read():
                self._heed(message)
        self._channel.flush()
        now = time.monotonic()
        if now >= self._alive_at:
            self._alive_at = now + ALIVE_SECONDS
            self._channel.tell(Alive())
        if now >= self._collect_at and self._exchange.idle:
            self._collect_at = now + COLLECT_GARBAGE_SECONDS
            gc.collect()

    def _heed(self, message: Message) -> None:
        if isinstance(message, Stop):
            self.stop()
        elif isinstance(message, CallCommand):
            self._exchange.execute(message)
        else:
            raise WireError("A line process was sent what it cannot take.")


def serve(connection: socket.socket) -> NoReturn:
    """Be a line process for the pool at the other end. Never returns: the process ends here."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    gc.disable()
    channel = Channel(connection)
    try:
        configure, *early = _first_messages(channel)
        Worker(channel, configure, early).run()
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
