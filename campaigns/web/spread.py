"""Marks as pictures: how they are spread, and where their middle lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from campaigns.web.report import Slice

WIDTH: Final = 240.0  # of a picture in a table, in its own units
_WORST_TO_BEST: Final = ("#b23a48", "#f0a35e", "#f2dd9a", "#a5d6b9", "#1b7f5c")
_EDGE: Final = 6.0  # left and right of the scale, so that a dot at its end is whole


@dataclass(frozen=True)
class Spread:
    """The marks of one place. dot: where the mean stands on the scale; from_, to: one deviation around it."""

    name: str
    figures: Mapping[str, Any]
    bar: Sequence[Slice]
    dot: float
    from_: float
    to: float


def spread(name: str, marks: Mapping[str, Any]) -> Spread | None:
    """marks: as reports print them, with at least one mark; None without any."""
    if not marks["count"]:
        return None
    top = max(int(mark) for mark in marks["marks"])
    low, high = marks["mean"] - marks["deviation"], marks["mean"] + marks["deviation"]
    return Spread(
        name,
        marks,
        _bar(marks, top),
        on_scale(marks["mean"], top),
        on_scale(max(1.0, low), top),
        on_scale(min(float(top), high), top),
    )


def on_scale(mark: float, top: int) -> float:
    """Where a mark stands between 1 at the left and `top` at the right."""
    return _EDGE + (WIDTH - 2 * _EDGE) * (mark - 1) / max(top - 1, 1)


def colour(mark: int, top: int) -> str:
    """From red for 1 to green for the best."""
    place = (mark - 1) / max(top - 1, 1) * (len(_WORST_TO_BEST) - 1)
    return _WORST_TO_BEST[round(place)]


def _bar(marks: Mapping[str, Any], top: int) -> Sequence[Slice]:
    bar: list[Slice] = []
    x = 0.0
    for mark, count in marks["marks"].items():
        if count:
            width = WIDTH * count / marks["count"]
            bar.append(Slice(mark, count, x, width, colour(int(mark), top)))
            x += width
    return bar
