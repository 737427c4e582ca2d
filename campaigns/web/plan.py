"""The page of a plan: how many lines the rest of a campaign needs, and how busy they will be."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaigns.web.bars import HEIGHT, WIDTH, bars, scale
from campaigns.web.pages import page

MOST_BARS = 72  # three days, an hour a bar


def plan_page(data: Mapping[str, Any], sentences: list[str], made_at: datetime) -> str:
    """One HTML page that needs no network. data: as `plan --json` prints it; sentences: what it says."""
    hours = data["hours"][:MOST_BARS]
    highest = max([data["lines"], *(hour["busy"] for hour in hours)])
    return page(
        "plan.html",
        made_at,
        data=data,
        sentences=sentences,
        hours=hours,
        bars=bars([(hour["hour"][5:13], hour["busy"], 0.0) for hour in hours], top=data["lines"]),
        scale=scale(highest),
        width=WIDTH,
        height=HEIGHT,
    )
