"""What a voice pack holds: spoken units, and the index that says where each of them lies."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, cast, get_args

from prompts.errors import EngineError

Sort = Literal["fixed", "closed", "part", "name"]
"""Fixed words of a campaign, a whole value of a closed kind such as a date, a word of one, or a name."""
Ending = Literal[".", ",", "?"]
"""How the melody ends: it falls, it stays open as before a comma, or it asks."""

INDEX_NAME: Final = "index.tsv"
FORMAT: Final = "voice pack 2"
_ENDINGS: Final = frozenset(get_args(Ending))
_SORTS: Final = frozenset(get_args(Sort))
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STRESS_MARK: Final = "\u0301"


@dataclass(frozen=True)
class Shelf:
    """One sound file of the pack, clip after clip."""

    name: str
    sort: Sort
    digest: str  # SHA-256 of the file


@dataclass(frozen=True)
class Unit:
    """One clip: where its shelf has it, in samples."""

    ending: Ending
    sort: Sort
    shelf: str
    start: int
    length: int
    gain_db: float  # gives back the level that the codec took: fricatives lose most


@dataclass(frozen=True)
class Index:
    """All units by their folded words; a unit may be there with several endings."""

    rate_hz: int
    shelves: tuple[Shelf, ...]
    units: dict[str, tuple[Unit, ...]]
    digest: str  # of the whole pack: the index names the digest of every shelf

    @cached_property
    def longest(self) -> dict[str, int]:
        """First word -> how many words the longest unit has that begins with it."""
        longest: dict[str, int] = {}
        for words in self.units:
            first, count = words.partition(" ")[0], words.count(" ") + 1
            longest[first] = max(count, longest.get(first, 0))
        return longest


def words_and_marks(text: str) -> tuple[list[str], list[str]]:
    """Words folded (small, ё as е, hyphens as blanks) and the mark behind each: one of ".,?" or ""."""
    words: list[str] = []
    marks: list[str] = []
    end = 0
    folded = text.replace(_STRESS_MARK, "").lower().replace("ё", "е").replace("’", "'")
    for found in _WORD.finditer(folded):
        if words:
            marks.append(_mark(folded[end : found.start()]))
        words.append(found[0])
        end = found.end()
    if words:
        marks.append(_mark(folded[end:]))
    return words, marks


def folded(text: str) -> str:
    """The words under which a unit is found."""
    return " ".join(words_and_marks(text)[0])


def _mark(between: str) -> str:
    if between in (" ", "-", ""):
        return ""
    if "?" in between:
        return "?"
    if re.search("[.!…]", between):
        return "."
    return "," if re.search(r"[,:;–—(]|\s-\s", between) else ""


def index_text(rate_hz: int, shelves: Iterable[Shelf], entries: Iterable[tuple[str, Unit]]) -> str:
    """The index as a file: sorted, one unit a line, so that two packs can be compared."""
    lines = [f"# {FORMAT}: words, ending, shelf, first sample, samples, gain in dB", f"rate\t{rate_hz}"]
    lines += [f"shelf\t{shelf.name}\t{shelf.sort}\t{shelf.digest}" for shelf in shelves]
    lines += sorted(
        f"{words}\t{unit.ending}\t{unit.shelf}\t{unit.start}\t{unit.length}\t{unit.gain_db:.1f}"
        for words, unit in entries
    )
    return "\n".join(lines) + "\n"


def read_index(text: str) -> Index:
    """The index of a file's text. Raises EngineError when it is none."""
    try:
        lines = iter(text.splitlines())
        if not next(lines, "").startswith(f"# {FORMAT}:"):
            raise ValueError
        rate_hz = int(next(lines).removeprefix("rate\t"))
        rows = [line.split("\t") for line in lines]
        shelves = {row[1]: _shelf(row) for row in rows if row[0] == "shelf" and len(row) == 4}
        units: dict[str, tuple[Unit, ...]] = {}
        for words, unit in _units(rows[len(shelves) :], shelves):
            units[words] = (*units.get(words, ()), unit)
    except (ValueError, KeyError, StopIteration) as error:
        raise EngineError("The index of the voice pack is damaged: install the package again.") from error
    return Index(rate_hz, tuple(shelves.values()), units, hashlib.sha256(text.encode()).hexdigest())


def _shelf(row: Sequence[str]) -> Shelf:
    _, name, sort, digest = row
    if sort not in _SORTS:
        raise ValueError
    return Shelf(name, cast(Sort, sort), digest)


def _units(rows: Iterable[Sequence[str]], shelves: dict[str, Shelf]) -> Iterator[tuple[str, Unit]]:
    for words, ending, shelf, start, length, gain_db in rows:
        if ending not in _ENDINGS:
            raise ValueError
        sort = shelves[shelf].sort
        yield words, Unit(cast(Ending, ending), sort, shelf, int(start), int(length), float(gain_db))
