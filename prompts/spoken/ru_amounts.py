"""Russian amounts: money, temperatures and what else is measured, in the case asked for."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from prompts.spoken.ru_nouns import DEGREE, KOPECK, RUBLE
from prompts.spoken.ru_numbers import Case, Noun, amount, cardinal, decimal, grouped

_HALF: Final[dict[Case, str]] = {
    "n": "полтора", "g": "полутора", "d": "полутора", "a": "полтора", "i": "полутора", "p": "полутора",
}  # fmt: skip


def rounded(number: Decimal, places: int) -> int:
    """The number in units of 10^-places, a half upwards."""
    return int((number * 10**places).to_integral_value(ROUND_HALF_UP))


def said_money(sum_rubles: Decimal, case: Case = "n") -> str:
    """«двести пятьдесят рублей тридцать копеек»; of rubles that are none only the kopecks are said."""
    kopecks = rounded(sum_rubles, 2)
    rubles, rest = divmod(abs(kopecks), 100)
    said = ["минус"] if kopecks < 0 else []
    if rubles or not rest:
        said.append(_of(rubles, RUBLE, case))
    if rest:
        said.append(amount(rest, KOPECK, case))
    return " ".join(said)


def said_temperature(degrees: Decimal, case: Case = "n") -> str:
    """«тридцать шесть и шесть», «тридцать восемь градусов»; «выше тридцати семи и пяти»."""
    tenths_in_all = rounded(degrees, 1)
    whole, tenths = divmod(abs(tenths_in_all), 10)
    sign = "минус " if tenths_in_all < 0 else ""
    if tenths:
        return f"{sign}{cardinal(whole, 'm', case)} и {cardinal(tenths, 'm', case)}"
    return f"{sign}{amount(whole, DEGREE, case)}"


def measured(number: str, noun: Noun, case: Case = "n") -> str:
    """A number in figures ("5", "1,5", "0.25") and what it counts.

    «пять миллиграммов», «полторы таблетки», «два с половиной литра», «ноль целых двадцать пять сотых литра».
    """
    whole, _, part = re.sub(r"\s", "", number).replace(",", ".").partition(".")
    part = part.rstrip("0")
    if not part:
        return _of(int(whole), noun, case)
    if part == "5" and int(whole) == 1:
        half = _HALF[case][:-1] + "ы" if noun.gender == "f" and case in ("n", "a") else _HALF[case]
        return f"{half} {noun.of(2, case) if case in ('n', 'a') else noun.of(5, case)}"
    if part == "5" and whole.lstrip("0"):
        return f"{cardinal(int(whole), noun.gender, case)} с половиной {noun.of(int(whole), case)}"
    return f"{decimal(int(whole), part, case)} {noun.one('g')}"


def said_number(number: str, case: Case = "n") -> str:
    """A number in figures that counts nothing: «ноль ноль семь», «пять целых шесть десятых»."""
    whole, _, part = number.replace(",", ".").partition(".")
    return decimal(int(whole), part, case) if part else grouped(whole, case)


def _of(number: int, noun: Noun, case: Case) -> str:
    """Round thousands rule the noun themselves: «двум тысячам рублей»."""
    if number and number % 1000 == 0:
        return f"{cardinal(number, 'm', case)} {noun.many or noun.plural[1]}"
    return amount(number, noun, case)
