"""All that a shipped pack is to hold, in one list."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prompts.engines.pack_cover import IN_VALUES, cover
from prompts.engines.pack_units import Index, Unit
from prompts.packing.names import name_wishes
from prompts.packing.phrases import phrase_wishes
from prompts.packing.values import value_wishes
from prompts.packing.wishes import Wish, each_once, wish
from prompts.spoken import en_vocabulary, ru_vocabulary
from prompts.spoken.texts import Text
from prompts.spoken.wording import LANGUAGES

CLOSED_FORMS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "ru": ru_vocabulary.closed_forms,
    "en": en_vocabulary.closed_forms,
}
PACKED: Final = tuple(CLOSED_FORMS)
"""The languages of which packs are made."""


def wanted(language: str, texts: Iterable[Text]) -> tuple[Wish, ...]:
    """What the texts say, every closed form and the names of the lists; each once. Raises TextError."""
    wishes = list(
        each_once(
            (
                *phrase_wishes(text for text in texts if text.language == language),
                *value_wishes(LANGUAGES[language]),
                *name_wishes(language),
            )
        )
    )
    return (*wishes, *_missing(wishes, CLOSED_FORMS[language]()))


def _missing(wishes: Iterable[Wish], forms: Iterable[str]) -> Iterator[Wish]:
    """Forms that no units say together; the short ones first, as they may be parts of the long ones."""
    index = Index(0, (), {}, "")
    for one in wishes:
        _enter(index, one)
    for form in sorted(forms, key=len):
        if cover(index, form, IN_VALUES) is None:
            added = wish(form, ",", "part", "parts")
            _enter(index, added)
            yield added


def _enter(index: Index, one: Wish) -> None:
    unit = Unit(one.ending, one.sort, one.shelf, 0, 0, 0.0)
    index.units[one.words] = (*index.units.get(one.words, ()), unit)
    first, count = one.words.partition(" ")[0], one.words.count(" ") + 1
    index.longest[first] = max(count, index.longest.get(first, 0))
