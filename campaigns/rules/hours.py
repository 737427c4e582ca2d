"""Calling hours in the contact's own time: is it open now, and when does it open next."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays as calendars

MIDNIGHT = time(0)
SATURDAY = 5
LONGEST_SEARCH = timedelta(days=400)  # a calendar that closes every day for longer than a year is a fault
ANY_YEAR = date(2026, 1, 1)  # weekdays and holidays of one year stand for those of all


@dataclass(frozen=True)
class Window:
    """Open from `opens` (included) to `closes` (excluded), local wall-clock times of one day.

    `closes` of 00:00 means the end of that day, so 00:00-00:00 is the whole day.
    Raises ValueError when it never opens or would run past midnight.
    """

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise ValueError(
                f"the calling hours {self.opens:%H:%M}-{self.closes:%H:%M} never open: "
                "the end must be later than the start, on the same day"
            )

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    def holds(self, wall: time) -> bool:
        """Whether this wall-clock time lies inside."""
        return self.opens <= wall and (self.closes == MIDNIGHT or wall < self.closes)

    def __and__(self, other: "Window") -> "Window | None":
        """When both are open; None when never."""
        return _both(self, other)


@lru_cache(maxsize=1024)
def _both(one: Window, other: Window) -> Window | None:
    opens = max(one.opens, other.opens)
    closes = min(one.closes, other.closes, key=lambda wall: (wall == MIDNIGHT, wall))
    return Window(opens, closes) if closes == MIDNIGHT or opens < closes else None


class Calendar(Protocol):
    """Says of every local day when calls may be placed on it."""

    def window(self, day: date) -> Window | None:
        """The window of one local day; None when nobody is called on it."""


@dataclass(frozen=True)
class Hours:
    """Windows of weekdays and of days off.

    `holidays` is a country (`RU`) or a region of one (`US-NY`, `DE-BY`) whose public holidays are days off;
    its own weekend and its moved working days count too, as far as the `holidays` library tells. Without it
    the days off are Saturday and Sunday. `weekends=None`: no calls on days off.
    Raises ValueError for a country or region the library does not know.
    """

    weekdays: Window
    weekends: Window | None
    holidays: str | None = None

    def __post_init__(self) -> None:
        country, dash, region = (self.holidays or "").partition("-")
        if self.holidays is None:
            return
        if country not in _regions():
            raise ValueError(
                f'the public holidays of the country "{country}" are not known: '
                "use its two-letter code, such as RU"
            )
        if dash and region not in _regions()[country]:
            raise ValueError(
                f'the public holidays of the region "{self.holidays}" are not known: '
                + _known(country, _regions()[country])
            )

    def window(self, day: date) -> Window | None:
        """The window of one local day; None when nobody is called on it."""
        return self.weekdays if self.works_on(day) else self.weekends

    def works_on(self, day: date) -> bool:
        """Whether that local day is a working day."""
        return _is_working_day(self.holidays, day)


@dataclass(frozen=True)
class Overlap:
    """A calendar that is open when all of these are; each counts its own days off."""

    parts: tuple[Calendar, ...]

    def window(self, day: date) -> Window | None:
        """The window of one local day; None when nobody is called on it."""
        open_on_it: Window | None = Window(MIDNIGHT, MIDNIGHT)
        for part in self.parts:
            window = part.window(day)
            open_on_it = open_on_it & window if open_on_it and window else None
        return open_on_it


@lru_cache(maxsize=1)
def _regions() -> dict[str, list[str]]:
    return calendars.list_supported_countries()


def _known(country: str, regions: list[str]) -> str:
    if not regions:
        return f"{country} has no regions with holidays of their own"
    return f"use {country}, or one of its regions " + ", ".join(regions)


@lru_cache(maxsize=256)
def _calendar(place: str, year: int) -> calendars.HolidayBase:
    country, _, region = place.partition("-")
    return calendars.country_holidays(country, subdiv=region or None, years=year, expand=False)


@lru_cache(maxsize=8192)
def _is_working_day(place: str | None, day: date) -> bool:
    if place is None:
        return day.weekday() < SATURDAY
    return _calendar(place, day.year).is_working_day(day)


def is_open(hours: Calendar, zone: str, now: datetime) -> bool:
    """Whether a person in this IANA zone may be called at `now` (aware)."""
    local = _aware(now).astimezone(ZoneInfo(zone))
    window = hours.window(local.date())
    return window is not None and window.holds(local.time())


def never_opens(*hours: Calendar) -> bool:
    """Whether there is no day, weekday or day off, on which all of them are open at once."""
    both = Overlap(hours)
    return not any(both.window(ANY_YEAR + timedelta(days=n)) for n in range(LONGEST_SEARCH.days))


def opening(hours: Calendar, zone: str, now: datetime) -> datetime | None:
    """The first moment from `now` on at which it is open, in UTC; None when that is over a year away.

    It is `now` itself when it is open. Wall clocks jump, so the way there is walked in steps of at most a
    day: each step trusts the present offset from UTC, and one that would cross a change of offset stops
    exactly at the change and looks again. That is right in gaps (the opening time may not exist) and in
    folds (it may come twice).
    """
    tz = ZoneInfo(zone)
    at = _aware(now).astimezone(UTC)
    last = at + LONGEST_SEARCH
    while not is_open(hours, zone, at):
        at = _step(hours, tz, at)
        if at > last:
            return None
    return at


def closing(hours: Calendar, zone: str, now: datetime) -> datetime:
    """The first moment from `now` on at which it is not open, or of the next local day, in UTC.

    It is `now` itself when it is closed. A window that runs to the end of the day may open again at once.
    """
    tz = ZoneInfo(zone)
    at = _aware(now).astimezone(UTC)
    day = at.astimezone(tz).date()
    while is_open(hours, zone, at) and at.astimezone(tz).date() == day:
        local = at.astimezone(tz).replace(tzinfo=None, fold=0)
        window = hours.window(day)
        closes = window.closes if window is not None else MIDNIGHT
        target = datetime.combine(day + timedelta(days=closes == MIDNIGHT), closes)
        at = _towards(tz, at, target - local)
    return at


def _step(hours: Calendar, tz: ZoneInfo, at: datetime) -> datetime:
    """From a closed moment on to today's opening or the next midnight, or to a change of offset before it."""
    local = at.astimezone(tz).replace(tzinfo=None, fold=0)
    window = hours.window(local.date())
    if window is not None and local.time() < window.opens:
        target = datetime.combine(local.date(), window.opens)
    else:
        target = datetime.combine(local.date() + timedelta(days=1), MIDNIGHT)
    return _towards(tz, at, target - local)


def _towards(tz: ZoneInfo, at: datetime, span: timedelta) -> datetime:
    """That much later, or the change of offset on the way there."""
    there = at + span
    return there if _offset(tz, there) == _offset(tz, at) else _change(tz, at, there)


def _change(tz: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first whole second with the offset of `after`; offsets change on whole seconds of UTC."""
    start = before.replace(microsecond=0)
    low, high = 0, -((start - after) // timedelta(seconds=1))
    old = _offset(tz, before)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(tz, start + timedelta(seconds=middle)) == old else (low, middle)
    return start + timedelta(seconds=high)


def _offset(tz: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(tz).utcoffset()


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("calling hours need a time with its offset from UTC")
    return moment
