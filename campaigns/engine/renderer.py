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

from prompts.errors import PromptError
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text

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
    """Carry out one order, here and now."""
    try:
        return Clips(
            order.owner, {name: studio.render(text, order.owner) for name, text in order.texts.items()}
        )
    except (PromptError, OSError) as error:
        return Clips(order.owner, {}, str(error))


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
