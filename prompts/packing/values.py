"""Values of the closed kinds: whole where they can be counted, in parts of whole words where not."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from typing import Final

from prompts.engines.pack_units import Ending
from prompts.packing.wishes import FULL, Wish, wish
from prompts.spoken.language import Language
from prompts.spoken.texts import Text, Value
from prompts.spoken.wording import wording_of

OPEN: Final[tuple[Ending, ...]] = (",",)
FINAL: Final[tuple[Ending, ...]] = (".",)
LEAP_YEAR: Final = 2024  # it has every day that a date can have
YEARS: Final = range(1900, 2036)
OPEN_MINUTES: Final = 5  # times of appointments, and most that lie in the past, stand within a sentence
FINAL_MINUTES: Final = 15
CARRIERS: Final[Mapping[str, tuple[str, ...]]] = {"ru": ("нажмите",), "en": ("press",)}
"""Words that are said in one go with a key behind them."""
BEFORE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {"ru": ("", "нажмите ", "от "), "en": ("",)}
"""Words that decide the case of a key."""
KEYS: Final = "0123456789*#"
WITHIN: Final[Mapping[str, tuple[Ending, ...]]] = {"ru": FULL, "en": FINAL}
"""Endings of values that stand within a sentence as often as at its end; in English one does for both."""
AT: Final[Mapping[str, str]] = {"ru": "в ", "en": ""}
"""The word before a time of day, where it is no syllable of its own and must be said with the time."""
THREE_DIGITS: Final[Mapping[str, bool]] = {"ru": True, "en": False}
"""Whether a group of a phone number is one number, «триста сорок пять», or digits one by one."""


def value_wishes(language: Language) -> Iterator[Wish]:
    """In the order of their use to a patient; a later one that says the same is not needed."""
    yield from _kind("keys", FULL, _keys(language))
    yield from _kind("dates", WITHIN[language.code], _dates(language))
    at = AT[language.code]
    yield from _kind("times", OPEN, _times(language, OPEN_MINUTES, at))
    yield from _kind("times", FINAL, _times(language, FINAL_MINUTES, at))
    yield from _kind("times", FINAL, _times(language, FINAL_MINUTES, ""))
    yield from _kind("times", OPEN, _hours(language, at))
    yield from _kind("times", FULL, _minutes(language))
    yield from _kind("years", FINAL, (language.forms["year"](str(year)) for year in YEARS))
    yield from _kind("numbers", FULL, _numbers(language))
    yield from _kind("numbers", OPEN, _groups(language))
    yield from _kind("degrees", FINAL, _degrees(language))
    yield from _kind("money", WITHIN[language.code], _rubles(language))
    yield from _kind("money", FINAL, _kopecks(language))


def _kind(shelf: str, endings: Iterable[Ending], forms: Iterable[str]) -> Iterator[Wish]:
    for form in forms:
        yield from (wish(form, ending, "closed", shelf) for ending in endings)


def _keys(language: Language) -> Iterator[str]:
    for key in KEYS:
        yield from (f"{carrier} {language.key(key, carrier + ' ')}" for carrier in CARRIERS[language.code])
        yield from (language.key(key, before) for before in BEFORE_KEYS[language.code])


def _dates(language: Language) -> Iterator[str]:
    day = date(LEAP_YEAR, 1, 1)
    while day.year == LEAP_YEAR:
        yield language.forms["date"](day.isoformat())
        day += timedelta(days=1)


def _times(language: Language, step_minutes: int, before: str) -> Iterator[str]:
    for minute in range(0, 24 * 60, step_minutes):
        yield _time(language, minute // 60, minute % 60, before)


def _hours(language: Language, before: str) -> Iterator[str]:
    """«в четырнадцать», as it stands before minutes."""
    for hour in range(1, 24):
        yield _time(language, hour, 10, before).removesuffix(f" {_minute(language, hour, 10)}")


def _minutes(language: Language) -> Iterator[str]:
    """«ноль пять», "oh five PM": what follows an hour of one word."""
    for hour in (1, 13):
        for minute in range(1, 60):
            yield _minute(language, hour, minute)


def _minute(language: Language, hour: int, minute: int) -> str:
    """Behind the same hour of one word: that of the morning, or that of the afternoon."""
    return _time(language, 1 if hour < 12 else 13, minute).partition(" ")[2]


def _time(language: Language, hour: int, minute: int, before: str = "") -> str:
    """With the words before it, which may bend it."""
    at = Value("time", f"{hour:02}:{minute:02}")
    return wording_of(Text(language.code, f"{before}{{at}}", {"at": at})).words


def _numbers(language: Language) -> Iterator[str]:
    """Digits, the last groups of phone numbers, and the parts of amounts below ten thousand."""
    yield from language.forms["digits"]("0123456789").split(", ")
    for pair in range(100):
        yield language.forms["phone"](f"+7912345{pair:02}{pair:02}").rpartition(", ")[2]
    for number in chain(range(101), range(200, 1000, 100), range(1000, 10_000, 1000)):
        yield language.forms["count"](str(number))


def _groups(language: Language) -> Iterator[str]:
    """Groups of three digits; where they are said one by one, pairs will do."""
    if THREE_DIGITS[language.code]:
        for group in range(1000):
            yield language.forms["phone"](f"+7912{group:03}0000").split(", ")[2]
    yield language.forms["phone"]("+79120000000").partition(", ")[0]


def _degrees(language: Language) -> Iterator[str]:
    """Of a living body."""
    for tenths in range(340, 421):
        yield language.forms["temperature"](f"{tenths / 10:.1f}")


def _rubles(language: Language) -> Iterator[str]:
    """Amounts that are read as they stand: up to a hundred, and round ones above."""
    for rubles in chain(range(1, 101), range(200, 1000, 100), range(1000, 10_000, 1000)):
        yield language.forms["money"](str(rubles))


def _kopecks(language: Language) -> Iterator[str]:
    """«тридцать копеек»: the words that thirty kopecks add to an amount of rubles."""
    rubles = language.forms["money"]("5")
    for kopecks in range(1, 100):
        yield language.forms["money"](f"5.{kopecks:02}").removeprefix(rubles).strip(" ,")
