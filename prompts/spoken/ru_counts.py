"""Whole numbers before what they count or number: «две заявки», «за одни сутки», «на третьем этаже»."""

from typing import Final

from prompts.spoken.ru_context import agreement, case_asked, counted_noun, ends_in_one, next_word
from prompts.spoken.ru_nouns import NUMBERED_FORMS
from prompts.spoken.ru_numbers import cardinal, ordinal

_DAYS_AND_NIGHTS: Final = {
    ("сутки", 1): "одни",
    ("суток", 2): "двое",
    ("суток", 3): "трое",
    ("суток", 4): "четверо",
}
_PLACES: Final = ("этаж", "кабинет", "подъезд", "корпус")  # they bear a number oftener than they are counted
HIGHEST_PLACE: Final = 999


def counted(number: int, before: str, after: str) -> str:
    """The number as the words before and behind it ask for it."""
    noun = counted_noun(after)
    last = 1 if ends_in_one(number) else number
    plural = _DAYS_AND_NIGHTS.get((noun, last))
    if plural and case_asked(before) in (None, "a"):
        return f"{cardinal(number - 1)} {plural}" if number > last else plural
    return cardinal(number, *agreement(number, before, after))


def counted_or_numbered(number: int, before: str, after: str) -> str:
    """The same of a number given by itself: {floor} этаж is «третий этаж»."""
    gender, case = NUMBERED_FORMS.get(next_word(after), ("f", "n"))
    numbered = next_word(after).startswith(_PLACES) and 0 < number <= HIGHEST_PLACE
    if numbered and gender == "m" and (case != "g" or case_asked(before) == "g"):
        return ordinal(number, gender, case)
    return counted(number, before, after)
