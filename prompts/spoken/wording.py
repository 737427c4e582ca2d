"""A text and its values become the words that are spoken, or one plain sentence why not."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from prompts.errors import BadTemplate, BadValue, UnknownLanguage
from prompts.spoken.en import ENGLISH
from prompts.spoken.language import Language
from prompts.spoken.ru import RUSSIAN
from prompts.spoken.sentences import Phrase, Sentence, sentences_of
from prompts.spoken.templates import Fixed, Key, Slot, parse
from prompts.spoken.texts import COMMON_KINDS, Text

FORMATTERS_VERSION: Final = (
    1  # part of the cache key: raise it when a form changes without changing its words
)
LANGUAGES: Final = {language.code: language for language in (RUSSIAN, ENGLISH)}
LONGEST_TEXT: Final = 2000  # letters; two minutes of speech, more than anybody listens to
LONGEST_VALUE: Final = 300


@dataclass(frozen=True)
class Wording:
    """A text as it will be spoken."""

    sentences: tuple[Sentence, ...] = field(repr=False)

    @property
    def words(self) -> str:
        """All of it."""
        return " ".join(sentence.words for sentence in self.sentences)


def wording_of(text: Text) -> Wording:
    """The words of `text`. Raises TextError; its sentence names the placeholder, never the value."""
    if text.language not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise UnknownLanguage(f"The language {text.language!r} is not spoken here: use one of {known}.")
    if len(text.template) > LONGEST_TEXT:
        raise BadTemplate(
            f"The text has {len(text.template)} letters, at most {LONGEST_TEXT} are spoken: shorten it."
        )
    language = LANGUAGES[text.language]
    phrases: list[Phrase] = []
    run = ""  # fixed words and keys since the last value
    for part in parse(text.template):
        match part:
            case Fixed():
                run += _fixed(part, language)
            case Key():
                run += language.key(part.key, run.rstrip(" ") + " ")
            case Slot():
                phrases += [Phrase(_tidy(run)), _value(part, text, language)]
                run = ""
    phrases.append(Phrase(_tidy(run)))
    wording = Wording(sentences_of(language.code, phrases))
    if not any(letter.isalpha() for letter in wording.words):
        raise BadTemplate("The text has no word in it: write what is to be said.")
    return wording


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


def _value(slot: Slot, text: Text, language: Language) -> Phrase:
    value = text.values.get(slot.name)
    if value is None or not value.raw.strip():
        raise BadValue(f"There is no value for {{{slot.name}}}: give one.")
    if len(value.raw) > LONGEST_VALUE:
        raise BadValue(f"The value of {{{slot.name}}} is longer than {LONGEST_VALUE} letters: shorten it.")
    kind = slot.kind or value.kind
    try:
        said = language.forms[kind](value.raw.strip())
    except (ValueError, OverflowError):
        # the cause would show the value in a traceback
        raise BadValue(f"The value of {{{slot.name}}} cannot be said as {kind}: mend it.") from None
    if language.unspeakable.search(said):
        said = language.unspeakable.sub(" ", language.spelled(said))
    if not any(letter.isalpha() for letter in said):
        raise BadValue(
            f"The value of {{{slot.name}}} has nothing that can be spoken in {language.code}: mend it."
        )
    return Phrase(
        _tidy(said).rstrip(" .,;:"), value=True, private=not value.shared and kind not in COMMON_KINDS
    )


def _tidy(words: str) -> str:
    """Single blanks, none before a comma or a stop, and no stop twice."""
    words = re.sub(r"\s+", " ", words).strip()
    words = re.sub(r" +([,.!?:;…])", r"\1", words)
    return re.sub(r"([,.])[,.]+(?!\.)", r"\1", words)


def _shown(character: str) -> str:
    return f'"{character}"' if character.isprintable() and character.isascii() else unicode_name(character)


def unicode_name(character: str) -> str:
    """ "U+1F600 GRINNING FACE", for characters that a terminal may not show."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".strip()
