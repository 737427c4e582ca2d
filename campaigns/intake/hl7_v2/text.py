"""In which character set is a message? What MSH-18 says, unless the bytes say otherwise.

Bytes that are right UTF-8 are UTF-8, whatever is declared: Cyrillic of one byte a letter hardly ever is that
by chance. Other bytes are what MSH-18 says, unless that makes no words of them and another set does:
laboratories declare nothing, or ASCII, and write Windows-1251.
"""

from dataclasses import dataclass

from campaigns.intake.hl7_v2.letters import oddness

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
TRUSTED, USUAL = 0.3, 0.15  # so much odder may be what is declared, and what is usual
MARGIN = 0.3  # what is not declared must be this much less odd than the next best: else a name may be garbled
FEW = 1.5  # more for a single letter, a quarter of it for two
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
        said = _DECLARED.get(declared.strip().upper(), "ascii")  # of letters in escapes
        return Decoded(content.decode("ascii"), said, True)
    text = _text(content, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8", _LOST not in text)
    mended = content.decode("utf-8", "replace")
    lost = mended.count(_LOST)
    if sum(not mark.isascii() for mark in mended) > 3 * lost:  # far more right letters than by chance
        return Decoded(mended, "utf-8", False)
    said = _DECLARED.get(declared.strip().upper(), "")
    named = said not in _NO_ANSWER
    said, bonus = (said, TRUSTED) if named else (UNDECLARED[0], USUAL)
    bonus += FEW / lost**2 if named else 0.0  # of a letter alone nothing can be told
    texts = {name: text for name in _sets(said) if (text := _text(content, name)) is not None}
    odd = {name: oddness(text) - (bonus if name == said else 0) for name, text in texts.items()}
    best = min(odd, key=odd.__getitem__)  # the first of equals
    others = [odd[name] for name, text in texts.items() if text != texts[best]]
    clear = (named and best == said) or min(others, default=ODDEST) - odd[best] >= MARGIN
    return Decoded(texts[best], best, clear and odd[best] <= ODDEST)


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
