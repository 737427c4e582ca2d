"""Over which parts of the day attempts are spread, and by how much their waits vary, in a campaign file."""

from collections.abc import Mapping, Sequence
from datetime import time
from itertools import pairwise

from campaigns.flows.reader import Node
from campaigns.flows.times import read_window
from campaigns.rules.hours import MIDNIGHT, Hours, Window
from campaigns.rules.policy import Spread

MOST_JITTER_PERCENT = 50  # a wait must not shrink to next to nothing


def read_spread(entries: Mapping[str, Node], hours: Hours) -> Spread:
    """`parts` and `jitter` of a policy, where they are."""
    parts = _parts(entries["parts"], hours) if "parts" in entries else ()
    return Spread(parts, entries["jitter"].share(1, MOST_JITTER_PERCENT) if "jitter" in entries else 0.0)


def _parts(node: Node, hours: Hours) -> tuple[tuple[str, Window], ...]:
    """The parts by name, in the order of the day, without gap and overlap, each within the calling hours."""
    entries = node.entries()
    if len(entries) == 1:
        [name] = entries
        node.complain(
            f'parts has "{name}" only: name two parts of the day or more, one under the other, or none'
        )
    found: list[tuple[str, Window]] = []
    for name, entry in entries.items():
        Node(entry.book, name, entry.line, "the part").name()
        window = read_window(entry)
        if window is None:
            continue
        if found:
            _demand_joined(entry, window, *found[-1])
        if not any(window & days == window for days in (hours.weekdays, hours.weekends) if days):
            entry.complain(f'the part "{name}", {window}, is not within the calling hours of any day')
        found.append((name, window))
    joined = all(earlier.closes == later.opens != MIDNIGHT for (_, earlier), (_, later) in pairwise(found))
    if len(found) == len(entries) > 1 and joined:
        _demand_whole_day(tuple(entries.values()), tuple(found), hours)
    return tuple(found)


def _demand_whole_day(nodes: Sequence[Node], parts: Sequence[tuple[str, Window]], hours: Hours) -> None:
    """A time at which calls are placed and that no part has would be lost for attempts."""
    days = [window for window in (hours.weekdays, hours.weekends) if window]
    opens, closes = min(day.opens for day in days), max((day.closes for day in days), key=_end)
    (first, morning), (last, evening) = parts[0], parts[-1]
    if morning.opens > opens:
        nodes[0].complain(
            f"the parts leave a gap at the beginning of the day: "
            f"{first} must begin when the calling hours do, at {opens:%H:%M}"
        )
    if _end(evening.closes) < _end(closes):
        nodes[-1].complain(
            "the parts leave a gap at the end of the day: "
            f"{last} must end when the calling hours do, at {_written(closes)}"
        )


def _written(closes: time) -> str:
    return "24:00" if closes == MIDNIGHT else f"{closes:%H:%M}"


def _end(closes: time) -> tuple[bool, time]:
    """By which ends of days are in order: midnight is the last one."""
    return closes == MIDNIGHT, closes


def _demand_joined(node: Node, window: Window, before: str, earlier: Window) -> None:
    if earlier.closes == MIDNIGHT:
        node.complain(f'the part "{before}" ends with the day: "{node.what}" cannot follow it')
    elif window.opens != earlier.closes:
        fault = "leave a gap" if window.opens > earlier.closes else "overlap"
        node.complain(
            f'the parts "{before}" and "{node.what}" {fault}: '
            f"{node.what} must begin when {before} ends, at {earlier.closes:%H:%M}"
        )
