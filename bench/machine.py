"""What a process and its descendants cost: CPU and memory, from /proc."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Of a family of processes, at one moment."""

    cpu_seconds: float
    pss_mb: float  # shared pages are counted once, in parts
    processes: int


def cost_of(root: int, without: Collection[str] = ()) -> Cost:
    """The process `root`, all its descendants, and the children that ended and were waited for.

    `without` names programs that do not count, such as the far end.
    """
    family = [pid for pid in (root, *descendants(root)) if _program(pid) not in without]
    return Cost(sum(map(_cpu_seconds, family)), sum(map(_pss_mb, family)), len(family))


def descendants(pid: int) -> list[int]:
    """All processes below `pid`."""
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except FileNotFoundError:
        return []
    return [found for child in children for found in (child, *descendants(child))]


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return ""


def _cpu_seconds(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return 0.0
    fields = text.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS  # utime stime cutime cstime


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
