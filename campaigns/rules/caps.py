"""How often one number may be called: counted over all campaigns, by calls that rang."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=30)
"""How far back calls are looked at."""


@dataclass(frozen=True)
class Ring:
    """A call that rang at a number: when, for which contact, and when it was over (None: it is not)."""

    contact: int
    at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Caps:
    """The most calls that ring on one local day, in any 7 and in any 30 days; None: no cap."""

    day: int | None = None
    week: int | None = None
    month: int | None = None


@dataclass(frozen=True)
class Reached:
    """A cap that forbids a call now: `name` is that of its field, `until` the first moment it does not."""

    name: str
    most: int
    until: datetime


def reached(caps: Caps, rings: Sequence[Ring], zone: str, now: datetime) -> Reached | None:
    """The cap that forbids a call at `now` for longest; None: none does. `rings`: any order, 30 days back."""
    found = _today(caps.day, rings, zone, now)
    for name, most, span in (("week", caps.week, timedelta(days=7)), ("month", caps.month, LONGEST)):
        recent = sorted(ring.at for ring in rings if ring.at > now - span)
        if most is not None and len(recent) >= most:
            until = recent[len(recent) - most] + span if most else now + span
            found.append(Reached(name, most, until))
    return max(found, key=lambda cap: cap.until, default=None)


def _today(most: int | None, rings: Sequence[Ring], zone: str, now: datetime) -> list[Reached]:
    tz = ZoneInfo(zone)
    today = now.astimezone(tz).date()
    if most is None or sum(ring.at.astimezone(tz).date() == today for ring in rings) < most:
        return []
    tomorrow = datetime.combine(today + timedelta(days=1), time(0), tz)
    return [Reached("day", most, tomorrow.astimezone(UTC))]
