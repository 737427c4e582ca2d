"""The processes below an engine, and which of them are line processes."""

import os
from pathlib import Path

from bench.machine import descendants


def line_processes(engine: int) -> list[int]:
    """Those that the nursery forked, the one with most sockets, and so with calls, first."""
    born = [pid for pid in descendants(engine) if b"dialer.nursery" in _command(pid)]
    return sorted((pid for pid in born if not descendants(pid)), key=_descriptors, reverse=True)


def still_there(pids: list[int]) -> list[int]:
    """Those of them that run; one that only waits to be reaped does not."""
    return [pid for pid in pids if _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except (FileNotFoundError, ProcessLookupError):
        return 0
