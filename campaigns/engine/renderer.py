"""Renders prompts in a process of its own, so that no running call waits for speech synthesis."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from campaigns.errors import as_clause
from prompts.errors import PromptError
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text

ORDERS_A_PROCESS = 3  # so few are done before anybody misses them; a small campaign stays with one process
END_SECONDS = 3.0  # for the process to end by itself; one clip takes far less


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

    Should the child die, its orders go to a new child; the order over which it dies twice fails.
    """

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._studio = Studio(settings)
        self._open: dict[str, Order] = {}
        self._suspect = ""  # the owner over whose order the child died
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
        self._open[order.owner] = order
        self._send(order)

    def finished(self) -> Sequence[Clips]:
        clips: list[Clips] = []
        try:
            while self._open and self._connection.poll():
                clips.append(self._connection.recv())
                self._open.pop(clips[-1].owner, None)
        except (EOFError, OSError):
            clips.extend(self._replace_dead())
        return clips

    def owners(self) -> Sequence[str]:
        return self._studio.owners()

    def forget(self, owner: str) -> None:
        self._studio.forget(owner)

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

    def _send(self, order: Order) -> None:
        with suppress(OSError):  # a dead child is noticed, and its orders are sent again, by `finished`
            self._connection.send(order)

    def _replace_dead(self) -> Sequence[Clips]:
        first = next(iter(self._open))
        guilty = first == self._suspect
        self._suspect = first
        if guilty:
            del self._open[first]
        self.stop()
        self._start()
        for order in self._open.values():
            self._send(order)
        died = Clips(first, {}, "The process that renders speech died over this contact twice.")
        return [died] if guilty else []


class RenderCrew:
    """Several rendering processes; one is started when those at work have more than a few orders each."""

    def __init__(self, settings: SpeechSettings, most: int) -> None:
        self._settings = settings
        self._most = most
        self._processes = [RenderProcess(settings)]

    @property
    def pids(self) -> Sequence[int]:
        """The processes at work."""
        return [process.pid for process in self._processes]

    def order(self, order: Order) -> None:
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
        self._processes[0].forget(owner)

    def stop(self) -> None:
        for process in self._processes:
            process.stop()


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
    studio = Studio(settings)
    while True:
        try:
            order = connection.recv()
            connection.send(render(studio, order))
        except (EOFError, OSError):
            return
