"""One reading of a log, to its end: lines in, what they say and how far they were read out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from campaigns.intake.errors import IntakeError
from campaigns.intake.log_file import DamagedCopy, Line
from campaigns.intake.log_files import Stretch, unread
from campaigns.intake.log_format import LogClock, LogFormat, Parsed
from campaigns.rules.lost_calls import Fold, Folded, Mark, OpenCall

PROGRESS_LINES = 5000  # a tenth of a second
LIVE = timedelta(minutes=1)  # who looked so recently reads a line soon after it was written
FAULTS_KEPT = 1000  # of one reading: a file of another kind is broken in every line

Advanced = Callable[[int], None]
"""Told how many lines of a reading are done."""


@dataclass(frozen=True)
class Fault:
    """A broken line. line: its number in its file; raw: what it holds, numbers and names among it."""

    path: Path
    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Reading:
    """What was read. mark: up to where; None: nothing new was there.

    faults: the first `FAULTS_KEPT` of the `broken` ones. jumps: lines whose clock had jumped; live: they were
    written just now, and have our time. unfinished: the
    last line has no end yet, and is read when it has. notice: sentences on what is amiss with the file.
    """

    folded: Folded
    mark: Mark | None
    lines: int = 0
    broken: int = 0
    faults: tuple[Fault, ...] = ()
    jumps: int = 0
    live: bool = False
    unfinished: bool = False
    notice: str = ""


def read_on(
    path: Path,
    make_format: Callable[[], LogFormat],
    mark: Mark | None,
    open_calls: Mapping[str, OpenCall],
    now: datetime,
    advanced: Advanced = lambda lines: None,
    looked_at: datetime | None = None,
) -> Reading:
    """Read what was written since `mark`, in the log and in what was rotated away meanwhile.

    looked_at: when whoever follows the log last looked at it. Raises IntakeError when it cannot be read, or
    nothing in it is a line of such a log.
    """
    before = mark or Mark()
    live = looked_at is not None and now - looked_at < LIVE
    with unread(path, mark, now) as found:
        clock = LogClock() if found.anew else LogClock(before.last_event_at, live=live)
        reader = _Reader(make_format, clock, Fold(open_calls), before, now, advanced)
        for stretch in found.stretches:
            if stretch.file.was_overwritten:
                break  # copied and emptied since it was opened: the next look finds the copy
            try:
                reader.read(stretch)
            except DamagedCopy as error:  # what came behind it must not wait for it
                reader.notices.append(str(error))
    if mark is None and reader.lines and reader.broken == reader.lines:
        raise IntakeError(
            f"{path} is no {make_format().title}: none of its {reader.lines} lines has that form; "
            "name another file."
        )
    folded = reader.fold.done()
    after = replace(
        reader.mark,
        lines=before.lines + reader.lines,
        broken=before.broken + reader.broken,
        read_at=now,
        last_event_at=folded.last_event_at or before.last_event_at,
    )
    return Reading(
        folded=folded,
        mark=None if mark and replace(after, read_at=mark.read_at) == mark else after,
        lines=reader.lines,
        broken=reader.broken,
        faults=tuple(reader.faults),
        jumps=reader.jumps,
        live=live,
        unfinished=reader.unfinished,
        notice=" ".join(notice for notice in (found.notice, *reader.notices) if notice),
    )


@dataclass
class _Reader:
    """Reads stretch after stretch."""

    make_format: Callable[[], LogFormat]
    clock: LogClock
    fold: Fold
    mark: Mark
    now: datetime
    advanced: Advanced
    lines: int = 0
    broken: int = 0
    jumps: int = 0
    unfinished: bool = False
    faults: list[Fault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def read(self, stretch: Stretch) -> None:
        """Its lines; of a file that is written to, those of whole records: the rest is read once it is."""
        form = self.make_format()
        form.clock = self.clock
        offset = stretch.offset
        record: list[tuple[int, Line, Parsed]] = []  # the lines that began one
        for number, line in enumerate(stretch.lines()):
            if not (line.whole or stretch.closed):
                break
            parsed = form.read(line.text, self.now)
            record.append((number, line, parsed))
            if parsed.whole:
                self._take(stretch, record)
                record, offset = [], line.stop
        self._take(stretch, record if stretch.closed else ())
        self._events(form.finish(self.now) if stretch.closed else Parsed())
        inode, head = stretch.mark(offset)
        self.mark = replace(self.mark, inode=inode, head=head, offset=offset)
        self.unfinished = not stretch.closed and stretch.file.is_longer_than(offset)

    def _take(self, stretch: Stretch, record: Sequence[tuple[int, Line, Parsed]]) -> None:
        for _ in record:
            self.lines += 1
            if self.lines % PROGRESS_LINES == 0:
                self.advanced(self.lines)
        for number, line, parsed in record:
            self._events(parsed)
            if not parsed.complaint:
                continue
            self.broken += 1
            if len(self.faults) < FAULTS_KEPT:
                place = stretch.first_line + number
                self.faults.append(Fault(stretch.file.path, place, parsed.complaint, line.text))

    def _events(self, parsed: Parsed) -> None:
        self.jumps += parsed.jumped
        for event in parsed.events:
            self.fold.take(event)
