"""What is unread in the logs of inbound queues goes to the store; once, or on and on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from campaigns.errors import CampaignsError
from campaigns.intake.log_files import read_before
from campaigns.intake.log_format import LogFormat
from campaigns.intake.log_reading import Advanced, Reading, read_on
from campaigns.rules.lost_calls import Folded, Mark, OpenCall, Taken

ATTENDED_AGAIN = timedelta(seconds=30)  # from one word that a log is followed to the next
POLL_SECONDS = 1.0  # an operator who becomes free is known as soon


class Shelf(Protocol):
    """Where one log's calls are kept for one campaign; it is `store.lost_calls.LostCalls`."""

    def position(self) -> Mark | None:
        """How far the log was read; None: never."""

    def open_calls(self) -> Mapping[str, OpenCall]:
        """The calls that were open there, by key."""

    def others(self) -> Mapping[str, Mark]:
        """How far the campaign's other logs were read, by source."""

    def under(self, source: str) -> "Shelf":
        """The shelf of another source."""

    def take_in(self, folded: Folded, before: Mark | None, after: Mark | None, now: datetime) -> Taken:
        """Keep what was read, and `after` with it. Raises CampaignsError when `before` holds no more."""

    def trial(self, folded: Folded, now: datetime) -> Taken:
        """What `take_in` would come to; nothing is kept."""

    def attend(self, now: datetime, *, on: bool) -> None:
        """All of the log is read, and somebody reads on; not `on`: nobody does from now on."""

    def let_go(self, now: datetime) -> None:
        """Nobody reads on for now: whom the log left talking may be free at any moment."""


@dataclass(frozen=True)
class Progress:
    """What one look at a log came to."""

    path: Path
    reading: Reading
    taken: Taken


@dataclass
class LogIntake:
    """One log on its way into the store."""

    path: Path
    make_format: Callable[[], LogFormat]
    shelf: Shelf
    _left: "_Left | None" = field(default=None, init=False)  # None: ask the store
    _looked_at: datetime | None = field(default=None, init=False)
    _attended: datetime | None = field(default=None, init=False)

    def look(self, now: datetime, advanced: Advanced = lambda lines: None) -> Progress:
        """Take in what is new. Raises IntakeError, or as the store does: then all of it is read again."""
        left = self._left or self._where()
        reading = self._read(left, now, advanced, self._looked_at)
        after = reading.mark or left.mark
        if after == left.kept or after is None:
            self._left, self._looked_at = left, now
            return Progress(self.path, reading, Taken())
        self._left = None
        taken = self.shelf.take_in(reading.folded, left.kept, after, now)
        self._left, self._looked_at = _Left(after, after, reading.folded.open_calls), now
        return Progress(self.path, reading, taken)

    def attend(self, now: datetime) -> None:
        """Say now and then that the log is followed. Raises as the store does."""
        if self._attended is None or not timedelta() <= now - self._attended < ATTENDED_AGAIN:
            self.shelf.attend(now, on=True)
            self._attended = now

    def trial(self, now: datetime) -> Progress:
        """Read what is new, and keep nothing."""
        reading = self._read(self._where(), now)
        return Progress(self.path, reading, self.shelf.trial(reading.folded, now))

    def _read(
        self,
        left: "_Left",
        now: datetime,
        advanced: Advanced = lambda lines: None,
        looked_at: datetime | None = None,
    ) -> Reading:
        reading = read_on(self.path, self.make_format, left.mark, left.open_calls, now, advanced, looked_at)
        notice = " ".join(each for each in (left.notice, reading.notice) if each)
        return replace(reading, notice=notice)

    def _where(self) -> "_Left":
        """Where it was left: under another name, if it is one that was moved."""
        kept = self.shelf.position()
        moved = None if kept else read_before(self.path, list(self.shelf.others().items()))
        if moved is None:
            return _Left(kept, kept, self.shelf.open_calls())
        source, mark = moved
        notice = f"{self.path} is the log that was read as {source}: it is read on from where that was left."
        return _Left(
            None,
            replace(mark, lines=0, broken=0, read_at=None),
            self.shelf.under(source).open_calls(),
            notice,
        )


@dataclass(frozen=True)
class _Left:
    """Where a log was left. kept: what the store has of this source; mark: from where it is read on."""

    kept: Mark | None
    mark: Mark | None
    open_calls: Mapping[str, OpenCall]
    notice: str = ""


def follow(
    logs: Sequence[LogIntake],
    clock: Callable[[], datetime],
    stopped: Callable[[float], bool],
    seen: Callable[[Progress], None],
    tell: Callable[[str], None],
) -> None:
    """Look at every log each second until `stopped(seconds)`, which waits so long, is true.

    What fails is told, once while it lasts, and tried again: a busy database, a log that is being rotated.
    """
    told: dict[Path, str] = {}
    while not stopped(POLL_SECONDS):
        for log in logs:
            complaint = _look(log, clock(), seen)
            if complaint and told.get(log.path) != complaint:
                tell(complaint)
            told[log.path] = complaint
    for log in logs:
        log.shelf.attend(clock(), on=False)


def _look(log: LogIntake, now: datetime, seen: Callable[[Progress], None]) -> str:
    """What is amiss, or ""."""
    try:
        progress = log.look(now)
        log.attend(now)
    except CampaignsError as error:
        return str(error)
    if progress.reading.mark is not None:
        seen(progress)
    return progress.reading.notice
