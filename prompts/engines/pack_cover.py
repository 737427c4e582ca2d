"""Which units of a pack say a text: the fewest, with the melody that the text asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from prompts.engines.pack_units import Ending, Index, Sort, Unit, words_and_marks

UNIT_COST: Final = 4
LEANING_COST: Final = 1  # a unit that ends with a word of one letter: «в» belongs to the time behind it
WRONG_ENDING_COST: Final[dict[tuple[str, Ending], int]] = {
    (".", "."): 0, (".", ","): 6, (".", "?"): 8,
    (",", ","): 0, (",", "."): 6, (",", "?"): 8,
    ("?", "?"): 0, ("?", "."): 6, ("?", ","): 8,
}  # fmt: skip
"""By the text's mark and the unit's ending: rather two units that end well than one that does not."""
IN_VALUES: Final[Collection[Sort]] = frozenset({"fixed", "closed", "part", "name"})
IN_FIXED: Final[Collection[Sort]] = frozenset({"fixed", "closed"})
"""Of fixed words none are said by names, which may be words as well, nor by "and" and other scraps."""


@dataclass(frozen=True)
class Piece:
    """A unit in its place, and the mark that follows it in the text: one of ".,?" or ""."""

    unit: Unit
    mark: str


class _Way(NamedTuple):
    """The cheapest way up to a word, by the sort of its last unit; hundreds are made for a sentence."""

    cost: int
    pieces: tuple[Piece, ...]


def cover(index: Index, text: str, sorts: Collection[Sort]) -> tuple[Piece, ...] | None:
    """The units that say the words of `text` from first to last; None when they cannot.

    Two pieces of fixed words meet only where the text has punctuation: nobody is to hear a customer's
    sentence put together from scraps of ours. Beside a value two units may meet anywhere.
    """
    words, marks = words_and_marks(text)
    if not words:
        return None
    # by word reached, and by whether fixed words came last
    ways: list[dict[bool, _Way]] = [{} for _ in range(len(words) + 1)]
    ways[0][False] = _Way(0, ())
    for start, word in enumerate(words):
        if not ways[start]:
            continue
        pause = start == 0 or marks[start - 1] != ""
        longest = min(index.longest.get(word, 0), len(words) - start)
        for end in range(start + 1, start + longest + 1):
            for unit in index.units.get(" ".join(words[start:end]), ()):
                if unit.sort in sorts:
                    _extend(ways, start, end, unit, marks[end - 1], pause, len(words[end - 1]) == 1)
    best = min(ways[-1].values(), key=lambda way: way.cost, default=None)
    return best.pieces if best else None


def _extend(
    ways: list[dict[bool, _Way]], start: int, end: int, unit: Unit, mark: str, pause: bool, letter: bool
) -> None:
    """Every way to `start` goes on to `end` with this unit, if none goes there for less."""
    fixed = unit.sort == "fixed"
    cost = UNIT_COST + WRONG_ENDING_COST[mark or ",", unit.ending]
    if letter and not mark:
        cost += LEANING_COST
    for after_fixed, way in ways[start].items():
        if fixed and after_fixed and not pause:
            continue
        rival = ways[end].get(fixed)
        if rival is None or way.cost + cost < rival.cost:
            ways[end][fixed] = _Way(way.cost + cost, (*way.pieces, Piece(unit, mark)))
