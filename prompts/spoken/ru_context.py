"""The case and gender that the words around a value ask of it in Russian."""

import re
from typing import Final

from prompts.spoken.ru_nouns import GENDERS
from prompts.spoken.ru_numbers import Case, Gender

_ASKED: Final[dict[Case, str]] = {
    "g": "от до после кроме около более менее больше меньше свыше старше младше выше ниже с со без из для у"
    " начиная позднее позже раньше ранее вместо порядка размере течение против возле",
    "d": "к ко благодаря",
    "a": "в во на за по через нажать оплатить заплатить внести перевести принять принимать пить выпить"
    " вводить ввести взять закапать закапывать",
    "i": "между перед над под",
    "p": "о об обо при",
}
_BY_WORD: Final[dict[str, Case]] = {word: case for case, words in _ASKED.items() for word in words.split()}
_NOT_VERBS: Final = frozenset(("лимите", "визите"))  # «в лимите», «о визите»
_LAST_WORD: Final = re.compile(r"([а-яё\u0301-]+)\s*[«\"„“(]?\s*$", re.IGNORECASE)
_FIRST_WORD: Final = re.compile(r"\s*[«\"„“(]?([а-яё\u0301-]+)", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\bмежду\b[^.!?]*\bи\s*$", re.IGNORECASE)
_PRESSED: Final = re.compile(
    r"\bнаж[а-яё]+\b(?:[^.!?]*(?:,|\b(?:и|или|либо|затем|потом)))?\s*[«\"]?$", re.IGNORECASE
)
_REQUEST: Final = re.compile(r"[а-яё]{2,}[ийь]те\Z")
_ADJECTIVE: Final = re.compile(r"[а-яё]+(?:ых|их|ые|ие|ая|яя|ое|ее|ую|юю|ый|ий|ой|ым|им|ыми|ими)\Z")
_PLURAL_CASES: Final[tuple[tuple[re.Pattern[str], Case], ...]] = (
    (re.compile(r"[ая]ми\Z"), "i"),
    (re.compile(r"[ая]м\Z"), "d"),
    (re.compile(r"[ая]х\Z"), "p"),
)
SHORTEST_BENT: Final = 4  # letters of a noun that tells its case; «вам» and «там» are none
_SIGN: Final = re.compile(r"\b(?:плюс|минус|примерно|приблизительно|ещё)\s*$", re.IGNORECASE)
_ADJECTIVES_LOOKED_OVER: Final = 2
_FAR_BACK: Final = 120  # characters: what stands farther before a value bends it no more


def near(before: str) -> str:
    """The end of the words before a value: enough to bend it, and no more to look through."""
    return before[-_FAR_BACK:]


def last_word(before: str) -> str:
    """The word that stands right before a value, in small letters; "" when punctuation parts them."""
    found = _LAST_WORD.search(near(before))
    return found[1].lower().replace("\u0301", "") if found else ""


def next_word(after: str) -> str:
    """The word right behind a value, in small letters; "" when punctuation parts them."""
    found = _FIRST_WORD.match(after)
    return found[1].lower().replace("\u0301", "") if found else ""


def case_asked(before: str) -> Case | None:
    """The case that the last word of `before` asks for; None when it asks for none.

    A request («примите», «оплатите») asks for the accusative, «между ... и» for the instrumental.
    """
    before = _SIGN.sub("", near(before))
    if _BETWEEN.search(before):
        return "i"
    word = last_word(before)
    if _REQUEST.fullmatch(word) and word not in _NOT_VERBS:
        return "a"
    return _BY_WORD.get(word)


def pressed(before: str) -> bool:
    """Whether the words ask to press what follows: «нажмите», «нажмите один или»."""
    return _PRESSED.search(near(before)) is not None


def counted_noun(after: str) -> str:
    """The noun behind a number, past its adjectives («две новые заявки»); "" when there is none."""
    for _ in range(_ADJECTIVES_LOOKED_OVER + 1):
        found = _FIRST_WORD.match(after)
        if not found:
            return ""
        word = found[1].lower()
        if word in GENDERS or not _ADJECTIVE.fullmatch(word):
            return word
        after = after[found.end() :]
    return ""


def ends_in_one(number: int) -> bool:
    """1, 21, 101; not 11."""
    return number % 10 == 1 and number % 100 != 11


def case_of_number(number: int, before: str) -> Case:
    """«по одной таблетке», but «по две таблетки»; else what the words before ask for."""
    case = case_asked(before) or "n"
    return "d" if case == "a" and last_word(before) == "по" and ends_in_one(number) else case


def agreement(number: int, before: str, after: str) -> tuple[Gender, Case]:
    """Gender and case of a number between these words: «от двух до трёх недель», «в двух клиниках»."""
    noun = counted_noun(after)
    for ending, case in _PLURAL_CASES:
        if len(noun) >= SHORTEST_BENT and ending.search(noun):
            return GENDERS.get(noun, "m"), case
    return GENDERS.get(noun, "m"), case_of_number(number, before)
