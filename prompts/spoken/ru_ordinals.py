"""Numbers with an ending («5-я», «3-го», «18-летний») and before what bears a number («2 этаж»)."""

import re
from typing import Final

from prompts.spoken.ru_calendar import Rule
from prompts.spoken.ru_context import case_asked, next_word
from prompts.spoken.ru_nouns import DAY, HOUR, MONTH, NUMBERED_FORMS, WEEK, YEAR
from prompts.spoken.ru_numbers import Case, Gender, cardinal, ordinal, plural_ordinal

_ENDINGS: Final[dict[str, tuple[Gender, Case]]] = {
    "я": ("f", "n"), "ая": ("f", "n"), "ю": ("f", "a"), "ую": ("f", "a"), "ый": ("m", "n"),
    "ий": ("m", "n"), "е": ("n", "n"), "ое": ("n", "n"), "ее": ("n", "n"), "го": ("m", "g"),
    "ого": ("m", "g"), "его": ("m", "g"), "му": ("m", "d"), "ому": ("m", "d"), "м": ("m", "p"),
    "ом": ("m", "p"), "ем": ("m", "p"), "ым": ("m", "i"), "ей": ("f", "g"), "ой": ("m", "n"),
    "й": ("m", "n"),
}  # fmt: skip
_UNCLEAR: Final = ("й", "ой", "ей")  # пятый, or пятой: the noun behind tells
_OF_SEVERAL: Final = ("х", "ух", "ёх", "ти", "и", "ми")  # двух, пяти
_JOINED: Final = (
    "летн лети дневн часов минутн месячн недельн процентн этажн комнатн местн кратн разов градусн"
)
_TIMED: Final = frozenset(form for noun in (DAY, HOUR, MONTH, WEEK, YEAR) for form in noun.singular)
_GRADED: Final = frozenset(("типа", "степени", "категории", "стадии", "группы"))  # диабет 2 типа
HIGHEST_GRADE: Final = 5
HIGHEST_NUMBERED: Final = 99


def _ended(found: re.Match[str], before: str) -> str:
    """5-я, 3-го, 2-х; «5-й поликлиники» by its noun."""
    number, ending = int(found[1]), found[2].lower()
    if ending == "х" and number % 10 == 0 and number >= 10:
        return plural_ordinal(number, "g")
    if ending in _OF_SEVERAL:
        return cardinal(number, "m", "g")
    gender, case = _ENDINGS[ending]
    noun = NUMBERED_FORMS.get(next_word(found.string[found.end() :]))
    if noun and (ending in _UNCLEAR or noun[1] == "p"):
        gender, case = noun
    elif ending in _UNCLEAR and case_asked(before) in ("g", "d", "i"):
        gender, case = "f", "g"  # «у 5-й», «с 3-й»: of a masculine it would be 5-го
    return ordinal(number, gender, case)


def _joined(found: re.Match[str], before: str) -> str:
    """18-летний: «восемнадцатилетний»."""
    number = int(found[1])
    if number == 1:
        return f"одно{found[2]}"
    stem = cardinal(number) if number in (90, 100) else cardinal(number, "m", "g")
    return stem.replace(" ", "") + found[2]


def _numbered(found: re.Match[str], before: str) -> str:
    """2 этаж, на 3 этаже, диабет 2 типа; «2 корпуса» stays a count."""
    number, word = int(found[1]), found[3].lower()
    noun = NUMBERED_FORMS.get(word)
    if noun is None or word in _TIMED or number > HIGHEST_NUMBERED:
        return found[0]
    gender, case = noun
    graded = (
        word in _GRADED and number <= HIGHEST_GRADE and case_asked(before) is None and before.strip() != ""
    )
    if case == "g" and not graded and case_asked(before) != "g":
        return found[0]  # «2 корпуса», but «до 3 этажа»: of a count it would be «до трёх этажей»
    return f"{ordinal(number, gender, case)}{found[2]}{found[3]}"


ORDINALS: Final[tuple[Rule, ...]] = (
    (
        re.compile(
            r"(?<![0-9.,])([0-9]{1,3})-?((?:" + "|".join(_JOINED.split()) + r")[а-яё]*)", re.IGNORECASE
        ),
        _joined,
    ),
    (
        re.compile(
            r"(?<![0-9.,])([0-9]{1,6})-("
            + "|".join(sorted((*_ENDINGS, *_OF_SEVERAL), key=len, reverse=True))
            + r")(?![А-Яа-яЁё])",
            re.IGNORECASE,
        ),
        _ended,
    ),
    (re.compile(r"(?<![0-9.,/-])([0-9]{1,2})(\s+)([а-яё]+)(?!\s*[0-9])\b", re.IGNORECASE), _numbered),
)
