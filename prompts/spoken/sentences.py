"""Words cut into sentences and phrases: where a voice may breathe, and where it may change.

Each value is one mark while the words are cut, so that nothing inside a value ends a sentence or a phrase,
and a text of a campaign is cut once for all its contacts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

SENTENCE_PAUSE_SECONDS: Final = 0.35
CLAUSE_PAUSE_SECONDS: Final = 0.2  # a colon or a dash: what follows is the news
COMMA_PAUSE_SECONDS: Final = 0.15
JOINT_SECONDS: Final = 0.06  # between a phrase and its value: no breath, and no words run together

FIRST_MARK: Final = 0xE000  # private use: no template that can be spoken holds one
MOST_MARKS: Final = 0x1900
_MARKS: Final = f"{chr(FIRST_MARK)}-{chr(FIRST_MARK + MOST_MARKS - 1)}"
_SHORT: Final = (
    "г гг ул пр просп пер пл ш наб д дд корп стр кв оф эт обл р-н пос с дер им т тт п пп е к см ср тел доб"
    " руб коп др проф акад зав зам гл"
    " dr mr mrs ms prof st ave rd blvd bldg apt fl ext jr sr vs eg ie m"
)
ABBREVIATIONS: Final = frozenset(_SHORT.split())
"""Before the stop of one of these, or of an initial, no sentence ends: too many only make some longer."""

_MARK: Final = re.compile(f"[{_MARKS}]")
_STOP: Final = re.compile(r"[.!?…]+[»”\"’')]*(?=\s|$)")
_BEGINNING: Final = re.compile(rf"[^\W_]|[{_MARKS}]")
_DOTTED: Final = re.compile(r"(?<!\w)(?:[^\W\d_]\.\s?){2,}[^\W\d_]$")  # д.м.н
_LAST_WORD: Final = re.compile(r"[\w-]+$")
_VALUE: Final = re.compile(
    rf"(?:\w+-)?[«“„\"'(]*"  # по-, an opening quote
    rf"(?P<mark>[{_MARKS}])"
    rf"(?:['’-]\w+)*[^\w\s{_MARKS}«“„(]*"  # 's, the stop, the comma, the closing quote
    rf"(?:\s[–—-]+(?=\s|$))?"  # a dash goes with what stands before it
)
_STOPPED_TWICE: Final = re.compile(r"([!?…])\.(?!\.)")  # a question that is a value needs no stop behind it
_TIDYING: Final = tuple(
    (re.compile(wrong), right)
    for wrong, right in (
        (r"\s+", " "),
        (r" +([,.!?:;…»”)])", r"\1"),
        (r"([«“„(]) +", r"\1"),
        (r",{2,}", ","),
        (r"\.{4,}", "..."),
        (r"(?<!\.)\.\.(?!\.)|,\.(?!\.)", "."),
        (r"(\w\w[.!?…]+)(?=[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])", r"\1 "),
        (rf"([,;:!?…])(?=[^\W\d_]|[{_MARKS}])", r"\1 "),
        (rf"([\w{_MARKS}])(?=[{_MARKS}])|([{_MARKS}])(?=\w)", r"\1\2 "),
    )
)


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


@dataclass(frozen=True)
class _Piece:
    """A phrase yet to be: fixed words, or words about the mark of one value."""

    words: str
    place: int | None = None  # the value's number, from 0


def sentences_of(language: str, phrases: Iterable[Phrase]) -> tuple[Sentence, ...]:
    """Runs of fixed words and values, as they follow one another, cut where the fixed words end a sentence.

    The marks of punctuation that stand against a value are said with it. What holds no letter is left out.
    """
    values: list[Phrase] = []
    marked = ""
    for phrase in phrases:
        if phrase.value:
            marked += chr(FIRST_MARK + len(values))
            values.append(phrase)
        else:
            marked += _MARK.sub(" ", phrase.words)
    return tuple(
        Sentence(language, tuple(_said(piece, values) for piece in pieces)) for pieces in _cut(marked)
    )


def tidy(words: str) -> str:
    """Single blanks where they belong, and no stop or comma twice."""
    for wrong, right in _TIDYING:
        words = wrong.sub(right, words)
    return words.strip()


def pause_seconds(words: str) -> float:
    """How long to wait after these words, by the punctuation at their end."""
    last = words.rstrip("»”\"’') ")[-1:]
    if last in (".", "!", "?", "…"):
        return SENTENCE_PAUSE_SECONDS
    if last in (";", ":", "–", "—"):
        return CLAUSE_PAUSE_SECONDS
    return COMMA_PAUSE_SECONDS if last == "," or words.endswith(" -") else JOINT_SECONDS


@lru_cache(maxsize=1024)
def _cut(marked: str) -> tuple[tuple[_Piece, ...], ...]:
    sentences = (tuple(_pieces(sentence)) for sentence in _sentences(tidy(marked)))
    return tuple(pieces for pieces in sentences if pieces)


def _said(piece: _Piece, values: Sequence[Phrase]) -> Phrase:
    if piece.place is None:
        return Phrase(piece.words)
    value = values[piece.place]
    words = piece.words.replace(chr(FIRST_MARK + piece.place), value.words)
    return Phrase(_STOPPED_TWICE.sub(r"\1", words), value=True, private=value.private)


def _sentences(template: str) -> Iterator[str]:
    at = 0
    for stop in _STOP.finditer(template):
        if _begins(template[stop.end() :]) and not _abbreviated(template[: stop.start()], stop[0]):
            yield template[at : stop.end()]
            at = stop.end()
    yield template[at:]


def _begins(rest: str) -> bool:
    """Whether a sentence may begin so: with a capital letter, a value, or nothing more."""
    first = _BEGINNING.search(rest)
    return first is None or not first[0].islower()


def _abbreviated(before: str, stop: str) -> bool:
    word = _LAST_WORD.search(before)
    if word is None or not stop.startswith(".") or stop.startswith(".."):
        return False
    return (
        _DOTTED.search(before) is not None
        or word[0].lower() in ABBREVIATIONS
        or (len(word[0]) == 1 and word[0].isupper())
    )


def _pieces(sentence: str) -> Iterator[_Piece]:
    at = 0
    for value in _VALUE.finditer(sentence):
        yield from _fixed(sentence[at : value.start()])
        yield _Piece(value[0].strip(), ord(value["mark"]) - FIRST_MARK)
        at = value.end()
    yield from _fixed(sentence[at:])


def _fixed(words: str) -> Iterator[_Piece]:
    if any(letter.isalpha() for letter in words):
        yield _Piece(words.strip())
