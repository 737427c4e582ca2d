"""A text and its values become the words that are spoken, or one plain sentence why not."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from prompts.errors import BadTemplate, BadValue, UnknownLanguage
from prompts.spoken.en import ENGLISH
from prompts.spoken.kk import KAZAKH
from prompts.spoken.language import Language
from prompts.spoken.ru import RUSSIAN
from prompts.spoken.sentences import Phrase, Sentence, sentences_of, tidy
from prompts.spoken.templates import Fixed, Key, Slot, parse
from prompts.spoken.texts import COMMON_KINDS, Text, ValueKind

FORMATTERS_VERSION: Final = 3  # part of the cache key: raise it when words are made or cut otherwise
LANGUAGES: Final = {language.code: language for language in (RUSSIAN, ENGLISH, KAZAKH)}
LONGEST_TEXT: Final = 2000  # letters; two minutes of speech, more than anybody listens to
LONGEST_VALUE: Final = 300
TOLD_BEFORE: Final = 120  # letters before a value that its form is told: a clause
LONGEST_SHOWN: Final = 20  # letters of a language's code in an error


@dataclass(frozen=True)
class Wording:
    """A text as it will be spoken."""

    sentences: tuple[Sentence, ...] = field(repr=False)

    @property
    def words(self) -> str:
        """All of it."""
        return " ".join(sentence.words for sentence in self.sentences)

    @property
    def private(self) -> bool:
        """Whether a value of one contact is in it."""
        return any(sentence.private for sentence in self.sentences)


def wording_of(text: Text) -> Wording:
    """The words of `text`. Raises TextError; its sentence names the placeholder, never the value."""
    if text.language not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise UnknownLanguage(
            f"The language {text.language[:LONGEST_SHOWN]!r} is not spoken here: use one of {known}."
        )
    if len(text.template) > LONGEST_TEXT:
        raise BadTemplate(
            f"The text has {len(text.template)} letters, at most {LONGEST_TEXT} are spoken: shorten it."
        )
    language = LANGUAGES[text.language]
    phrases: list[Phrase] = []
    parts = _parts(text.language, text.template)
    for (run, slot), (after, _) in zip(parts, (*parts[1:], ("", None)), strict=True):
        phrases.append(Phrase(run))
        if slot is not None:
            phrases.append(_value(slot, phrases, after, text, language))
    sentences = sentences_of(language.code, phrases)
    if not sentences:
        raise BadTemplate("The text has no word in it: write what is to be said.")
    return Wording(sentences)


@lru_cache(maxsize=1024)
def _parts(code: str, template: str) -> tuple[tuple[str, Slot | None], ...]:
    """Fixed words, the keys among them said, each run with the place for a value behind it.

    Raises BadTemplate.
    """
    language = LANGUAGES[code]
    parts: list[tuple[str, Slot | None]] = []
    run = ""
    for part in parse(template):
        match part:
            case Fixed():
                run = _together(run, _fixed(part, language))
            case Key():
                run = _together(run, language.key(part.key, run))
            case Slot():
                parts.append((run, part))
                run = ""
    return (*parts, (run, None))


def _together(before: str, after: str) -> str:
    """A key and the words about it, with a blank wherever two words would run together."""
    parted = before[-1:].isalnum() and after[:1].isalnum()
    return f"{before} {after}" if parted else before + after


def _fixed(part: Fixed, language: Language) -> str:
    words = re.sub(r"\s", " ", unicodedata.normalize("NFC", part.words))
    residue = language.unspeakable.search(words)
    if residue:
        at = part.at + residue.start() + 1
        raise BadTemplate(
            f"The {language.code} text has {_shown(residue[0])} at character {at}, which no voice can say:"
            " write it in words of that language or as a value."
        )
    return words


def _value(slot: Slot, before: Sequence[Phrase], after: str, text: Text, language: Language) -> Phrase:
    value = text.values.get(slot.name)
    if value is None or not value.raw.strip():
        raise BadValue(f"There is no value for {{{slot.name}}}: give one.")
    if len(value.raw) > LONGEST_VALUE:
        raise BadValue(f"The value of {{{slot.name}}} is longer than {LONGEST_VALUE} letters: shorten it.")
    kind = slot.kind or value.kind
    private = not value.shared and not {kind, value.kind} <= COMMON_KINDS
    say = _said if private or any(phrase.private for phrase in before) else _said_again
    said = None
    with suppress(ValueError, ArithmeticError, LookupError, NotImplementedError):
        said = say(*_asked(language, kind, value.raw.strip(), before, after))
    if said is None:  # raised out here: inside, the error would keep one that shows the value
        raise BadValue(f"The value of {{{slot.name}}} cannot be said as {kind}: mend it.")
    if language.unspeakable.search(said):
        said = language.unspeakable.sub(" ", language.spelled(said))
    if not any(letter.isalpha() for letter in said):
        raise BadValue(
            f"The value of {{{slot.name}}} has nothing that can be spoken in {language.code}: mend it."
        )
    said = tidy(unicodedata.normalize("NFC", said)).strip(" .,;:")
    return Phrase(said, value=True, private=private)


def _asked(
    language: Language, kind: ValueKind, raw: str, before: Sequence[Phrase], after: str
) -> tuple[Callable[..., str], tuple[str, ...]]:
    """The form that says the value, and what it is told. Raises KeyError."""
    if language.in_context is None:
        return language.forms[kind], (raw,)
    return language.in_context, (kind, raw, _end_of(before), after)


def _end_of(phrases: Sequence[Phrase]) -> str:
    """As much of what was said before as can bear on a value."""
    told: list[str] = []
    length = 0
    for phrase in reversed(phrases):
        told.append(phrase.words)
        length += len(phrase.words)
        if length >= TOLD_BEFORE:
            break
    return "".join(reversed(told))[-TOLD_BEFORE:]


def _said(form: Callable[..., str], told: tuple[str, ...]) -> str:
    """Raises ValueError, or what the libraries of numbers raise instead."""
    return form(*told)


_said_again: Final = lru_cache(maxsize=4096)(
    _said
)  # dates and house names, said to thousands; no one's own value


def _shown(character: str) -> str:
    return f'"{character}"' if character.isprintable() and character.isascii() else unicode_name(character)


def unicode_name(character: str) -> str:
    """ "U+1F600 GRINNING FACE", for characters that a terminal may not show."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".strip()
