"""Times as people write them in a campaign or a rule pack: waits, days, calling hours."""

import re
from datetime import date, datetime, time, timedelta

from campaigns.flows.reader import Node
from campaigns.rules.hours import Hours, Window

NO_CALLS = "none"

_DURATION = re.compile(r"(\d{1,5}) ?(s|min|h|days?)", re.ASCII)
_WINDOW = re.compile(r"(\d{1,2}):(\d{2}) ?- ?(\d{1,2}):(\d{2})", re.ASCII)
_UNIT = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
}


def read_duration(node: Node) -> timedelta | None:
    """`30 s`, `15 min`, `1 h`, `3 days`; None after a complaint."""
    match = _DURATION.fullmatch(node.string())
    if not match or not int(match[1]):
        node.complain(f'{node.what} must be a time such as "30 s", "15 min", "1 h" or "3 days"')
        return None
    return int(match[1]) * _UNIT[match[2]]


def read_day(node: Node) -> date | None:
    """`2025-09-01`; None after a complaint."""
    if isinstance(node.value, date) and not isinstance(node.value, datetime):
        return date(
            node.value.year, node.value.month, node.value.day
        )  # the YAML reader's has a class of its own
    if isinstance(node.value, str):
        try:
            return date.fromisoformat(node.value)
        except ValueError:
            pass
    node.complain(f"{node.what} must be a day such as 2025-09-01")
    return None


def read_hours(node: Node) -> Hours | None:
    """Windows of weekdays and weekends, with or without public holidays; None after a complaint."""
    entries = node.record(required=("weekdays", "weekends"), optional=("holidays",))
    if len(entries.keys() & {"weekdays", "weekends"}) < 2:
        return None
    weekdays = read_window(entries["weekdays"])
    weekends = None if entries["weekends"].value == NO_CALLS else read_window(entries["weekends"])
    if weekdays is None or (weekends is None and entries["weekends"].value != NO_CALLS):
        return None
    holidays = entries["holidays"].string() if "holidays" in entries else None
    try:
        return Hours(weekdays, weekends, holidays)
    except ValueError as error:
        entries["holidays"].complain(str(error))
        return None


def read_window(node: Node) -> Window | None:
    """`9:00-20:00`, or `9:00-24:00` to the end of the day; None after a complaint."""
    match = _WINDOW.fullmatch(node.string())
    if not match:
        node.complain(f'{node.what} must be hours such as "9:00-20:00"')
        return None
    try:
        first_hour, first_minute, last_hour, last_minute = map(int, match.groups())
        return Window(time(first_hour, first_minute), time(0 if last_hour == 24 else last_hour, last_minute))
    except ValueError as error:
        plain = str(error) if "calling hours" in str(error) else f"{node.what} has an impossible time of day"
        node.complain(plain)
        return None
