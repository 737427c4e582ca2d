"""Names of people as a Russian voice says them."""

import re
from typing import Final

from prompts.spoken.letters import LATIN_LETTERS_IN_RUSSIAN, RUSSIAN_LETTERS, plain, unmixed
from prompts.spoken.ru_numbers import grouped
from prompts.spoken.ru_words import by_ear

_PARTICLE: Final = re.compile(
    r"огл[ыу]|[кг]ызы|кизи|улы|угли|уулу|заде|ибн|бен|[фв]он|ван|де[рнль]?|да|д[ие]|ла", re.IGNORECASE
)  # small, as passports write them
_PIECE: Final = re.compile(r"[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё\u0301'’`ʼʻ-]*|[0-9]+")
_TITLES: Final = (
    (re.compile(r"\bг-н\b", re.IGNORECASE), "господин"),
    (re.compile(r"\bг-жа\b", re.IGNORECASE), "госпожа"),
)
_JOINED: Final = re.compile(r"['’`ʼʻ]")


def said_name(raw: str) -> str:
    """«Иванова Анна Петровна», «Иванова, а, пэ».

    In the order written. Initials are said by the names of their letters, each after a comma: two people of
    one surname may live behind one telephone, and «и» within a name would be heard as "and". Capitals are no
    louder than others; Latin is said by ear; stress marks stay.
    """
    text = plain(unmixed(raw), stress=True)
    for short, long in _TITLES:
        text = short.sub(long, text)
    words = [word.rstrip("-'’`ʼʻ") for word in _PIECE.findall(text)]
    said = ""
    for at, word in enumerate(words):
        parted = at and (_initial(word) or _initial(words[at - 1]))
        said += ("," if parted else "") + (" " if at else "") + _word(word)
    return said


def _initial(word: str) -> bool:
    return len(word) == 1 and word.isalpha()


def _word(word: str) -> str:
    if word.isdigit():
        return grouped(word)
    if len(word) == 1:
        return RUSSIAN_LETTERS.get(word.lower()) or LATIN_LETTERS_IN_RUSSIAN.get(word.lower(), "")
    return "-".join(_part(part) for part in word.split("-"))


def _part(part: str) -> str:
    whole = _JOINED.sub("", part)
    sound = re.sub(r"[A-Za-z]+", lambda found: by_ear(found[0]), whole)
    if whole != part:
        return sound.capitalize()
    if _PARTICLE.fullmatch(sound):
        return sound.lower()
    return sound.capitalize() if sound.isupper() else sound
