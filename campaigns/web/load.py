"""The page of a simulated day: calls an hour as a picture, checks of the record, zones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.web.bars import HEIGHT, WIDTH, bars, scale
from campaigns.web.pages import page


def load_page(
    data: Mapping[str, Any], sentences: Sequence[str], checks: Sequence[tuple[str, int]], made_at: datetime
) -> str:
    """One HTML page that needs no network.

    data: as `simulate-load --json` prints it; sentences: what it says of the day; checks: in words.
    """
    hourly = [(hour["hour"][11:13], hour["calls"], hour["answered"]) for hour in data["hours"]]
    return page(
        "load.html",
        made_at,
        data=data,
        sentences=sentences,
        checks=checks,
        scale=scale(max((calls for _, calls, _ in hourly), default=0.0)),
        bars=bars(hourly),
        width=WIDTH,
        height=HEIGHT,
    )
