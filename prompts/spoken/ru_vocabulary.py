"""All that Russian values of the closed kinds can sound like, for whoever records or renders them ahead."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import Final

from prompts.spoken.letters import LATIN_LETTERS_IN_RUSSIAN, RUSSIAN_LETTERS
from prompts.spoken.ru import KEYS
from prompts.spoken.ru_amounts import said_temperature
from prompts.spoken.ru_moments import MONTHS, said_date, said_time, said_year
from prompts.spoken.ru_nouns import DEGREE, HOUR, KOPECK, MINUTE, PERCENT, RUBLE, YEAR
from prompts.spoken.ru_numbers import CASES, DIGITS, Case, Noun, cardinal, grouped, ordinal

LEAP_YEAR: Final = date(2024, 1, 1)
YEARS: Final = range(1900, 2036)
TENTHS_OF_DEGREES: Final = range(340, 421)
LARGE: Final = ("тысяча", "миллион", "миллиард")
OBLIQUE: Final[tuple[Case, ...]] = ("g", "d", "a", "i", "p")


def dates() -> Iterator[str]:
    """«третьего декабря» for each day, and in the other cases the day alone («третьему»)."""
    days = (LEAP_YEAR + timedelta(days=at) for at in range(366))
    yield from (said_date(day) for day in days)
    yield from MONTHS
    for case in CASES:
        yield from (ordinal(day, "n", case) for day in range(1, 32))


def times() -> Iterator[str]:
    """Every minute of a day as it is said by itself, and the full hours in the other cases."""
    yield from (said_time(time(minute // 60, minute % 60)) for minute in range(24 * 60))
    for case in OBLIQUE:
        yield from (said_time(time(hour), case) for hour in range(24))


def counts() -> Iterator[str]:
    """0 to 999; in the other cases 0 to 99 and the hundreds, of which the rest is made; all genders."""
    yield from (cardinal(number) for number in range(1000))
    for case in CASES:
        for number in chain(range(100), range(100, 1000, 100)):
            yield cardinal(number, "m", case)
        for number in (1, 2):
            yield cardinal(number, "f", case)
            yield cardinal(number, "n", case)
    yield from (cardinal(tens + ones, "f") for tens in range(20, 100, 10) for ones in (1, 2))


def years() -> Iterator[str]:
    """«тысяча девятьсот пятьдесят четвёртый год», «... года», «... году»; the ends of all other ordinals."""
    yield from (said_year(year, before) for before in ("", "до ", "в ") for year in YEARS)
    yield from YEAR.singular
    for case in CASES:
        ends = chain(range(1, 20), range(20, 100, 10), range(100, 1000, 100), (1000, 2000))
        yield from (ordinal(end, "m", case) for end in ends)


def temperatures() -> Iterator[str]:
    """34.0 to 42.0; the words for any other."""
    yield from (said_temperature(Decimal(tenths) / 10) for tenths in TENTHS_OF_DEGREES)
    yield from ("минус", "и", *_forms(DEGREE))


def keys() -> Iterator[str]:
    """The keys of a telephone in every case."""
    for case in CASES:
        yield from (cardinal(digit, "m", case) for digit in range(10))
        yield from (key[CASES.index(case)] for key in KEYS.values())


def phone_groups() -> Iterator[str]:
    """Groups of one, two and three figures, as they stand in telephone numbers; and «плюс»."""
    yield from (grouped(f"{number:02}") for number in range(100))
    yield from (cardinal(number) for number in range(1000))
    yield "плюс"


def money() -> Iterator[str]:
    """Rubles and kopecks up to a hundred, and what larger sums are made of."""
    for noun in (RUBLE, KOPECK):
        yield from (f"{cardinal(number, noun.gender)} {noun.of(number)}" for number in range(100))
        yield from _forms(noun)
    yield from large_numbers()


def large_numbers() -> Iterator[str]:
    """Thousands, millions and milliards in their forms, and what stands before them."""
    yield from (cardinal(number * 1000) for number in range(1, 100))
    for at in range(1, 4):
        for case in CASES:
            yield from (cardinal(many * 1000**at, "m", case).rpartition(" ")[2] for many in (1, 2, 5))
    yield "минус"


def letters() -> Iterator[str]:
    """The names of letters, for initials and abbreviations."""
    yield from RUSSIAN_LETTERS.values()
    yield from LATIN_LETTERS_IN_RUSSIAN.values()


KINDS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "digits": lambda: iter(DIGITS),
    "keys": keys,
    "dates": dates,
    "times": times,
    "counts": counts,
    "years": years,
    "temperatures": temperatures,
    "phone": phone_groups,
    "money": money,
    "letters": letters,
    "units": lambda: chain(_forms(HOUR), _forms(MINUTE), _forms(PERCENT)),
}


def closed_forms() -> Iterator[str]:
    """Every form once, in a steady order. What is not here whole is a run of forms that are."""
    seen: set[str] = set()
    for kind in KINDS.values():
        for form in kind():
            if form not in seen:
                seen.add(form)
                yield form


def _forms(noun: Noun) -> Iterator[str]:
    yield from noun.singular
    yield from noun.plural
