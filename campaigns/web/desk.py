"""The page of a desk: what became of lost calls, how soon they were called back, and who talked when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.web.bars import HEIGHT, WIDTH, bars, scale
from campaigns.web.pages import page
from campaigns.web.report import Slice, slices

LOST_COLOURS: Mapping[str, str] = {
    "callbacks": "#1b7f5c",
    "joined": "#4caf82",
    "got_through": "#5b8def",
    "misdial": "#d9d9d9",
    "withheld": "#d7c9ea",
    "unusable": "#f0a35e",
    "too_late": "#b23a48",
}
CALLBACK_COLOURS: Mapping[str, str] = {
    "reached": "#1b7f5c",
    "not_wanted": "#4caf82",
    "opted_out": "#8d6e63",
    "not_reached": "#b23a48",
    "waiting": "#d9d9d9",
    "calling": "#5b8def",
    "cancelled": "#d7c9ea",
}
"""Greens were served, greys wait or wanted nothing, reds were not helped."""
WORDS: Mapping[str, str] = {
    "callbacks": "called back, or to be",
    "joined": "joined with an earlier one",
    "got_through": "got through by themselves",
    "misdial": "hung up at once",
    "withheld": "withheld their number",
    "unusable": "no number to call",
    "too_late": "read too late",
    "reached": "reached",
    "not_wanted": "not needed any more",
    "opted_out": "want no calls",
    "not_reached": "not reached",
    "waiting": "waiting",
    "calling": "being called",
    "cancelled": "cancelled",
}
"""By the names of `dialer report --json`; also in the terminal."""


@dataclass(frozen=True)
class Cell:
    """One hour of one operator; depth (0 to 1): of its colour."""

    calls: int
    minutes: float
    depth: float


def desk_page(data: Mapping[str, Any], sentences: Sequence[str], made_at: datetime) -> str:
    """One HTML page that needs no network. data: as `dialer report --json` prints it, said in `sentences`."""
    hours = data["hours"]
    names, rows = work(data["operators"])
    return page(
        "desk.html",
        made_at,
        data=data,
        sentences=sentences,
        accounts=[
            ("Calls that the queue lost", data["lost"]["in"], _bar(data["lost"], LOST_COLOURS)),
            ("Callbacks", data["callbacks"]["total"], _bar(data["callbacks"], CALLBACK_COLOURS)),
        ],
        words=WORDS,
        hours=bars([(f"{hour['hour']:02}", hour["lost"], hour["spoken_with"]) for hour in hours]),
        scale=scale(max((hour["lost"] for hour in hours), default=0)),
        work_hours=names,
        work=rows,
        width=WIDTH,
        height=HEIGHT,
    )


def _bar(figures: Mapping[str, int], colours: Mapping[str, str]) -> Sequence[Slice]:
    """Without the sums that stand among the figures."""
    return slices({name: figures[name] for name in colours}, colours)


def work(
    operators: Sequence[Mapping[str, Any]],
) -> tuple[Sequence[int], Sequence[tuple[Mapping[str, Any], Sequence[Cell | None]]]]:
    """The hours in which any of them worked, and for each operator what was done in each; None: nothing."""
    hours = sorted({hour["hour"] for operator in operators for hour in operator["hours"]})
    most = max((hour["talk_seconds"] for one in operators for hour in one["hours"]), default=0.0) or 1.0
    rows = []
    for operator in operators:
        done = {hour["hour"]: hour for hour in operator["hours"]}
        rows.append((operator, [_cell(done.get(hour), most) for hour in hours]))
    return hours, rows


def _cell(hour: Mapping[str, Any] | None, most: float) -> Cell | None:
    if hour is None:
        return None
    return Cell(hour["calls"], hour["talk_seconds"] / 60, hour["talk_seconds"] / most)
