"""ISO weeks in a time zone: Monday 0:00 to the next one, whatever summer time does in between."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

WEEK = timedelta(weeks=1)


def week_name(day: date) -> str:
    """`2026-W09` for 2026-03-01; the year is the week's, as ISO 8601 counts it."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def weeks_between(first: datetime, last: datetime, zone: tzinfo) -> Sequence[tuple[str, datetime]]:
    """The weeks that these moments and all between them lie in: name and first moment (UTC), in order."""
    monday = first.astimezone(zone).date()
    monday -= timedelta(days=monday.weekday())
    weeks = []
    while (begins := midnight(monday, zone)) <= last:
        weeks.append((week_name(monday), begins))
        monday += WEEK
    return weeks


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a day begins there, in UTC."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)
