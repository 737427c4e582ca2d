"""English forms of typed values: numbers, days, hours, money, telephone numbers."""

import re
from typing import Final

from num2words import num2words

from prompts.spoken.language import clock_of, count_of, day_of, digits_of, parts_of, short_groups_of

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TOLL_FREE: Final = "800"  # the one group that is said as a number, everywhere


def cardinal(number: int) -> str:
    """ "one thousand two hundred and five": the "and" helps on a bad line."""
    return str(num2words(number, lang="en")).replace(",", "")


def ordinal(number: int) -> str:
    return str(num2words(number, lang="en", to="ordinal")).replace(",", "")


def one_by_one(digits: str) -> str:
    """ "nine one two"; a digit twice is said twice, as "double" is not understood everywhere."""
    return " ".join(DIGITS[int(digit)] for digit in digits)


def in_pairs(number: int) -> str:
    """A number of three or four digits as people read it off a door: "three oh five", "twelve hundred"."""
    high, low = divmod(number, 100)
    if not high:
        return cardinal(number)
    if not low:
        return cardinal(number) if high % 10 == 0 else f"{cardinal(high)} hundred"
    return f"{cardinal(high)} {f'oh {DIGITS[low]}' if low < 10 else cardinal(low)}"


def date_said(raw: str) -> str:
    """ "December third": the year goes without saying."""
    day = day_of(raw)
    return f"{MONTHS[day.month - 1]} {ordinal(day.day)}"


def time_said(raw: str) -> str:
    """ "two oh five PM", "noon", "nine AM"."""
    clock = clock_of(raw)
    if clock.minute == 0 and clock.hour in (0, 12):
        return "noon" if clock.hour else "midnight"
    said = [cardinal(clock.hour % 12 or 12)]
    if clock.minute:
        said.append(f"oh {DIGITS[clock.minute]}" if clock.minute < 10 else cardinal(clock.minute))
    return " ".join([*said, "PM" if clock.hour >= 12 else "AM"])


def datetime_said(raw: str) -> str:
    """ "December third at two oh five PM"."""
    return f"{date_said(raw)} at {time_said(raw)}"


def year_said(raw: str) -> str:
    """ "nineteen fifty-four", "nineteen oh five", "two thousand and seven", "twenty twenty-six"."""
    if not re.fullmatch(r"[0-9]{4}", raw):
        raise ValueError("not a year")
    return str(num2words(int(raw), lang="en", to="year")).replace("oh-", "oh ").replace(",", "")


def phone_said(raw: str) -> str:
    """Digit by digit in groups: "plus seven, nine one two, three four five, six seven, eight nine"."""
    country, groups = short_groups_of(raw)
    said = [one_by_one(group) for group in groups]
    if country and groups[0] == TOLL_FREE:
        said[0] = cardinal(int(TOLL_FREE))
    return ", ".join([f"plus {one_by_one(country)}", *said] if country else said)


def digits_said(raw: str) -> str:
    """One by one, with time to write them down."""
    return ", ".join(DIGITS[int(digit)] for digit in digits_of(raw))


def count_said(raw: str) -> str:
    return cardinal(count_of(raw))


def money_said(raw: str) -> str:
    """ "two hundred and fifty rubles and thirty kopecks"; raw in rubles."""
    return amount_said(raw, ("ruble", "rubles"), ("kopeck", "kopecks"))


def amount_said(raw: str, units: tuple[str, str], hundredths: tuple[str, str]) -> str:
    """An amount of any currency, whose words come as (singular, plural); "fifty cents" has no dollars."""
    below, whole, part = parts_of(raw, 2)
    said = [_counted(whole, units)] if whole or not part else []
    said += [_counted(part, hundredths)] if part else []
    return f"{'minus ' if below else ''}{' and '.join(said)}"


def temperature_said(raw: str) -> str:
    """ "thirty-six point six degrees"."""
    below, whole, tenths = parts_of(raw, 1)
    if tenths:
        return f"{'minus ' if below else ''}{cardinal(whole)} point {DIGITS[tenths]} degrees"
    return f"{'minus ' if below else ''}{_counted(whole, ('degree', 'degrees'))}"


def _counted(number: int, words: tuple[str, str]) -> str:
    return f"{cardinal(number)} {words[number != 1]}"
