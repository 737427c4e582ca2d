"""How often one number may be called: counted over all campaigns, by calls that rang."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEK = timedelta(days=7)
LONGEST = timedelta(days=30)
"""How far back calls are looked at."""
MOST_CALLS = 100  # who wants more in any of the spans wants no cap

Met = Literal["", "machine", "abandoned"]
"""What a call met: a machine, or a person to whom nothing could be said."""


@dataclass(frozen=True)
class Ring:
    """A call that rang at a number: when, for which contact, and when it was over (None: it is not).

    zone: the contact's IANA zone, "" when not known: two contacts of one number may have two.
    """

    contact: int
    at: datetime
    ended_at: datetime | None = None
    met: Met = ""
    zone: str = ""


@dataclass(frozen=True)
class Caps:
    """The most calls that ring on one local day, in any 7 and in any 30 days; None: no cap.

    after_machine, after_abandoned: how long a number is left alone after a call that met a machine, or a
    person to whom nothing could be said; None: not at all, and never over 30 days.
    """

    day: int | None = None
    week: int | None = None
    month: int | None = None
    after_machine: timedelta | None = None
    after_abandoned: timedelta | None = None


@dataclass(frozen=True)
class Reached:
    """A cap that forbids a call now: `name` is that of its field, `until` the first moment it does not.

    most: how many calls it allows; 0 where the number is left alone.
    """

    name: str
    most: int
    until: datetime


def reached(caps: Caps, rings: Sequence[Ring], zone: str, now: datetime) -> Reached | None:
    """The cap that forbids a call at `now` for longest; None: none does. `rings`: any order, 30 days back.

    A day is counted in the zone of the contact that is to be called and in those of the contacts that the
    number rang for: it rings at one place, and who says where may be wrong. A call from after `now` was
    written down while the clock ran ahead, and counts for this day too.
    """
    found = (*_day(caps.day, rings, zone, now), *_spans(caps, rings, now), *_rests(caps, rings, now))
    return max(found, key=lambda cap: cap.until, default=None)


def _day(most: int | None, rings: Sequence[Ring], zone: str, now: datetime) -> Iterator[Reached]:
    if most is None:
        return
    for tz in filter(None, map(_zone, dict.fromkeys((zone, *(ring.zone for ring in rings))))):
        today = now.astimezone(tz).date()
        if sum(min(ring.at, now).astimezone(tz).date() == today for ring in rings) >= most:
            yield Reached("day", most, _start(today + timedelta(days=1), tz, now))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):  # the machine's zone data has lost it
        return None


def _start(day: date, tz: ZoneInfo, now: datetime) -> datetime:
    """The first moment of a local day after `now`; where clocks go back over midnight there are two."""
    midnight = datetime.combine(day, time(0), tz)
    first = midnight.astimezone(UTC)
    return first if first > now else midnight.replace(fold=1).astimezone(UTC)


def _spans(caps: Caps, rings: Sequence[Ring], now: datetime) -> Iterator[Reached]:
    for name, most, span in (("week", caps.week, WEEK), ("month", caps.month, LONGEST)):
        if most is None:
            continue
        recent = sorted(ring.at for ring in rings if ring.at > now - span)
        if len(recent) >= most:
            yield Reached(name, most, (recent[len(recent) - most] if most else now) + span)


def _rests(caps: Caps, rings: Sequence[Ring], now: datetime) -> Iterator[Reached]:
    rests: Mapping[str, timedelta | None] = {
        "machine": caps.after_machine,
        "abandoned": caps.after_abandoned,
    }
    for ring in rings:
        span = rests.get(ring.met)
        if span is not None and (until := (ring.ended_at or ring.at) + span) > now:
            yield Reached(f"after_{ring.met}", 0, until)
