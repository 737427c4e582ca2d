"""What line processes hold, as the kernel tells: memory, descriptors, threads."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True)
class Burden:
    """The most that any one process holds."""

    processes: int
    rss_mb: float
    descriptors: int
    threads: int


def burden(pids: Sequence[int]) -> Burden:
    """Of all of them that are alive now."""
    held = [found for pid in pids if (found := _of(pid)) is not None]
    rss, descriptors, threads = zip(*held, strict=True) if held else ((0.0,), (0,), (0,))
    return Burden(len(held), max(rss), max(descriptors), max(threads))


def _of(pid: int) -> tuple[float, int, int] | None:
    folder = Path(f"/proc/{pid}")
    try:
        pages = int((folder / "statm").read_text().split()[1])
        return pages * _PAGE_MB, len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir()))
    except (FileNotFoundError, ProcessLookupError):
        return None
