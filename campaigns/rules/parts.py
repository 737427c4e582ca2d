"""Over which parts of the local day attempts go, so that who works in the morning is found in the evening."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.rules.hours import Calendar, Hours, Overlap, Window, opening

Parts = Sequence[tuple[str, Window]]
"""Parts of the local day by name, in their order."""


def part_of(parts: Parts, zone: str, at: datetime) -> str:
    """The part of the contact's local day in which that moment lies; "" for none."""
    wall = at.astimezone(ZoneInfo(zone)).time()
    return next((name for name, window in parts if window.holds(wall)), "")


def least_tried(
    parts: Parts,
    tried: Mapping[str, int],
    hours: Calendar,
    zone: str,
    earliest: datetime,
    deadline: datetime | None,
) -> tuple[datetime, str]:
    """When the next attempt is due, and in which part: of those tried least, the one that comes first.

    A part that does not come within the calling hours before the deadline is passed over; when none is left,
    it is `earliest`, in no part ("").
    """
    found = [
        (tried.get(name, 0), at, name)
        for name, window in parts
        if (at := opening(Overlap((hours, Hours(window, window))), zone, earliest)) is not None
        and (deadline is None or at < deadline)
    ]
    _, at, name = min(found, default=(0, earliest, ""))
    return at, name
