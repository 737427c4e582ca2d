"""The page of a report: figures of campaigns, a picture of their outcomes, and the open tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.web.pages import page

COLOURS: Mapping[str, str] = {
    "completed": "#1b7f5c",
    "delivered": "#4caf82",
    "partial": "#a5d6b9",
    "human_wanted": "#5b8def",
    "not_here": "#c9d7f2",
    "voicemail": "#b79ad9",
    "silent": "#d7c9ea",
    "hung_up": "#f2c879",
    "unanswered": "#d9d9d9",
    "wrong_person": "#f0a35e",
    "unverified": "#e07a5f",
    "opted_out": "#8d6e63",
    "failed": "#b23a48",
}
"""Greens heard the message, greys were not reached, reds went wrong."""

_WIDTH = 720.0  # of a bar, in the picture's own units


@dataclass(frozen=True)
class Slice:
    """One stretch of a bar."""

    name: str
    count: int
    x: float
    width: float
    colour: str


def slices(counts: Mapping[str, int], colours: Mapping[str, str] = COLOURS) -> Sequence[Slice]:
    """A bar of these counts, in the order of the colours, each as wide as its share of all of them."""
    total = sum(counts.values())
    bar: list[Slice] = []
    x = 0.0
    for name, colour in colours.items():
        count = counts.get(name, 0)
        if count:
            width = _WIDTH * count / total
            bar.append(Slice(name, count, x, width, colour))
            x += width
    return bar


def report_page(
    reports: Sequence[Mapping[str, Any]], made_at: datetime, tasks: Sequence[Mapping[str, Any]] = ()
) -> str:
    """One HTML page that needs no network; arguments as `campaign report` and `tasks list` print them."""
    bars = [(report, slices(report["outcomes"])) for report in reports]
    shown = {part.name for _, bar in bars for part in bar}
    legend = [(name, colour) for name, colour in COLOURS.items() if name in shown]
    return page("report.html", made_at, bars=bars, legend=legend, tasks=tasks, width=_WIDTH)
