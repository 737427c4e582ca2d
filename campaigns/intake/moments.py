"""Times as files have them -> moments: a date alone stands for a time of that day, in the contact's zone."""

from dataclasses import replace
from datetime import UTC, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaigns.flows.fields import CLOCK_SLACK, Field, parse_field

START_OF_DAY = time(0)
END_OF_DAY = time(23, 59, 59)
YEARS = range(2000, 2101)  # others are slips of the hand, and some cannot be converted
_DATE_LENGTH = len("2026-11-18")


@lru_cache(maxsize=4096)
def parse_moment(column: str, raw: str, zone: str, time_of_dates: time) -> str:
    """An ISO time in UTC, "" for a blank. Raises ValueError with one plain reason that names the column."""
    if not raw.strip():
        return ""
    try:
        day = parse_field(Field(column, "date"), raw, zone)
    except ValueError:
        local = datetime.fromisoformat(parse_field(Field(column, "datetime"), raw, zone))
    else:
        local = datetime.combine(datetime.fromisoformat(day), time_of_dates, ZoneInfo(zone))
    if local.year not in YEARS:
        raise ValueError(_out_of_years(column))
    return local.astimezone(UTC).isoformat()


@lru_cache(maxsize=4096)
def parse_time(field: Field, raw: str, zone: str, now: datetime, time_of_dates: time) -> str:
    """As `parse_field` of a datetime; a date alone is taken, too, and stands for that time of the day."""
    try:
        parse_field(replace(field, type="date"), raw, zone)
    except ValueError:
        return parse_field(field, raw, zone, now)
    day = parse_field(replace(field, type="date"), raw, zone, now)
    return datetime.combine(datetime.fromisoformat(day), time_of_dates, ZoneInfo(zone)).isoformat()


@lru_cache(maxsize=4096)
def parse_consent(raw: str, zone: str, now: datetime) -> str:
    """As `parse_moment`, a date standing for its beginning; a consent cannot lie ahead."""
    told = parse_moment("consent_at", raw, zone, START_OF_DAY)
    if told and datetime.fromisoformat(told) > now + CLOCK_SLACK:
        raise ValueError("consent_at lies in the future")
    return told


@lru_cache(maxsize=4096)
def moment(canonical: str) -> datetime | None:
    """The moment that `parse_moment` wrote."""
    return datetime.fromisoformat(canonical) if canonical else None


@lru_cache(maxsize=4096)
def promised(column: str, canonical: str, zone: str) -> datetime:
    """When a field's date (its end) or time has passed, in UTC. Raises ValueError as `parse_moment` does."""
    local = _local(canonical, zone, END_OF_DAY)
    if local.year not in YEARS:
        raise ValueError(_out_of_years(column))
    return local.astimezone(UTC)


@lru_cache(maxsize=4096)
def earlier(canonical: str, other: str, zone: str) -> bool:
    """Whether one field's date or time is surely before another's: two of the same day are not."""
    return _local(canonical, zone, END_OF_DAY) < _local(other, zone, START_OF_DAY)


def _local(canonical: str, zone: str, time_of_dates: time) -> datetime:
    said = datetime.fromisoformat(canonical)
    if len(canonical) > _DATE_LENGTH:
        return said
    return datetime.combine(said, time_of_dates, ZoneInfo(zone))


def _out_of_years(column: str) -> str:
    return f"{column} is not in the years {YEARS[0]} to {YEARS[-1]}"
