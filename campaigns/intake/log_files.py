"""What is unread of a log that is written to, rotated, compressed, truncated or copied meanwhile.

A file is known by a digest of its first bytes: neither a new name nor a new inode makes it another one. What
was not read before a rotation is looked for in the copies beside it, oldest first. All of them are opened
before one is read: a rotation meanwhile changes names only.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from os import stat_result
from pathlib import Path
from stat import S_ISREG
from types import TracebackType
from typing import Self

from campaigns.intake.errors import IntakeError
from campaigns.intake.log_file import HEAD_BYTES, Line, LogFile
from campaigns.rules.lost_calls import Mark

SETTLED = timedelta(minutes=1)  # a file that is being copied is written to all the time
LISTINGS = 5  # a rotation takes milliseconds
_ROTATED = re.compile(r"[.-]\d[\d.-]*(?:\.(?:gz|bz2|xz))?")  # .1, .1.gz, -20261122, .1795460400


@dataclass(frozen=True)
class Stretch:
    """An unread part of one file: from offset to its end. closed: nothing is written to it any more."""

    file: LogFile
    offset: int
    closed: bool

    def lines(self) -> Iterator[Line]:
        """Its lines; of one that is too long, pieces. Raises DamagedCopy; IntakeError for what may pass."""
        return self.file.lines(self.offset)

    @cached_property
    def first_line(self) -> int:
        """The number of its first line in the file, from 1."""
        return self.file.line_at(self.offset)

    def mark(self, offset: int) -> tuple[int, str]:
        """Inode and head of the file, once it is read up to `offset`."""
        return self.file.inode, self.file.head(min(offset, HEAD_BYTES))


@dataclass(frozen=True)
class Unread:
    """What is unread, in the order in which it was written; notice: one sentence on what is amiss, or "".

    anew: it does not follow on what was read. Its files are open until it is left.
    """

    stretches: tuple[Stretch, ...] = ()
    notice: str = ""
    anew: bool = False
    files: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.files.close()


def unread(path: Path, mark: Mark | None, now: datetime) -> Unread:
    """All that was written to the log since `mark`; without one, the whole file.

    Raises IntakeError when there is no such log.
    """
    for _ in range(LISTINGS):
        with ExitStack() as files:
            found = _chosen(path, mark, now, files)
            if found is not None:
                return replace(found, files=files.pop_all())
    raise IntakeError(f"{path} is being rotated at this moment: it is read once that is over.")


def read_before(path: Path, marks: Sequence[tuple[str, Mark]]) -> tuple[str, Mark] | None:
    """Which of the marks, by name, stands in this log or in a copy beside it; of several, the furthest."""
    with ExitStack() as files:
        there = [_try_open(file, files) for file in (path, *(copy for copy, _ in _copies(path)))]
        known = [
            (name, mark)
            for name, mark in marks
            for file in there
            if mark.offset and file and file.is_marked(mark) and file.begins_line(mark.offset)
        ]
    return max(known, key=lambda each: each[1].offset, default=None)


def _chosen(path: Path, mark: Mark | None, now: datetime, files: ExitStack) -> Unread | None:
    """None when the names moved on meanwhile."""
    log = _there(path, files)
    if mark is None:
        if log is None:
            raise IntakeError(f"There is no file {path}: name the log of the queue.")
        return Unread((Stretch(log, 0, closed=False),))
    if not (log and log.size and log.is_marked(mark)):
        notice = (
            f"What was read of {path} is gone, and with it what was written behind it until the rotation."
        )
    elif not log.is_shorter_than(mark.offset):
        return Unread((Stretch(log, mark.offset, closed=False),))
    elif now.timestamp() - log.written_at < SETTLED.total_seconds():
        return Unread((), f"{path} is shorter than what was read of it: it is read on once it is whole.")
    else:
        notice = (
            f"{path} is shorter than what was read of it, and does not grow: it is read from its beginning."
        )
    return _behind(path, log, mark, files, notice)


def _behind(path: Path, log: LogFile | None, mark: Mark, files: ExitStack, notice: str) -> Unread | None:
    """The log is a new file: the rest of the one that was read, and whatever was written between the two."""
    before = _names(path)
    rest, is_there = _since(path, mark, files)
    after = _names(path)
    if before != after or after.get(path, 0) != (log.inode if log else 0):
        return None
    if log and log.size:  # the writer has moved on: until then it may still write to the old file
        rest.append((log, 0))
    last = len(rest) - 1
    stretches = tuple(Stretch(file, offset, closed=n < last) for n, (file, offset) in enumerate(rest))
    amiss = not is_there and mark.offset and log and log.size
    return Unread(stretches, notice if amiss else "", anew=not is_there and mark.offset > 0)


def _since(path: Path, mark: Mark, files: ExitStack) -> tuple[list[tuple[LogFile, int]], bool]:
    """The copies with what is unread, oldest first, and from where; whether what was read is among them.

    One that is there both packed and unpacked counts once; one that is of no use is closed at once, as there
    may be hundreds.
    """
    since = mark.read_at.timestamp() if mark.read_at else 0.0
    rest: list[tuple[LogFile, int]] = []
    heads: set[str] = set()
    is_there = False
    for copy, status in _copies(path):
        file = _try_open(copy, files)
        if file is None:
            if is_there or status.st_mtime > since:
                _there(copy, files)  # says why it cannot be read
            continue
        head = file.head()
        if head and head in heads:
            file.close()
            continue
        heads.add(head)
        if not is_there and file.is_marked(mark) and not file.is_shorter_than(mark.offset):
            for older, _ in rest:
                older.close()
            rest, is_there = [(file, mark.offset)], True
        elif is_there or file.written_at > since:
            rest.append((file, 0))
        else:
            file.close()
    return rest, is_there


def _names(path: Path) -> dict[Path, int]:
    """Which file stands under which name now: the log and its copies, by inode."""
    names = {copy: status.st_ino for copy, status in _copies(path)}
    with suppress(OSError):
        names[path] = path.stat().st_ino
    return names


def _copies(path: Path) -> list[tuple[Path, stat_result]]:
    """Rotated copies that hold anything, oldest first."""
    found: list[tuple[Path, stat_result]] = []
    for file in path.parent.glob(f"{glob_safe(path.name)}*"):
        if _ROTATED.fullmatch(file.name.removeprefix(path.name)):
            with suppress(OSError):  # it was renamed or removed since it was listed
                found.append((file, file.stat()))
    whole = [each for each in found if S_ISREG(each[1].st_mode) and each[1].st_size]
    return sorted(whole, key=lambda each: (each[1].st_mtime_ns, each[0].name))


def glob_safe(name: str) -> str:
    """The name itself, as a pattern."""
    return re.sub(r"([\[*?])", r"[\1]", name)


def _there(path: Path, files: ExitStack) -> LogFile | None:
    """None when there is no such file. Raises IntakeError when it cannot be read."""
    try:
        return files.enter_context(LogFile(path))
    except FileNotFoundError:
        return None


def _try_open(path: Path, files: ExitStack) -> LogFile | None:
    """None when it is gone, or cannot be read."""
    with suppress(IntakeError):
        return _there(path, files)
    return None
