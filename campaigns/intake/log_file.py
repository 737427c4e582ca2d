"""One file of a log, held open: it stays the one that was chosen, whatever is done to its name."""

import bz2
import gzip
import hashlib
import lzma
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from campaigns.intake.errors import IntakeError
from campaigns.rules.lost_calls import Mark

HEAD_BYTES = 256  # some four lines; each begins with a time and the id of a call
LONGEST_LINE_BYTES = 64 * 1024
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


class LogFile:
    """An open file of a log. inode, size (stored bytes), written_at (since 1970): as of its opening.

    Raises FileNotFoundError, and IntakeError for what is no file or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._raw = _opened(path)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise unreadable(path, error) from None
        status = os.fstat(self._raw.fileno())
        self.inode, self.size, self.written_at = status.st_ino, status.st_size, status.st_mtime
        self._stored = self._now_stored()
        self._file = _unpacked(path, self._raw)
        self._head = self._beginning()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it; once more does no harm."""
        self._file.close()
        self._raw.close()

    def head(self, offset: int = HEAD_BYTES) -> str:
        """A digest of its first bytes before `offset`, as they were when they were read; "" of none."""
        known = (self._head or b"")[:offset]
        return hashlib.sha256(known).hexdigest()[:32] if known else ""

    def is_marked(self, mark: Mark) -> bool:
        """Whether this is the file that was read up to the mark, under whatever name."""
        if not mark.offset:
            return self.inode == mark.inode
        return bool(self._head) and self.head(mark.offset) == mark.head

    def is_shorter_than(self, offset: int) -> bool:
        """Of a packed file nobody knows before it is read."""
        return self.path.suffix not in PACKED and self.size < offset

    @property
    def was_overwritten(self) -> bool:
        """Whether it begins otherwise than when it was opened: what it held stands in a copy by now."""
        return not self._now_stored().startswith(self._stored)

    def lines(self, offset: int) -> Iterator[Line]:
        """Its lines from there; of one that is too long, pieces.

        Raises DamagedCopy; IntakeError for what may pass.
        """
        try:
            self._file.seek(offset)
            stop = offset
            while raw := self._file.readline(LONGEST_LINE_BYTES):
                if stop < HEAD_BYTES:  # a file that grows: its head is what was read of it
                    self._head = (self._head or b"")[:stop] + raw[: HEAD_BYTES - stop]
                stop += len(raw)
                yield Line(raw, stop)
        except DAMAGED:
            raise DamagedCopy(
                f"{self.path} is damaged: calls that were lost in its time are missing."
            ) from None
        except UNREADABLE as error:
            raise unreadable(self.path, error) from None

    def line_at(self, offset: int) -> int:
        """The number of the line that begins there, from 1; the reading of lines goes on where it was."""
        try:
            here = self._file.tell()
            self._file.seek(0)
            number = 1 + self._file.read(offset).count(b"\n")
            self._file.seek(here)
        except UNREADABLE as error:
            raise unreadable(self.path, error) from None
        return number

    def is_longer_than(self, offset: int) -> bool:
        """Whether anything stands behind this offset."""
        return bool(self._read(offset, 1))

    def begins_line(self, offset: int) -> bool:
        """Whether a line ends right before this offset."""
        return offset == 0 or self._read(offset - 1, 1) == b"\n"

    def _now_stored(self) -> bytes:
        """Its first bytes on the disk, past all buffers."""
        return os.pread(self._raw.fileno(), HEAD_BYTES, 0)

    def _beginning(self) -> bytes | None:
        """None when that much of it cannot be read."""
        return self._read(0, HEAD_BYTES)

    def _read(self, offset: int, size: int) -> bytes | None:
        try:
            self._file.seek(offset)
            return self._file.read(size)
        except UNREADABLE:
            return None


def unreadable(path: Path, error: Exception) -> IntakeError:
    """One sentence on a file that cannot be read, now or ever."""
    why = getattr(error, "strerror", None) or "it is damaged, or the disk reports an error"
    return IntakeError(f"{path} cannot be read: {why}.")


def _opened(path: Path) -> IO[bytes]:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe that nobody writes to would hold us
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise IntakeError(f"{path} is no ordinary file: name the log of the queue.")
    return os.fdopen(handle, "rb")


def _unpacked(path: Path, raw: IO[bytes]) -> IO[bytes]:
    match path.suffix:
        case ".gz":
            return cast(IO[bytes], gzip.open(raw))
        case ".bz2":
            return cast(IO[bytes], bz2.open(raw))
        case ".xz":
            return cast(IO[bytes], lzma.open(raw))
        case _:
            return raw
