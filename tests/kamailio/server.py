"""Runs Kamailio as a child process on free ports, with a run directory of its own."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.sipp.ports import is_taken

KAMAILIO = shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin")
CONFIGURATIONS = Path(__file__).parent
START_SECONDS = 20.0
STOP_SECONDS = 5.0
MEMORY = ("-m", "32", "-M", "4")  # MB shared by all, MB for each process: enough for hundreds of calls


def needs_kamailio() -> pytest.MarkDecorator:
    """Skips where Kamailio is missing; on CI it must be there, so there the tests run and fail."""
    return pytest.mark.skipif(
        KAMAILIO is None and os.environ.get("CI") != "true", reason="Kamailio is not installed"
    )


class Kamailio:
    """`with Kamailio(configuration, ports, {"NAME": "value"}):` listens on those UDP ports, then is stopped.

    `defines` are given as `-A NAME=value`, strings with their quotes. Ended by its own pid, which takes its
    children along.
    """

    def __init__(self, configuration: Path, ports: tuple[int, ...], defines: Mapping[str, str]) -> None:
        self._configuration, self._ports, self._defines = configuration, ports, defines
        self._folder = Path(tempfile.mkdtemp(prefix="kamailio-"))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not all(map(is_taken, self._ports)):
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self.log()[-1000:]
                self._end()
                raise RuntimeError(f"Kamailio did not start: {said}")
            time.sleep(0.02)  # it tells nobody when its sockets are open
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def alive(self) -> bool:
        """Its first process runs; it ends as soon as one of its children dies."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """What it has written so far."""
        return (self._folder / "log").read_text(errors="replace")

    def _command(self) -> list[str]:
        assert KAMAILIO is not None, "Kamailio is not installed: apt-get install kamailio"
        defines = [part for name, value in self._defines.items() for part in ("-A", f"{name}={value}")]
        return [
            *(KAMAILIO, "-f", str(self._configuration), "-DD", "-E", *MEMORY),
            *("-Y", str(self._folder), "-w", str(self._folder), *defines),
        ]

    def _end(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with contextlib.suppress(OSError):
            shutil.rmtree(self._folder)
