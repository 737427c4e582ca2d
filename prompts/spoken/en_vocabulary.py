"""Every form that the closed kinds take in English, for whoever records or renders a vocabulary."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain, product
from typing import Final

from prompts.spoken.en import ENGLISH
from prompts.spoken.en_values import (
    DIGITS,
    MONTHS,
    cardinal,
    date_said,
    money_said,
    one_by_one,
    temperature_said,
    time_said,
    year_said,
)

LEAP_YEAR: Final = 2024  # it has every day that a date can have
YEARS: Final = range(1900, 2036)  # from the oldest birth to the next decade
COUNTS: Final = range(1000)
TENTHS_OF_DEGREES: Final = range(340, 421)  # 34.0 to 42.0, what a living body can have
MINUTES_OF_DAY: Final = range(24 * 60)
COUNTRIES: Final = ("7", "1", "375", "996", "998", "992", "374", "994", "995", "44")
JOINTS: Final = (
    "and", "at", "plus", "minus", "point", "hundred", "thousand", "million",
    "ruble", "rubles", "kopeck", "kopecks", "degree", "degrees",
)  # fmt: skip
"""Words between values. AM and PM are none: alone a voice says "am", so every time of a day stands whole."""


def closed_forms() -> Iterator[str]:
    """All of them, each once, without punctuation at the end.

    Whole values where they can be counted; of numbers, money and phones the parts from which any value up to
    999,999 is put together without cutting a word: "forty thousand", "two hundred and fifty", "rubles".
    """
    return iter(dict.fromkeys(chain.from_iterable(forms_by_kind().values())))


def forms_by_kind() -> Mapping[str, Iterable[str]]:
    """The same by kind, for a maker that wants some in full and others in parts."""
    return {
        "date": _dates(),
        "time": (time_said(f"{minute // 60:02}:{minute % 60:02}") for minute in MINUTES_OF_DAY),
        "count": (cardinal(number) for number in COUNTS),
        "thousands": (cardinal(number * 1000) for number in COUNTS[1:100]),
        "after_thousands": (f"and {cardinal(number)}" for number in COUNTS[1:100]),
        "year": (year_said(str(year)) for year in YEARS),
        "temperature": (temperature_said(f"{tenths / 10:.1f}") for tenths in TENTHS_OF_DEGREES),
        "digits": DIGITS,
        "keys": (ENGLISH.key(key, "press ") for key in "0123456789*#"),
        "phone": _phone_groups(),
        "money": _money(),
        "joints": JOINTS,
        "months": MONTHS,
    }


def _dates() -> Iterator[str]:
    day = date(LEAP_YEAR, 1, 1)
    while day.year == LEAP_YEAR:
        yield date_said(day.isoformat())
        day += timedelta(days=1)


def _phone_groups() -> Iterator[str]:
    """Country codes with their plus, and groups of one to three digits."""
    yield from (f"plus {one_by_one(country)}" for country in COUNTRIES)
    for length in (1, 2, 3):
        yield from (one_by_one("".join(digits)) for digits in product("0123456789", repeat=length))


def _money() -> Iterator[str]:
    """Rubles up to a hundred and in round hundreds and thousands; every number of kopecks."""
    for rubles in (*range(101), *range(200, 1000, 100), *range(1000, 11000, 1000)):
        yield money_said(str(rubles))
    for kopecks in range(1, 100):
        yield money_said(f"0.{kopecks:02}").removeprefix("zero rubles ")
