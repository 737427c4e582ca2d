"""Times of HL7 v2 (TS, DTM): as many digits as are known, and perhaps an offset."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_TIME = re.compile(
    r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?(?:\.\d+)?)?\s*(?:([+-])(\d\d):?(\d\d))?", re.ASCII
)
_LATEST_OFFSET = timedelta(hours=15)


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """An aware time, to the minute at least; None of a day alone and of what is no time.

    zone: where the text names no offset.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None or found[4] is None:
        return None
    year, month, day, hour, minute = map(int, found.group(1, 2, 3, 4, 5))
    try:
        local = datetime(year, month, day, hour, minute, min(59, int(found[6] or 0)))
        return local.replace(tzinfo=_offset(found) or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def offset_of(text: str) -> tzinfo | None:
    """The offset that a time names; that of MSH-7 is the message's (HL7 chapter 2, TS)."""
    found = _TIME.fullmatch(text.strip())
    try:
        return _offset(found) if found is not None else None
    except ValueError:
        return None


def day_of(text: str) -> str:
    """The day as it is written, as `2026-11-18`; the text itself when it names none, "" of nothing."""
    found = _TIME.fullmatch(text.strip())
    if found is None or found[3] is None:
        return text
    return "-".join(found.group(1, 2, 3))


def home_day_of(text: str, zone: tzinfo, home: tzinfo) -> str:
    """As `day_of`; a time that is told in UTC is one of the clinic's clock. zone: where none is named."""
    moment = moment_of(text, zone)
    if moment is None or moment.astimezone(offset_of(text) or zone).utcoffset():
        return day_of(text)
    return moment.astimezone(home).date().isoformat()


def year_of(text: str) -> str:
    """The year of a date, however much of it is known; the text itself when it names none."""
    found = _TIME.fullmatch(text.strip())
    return found[1] if found else text


def _offset(found: re.Match[str]) -> timezone | None:
    if found[7] is None:
        return None
    span = timedelta(hours=int(found[8]), minutes=int(found[9]))
    if span > _LATEST_OFFSET:
        raise ValueError
    return timezone(-span if found[7] == "-" else span)
