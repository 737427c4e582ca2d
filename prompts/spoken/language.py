"""What one language must know to be spoken; adding one is a file like en.py and a line in wording.py."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final

from prompts.spoken.texts import ValueKind

LARGEST_NUMBER: Final = 10**12  # nobody follows more by ear


@dataclass(frozen=True)
class Language:
    """The spoken forms of a language; every form raises ValueError for a value not of its kind."""

    code: str
    unspeakable: re.Pattern[str]  # a character that must never reach a voice
    forms: Mapping[ValueKind, Callable[[str], str]]
    key: Callable[[str, str], str]  # the key, and the words before it -> how it is said
    spelled: Callable[[str], str]  # any text at all -> the same in speakable characters


def day_of(raw: str) -> date:
    """The day of an ISO date or datetime."""
    return datetime.fromisoformat(raw).date()


def clock_of(raw: str) -> time:
    """The wall clock of an ISO time or datetime, as written."""
    try:
        return time.fromisoformat(raw)
    except ValueError:
        return datetime.fromisoformat(raw).time()


def digits_of(raw: str) -> str:
    """The digits alone; blanks and hyphens between them are let through."""
    digits = re.sub(r"[\s-]", "", raw)
    if not re.fullmatch(r"[0-9]{1,40}", digits):
        raise ValueError("not digits")
    return digits


def count_of(raw: str) -> int:
    """A whole number that can be said."""
    number = decimal_of(raw)
    if number != number.to_integral_value():
        raise ValueError("not a whole number")
    return int(number)


def decimal_of(raw: str) -> Decimal:
    """A number with a point or a comma."""
    try:
        number = Decimal(raw.replace(",", "."))
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        raise ValueError("not a number that can be said")
    return number
