"""Russian dates, times of day and years in the case that the words around ask for."""

import re
from datetime import date, time
from typing import Final

from prompts.spoken.ru_context import case_asked, last_word, near, next_word
from prompts.spoken.ru_nouns import HOUR, MINUTE, YEAR
from prompts.spoken.ru_numbers import CASES, Case, amount, cardinal, grouped, ordinal

MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_DAY: Final = r"(?<!\bв\s)(?<!\bво\s)(?<!\bна\s)\b(?:дата|день|срок|число)\b"
_VERB: Final = r"\b[а-яё]+(?:[еёиуюя]т|ат)(?:ся)?\b"  # «срок истекает» names no day, it tells when
_OF_WHAT: Final = (
    r"(?:ваш|следующ|очередн|нов|ближайш|повторн|последн|перв)[а-яё]+|[а-яё]+(?:ия|ии|[её]ма)|записи|визита"
    r"|осмотра|анализ(?:а|ов)|прививки|выписки|сдачи|начала|конца|явки|процедуры|операции|выдачи"
)
_NAMED: Final = re.compile(
    r"\bсегодня\s*(?:[—–-]\s*)?$|\bэто\s*$"
    rf"|{_DAY}(?:\s+(?:{_OF_WHAT})){{0,3}}\s*$"
    rf"|{_DAY}(?:(?!{_VERB})[^.!?,;:—–]){{0,40}}[:—–]\s*$",
    re.IGNORECASE,
)
_DATE_CASES: Final[dict[str, Case]] = {"за": "a", "на": "a", "по": "a", "через": "a"}
_YEAR_FORMS: Final[dict[str, tuple[Case, ...]]] = {
    form: tuple(case for case, one in zip(CASES, YEAR.singular, strict=True) if one == form)
    for form in YEAR.singular
}


def date_case(before: str) -> Case:
    """Genitive, as for "when?", unless a preposition asks otherwise or the day is named.

    «взят третьего декабря», «до третьего», «на третье», «к третьему»; «Сегодня третье декабря», «Дата
    приёма: третье декабря»; but «сегодня, третьего декабря» and «приём — третьего декабря» tell when.
    """
    asked = case_asked(before)
    if asked in ("d", "i", "p"):
        return asked
    if asked == "a":
        return _DATE_CASES.get(last_word(before), "g")
    return "g" if asked or not _NAMED.search(near(before)) else "n"


def said_date(day: date, case: Case = "g") -> str:
    """«третьего декабря», «к третьему декабря»."""
    return f"{ordinal(day.day, 'n', case)} {MONTHS[day.month - 1]}"


def said_time(clock: time, case: Case = "n") -> str:
    """«четырнадцать часов», «четырнадцать ноль пять», «час тридцать»; «четырнадцати часов»."""
    if clock.minute == 0:
        return amount(clock.hour, HOUR, case)
    if clock.hour == 0:
        return f"{amount(0, HOUR, case)} {amount(clock.minute, MINUTE, case)}"
    hour = HOUR.one(case) if clock.hour == 1 else cardinal(clock.hour, "m", case)
    return f"{hour} {grouped(f'{clock.minute:02}', case)}"


def said_moment(day: date, clock: time, before: str) -> str:
    """«третьего декабря в четырнадцать ноль пять»; «до четырнадцати часов третьего декабря»."""
    case = case_asked(before)
    if case in ("g", "d", "i", "p"):
        return f"{said_time(clock, case)} {said_date(day)}"
    return f"{said_date(day, date_case(before))} в {said_time(clock, 'a')}"


def said_year(year: int, before: str = "", after: str = "") -> str:
    """«тысяча девятьсот пятьдесят четвёртый год»; «год» only where the words behind do not say it.

    «в ... году», «до ... года», «третьего декабря ... года»; of {year} года only the number is said.
    """
    word = next_word(after)
    case = _year_case(before)
    if word in _YEAR_FORMS:
        allowed = _YEAR_FORMS[word]
        return ordinal(year, "m", case if case in allowed else allowed[-1])
    return f"{ordinal(year, 'm', case)} {YEAR.one(case)}"


def _year_case(before: str) -> Case:
    word = last_word(before)
    if word in MONTHS:
        return "g"
    if word in ("в", "во"):
        return "p"
    return case_asked(before) or "n"
