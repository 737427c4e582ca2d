"""What a process and its descendants cost: CPU and memory, from /proc."""

import contextlib
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SAMPLE_SECONDS = 0.5
_TICKS = os.sysconf("SC_CLK_TCK")


ROLES = {"multiprocessing": "speech", "dialer.nursery": "lines"}  # by what the command line holds
ENGINE = "engine"  # any other


@dataclass
class Spending:
    """What a process and its descendants have used, as samples tell; a process that ends keeps its share."""

    pss_mb: float = 0.0  # at most at one moment; shared pages are counted once, in parts
    processes: int = 0  # at most at one moment
    _cpu: dict[int, tuple[str, float]] = field(default_factory=dict)

    def sample(self, root: int) -> None:
        """Look at all of them once."""
        family = [root, *descendants(root)]
        self.pss_mb = max(self.pss_mb, sum(map(_pss_mb, family)))
        self.processes = max(self.processes, len(family))
        for pid in family:
            if seconds := _cpu_seconds(pid):
                self._cpu[pid] = (_role(pid), seconds)

    @property
    def cpu_seconds(self) -> Mapping[str, float]:
        """By role: engine, speech, lines."""
        totals: defaultdict[str, float] = defaultdict(float)
        for role, seconds in self._cpu.values():
            totals[role] += seconds
        return totals


@contextlib.contextmanager
def watched(root: int) -> Iterator[Spending]:
    """Sample a process and its descendants while the block runs."""
    spending, done = Spending(), threading.Event()

    def sample() -> None:
        while not done.wait(SAMPLE_SECONDS):
            spending.sample(root)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield spending
    finally:
        done.set()
        thread.join()


def cpu_by_role(root: int) -> Mapping[str, float]:
    """Seconds of CPU that a process and its descendants have used until now, in user and kernel mode."""
    totals: defaultdict[str, float] = defaultdict(float)
    for pid in (root, *descendants(root)):
        totals[_role(pid)] += _cpu_seconds(pid)
    return totals


def memory_mb(root: int) -> float:
    """PSS of a process and its descendants now: shared pages are counted once, in parts."""
    return sum(map(_pss_mb, (root, *descendants(root))))


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


def _role(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ENGINE
    return next((role for sign, role in ROLES.items() if sign in command), ENGINE)


def _cpu_seconds(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = text.rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / _TICKS  # utime stime


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
