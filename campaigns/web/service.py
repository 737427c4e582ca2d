"""The page of the whole service: results in time, whom calls reach, marks, tasks, and hours saved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from campaigns.web.bars import HEIGHT, WIDTH, bars, scale
from campaigns.web.pages import page
from campaigns.web.report import Slice, slices
from campaigns.web.spread import WIDTH as SPREAD_WIDTH
from campaigns.web.spread import spread

TOLD_COLOURS: Final[Mapping[str, str]] = {
    "hour": "#1b7f5c",
    "four_hours": "#4caf82",
    "day": "#a5d6b9",
    "later": "#f2c879",
    "not_told": "#b23a48",
    "waiting": "#f0a35e",
    "fresh": "#c9d7f2",
    "cancelled": "#d9d9d9",
}
TASK_COLOURS: Final[Mapping[str, str]] = {
    "on_time": "#1b7f5c",
    "late": "#f2c879",
    "overdue": "#b23a48",
    "running": "#d9d9d9",
}
WORDS: Final[Mapping[str, str]] = {
    "hour": "within an hour",
    "four_hours": "within 4 hours",
    "day": "within a day",
    "later": "later",
    "not_told": "closed and not told",
    "waiting": "wait for over an hour",
    "fresh": "wait, and their hour is not over",
    "cancelled": "cancelled",
    "on_time": "done in time",
    "late": "done late",
    "overdue": "open and overdue",
    "running": "open, not due yet",
}
"""By the names of `dialer report --json`; also in the terminal."""


def service_page(
    data: Mapping[str, Any], sentences: Sequence[str], definitions: Sequence[str], made_at: datetime
) -> str:
    """One HTML page that needs no network. data: as `dialer report --json` prints it."""
    attempts = data["reached"]["by_attempt"]
    by_then = [(str(each["attempt"]), 100 * each["by_then"], 100 * each["by_then"]) for each in attempts]
    rows = [spread(name, each) for name, each in _named(data["marks"])]
    return page(
        "service.html",
        made_at,
        data=data,
        sentences=sentences,
        definitions=definitions,
        words=WORDS,
        told=_bar(data["results"], TOLD_COLOURS),
        attempts=list(zip(attempts, bars(by_then, 100.0), strict=True)),
        scale=scale(100.0),
        spreads=[row for row in rows if row],
        tasks=[
            (f"{kind}: {name}", figures, _bar(figures, TASK_COLOURS))
            for kind, by in (("level", "by_level"), ("urgency", "by_urgency"))
            for name, figures in data["tasks"][by].items()
        ],
        width=WIDTH,
        height=HEIGHT,
        spread_width=SPREAD_WIDTH,
    )


def _named(marks: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """By institution; by scale too, where there is more than one."""
    several = len({each["scale"] for each in marks}) > 1
    return [
        (f"{each['institution']} (1-{each['scale']})" if several else each["institution"], each)
        for each in marks
    ]


def _bar(figures: Mapping[str, Any], colours: Mapping[str, str]) -> Sequence[Slice]:
    """Without the sums that stand among the figures."""
    return slices({name: figures[name] for name in colours}, colours)
