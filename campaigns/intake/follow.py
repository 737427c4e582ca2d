"""What is unread in the logs of inbound queues goes to the store; once, or on and on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from campaigns.errors import CampaignsError
from campaigns.intake.log_format import LogFormat
from campaigns.intake.log_reading import Advanced, Reading, read_on
from campaigns.rules.lost_calls import Folded, Mark, OpenCall, Taken

POLL_SECONDS = 1.0  # an operator who becomes free is known as soon


class Shelf(Protocol):
    """Where one log's calls are kept for one campaign; it is `store.lost_calls.LostCalls`."""

    def position(self) -> Mark | None:
        """How far the log was read; None: never."""

    def open_calls(self) -> Mapping[str, OpenCall]:
        """The calls that were open there, by key."""

    def take_in(self, folded: Folded, before: Mark | None, after: Mark | None, now: datetime) -> Taken:
        """Keep what was read, and `after` with it. Raises CampaignsError when `before` holds no more."""

    def trial(self, folded: Folded, now: datetime) -> Taken:
        """What `take_in` would come to; nothing is kept."""

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
    _mark: Mark | None = field(default=None, init=False)
    _open: Mapping[str, OpenCall] | None = field(default=None, init=False)  # None: ask the store

    def look(self, now: datetime, advanced: Advanced = lambda lines: None) -> Progress:
        """Take in what is new. Raises IntakeError, or as the store does: then all of it is read again."""
        if self._open is None:
            self._mark, self._open = self.shelf.position(), self.shelf.open_calls()
        reading = read_on(self.path, self.make_format, self._mark, self._open, now, advanced)
        if reading.mark is None:
            return Progress(self.path, reading, Taken())
        self._open = None
        taken = self.shelf.take_in(reading.folded, self._mark, reading.mark, now)
        self._mark, self._open = reading.mark, reading.folded.open_calls
        return Progress(self.path, reading, taken)

    def trial(self, now: datetime) -> Progress:
        """Read what is new, and keep nothing."""
        mark, still_open = self.shelf.position(), self.shelf.open_calls()
        reading = read_on(self.path, self.make_format, mark, still_open, now)
        return Progress(self.path, reading, self.shelf.trial(reading.folded, now))


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


def _look(log: LogIntake, now: datetime, seen: Callable[[Progress], None]) -> str:
    """What is amiss, or ""."""
    try:
        progress = log.look(now)
    except CampaignsError as error:
        return str(error)
    if progress.reading.mark is not None:
        seen(progress)
    return progress.reading.notice
