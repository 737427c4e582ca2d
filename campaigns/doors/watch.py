"""The process that serves, as the child of an engine: started, started again when it dies, ended with it."""

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from campaigns.doors.beats import BEAT, SILENT_SECONDS
from campaigns.settings import Home

FIRST_WAIT_SECONDS, MOST_WAIT_SECONDS = 1.0, 30.0  # until it is started again; doubled each time
HEALTHY_SECONDS = 60.0  # who lived so long begins with the first wait again
STARTING_SECONDS = 90.0  # until its first sign of life, on a machine that is busy with calls
READ_BYTES = 64 * 1024
PARTING_SECONDS = 10.0  # longer than it takes to close all doors; then it is killed
BESIDE = "--beside-engine"


def has_doors(home: Home) -> bool:
    """Whether there is anything to serve."""
    file = home.file
    return bool(file.api or file.mllp or file.fhir_servers)


def command(folder: Path) -> Sequence[str]:
    """What starts it."""
    return [sys.executable, "-P", "-m", "campaigns.cli", "serve", BESIDE, "--home", str(folder)]


class Watched:
    """Runs a command for as long as we live: its standard input ends when we end it, or die.

    What it prints is told, line by line, but for its signs of life; when those stop, it is killed. From
    `start` to `stop` a thread looks after it.
    """

    def __init__(
        self, words: Sequence[str], tell: Callable[[str], None], seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._words, self._tell, self._seconds = words, tell, seconds
        self._over = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._silent = False  # it hung, and was killed
        self._turn = threading.Lock()  # of who changes `_child`
        self._thread = threading.Thread(target=self._run, name="doors", daemon=True)

    def start(self) -> None:
        """Start it, without waiting until it is up."""
        self._thread.start()

    def stop(self) -> None:
        """Let it end, at most `PARTING_SECONDS`; idempotent."""
        self._over.set()
        with self._turn:
            child = self._child
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(PARTING_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _run(self) -> None:
        wait = FIRST_WAIT_SECONDS
        while not self._over.is_set():
            began = self._seconds()
            code = self._live()
            if self._over.is_set():
                return
            wait = FIRST_WAIT_SECONDS if self._seconds() - began >= HEALTHY_SECONDS else wait
            ending = SILENT if self._silent else _ending(code)
            self._tell(
                f"What serves other systems {ending} and is started again in {wait:.0f} s; calls go on."
            )
            self._over.wait(wait)
            wait = min(2 * wait, MOST_WAIT_SECONDS)

    def _live(self) -> int | None:
        """One life; its exit code, None when it could not be started."""
        self._silent = False
        with self._turn:
            if self._over.is_set():
                return 0
            try:
                self._child = child = subprocess.Popen(
                    self._words,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for the engine, whose last calls it outlasts
                )
            except OSError:
                return None
        assert child.stdout is not None
        for line in self._lines(child.stdout.fileno(), child.kill):
            self._tell(line)
        with child.stdout:
            return child.wait()

    def _lines(self, pipe: int, kill: Callable[[], None]) -> Iterator[str]:
        """What it prints, until it ends or hangs; signs of life are left out."""
        rest, patience = b"", STARTING_SECONDS
        waiting = select.poll()  # an engine with many lines has more descriptors than select can
        waiting.register(pipe, select.POLLIN)
        while waiting.poll(patience * 1000):
            some = os.read(pipe, READ_BYTES)
            *lines, rest = (rest + some).split(b"\n")
            for line in lines if some else filter(None, [rest]):
                if line == BEAT:
                    patience = SILENT_SECONDS
                else:
                    yield line.decode("utf-8", "replace").rstrip()
            if not some:
                return
        self._silent = True
        kill()


SILENT = f"gave no sign of life for {SILENT_SECONDS:.0f} s, was ended"


def _ending(code: int | None) -> str:
    if code is None:
        return "could not be started (this machine allows no more processes)"
    return f"ended by itself ({f'signal {-code}' if code < 0 else f'exit code {code}'})"
