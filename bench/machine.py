"""What a process and its descendants cost: CPU and memory, from /proc."""

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.5
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Of a family of processes, at one moment."""

    cpu_seconds: float
    pss_mb: float  # shared pages are counted once, in parts
    processes: int


@dataclass
class Peak:
    """The most of each that was seen; of CPU that is the whole, for it only grows while all live."""

    cpu_seconds: float = 0.0
    pss_mb: float = 0.0
    processes: int = 0

    def see(self, cost: Cost) -> None:
        """Take in one more sample."""
        self.cpu_seconds = max(self.cpu_seconds, cost.cpu_seconds)
        self.pss_mb = max(self.pss_mb, cost.pss_mb)
        self.processes = max(self.processes, cost.processes)


@contextlib.contextmanager
def watched(root: int) -> Iterator[Peak]:
    """Sample a process and its descendants while the block runs."""
    peak, done = Peak(), threading.Event()

    def sample() -> None:
        while not done.wait(SAMPLE_SECONDS):
            peak.see(cost_of(root))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def cost_of(root: int) -> Cost:
    """The process `root`, all its descendants, and the children that ended and were waited for."""
    family = [root, *descendants(root)]
    return Cost(sum(map(_cpu_seconds, family)), sum(map(_pss_mb, family)), len(family))


def descendants(pid: int) -> list[int]:
    """All processes below `pid`."""
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [found for child in children for found in (child, *descendants(child))]


def _cpu_seconds(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = text.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS  # utime stime cutime cstime


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
