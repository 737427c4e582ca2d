"""Words cut into sentences and phrases: where a voice may breathe, and where it may change."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

_END: Final = re.compile(r"[.!?…]+[»”\")]*(?=\s+[«“\"(]?[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]|\s*$)")


SENTENCE_PAUSE_SECONDS: Final = 0.35
COMMA_PAUSE_SECONDS: Final = 0.15
JOINT_SECONDS: Final = 0.06  # between a phrase and its value: no breath, and no words run together


@dataclass(frozen=True)
class Phrase:
    """What one voice says in one go: a run of fixed words, or one whole value; punctuation goes with it."""

    words: str = field(repr=False)
    value: bool = False
    private: bool = False  # the value belongs to one contact


@dataclass(frozen=True)
class Sentence:
    """Phrases up to a full stop, a question or an exclamation mark, in their order."""

    language: str
    phrases: tuple[Phrase, ...]

    @property
    def words(self) -> str:
        """The whole sentence."""
        return " ".join(phrase.words for phrase in self.phrases)

    @property
    def fixed(self) -> bool:
        """Whether no value is in it."""
        return not any(phrase.value for phrase in self.phrases)

    @property
    def private(self) -> bool:
        """Whether a value of one contact is in it."""
        return any(phrase.private for phrase in self.phrases)


def pause_seconds(words: str) -> float:
    """How long to wait after these words, by the punctuation at their end."""
    last = words.rstrip('»”") ')[-1:]
    if last in ".!?…":
        return SENTENCE_PAUSE_SECONDS
    return COMMA_PAUSE_SECONDS if last in ",;:–—" else JOINT_SECONDS


def sentences_of(language: str, phrases: Iterable[Phrase]) -> tuple[Sentence, ...]:
    """The phrases of a text, cut where its fixed words end a sentence.

    A full stop inside a value ends none; punctuation that follows a value is said with the value.
    """
    sentences: list[Sentence] = []
    open_phrases: list[Phrase] = []
    for phrase in _attached(phrases):
        for piece, ends in _pieces(phrase):
            open_phrases.append(piece)
            if ends:
                sentences.append(Sentence(language, tuple(open_phrases)))
                open_phrases = []
    if open_phrases:
        sentences.append(Sentence(language, tuple(open_phrases)))
    return tuple(sentences)


def _attached(phrases: Iterable[Phrase]) -> Iterator[Phrase]:
    """Punctuation at the head of fixed words goes to the value before them."""
    before: Phrase | None = None
    for phrase in phrases:
        if before is not None:
            marks = re.match(r"[^\w\s]*", phrase.words) if before.value and not phrase.value else None
            lead = marks[0] if marks else ""
            yield Phrase(before.words + lead, before.value, before.private)
            phrase = Phrase(phrase.words[len(lead) :].strip(), phrase.value, phrase.private)
        before = phrase if phrase.words.strip() else None
    if before is not None:
        yield before


def _pieces(phrase: Phrase) -> Iterator[tuple[Phrase, bool]]:
    """Parts of a phrase, and whether a sentence ends behind each."""
    if phrase.value:
        yield phrase, _END.fullmatch(phrase.words.rstrip()[-1:]) is not None
        return
    at = 0
    for end in _END.finditer(phrase.words):
        yield Phrase(phrase.words[at : end.end()].strip()), True
        at = end.end()
    rest = phrase.words[at:].strip()
    if rest:
        yield Phrase(rest), False
