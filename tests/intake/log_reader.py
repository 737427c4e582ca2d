"""A log that is written to, and one who reads it again and again."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from campaigns.intake.log_format import Parsed
from campaigns.intake.log_reading import Reading, read_on
from campaigns.intake.queue_log import QueueLog
from campaigns.rules.lost_calls import Mark, OpenCall

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
START = int(NOW.timestamp()) - 80_000


def call(number: int) -> str:
    """Two lines: a call enters and is lost."""
    at = START + 10 * number
    return (
        f"{at}|{at}.{number}|desk|NONE|ENTERQUEUE||+7912{number:07d}|1\n"
        f"{at + 9}|{at}.{number}|desk|NONE|ABANDON|1|1|9\n"
    )


class Watched(QueueLog):
    """Something happens as soon as a line of it was read."""

    def __init__(self, deeds: Iterator[Callable[[], object]]) -> None:
        super().__init__("RU")
        self._deeds = deeds

    def read(self, line: str, now: datetime) -> Parsed:
        parsed = super().read(line, now)
        next(self._deeds, lambda: None)()
        return parsed


@dataclass
class Reader:
    """Reads one log again and again, as its follower does."""

    path: Path
    mark: Mark | None = None
    open_calls: dict[str, OpenCall] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    last: Reading | None = None

    def look(self, meanwhile: Callable[[], object] = lambda: None) -> Reading:
        """meanwhile: what happens once the first line is read."""
        deeds = iter([meanwhile])
        reading = read_on(self.path, lambda: Watched(deeds), self.mark, self.open_calls, NOW)
        self.mark = reading.mark or self.mark
        self.open_calls = dict(reading.folded.open_calls)
        self.lost += [loss.phone for loss in reading.folded.losses]
        self.last = reading
        return reading

    @property
    def numbers(self) -> list[int]:
        return [int(phone[5:]) for phone in self.lost]


def add(path: Path, *numbers: int) -> None:
    with path.open("a") as file:
        file.writelines(call(number) for number in numbers)


def rotate(path: Path, to: str = "queue_log.1") -> Path:
    """By renaming; the copy is younger than all that are there."""
    place = path.with_name(to)
    path.rename(place)
    made_newest(place)
    return place


def made_newest(path: Path) -> None:
    newest = max(file.stat().st_mtime_ns for file in path.parent.iterdir())
    os.utime(path, ns=(newest + 1_000_000, newest + 1_000_000))


def written(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))
