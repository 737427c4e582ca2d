"""Times as people write them in a campaign or a rule pack: waits, days, calling hours."""

import re
from datetime import date, time, timedelta

from campaigns.flows.reader import Node
from campaigns.rules.hours import MIDNIGHT, Hours, Window

NO_CALLS = "none"

_DURATION = re.compile(r"(\d{1,5}) ?(s|min|h|days?)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WINDOW = re.compile(r"(\d{1,2}):(\d{2}) ?[-\u2013] ?(\d{1,2}):(\d{2})", re.ASCII)
_UNIT = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
}


def read_duration(node: Node, or_else: str = "") -> timedelta | None:
    """`30 s`, `15 min`, `1 h`, `3 days`; None after a complaint, which adds or_else, what is possible too."""
    match = _DURATION.fullmatch(node.text())
    if not match:
        node.complain(f'{node.what} must be a time such as "30 s", "15 min", "1 h" or "3 days"{or_else}')
        return None
    if not int(match[1]):
        node.complain(f'{node.what} must be longer than nothing: write a time such as "15 min"{or_else}')
        return None
    return int(match[1]) * _UNIT[match[2]]


def in_words(span: timedelta) -> str:
    """As it would be written in a file, in the largest unit that it is a whole number of: `30 days`."""
    unit = next(name for name in ("days", "h", "min", "s") if not span % _UNIT[name])
    count = span // _UNIT[unit]
    return "1 day" if (count, unit) == (1, "days") else f"{count} {unit}"


def read_day(node: Node) -> date | None:
    """`2025-09-01`; None after a complaint."""
    written = node.text()
    if not _DAY.fullmatch(written):
        node.complain(f"{node.what} must be a day such as 2025-09-01")
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        node.complain(f"{node.what}: there is no day {written}; write a day such as 2025-09-01")
        return None


def read_hours(node: Node) -> Hours | None:
    """Windows of weekdays and weekends, with or without public holidays; None after a complaint."""
    entries = node.record(required=("weekdays", "weekends"), optional=("holidays",))
    if len(entries.keys() & {"weekdays", "weekends"}) < 2:
        return None
    closed = [name for name in ("weekdays", "weekends") if entries[name].value == NO_CALLS]
    if "weekdays" in closed:
        fault = "the calling hours never open" if len(closed) == 2 else "only weekends can be none"
        entries["weekdays"].complain(f'{fault}: write hours for weekdays, such as "9:00-20:00"')
        return None
    weekdays = read_window(entries["weekdays"])
    weekends = None if closed else read_window(entries["weekends"], f", or {NO_CALLS}")
    if weekdays is None or (weekends is None and not closed):
        return None
    if "holidays" not in entries:
        return Hours(weekdays, weekends)
    holidays = entries["holidays"].string()
    try:
        return Hours(weekdays, weekends, holidays) if holidays else None
    except ValueError as error:
        entries["holidays"].complain(_holidays(holidays) or str(error))
        return None


def _holidays(written: str) -> str:
    """A sentence of its own for what is nearly right; "" for everything else."""
    if written == NO_CALLS:
        return "leave holidays out when none are kept"
    try:
        Hours(Window(MIDNIGHT, MIDNIGHT), None, written.upper())
    except ValueError:
        return ""
    return f'"{written}" must be in capitals: write holidays: {written.upper()}'


def read_window(node: Node, or_else: str = "") -> Window | None:
    """`9:00-20:00`, or `9:00-24:00` to the end of the day; None after a complaint, as in `read_duration`."""
    match = _WINDOW.fullmatch(node.text())
    if not match:
        node.complain(f'{node.what} must be hours such as "9:00-20:00"{or_else}')
        return None
    opens, closes = (_wall(int(hour), int(minute)) for hour, minute in (match.group(1, 2), match.group(3, 4)))
    if opens is None or closes is None or match[1] == "24":
        node.complain(f"{node.what} has an impossible time of day: it goes from 0:00 to 24:00")
        return None
    try:
        return Window(opens, closes)
    except ValueError as error:
        node.complain(f"{node.what}: {error}")
        return None


def _wall(hour: int, minute: int) -> time | None:
    """A time of day; 24:00 is midnight, the end of the day; None when there is none such."""
    if (hour, minute) == (24, 0):
        return MIDNIGHT
    return time(hour, minute) if hour < 24 and minute < 60 else None
