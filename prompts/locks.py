"""One at a time for a key, among threads and processes, with a bounded number of lock files."""

import fcntl
import os
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LOCK_FILES: Final = 64  # for each depth; two keys that share one only wait for each other
PATIENCE_SECONDS: Final = 60.0  # whoever holds a lock longer hangs: a lock saves work, it must not stop any
FIRST_WAIT_SECONDS: Final = 0.002
LONGEST_WAIT_SECONDS: Final = 0.05
PRIVATE: Final = 0o700


def make_private(folder: Path) -> None:
    """The folder and whatever lacks above it, readable by us alone. Raises OSError."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=PRIVATE, exist_ok=True)  # each by itself: with `parents` the others get no mode


class Locks:
    """flock on files of one folder: the kernel frees them when their holder dies.

    A thread may take a second lock while it holds one. The second comes from other files than the first, so
    whoever waits holds only locks of a lesser depth, and no two can wait for each other.
    """

    def __init__(self, folder: Path, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._folder = folder
        self._patience_seconds = patience_seconds
        self._held = threading.local()

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Wait until nobody else is at this key, at most the patience. Raises OSError."""
        depth: int = getattr(self._held, "depth", 0)
        self._held.depth = depth + 1
        try:
            with self.file(f"{depth}-{zlib.crc32(key.encode()) % LOCK_FILES:02x}"):
                yield
        finally:
            self._held.depth = depth

    @contextmanager
    def file(self, name: str, wait: bool = True, together: bool = False) -> Iterator[bool]:
        """Hold this lock file, or share it `together`; False when it is not had. Raises OSError."""
        handle = self._opened(name)
        try:
            had = self._locked(
                handle, fcntl.LOCK_SH if together else fcntl.LOCK_EX, self._patience_seconds * wait
            )
            try:
                yield had
            finally:
                if had:  # said aloud: a child that was forked meanwhile holds the same file open
                    fcntl.flock(handle, fcntl.LOCK_UN)
        finally:
            os.close(handle)

    def _opened(self, name: str) -> int:
        path = self._folder / name
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            make_private(self._folder)
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    @staticmethod
    def _locked(handle: int, how: int, patience_seconds: float) -> bool:
        until = time.monotonic() + patience_seconds
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            try:
                fcntl.flock(handle, how | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(wait_seconds)
                wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
            else:
                return True
