"""When an operator works: `7:30-14:00` every day, by the clinic's clock; a night shift runs past midnight."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

_SHIFT = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")
_END_OF_DAY = time(0)


@dataclass(frozen=True)
class Shift:
    """From `opens` (included) to `closes` (excluded), which is the next day's when it is not the later."""

    opens: time
    closes: time

    def __str__(self) -> str:
        closes = "24:00" if self.closes == _END_OF_DAY else _written(self.closes)
        return f"{_written(self.opens)}-{closes}"

    def holds(self, wall: time) -> bool:
        """Whether this wall-clock time lies inside."""
        if self.opens < self.closes:
            return self.opens <= wall < self.closes
        return wall >= self.opens or wall < self.closes


def parse_shift(written: str) -> Shift:
    """Read `7:30-14:00`. Raises ValueError with what to write instead."""
    found = _SHIFT.fullmatch(written.strip())
    if not found:
        raise ValueError(f'the shift "{written}" is not of the form 7:30-14:00')
    opens, closes = _time(found[1], found[2]), _time(found[3], found[4])
    if opens == closes:
        raise ValueError(f'the shift "{written}" has no length: leave it out for somebody who always works')
    return Shift(opens, closes)


def in_shift(written: str, zone: str, now: datetime) -> bool:
    """Whether somebody with this shift, "" for always, works at `now` (aware); zone: IANA."""
    return not written or _read(written).holds(now.astimezone(ZoneInfo(zone)).time())


_read = lru_cache(maxsize=256)(parse_shift)


def _time(hours: str, minutes: str) -> time:
    if hours == "24" and minutes != "00":
        raise ValueError(f"the time {hours}:{minutes} does not exist: the day ends at 24:00")
    return time(int(hours) % 24, int(minutes))


def _written(wall: time) -> str:
    return f"{wall.hour}:{wall.minute:02d}"
