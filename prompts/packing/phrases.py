"""The fixed words of campaigns, whole and in the clauses of which other sentences can be made."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from prompts.engines.pack_units import folded
from prompts.packing.wishes import Wish, as_written
from prompts.spoken.sentences import Sentence
from prompts.spoken.texts import Text
from prompts.spoken.wording import wording_of

SHELF: Final = "phrases"
_CLAUSE: Final = re.compile(r"[^,:;]+[,:;]?")
_LEANING: Final = re.compile(r"\s\w$")  # a word of one letter leans on the value behind it: «в»


def phrase_wishes(texts: Iterable[Text]) -> Iterator[Wish]:
    """Whole sentences without a value or with the name of the house alone, fixed phrases, and clauses.

    Raises TextError.
    """
    for text in texts:
        house = _names_of_the_house(text)
        for sentence in wording_of(text).sentences:
            yield from _of_sentence(sentence, house)


def _of_sentence(sentence: Sentence, house: frozenset[str]) -> Iterator[Wish]:
    if all(not phrase.value or folded(phrase.words) in house for phrase in sentence.phrases):
        yield as_written(sentence.words, "fixed", SHELF)
    for phrase in sentence.phrases:
        if not phrase.value or folded(phrase.words) in house:
            yield as_written(phrase.words, "fixed", SHELF)
            yield as_written(_LEANING.sub("", phrase.words), "fixed", SHELF)
            yield from (
                as_written(clause.strip(), "fixed", SHELF) for clause in _CLAUSE.findall(phrase.words)
            )


def _names_of_the_house(text: Text) -> frozenset[str]:
    """Places that every contact hears: they are rendered with the sentence that they stand in."""
    places = [value for value in text.values.values() if value.shared and value.kind == "place"]
    said = (wording_of(Text(text.language, "{place}", {"place": value})).words for value in places)
    return frozenset(map(folded, said))
