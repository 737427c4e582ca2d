"""Any text at all as an English voice can say it: figures, signs, abbreviations, Cyrillic."""

import re
from typing import Final

from prompts.spoken.en_figures import numbers_said, signs_said, times_said
from prompts.spoken.en_values import in_pairs, one_by_one, ordinal
from prompts.spoken.en_words import (
    ADDRESSES,
    BY_EAR,
    CYRILLIC_INITIALS,
    NUMERALS,
    OTHERS,
    SAID_AS_WORDS,
    SHORT_WORDS,
    SPELLED_OUT,
    TITLES,
)
from prompts.spoken.letters import RUSSIAN_LETTERS, plain, to_latin
from prompts.spoken.ru_places import expanded

UNSPEAKABLE: Final = re.compile(r"[^A-Za-z '’“”\"(),.!?:;…–—-]")

_SHORT: Final = [
    (re.compile(rf"\b(?:{short})"), f"{long} ") for short, long in {**TITLES, **ADDRESSES, **OTHERS}.items()
]
_TITLE: Final = [(re.compile(rf"\b(?:{short})"), f"{long} ") for short, long in TITLES.items()]
_EAR: Final = [(re.compile(spelling), sound) for spelling, sound in BY_EAR.items()]
_ST: Final = re.compile(r"\bSt\b\.?")
_STAGE: Final = re.compile(
    r"\b([Tt]ype|[Ss]tage|[Gg]rade|[Pp]hase|[Cc]lass|[Gg]roup|[Ll]evel|[Pp]art|[Bb]lock|[Ww]ard|[Bb]uilding"
    r"|[Cc]linic|[Hh]ospital) ([IVX]{1,4})\b"
)
_LETTERS_ABBREVIATED: Final = re.compile(r"\b(?:[A-Z]\.){2,}|\b(?:Ph\.D|M\.D)\.?")
_CAPITALS: Final = re.compile(r"\b([A-Z]{2,})(s?)\b")
_CYRILLIC_CONSONANTS: Final = re.compile(r"\b[БВГДЖЗЙКЛМНПРСТФХЦЧШЩ]{2,5}\b")
_HEIR: Final = re.compile(r"(?<=[A-Za-z] )(II|III|IV|VI|VII|VIII|IX)\b")
_CYRILLIC: Final = re.compile("[А-Яа-яЁё]")
_DOOR: Final = re.compile(r"(?<![\w.,+-])[0-9]{3,}(?![\w.,%:-]*[0-9%])")
_LONGEST_DOOR_NUMBER: Final = 4  # digits; longer ones are post codes


def spelled(raw: str) -> str:
    """Anything at all, in characters that an English voice can say; what has no sound is left out."""
    return _said(_expanded(times_said(_russian_expanded(raw))), raw)


def place_said(raw: str) -> str:
    """Clinics and addresses; Russian ones spoken out first, then by ear; "Room 305" as people read it."""
    text = re.sub(r"(?<=[0-9])\s*/\s*(?=[0-9])", " slash ", raw)
    return _said(_DOOR.sub(_door, _expanded(times_said(_russian_expanded(text)))), raw)


def _russian_expanded(text: str) -> str:
    text = plain(text.replace("№", " number "))
    return expanded(text) if _CYRILLIC.search(text) else text


def _said(text: str, raw: str) -> str:
    """raw: the text before anything was put into words, as it shows whether somebody shouts."""
    text = signs_said(text)
    text = _CYRILLIC_CONSONANTS.sub(_cyrillic_letters, text)
    text = re.sub(r"[А-Яа-яЁё]+", lambda m: to_latin(m[0]), text)
    text = _CAPITALS.sub(_acronym if re.search("[a-zа-яё]", raw) else _shouted, text)
    text = " ".join(UNSPEAKABLE.sub(" ", numbers_said(text)).split())
    return re.sub(r" +(?=[,.;:!?])", "", text)


def _expanded(text: str) -> str:
    """Abbreviations as words."""
    for short, long in _SHORT:
        text = short.sub(long, text)
    text = _ST.sub(_saint_or_street, text)
    text = _LETTERS_ABBREVIATED.sub(lambda m: " ".join(re.findall("[A-Z]", m[0].upper())), text)
    return _HEIR.sub(_heir, _STAGE.sub(_stage, text))


def name_said(raw: str) -> str:
    """As written; titles as words, Cyrillic by ear, capitals no louder than others."""
    text = plain(raw)
    for short, long in _TITLE:
        text = short.sub(long, text)
    text = _HEIR.sub(_heir, text)
    words = re.findall(r"[A-Za-zА-Яа-яЁё'’-]+|[0-9]+", text)
    return " ".join(_name_word(word) for word in words)


def _door(found: re.Match[str]) -> str:
    digits = found[0]
    if digits.startswith("0") or len(digits) > _LONGEST_DOOR_NUMBER:
        return one_by_one(digits)
    return in_pairs(int(digits))


def _saint_or_street(found: re.Match[str]) -> str:
    """ "St. Mary's", "Church of St. John", "12 Main St., Tyumen", "5th St."."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    if re.match(r"\s+[A-Z][a-z]+['’]s\b", after):
        return "Saint"
    if re.search(r"(?:\b[A-Z][a-z]+|[0-9](?:st|nd|rd|th))\s+$", before):
        return "Street"
    return "Saint" if re.match(r"\s+[A-Z]", after) else "Street"


def _stage(found: re.Match[str]) -> str:
    return f"{found[1]} {NUMERALS.get(found[2], found[2])}"


def _heir(found: re.Match[str]) -> str:
    """ "George Banks III", "Elizabeth II Hospital"."""
    return f"the {ordinal(NUMERALS[found[1]])}"


def _cyrillic_letters(found: re.Match[str]) -> str:
    return " ".join(to_latin(RUSSIAN_LETTERS[letter]) for letter in found[0].lower())


def _acronym(found: re.Match[str]) -> str:
    """ "MRI" is "M R I", "COVID" a word, "PLEASE" a word that somebody shouts."""
    word, plural = found.groups()
    if word in SAID_AS_WORDS:
        return found[0]
    longest = 3 if re.search("[AEIOUY]", word) else 5
    if word in SPELLED_OUT or (len(word) <= longest and word not in SHORT_WORDS):
        return " ".join(word) + ("'s" if plural else "")
    return word.capitalize() + plural


def _shouted(found: re.Match[str]) -> str:
    """A text in capitals throughout is no row of acronyms."""
    word = found[0]
    if word in SPELLED_OUT or (len(word) <= 4 and not re.search("[AEIOUY]", word)):
        return " ".join(word)
    return word if word in SAID_AS_WORDS else word.capitalize()


def _name_word(word: str) -> str:
    if word.isdigit():
        return one_by_one(word)
    if word in CYRILLIC_INITIALS:
        return CYRILLIC_INITIALS[word]
    sound = word if word.isascii() else "".join(to_latin(part) for part in re.split(r"(['’-])", word))
    return re.sub(r"[A-Za-z]{2,}", _heard, sound)


def _heard(found: re.Match[str]) -> str:
    name = found[0].capitalize() if found[0].isupper() else found[0]
    for spelling, sound in _EAR:
        name = spelling.sub(sound, name)
    return name
