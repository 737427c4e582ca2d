"""Russian as it is said: every kind of value, by itself and bent to the words around it."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from prompts.spoken.language import Language, clock_of, count_of, day_of, decimal_of, digits_of
from prompts.spoken.letters import plain
from prompts.spoken.ru_amounts import said_money, said_temperature
from prompts.spoken.ru_context import case_asked, next_word, pressed
from prompts.spoken.ru_counts import counted_or_numbered
from prompts.spoken.ru_moments import date_case, said_date, said_moment, said_time, said_year
from prompts.spoken.ru_names import said_name
from prompts.spoken.ru_nouns import DEGREE
from prompts.spoken.ru_numbers import CASES, cardinal, one_by_one
from prompts.spoken.ru_phones import said_phone
from prompts.spoken.ru_places import expanded
from prompts.spoken.ru_text import said_text
from prompts.spoken.texts import ValueKind

UNSPEAKABLE: Final = re.compile(r"[^А-Яа-яЁё \u0301'’«»„“”\"(),.!?:;…–—-]")
KEYS: Final = {
    "*": ("звёздочка", "звёздочки", "звёздочке", "звёздочку", "звёздочкой", "звёздочке"),
    "#": ("решётка", "решётки", "решётке", "решётку", "решёткой", "решётке"),
}  # in the order of CASES


def date_said(raw: str, before: str = "", after: str = "") -> str:
    """«третьего декабря»: the year goes without saying; say it by a placeholder of the kind year."""
    return said_date(day_of(raw), date_case(before))


def time_said(raw: str, before: str = "", after: str = "") -> str:
    """«четырнадцать часов», «четырнадцать ноль пять»; «до четырнадцати часов»."""
    return said_time(clock_of(raw), case_asked(before) or "n")


def datetime_said(raw: str, before: str = "", after: str = "") -> str:
    """«третьего декабря в четырнадцать ноль пять»; «до четырнадцати часов третьего декабря»."""
    return said_moment(day_of(raw), clock_of(raw), before)


def year_said(raw: str, before: str = "", after: str = "") -> str:
    """«тысяча девятьсот пятьдесят четвёртый год», of a year or of an ISO date."""
    year = int(raw) if re.fullmatch(r"[0-9]{4}", raw) else day_of(raw).year
    return said_year(year, before, after)


def phone_said(raw: str, before: str = "", after: str = "") -> str:
    """In groups, +7 as the 8 that people dial: «восемь, девятьсот двенадцать, триста сорок пять, ...»."""
    return said_phone(raw)


def digits_said(raw: str, before: str = "", after: str = "") -> str:
    """One by one, with time to write them down."""
    return one_by_one(digits_of(raw))


def count_said(raw: str, before: str = "", after: str = "") -> str:
    """«двадцать один»; «двадцать одну» before минуту; «двадцати одной» after до; «третьем» before этаже."""
    return counted_or_numbered(count_of(raw), before, after)


def money_said(raw: str, before: str = "", after: str = "") -> str:
    """«двести пятьдесят рублей тридцать копеек»; «до двухсот пятидесяти рублей»."""
    return said_money(decimal_of(raw), case_asked(before) or "n")


def temperature_said(raw: str, before: str = "", after: str = "") -> str:
    """«тридцать шесть и шесть», «тридцать восемь градусов»; «выше тридцати семи и пяти»."""
    said = said_temperature(decimal_of(raw), case_asked(before) or "n")
    doubled = next_word(after).startswith("градус")
    return re.sub(rf" {DEGREE.one()}\w*$", "", said) if doubled else said


def name_said(raw: str, before: str = "", after: str = "") -> str:
    """«Иванова Анна», «Иванова, а, пэ»; Latin by ear, capitals no louder than others."""
    return said_name(raw)


def place_said(raw: str, before: str = "", after: str = "") -> str:
    """«ГКБ № 5, ул. Мира» is «городская клиническая больница номер пять, улица Мира»."""
    return spelled(re.sub('[«»"„“”]', "", expanded(plain(raw, stress=True))))


def text_said(raw: str, before: str = "", after: str = "") -> str:
    """Anything at all, as it would be read out."""
    return UNSPEAKABLE.sub(" ", said_text(raw, before))


def spelled(raw: str) -> str:
    """Anything at all, in characters that a Russian voice can say; what has no sound is left out."""
    return UNSPEAKABLE.sub(" ", said_text(raw))


def key_said(key: str, before: str) -> str:
    """«нажмите звёздочку», «от одного до пяти», «клавиша звёздочка»."""
    case = case_asked(before) or ("a" if pressed(before) else "n")
    return KEYS[key][CASES.index(case)] if key in KEYS else cardinal(int(key), "m", case)


def said(kind: ValueKind, raw: str, before: str, after: str = "") -> str:
    """A value as the words before and behind it ask for it: «с девяти до двадцати часов».

    Raises ValueError for a value that is not of its kind. `before` reaches back to the start of the sentence,
    so that «между {a} и {b}» is heard as one; `after` goes to the next value.
    """
    return _FORMS[kind](raw, before, after)


_FORMS: Final[Mapping[ValueKind, Callable[..., str]]] = {
    "name": name_said,
    "place": place_said,
    "date": date_said,
    "time": time_said,
    "datetime": datetime_said,
    "year": year_said,
    "phone": phone_said,
    "digits": digits_said,
    "count": count_said,
    "money": money_said,
    "temperature": temperature_said,
    "text": text_said,
}
RUSSIAN: Final = Language("ru", UNSPEAKABLE, _FORMS, key_said, spelled, said)
