"""What is unread of a log that is written to, rotated, compressed, truncated or copied meanwhile.

A file is known by a digest of its first bytes: neither a new name nor a new inode makes it another one. What
was not read before a rotation is looked for in the copies beside it, oldest first.
"""

import bz2
import gzip
import hashlib
import lzma
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, cast

from campaigns.intake.errors import IntakeError
from campaigns.rules.lost_calls import Mark

HEAD_BYTES = 256  # some four lines; each begins with a time and the id of a call
LONGEST_LINE_BYTES = 64 * 1024
_ROTATED = re.compile(r"[.-]\d[\d.-]*(?:\.(?:gz|bz2|xz))?")  # .1, .1.gz, -20261122, .1795460400
PACKED = (".gz", ".bz2", ".xz")
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError)
UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError)


class DamagedCopy(IntakeError):
    """A packed copy ends early, or is none: waiting does not bring back what it held."""


@dataclass(frozen=True)
class Line:
    """One line of a log with its end. stop: the offset behind it, in bytes of the unpacked file."""

    raw: bytes
    stop: int

    @property
    def whole(self) -> bool:
        """Whether it was written to its end, or is a piece of one that is too long."""
        return self.raw.endswith(b"\n") or len(self.raw) == LONGEST_LINE_BYTES

    @property
    def text(self) -> str:
        """What is no UTF-8 becomes question marks: names are not read by anyone."""
        return self.raw.decode("utf-8", errors="replace")


@dataclass(frozen=True)
class Stretch:
    """An unread part of one file: from offset to its end. closed: nothing is written to it any more."""

    path: Path
    offset: int
    closed: bool

    def lines(self) -> Iterator[Line]:
        """Its lines; of one that is too long, pieces. Raises DamagedCopy; IntakeError for what may pass."""
        try:
            with _open(self.path) as file:
                file.seek(self.offset)
                stop = self.offset
                while raw := file.readline(LONGEST_LINE_BYTES):
                    stop += len(raw)
                    yield Line(raw, stop)
        except DAMAGED:
            raise DamagedCopy(
                f"{self.path} is damaged: calls that were lost in its time are missing."
            ) from None
        except UNREADABLE as error:
            raise _unreadable(self.path, error) from None

    @cached_property
    def first_line(self) -> int:
        """The number of its first line in the file, from 1."""
        try:
            with _open(self.path) as file:
                return 1 + file.read(self.offset).count(b"\n")
        except UNREADABLE as error:
            raise _unreadable(self.path, error) from None

    def is_longer_than(self, offset: int) -> bool:
        """Whether anything stands behind this offset."""
        try:
            with _open(self.path) as file:
                file.seek(offset)
                return bool(file.read(1))
        except UNREADABLE:
            return False

    def mark(self, offset: int) -> tuple[int, str]:
        """Inode and head of the file, once it is read up to `offset`."""
        return _inode(self.path), _head(self.path, min(offset, HEAD_BYTES))


@dataclass(frozen=True)
class Unread:
    """What is unread, in the order in which it was written; notice: one sentence on what is amiss, or ""."""

    stretches: tuple[Stretch, ...]
    notice: str = ""


def unread(path: Path, mark: Mark | None) -> Unread:
    """All that was written to the log since `mark`; without one, the whole file.

    Raises IntakeError when there is no such log.
    """
    size = _size(path)
    if mark is None:
        if size is None:
            raise IntakeError(f"There is no file {path}: name the log of the queue.")
        return Unread((Stretch(path, 0, closed=False),))
    if size and _is_marked(path, mark):
        if path.suffix not in PACKED and size < mark.offset:
            return Unread((), f"{path} is shorter than what was read of it: it is read on once it is whole.")
        return Unread((Stretch(path, mark.offset, closed=False),))
    return _behind(path, size, mark)


def _behind(path: Path, size: int | None, mark: Mark) -> Unread:
    """The log is a new file: the rest of the one that was read, and whatever was written between the two."""
    copies = _copies(path)
    at = next((n for n, copy in enumerate(copies) if _is_marked(copy, mark)), None)
    if at is not None:
        rest = [(copies[at], mark.offset), *((copy, 0) for copy in copies[at + 1 :])]
        notice = ""
    else:
        since = mark.read_at.timestamp() if mark.read_at else 0.0
        rest = [(copy, 0) for copy in copies if copy.stat().st_mtime > since]
        notice = (
            f"What was read of {path} is gone, and with it what was written behind it until the rotation."
        )
    if size:  # the writer has moved on: until then it may still write to the old file
        rest.append((path, 0))
    last = len(rest) - 1
    stretches = tuple(Stretch(file, offset, closed=n < last) for n, (file, offset) in enumerate(rest))
    return Unread(stretches, notice if mark.offset and size else "")


def _copies(path: Path) -> list[Path]:
    """Rotated copies, oldest first; one that is there both packed and unpacked counts once."""
    found = [
        file
        for file in path.parent.glob(f"{glob_safe(path.name)}*")
        if _ROTATED.fullmatch(file.name.removeprefix(path.name)) and _size(file)
    ]
    by_head: dict[str, Path] = {}
    for file in sorted(found, key=lambda file: (file.stat().st_mtime_ns, file.name)):
        by_head.setdefault(_head(file, HEAD_BYTES), file)
    return list(by_head.values())


def glob_safe(name: str) -> str:
    """The name itself, as a pattern."""
    return re.sub(r"([\[*?])", r"[\1]", name)


def _is_marked(path: Path, mark: Mark) -> bool:
    if not mark.offset:
        return _inode(path) == mark.inode
    return _head(path, min(mark.offset, HEAD_BYTES)) == mark.head


def _head(path: Path, length: int) -> str:
    if not length:
        return ""
    try:
        with _open(path) as file:
            return hashlib.sha256(file.read(length)).hexdigest()[:32]
    except UNREADABLE:
        return f"unreadable {path.name}"


def _open(path: Path) -> IO[bytes]:
    match path.suffix:
        case ".gz":
            return cast(IO[bytes], gzip.open(path))
        case ".bz2":
            return cast(IO[bytes], bz2.open(path))
        case ".xz":
            return cast(IO[bytes], lzma.open(path))
        case _:
            return path.open("rb")


def _inode(path: Path) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _size(path: Path) -> int | None:
    """None when there is no such file. Raises IntakeError for what is no ordinary one."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from None
    if not path.is_file():
        raise IntakeError(f"{path} is no ordinary file: name the log of the queue.")
    return size


def _unreadable(path: Path, error: Exception) -> IntakeError:
    why = getattr(error, "strerror", None) or "it is damaged, or the disk reports an error"
    return IntakeError(f"{path} cannot be read: {why}.")
