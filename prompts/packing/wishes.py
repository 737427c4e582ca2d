"""What a pack is to hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from prompts.engines.pack_units import Ending, Sort, folded, words_and_marks

FULL: Final[tuple[Ending, ...]] = (".", ",")


@dataclass(frozen=True)
class Wish:
    """A unit to be rendered: the text for the voice ends in a full stop, a comma or a question mark."""

    text: str
    sort: Sort
    shelf: str

    @property
    def ending(self) -> Ending:
        """How its melody is to end."""
        match self.text[-1]:
            case "?":
                return "?"
            case ",":
                return ","
            case _:
                return "."

    @property
    def words(self) -> str:
        """The words under which it is found."""
        return folded(self.text)


def wish(words: str, ending: Ending, sort: Sort, shelf: str) -> Wish:
    """The words with that ending, whatever punctuation they had at their end."""
    return Wish(words.rstrip(" .,;:!?…–—-\"»”'") + ending, sort, shelf)


def as_written(words: str, sort: Sort, shelf: str) -> Wish:
    """The words with the ending that their own punctuation asks for; open where there is none."""
    marks = words_and_marks(words)[1]
    last = marks[-1] if marks else ""
    return wish(words, "?" if last == "?" else "." if last == "." else ",", sort, shelf)


def each_once(wishes: Iterable[Wish]) -> Iterator[Wish]:
    """The first of those that say the same in the same way."""
    seen: set[tuple[str, Ending]] = set()
    for one in wishes:
        key = (one.words, one.ending)
        if one.words and key not in seen:
            seen.add(key)
            yield one
