"""The rules of calling in a campaign file: durations, hours, waits."""

import re
from datetime import time, timedelta

from campaigns.flows.reader import Node
from campaigns.rules.hours import Hours, Window
from campaigns.rules.policy import Policy

MOST_ATTEMPTS = 20  # more calls for one message are a nuisance
RETRY_AFTER: tuple[str, ...] = (
    *("busy", "no_answer", "declined", "wrong_number", "blocked", "redirected", "congestion"),
    *("rate_limited", "authentication", "unreachable", "media", "line_lost"),
    *("partial", "not_here", "voicemail", "hung_up", "silent"),
)
"""Causes of an ending and outcomes after which another attempt makes sense."""
NO_CALLS = "none"
DEFAULT_HOURS = Hours(Window(time(9), time(20)), Window(time(10), time(18)))

_DURATION = re.compile(r"(\d{1,5}) ?(s|min|h|days?)", re.ASCII)
_WINDOW = re.compile(r"(\d{1,2}):(\d{2}) ?- ?(\d{1,2}):(\d{2})", re.ASCII)
_UNIT = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
}


def read_policy(node: Node) -> Policy | None:
    """The rules of calling; None after a complaint."""
    entries = node.record(required=("attempts",), optional=("deadline", "hours", "retry_after"))
    attempts = entries["attempts"].whole(1, MOST_ATTEMPTS) if "attempts" in entries else 1
    deadline = _duration(entries["deadline"]) if "deadline" in entries else None
    hours = _hours(entries["hours"]) if "hours" in entries else DEFAULT_HOURS
    waits = _retry_after(entries["retry_after"]) if "retry_after" in entries else {}
    try:
        return Policy(attempts, waits, hours, deadline) if hours else None
    except ValueError as error:
        node.complain(str(error))
        return None


def _retry_after(node: Node) -> dict[str, tuple[timedelta, ...]]:
    entries = node.record(required=(), optional=RETRY_AFTER)
    return {reason: (wait,) for reason, entry in entries.items() if (wait := _duration(entry)) is not None}


def _duration(node: Node) -> timedelta | None:
    match = _DURATION.fullmatch(node.string())
    if not match or not int(match[1]):
        node.complain(f'{node.what} must be a time such as "30 s", "15 min", "1 h" or "3 days"')
        return None
    return int(match[1]) * _UNIT[match[2]]


def _hours(node: Node) -> Hours | None:
    entries = node.record(required=("weekdays", "weekends"), optional=("holidays",))
    if len(entries.keys() & {"weekdays", "weekends"}) < 2:
        return None
    weekdays = _window(entries["weekdays"])
    weekends = None if entries["weekends"].value == NO_CALLS else _window(entries["weekends"])
    if weekdays is None or (weekends is None and entries["weekends"].value != NO_CALLS):
        return None
    country = entries["holidays"].string() if "holidays" in entries else None
    try:
        return Hours(weekdays, weekends, country)
    except ValueError as error:
        entries["holidays"].complain(str(error))
        return None


def _window(node: Node) -> Window | None:
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
