"""A folder of finished audio that stays within its bound: what was used longest ago goes first."""

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prompts.locks import Locks

KEEP_SECONDS: Final = 7200.0  # a call may be playing what was used so lately
MARK_SECONDS: Final = 600.0  # a use is written down once in so long
LEAVE: Final = 0.9  # of the bound is left, so that not every new clip means clearing
SURVEY: Final = 0.05  # of the bound may come in between two looks at the folder
BLOCK_BYTES: Final = 4096  # what a file takes on the disk is a multiple of it
PART: Final = ".part"
PART_SECONDS: Final = 3600.0  # an unfinished file so old is of a process that died
OUTDATED: Final = "fixed"  # the folder's name in the version before
_LOCK: Final = "shelf"


@dataclass(frozen=True)
class Kept:
    """A file on the shelf."""

    path: str
    size_bytes: int
    used_at: float  # seconds since 1970


def outgoing(kept: Iterable[Kept], limit_bytes: int, now: float) -> list[Kept]:
    """What has to go, used longest ago first: nothing while all fits, else until 90 % of the limit is left.

    What was used within two hours stays, even beyond the limit.
    """
    files = sorted(kept, key=lambda file: (file.used_at, file.path))
    total = sum(file.size_bytes for file in files)
    if total <= limit_bytes:
        return []
    going = []
    for file in files:
        if total <= limit_bytes * LEAVE:
            break
        if abs(now - file.used_at) > KEEP_SECONDS + MARK_SECONDS:  # also a clock that was ahead once
            going.append(file)
            total -= file.size_bytes
    return going


class Shelf:
    """Bounded among many processes: each looks at the whole folder when it has added a part of the bound."""

    def __init__(
        self, folder: Path, locks: Locks, limit_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._locks = locks
        self._limit_bytes = limit_bytes
        self._clock = clock
        self._added_bytes: float = limit_bytes  # the first clip of a process means a look

    def used(self, path: Path) -> bool:
        """Whether the file can be played; if so it stays for two hours from now. Raises OSError."""
        try:
            status = path.stat()
            if status.st_size == 0:  # what a failing disk left
                return False
            age_seconds = self._clock() - status.st_mtime
            if abs(age_seconds) > MARK_SECONDS:
                with self._locks.file(_LOCK, together=True):  # not between the last look and the removal
                    os.utime(path, (self._clock(), self._clock()))
        except FileNotFoundError:
            return False
        except PermissionError:  # another user's: who may not mark it may perhaps play it
            pass
        return os.access(path, os.R_OK)

    def added(self, size_bytes: int) -> None:
        """Count a new file, and clear the shelf when enough has come. Raises OSError."""
        self._added_bytes += _on_disk(size_bytes)
        if self._added_bytes > self._limit_bytes * SURVEY:
            self.clear()

    def clear(self) -> None:
        """Bring the folder within its bound, unless another process is at it. Raises OSError."""
        self._added_bytes = 0
        with self._locks.file(_LOCK, wait=False) as mine:
            if not mine:
                return
            shutil.rmtree(self._folder.parent / OUTDATED, ignore_errors=True)
            now = self._clock()
            files = _files(self._folder)
            parts = [file for file in (*files, *_files(self._folder.parent)) if file.path.endswith(PART)]
            crashed = [part for part in parts if now - part.used_at > PART_SECONDS]
            for file in (*crashed, *outgoing(files, self._limit_bytes, now)):
                Path(file.path).unlink(missing_ok=True)


def _files(folder: Path) -> list[Kept]:
    """The files of a folder, other processes being at work in it."""
    found = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    found.append(Kept(entry.path, _on_disk(status.st_size), status.st_mtime))
    return found


def _on_disk(size_bytes: int) -> int:
    return -(-size_bytes // BLOCK_BYTES) * BLOCK_BYTES
