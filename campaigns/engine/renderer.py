"""Renders prompts in a process of its own, so that no running call waits for speech synthesis."""

import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from campaigns.engine.voice_log import VoiceLog
from campaigns.errors import as_clause
from prompts.errors import PromptError
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text

ORDERS_A_PROCESS = 3  # so few are done before anybody misses them; a small campaign stays with one process
END_SECONDS = 3.0  # for the process to end by itself; one clip takes far less
ORDER_SECONDS = 60.0  # without a finished order a process hangs; one contact takes less than a second
SENT_AHEAD = 8  # orders with a process: more could fill the pipe of one that hangs, and we would hang with it


@dataclass(frozen=True)
class Order:
    """The texts of one contact; `owner` is whom the personal clips belong to."""

    owner: str
    texts: Mapping[str, Text]


@dataclass(frozen=True)
class Clips:
    """An order carried out; `problem` is one plain sentence, "" when all went well."""

    owner: str
    paths: Mapping[str, Path]
    problem: str = ""


class Renderer(Protocol):
    """What the engine needs of speech."""

    def order(self, order: Order) -> None:
        """Begin to render; the clips come from `finished` later."""

    def finished(self) -> Sequence[Clips]:
        """The orders finished since the last call; never waits."""

    def owners(self) -> Sequence[str]:
        """Whose clips there are."""

    def forget(self, owner: str) -> None:
        """Remove the clips that hold this owner's values."""

    def troubles(self) -> Sequence[str]:
        """Sentences for the supervisor since the last call: of voices that fail, of processes replaced."""

    def stop(self) -> None:
        """End; idempotent."""


def render(studio: Studio, order: Order) -> Clips:
    """Carry out one order, here and now: all its texts, or a problem that names the first that failed."""
    paths: dict[str, Path] = {}
    for name, text in order.texts.items():
        try:
            paths[name] = studio.render(text, order.owner)
        except (PromptError, OSError) as error:
            return Clips(order.owner, {}, unspoken(name, error))
    return Clips(order.owner, paths)


def unspoken(name: str, error: Exception) -> str:
    """The sentence for a text of one contact."""
    return f'The text "{name}" cannot be spoken: {as_clause(str(error))}'


class RenderProcess:
    """The renderer of the product: one child process that ends with its parent.

    Should the child die, or finish nothing for a minute, its orders go to a new child; the order over which
    that happens twice fails. An owner's newest order is the only one whose clips come back.
    """

    def __init__(self, settings: SpeechSettings, seconds: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._seconds = seconds
        self._studio = Studio(settings)
        self._numbers = count(1)
        self._open: dict[int, Order] = {}  # oldest first, as the child works
        self._sent: set[int] = set()  # those of them that the child has
        self._wanted: dict[str, int] = {}  # owner -> the order
        self._suspect = 0  # the order over which the child died or hung
        self._progress = 0.0  # when an order was finished, or the first one given
        self._troubles: list[str] = []
        self._start()

    @property
    def load(self) -> int:
        """How many orders are not finished."""
        return len(self._open)

    @property
    def pid(self) -> int:
        """The process at work."""
        assert self._process.pid is not None  # it was started
        return self._process.pid

    def order(self, order: Order) -> None:
        if not self._open:
            self._progress = self._seconds()
        number = next(self._numbers)
        self._open[number] = order
        self._wanted[order.owner] = number
        self._send()

    def withdraw(self, owner: str) -> None:
        """Let no clips of this owner come back that are not ordered anew: they may be forgotten by then."""
        self._wanted.pop(owner, None)

    def finished(self) -> Sequence[Clips]:
        clips: list[Clips] = []
        try:
            while self._open and self._connection.poll():
                clips += self._received(self._connection.recv())
        except (EOFError, OSError):
            return clips + self._replace("died")
        if self._open and self._seconds() - self._progress > ORDER_SECONDS:
            return clips + self._replace(f"did nothing for {ORDER_SECONDS:.0f} seconds")
        self._send()
        return clips

    def owners(self) -> Sequence[str]:
        return self._studio.owners()

    def forget(self, owner: str) -> None:
        self.withdraw(owner)
        self._studio.forget(owner)

    def troubles(self) -> Sequence[str]:
        troubles, self._troubles = self._troubles, []
        return troubles

    def stop(self) -> None:
        self._connection.close()
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(self._settings, theirs), daemon=True, name="renderer"
        )
        with _interrupts_ignored():
            self._process.start()
        theirs.close()

    def _send(self) -> None:
        with suppress(OSError):  # a dead child is noticed, and its orders are sent again, by `finished`
            for number, order in islice(self._open.items(), SENT_AHEAD):
                if number not in self._sent:
                    self._sent.add(number)
                    self._connection.send((number, order))

    def _received(self, news: str | tuple[int, Clips]) -> list[Clips]:
        if isinstance(news, str):
            self._troubles.append(news)
            return []
        number, clips = news
        self._progress = self._seconds()
        return self._closed(number, clips)

    def _closed(self, number: int, clips: Clips) -> list[Clips]:
        """The clips of an order that is over, if anybody still waits for them."""
        self._open.pop(number, None)
        self._sent.discard(number)
        if self._wanted.get(clips.owner) != number:
            return []
        del self._wanted[clips.owner]
        return [clips]

    def _replace(self, what: str) -> list[Clips]:
        """A new child for one that died or hangs; it is not waited for, as calls go on meanwhile."""
        self._troubles.append(f"The process {self.pid} that renders speech {what}: another does its work.")
        number, order = next(iter(self._open.items()))
        problem = "The process that renders speech died or hung over this contact twice."
        twice = number == self._suspect
        self._suspect = number
        failed = self._closed(number, Clips(order.owner, {}, problem)) if twice else []
        self._connection.close()
        self._process.kill()
        self._process.join(END_SECONDS)
        self._start()
        self._sent.clear()
        self._progress = self._seconds()
        self._send()
        return failed


class RenderCrew:
    """Several rendering processes; one is started when those at work have more than a few orders each."""

    def __init__(self, settings: SpeechSettings, most: int) -> None:
        self._settings = settings
        self._most = most
        self._processes = [RenderProcess(settings)]
        self._told: set[str] = set()

    @property
    def pids(self) -> Sequence[int]:
        """The processes at work."""
        return [process.pid for process in self._processes]

    def order(self, order: Order) -> None:
        self._withdraw(order.owner)  # another process may be at work on an older one
        least = min(self._processes, key=lambda process: process.load)
        if least.load >= ORDERS_A_PROCESS and len(self._processes) < self._most:
            least = RenderProcess(self._settings)
            self._processes.append(least)
        least.order(order)

    def finished(self) -> Sequence[Clips]:
        return [clips for process in self._processes for clips in process.finished()]

    def owners(self) -> Sequence[str]:
        return self._processes[0].owners()

    def forget(self, owner: str) -> None:
        self._withdraw(owner)
        self._processes[0].forget(owner)

    def troubles(self) -> Sequence[str]:
        """Each once: every process complains of the same voices."""
        found = dict.fromkeys(trouble for process in self._processes for trouble in process.troubles())
        new = [trouble for trouble in found if trouble not in self._told]
        self._told.update(new)
        return new

    def stop(self) -> None:
        for process in self._processes:
            process.stop()

    def _withdraw(self, owner: str) -> None:
        for process in self._processes:
            process.withdraw(owner)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """What starts here ignores Ctrl-C from its first moment; only the main thread may change that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(settings: SpeechSettings, connection: Connection) -> None:
    """The child: end of file on the pipe is its death notice."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("prompts").addHandler(VoiceLog(connection.send))
    studio = Studio(settings)
    while True:
        try:
            number, order = connection.recv()
            connection.send((number, render(studio, order)))
        except (EOFError, OSError):
            return
