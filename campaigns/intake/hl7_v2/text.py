"""In which character set is a message? What MSH-18 says, unless the bytes say otherwise.

Bytes that are right UTF-8 are UTF-8, whatever is declared: Cyrillic of one byte a letter hardly ever is that
by chance. Other bytes are what MSH-18 says, unless that makes no words of them and another set does:
laboratories declare nothing, or ASCII, and write Windows-1251.
"""

import re
from dataclasses import dataclass
from itertools import groupby

UNDECLARED = ("cp1251", "koi8-r", "iso8859-5", "cp866", "latin-1")  # most usual first
_DECLARED = {
    "ASCII": "ascii",
    "8859/1": "latin-1",
    "8859/2": "iso8859-2",
    "8859/5": "iso8859-5",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "UTF-16": "utf-16",
    "8859-1": "latin-1",
    "8859-5": "iso8859-5",
    "ISO-8859-5": "iso8859-5",
    "ISO8859-5": "iso8859-5",
    "ISO IR144": "iso8859-5",
    "WINDOWS-1251": "cp1251",
    "WINDOWS1251": "cp1251",
    "WIN-1251": "cp1251",
    "WIN1251": "cp1251",
    "CP1251": "cp1251",
    "CP-1251": "cp1251",
    "1251": "cp1251",
    "KOI8-R": "koi8-r",
    "KOI8": "koi8-r",
    "CP866": "cp866",
    "866": "cp866",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
}
"""HL7 table 0211, and what laboratories write there instead."""
_NO_ANSWER = ("", "ascii", "utf-8")  # of bytes that are neither
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_LOST = "\ufffd"  # a letter that could not be read
_FREQUENT = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"  # letters of Russian, the most frequent first
_WORD = re.compile(r"\w+|[^\s\w]")
_SIGN, _MIXED, _SHOUTED = 3.0, 2.0, 1.5  # what is odd, in the measure of a letter: 0 frequent .. 1 rare
_ACCENTED, _CASES = 0.3, 1.0
TRUSTED, USUAL = 0.3, 0.15  # so much odder may be what is declared, and what is usual
ODDEST = 1.6  # a letter; what is odder is text in no set that is known here


@dataclass(frozen=True)
class Decoded:
    """A message as text. encoding: Python's name. sound: whether it reads as text in that set."""

    text: str
    encoding: str
    sound: bool


def decode(content: bytes, declared: str) -> Decoded:
    """The text of a message; `declared`: MSH-18, its first repetition. There is one whatever the bytes."""
    if content.startswith(_UTF16_MARKS) or _DECLARED.get(declared.strip().upper()) == "utf-16":
        return _utf16(content)
    content = content.removeprefix(_UTF8_MARK)
    if content.isascii():
        return Decoded(content.decode("ascii"), "ascii", True)
    text = _text(content, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8", _LOST not in text)
    mended = content.decode("utf-8", "replace")
    lost = mended.count(_LOST)
    if sum(not mark.isascii() for mark in mended) > 3 * lost:  # far more right letters than by chance
        return Decoded(mended, "utf-8", False)
    said = _DECLARED.get(declared.strip().upper(), "")
    said, bonus = (UNDECLARED[0], USUAL) if said in _NO_ANSWER else (said, TRUSTED)
    odd = {name: _oddness(text) for name in _sets(said) if (text := _text(content, name)) is not None}
    bonus += 1 / lost  # of a few letters alone nothing can be told
    best = min(odd, key=lambda name: odd[name] - (bonus if name == said else 0))  # the first of equals
    return Decoded(content.decode(best), best, odd[best] <= ODDEST)


def _sets(said: str) -> tuple[str, ...]:
    """Sets to try, the declared one first; latin-1 makes a text of any bytes."""
    return tuple(dict.fromkeys((said, *UNDECLARED)))


def _utf16(content: bytes) -> Decoded:
    encoding = "utf-16" if content.startswith(_UTF16_MARKS) else "utf-16-be"
    text = _text(content, encoding)
    return Decoded(content.decode(encoding, "replace") if text is None else text, encoding, text is not None)


def _text(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _oddness(text: str) -> float:
    """How odd what is not ASCII reads, a character: 0 is frequent letters of Russian in usual words."""
    foreign = sum(not mark.isascii() for mark in text)
    return sum(_odd(word) for word in _WORD.findall(text) if not word.isascii()) / max(1, foreign)


def _odd(word: str) -> float:
    """Of one word, or one sign."""
    marks = [mark for mark in word if not mark.isascii()]
    cyrillic = sum("Ѐ" <= mark <= "ԯ" for mark in word)
    latin = [mark for mark in word if mark.isalpha() and not "Ѐ" <= mark <= "ԯ"]
    odd = sum(_odd_letter(mark) for mark in marks)
    if cyrillic and latin:
        odd += _MIXED * len(marks)
    if not cyrillic and (len(marks) == len(word) or 2 < len(word) < 2 * len(marks)):  # no letter is plain
        odd += _SHOUTED * len(marks)
    if cyrillic and word not in (word.lower(), word.upper(), word.capitalize()):
        odd += _CASES * len([*groupby(word, str.isupper)])
    return odd


def _odd_letter(mark: str) -> float:
    if not mark.isalpha():
        return 0.0 if mark in "№«»–—’“”„…°" else _SIGN
    place = _FREQUENT.find(mark.lower())
    if place >= 0:
        return place / len(_FREQUENT)
    return 1.0 if "Ѐ" <= mark <= "ԯ" else _ACCENTED
