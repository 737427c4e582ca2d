"""What one language must know to be spoken; adding one is a file like en.py and a line in wording.py."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from prompts.spoken.phones import groups_of
from prompts.spoken.texts import ValueKind

LARGEST_NUMBER: Final = 10**12  # nobody follows more by ear


@dataclass(frozen=True)
class Language:
    """The spoken forms of a language; every form raises ValueError for a value not of its kind.

    in_context is for a language whose forms bend to the words about a value: it gets the kind, the raw value,
    the words of the text before it and the fixed words behind it, up to the next value, and says the value as
    `forms` would, but in the case and gender that those words ask for. None: they change nothing.
    """

    code: str
    unspeakable: re.Pattern[str]  # a character that must never reach a voice
    forms: Mapping[ValueKind, Callable[[str], str]]
    key: Callable[[str, str], str]  # the key, and the words before it -> how it is said
    spelled: Callable[[str], str]  # any text at all -> the same in speakable characters
    in_context: Callable[[ValueKind, str, str, str], str] | None = None


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


def short_groups_of(e164: str) -> tuple[str, tuple[str, ...]]:
    """The country code and groups of at most three digits: a town's code of four is heard as two pairs."""
    country, groups = groups_of(e164)
    return country, tuple(
        part for group in groups for part in (re.findall("..", group) if len(group) == 4 else [group])
    )


def count_of(raw: str) -> int:
    """A whole number that can be said."""
    number = decimal_of(raw)
    if number != number.to_integral_value():
        raise ValueError("not a whole number")
    return int(number)


def parts_of(raw: str, places: int) -> tuple[bool, int, int]:
    """Whether it is below zero, its whole part, and its fraction as a number of so many digits, half up.

    (True, 36, 6) for "-36.55" and one place. What rounds to nothing is not below zero.
    """
    scaled = decimal_of(raw).scaleb(places).to_integral_value(ROUND_HALF_UP)
    whole, part = divmod(abs(int(scaled)), 10**places)
    return scaled < 0, whole, part


def decimal_of(raw: str) -> Decimal:
    """A number with a point or a comma."""
    try:
        number = Decimal(raw.replace(",", "."))
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        raise ValueError("not a number that can be said")
    return number
