"""Which units of a pack say a text: the fewest, with the melody that the text asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, cast

from prompts.engines.pack_units import Ending, Index, Sort, Unit, words_and_marks

UNIT_COST: Final = 4
WRONG_ENDING_COST: Final = 6  # rather two units that end well than one that does not
LEANING_COST: Final = 1  # a unit that ends with a word of one letter: «в» belongs to the time behind it
IN_VALUES: Final[Collection[Sort]] = frozenset({"fixed", "closed", "part", "name"})
IN_FIXED: Final[Collection[Sort]] = frozenset({"fixed", "closed"})
"""Of fixed words none are said by names, which may be words as well, nor by "and" and other scraps."""
_SECOND_BEST: Final[dict[Ending, tuple[Ending, ...]]] = {
    ".": (".", ",", "?"),
    ",": (",", ".", "?"),
    "?": ("?", ".", ","),
}


@dataclass(frozen=True)
class Piece:
    """A unit in its place, and the mark that follows it in the text: one of ".,?" or ""."""

    unit: Unit
    mark: str


@dataclass(frozen=True)
class _Way:
    """The cheapest way up to a word, by the sort of its last unit."""

    cost: int
    pieces: tuple[Piece, ...]


def cover(index: Index, text: str, sorts: Collection[Sort]) -> tuple[Piece, ...] | None:
    """The units that say the words of `text` from first to last; None when they cannot.

    Two pieces of fixed words meet only where the text has punctuation: nobody is to hear a customer's
    sentence put together from scraps of ours. Beside a value two units may meet anywhere.
    """
    words, marks = words_and_marks(text)
    # by word reached, and by whether fixed words came last
    ways: list[dict[bool, _Way]] = [{} for _ in range(len(words) + 1)]
    ways[0][False] = _Way(0, ())
    for start, word in enumerate(words):
        if not ways[start]:
            continue
        longest = min(index.longest.get(word, 0), len(words) - start)
        for end in range(start + 1, start + longest + 1):
            known = index.units.get(" ".join(words[start:end]))
            if known:
                _extend(ways, start, end, [unit for unit in known if unit.sort in sorts], words, marks)
    reached = ways[len(words)].values() if words else ()
    best = min(reached, key=lambda way: way.cost, default=None)
    return best.pieces if best else None


def _extend(
    ways: list[dict[bool, _Way]], start: int, end: int, units: list[Unit], words: list[str], marks: list[str]
) -> None:
    """Every way to `start` goes on to `end` with the best of these units, which say the same words."""
    pause = start == 0 or marks[start - 1] != ""
    wanted = cast(Ending, marks[end - 1] or ",")
    leaning = LEANING_COST if len(words[end - 1]) == 1 and marks[end - 1] == "" else 0
    for unit in _best_first(units, wanted):
        fixed = unit.sort == "fixed"
        cost = UNIT_COST + leaning + (WRONG_ENDING_COST if unit.ending != wanted else 0)
        for after_fixed, way in ways[start].items():
            if fixed and after_fixed and not pause:
                continue
            total = way.cost + cost
            rival = ways[end].get(fixed)
            if rival is None or total < rival.cost:
                ways[end][fixed] = _Way(total, (*way.pieces, Piece(unit, marks[end - 1])))


def _best_first(units: list[Unit], wanted: Ending) -> list[Unit]:
    return sorted(units, key=lambda unit: _SECOND_BEST[wanted].index(unit.ending))
