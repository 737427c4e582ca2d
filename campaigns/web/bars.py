"""Bars over time, for pages (SVG units) and for the terminal (characters)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH, HEIGHT = 720.0, 160.0
GAP = 0.15  # of a bar's place
EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True)
class Bar:
    """One bar of the picture; `part` is the height of its darker lower part."""

    name: str
    value: float
    x: float
    width: float
    height: float
    part: float


def bars(values: Sequence[tuple[str, float, float]], top: float = 0.0) -> Sequence[Bar]:
    """Name, value and part of it -> bars side by side; the highest value, or `top`, is the full height."""
    highest = max([top, *(value for _, value, _ in values)], default=0.0) or 1.0
    place = WIDTH / max(len(values), 1)
    return [
        Bar(
            name,
            value,
            number * place + place * GAP / 2,
            place * (1 - GAP),
            HEIGHT * value / highest,
            HEIGHT * min(part, value) / highest,
        )
        for number, (name, value, part) in enumerate(values)
    ]


def scale(highest: float) -> Sequence[tuple[float, str]]:
    """Lines across the picture, each with its height and the value it stands for: half and full height."""
    parts = (0.5, 1.0) if highest > 1 else (1.0,)
    digits = ".0f" if highest >= 1000 else ".4g"
    return [(HEIGHT * part, f"{highest * part:{digits}}") for part in parts] if highest > 0 else []


def text_bar(value: float, highest: float, columns: int) -> str:
    """A bar of at most so many characters, exact to an eighth of one; a value above 0 always shows."""
    if value <= 0 or highest <= 0:
        return ""
    eighths = max(1, round(min(value / highest, 1.0) * columns * 8))
    return EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8].strip()
