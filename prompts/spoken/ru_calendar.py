"""Dates, hours, years and weekdays found in Russian text, as they are read out."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Final

from prompts.spoken.ru_context import case_asked, last_word
from prompts.spoken.ru_moments import MONTHS, date_case, said_date, said_time
from prompts.spoken.ru_nouns import HOUR, YEAR
from prompts.spoken.ru_numbers import Case, amount, ordinal, plural_ordinal

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], str], str]]
"""A pattern, and what to say for a match, given the text before it."""

LEAP_YEAR: Final = 2024  # has every day
FIRST_SHORT_YEAR: Final = 40  # 12.05.54 is a birthday, 12.05.27 an appointment
_BEFORE_HOURS: Final = frozenset(("в", "с", "до", "по", "к", "на", "от", "после", "около", "позднее"))
_BEFORE_DATES: Final = _BEFORE_HOURS - {"в", "около"} | {"со", "позже", "раньше", "ранее", "начиная"}
_WEIGHED: Final = re.compile(r"\b(?:вес|масс)[а-яё]*\W*(?:[а-яё]+\W+){0,2}$", re.IGNORECASE)
_DAY_IN_FIGURES: Final = r"(?P<day>[0-3]?[0-9])\.(?P<month>[01]?[0-9])\.(?P<year>[12][0-9]{3}|[0-9]{2})"
DASH: Final = r"\s*[-–—]\s*"
_MONTH: Final = "(?P<month>" + "|".join(MONTHS) + ")"
_YEAR_BEHIND: Final = r"(?:,?\s*(?P<year>[12][0-9]{3})(?:\s*(?:г\.?|года?)(?![а-яё]))?)?"
_WEEKDAYS: Final[dict[str, tuple[str, str, str, str]]] = {
    "пн": ("понедельник", "понедельника", "понедельник", "понедельникам"),
    "вт": ("вторник", "вторника", "вторник", "вторникам"),
    "ср": ("среда", "среды", "среду", "средам"),
    "чт": ("четверг", "четверга", "четверг", "четвергам"),
    "пт": ("пятница", "пятницы", "пятницу", "пятницам"),
    "сб": ("суббота", "субботы", "субботу", "субботам"),
    "вс": ("воскресенье", "воскресенья", "воскресенье", "воскресеньям"),
}  # when? a day; of; on; every
_EVERY: Final = re.compile(
    rf"\bпо(?:\s+(?:{'|'.join(_WEEKDAYS)})\.?,?(?:\s*и)?)*\s*$", re.IGNORECASE
)  # «по средам и пятницам»
_YEAR_WORDS: Final[dict[str, Case]] = {"год": "n", "года": "g", "годом": "i"}
_DECADE_ENDINGS: Final[dict[str, Case]] = {"е": "n", "х": "g", "м": "d"}
_WEEKDAY: Final = "(пн|вт|ср|чт|пт|сб|вс)\\.?"
_CLOCK: Final = r"([01]?[0-9]|2[0-4])(?::|\.|-)([0-5][0-9])"


def _figures(found: re.Match[str], before: str) -> str:
    """03.12.2024, 3.12.24, 2024-12-03; what is no day of a calendar stays as it is."""
    parts = found.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year < FIRST_SHORT_YEAR else 1900
    try:
        day = date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        return re.sub("[.-]", ", ", found[0])
    return f"{said_date(day, date_case(before))} {ordinal(year, 'm', 'g')} {YEAR.one('g')}"


def _figures_span(found: re.Match[str], before: str) -> str:
    """03.12.2024-05.12.2024."""
    first, last = (re.compile(_DAY_IN_FIGURES).fullmatch(part.strip()) for part in (found[1], found[2]))
    if first is None or last is None:
        return found[0]
    lead = "" if last_word(before) in ("с", "со") else "с "
    return f"{lead}{_figures(first, 'с ')} по {_figures(last, 'по ')}"


def _short_figures(found: re.Match[str], before: str) -> str:
    """20.11, behind a preposition that a date may follow; else it is a number."""
    if last_word(before) not in _BEFORE_DATES:
        return found[0]
    try:
        return said_date(date(LEAP_YEAR, int(found[2]), int(found[1])), date_case(before))
    except ValueError:
        return found[0]


def _worded(found: re.Match[str], before: str) -> str:
    """3 декабря; 3 декабря 2024 г."""
    return f"{ordinal(int(found['day']), 'n', date_case(before))} {found['month']}{_said_year(found)}"


def _said_year(found: re.Match[str]) -> str:
    return f" {ordinal(int(found['year']), 'm', 'g')} {YEAR.one('g')}" if found["year"] else ""


def _worded_span(found: re.Match[str], before: str) -> str:
    """3-5 декабря."""
    first, last = ordinal(int(found[1]), "n", "g"), ordinal(int(found[2]), "n", "a")
    lead = "" if last_word(before) in ("с", "со") else "с "
    return f"{lead}{first} по {last} {found['month']}{_said_year(found)}"


def _clock(hours: str, minutes: str, case: Case) -> str:
    if hours == "24":
        return amount(24, HOUR, case)
    return said_time(time(int(hours), int(minutes)), case)


def _hours(found: re.Match[str], before: str) -> str:
    """14:05."""
    return _clock(found[1], found[2], case_asked(before) or "n")


def _odd_hours(found: re.Match[str], before: str) -> str:
    """14.00 and 14-00 behind a preposition; else it is a number."""
    return _hours(found, before) if last_word(before) in _BEFORE_HOURS else found[0]


def _hours_span(found: re.Match[str], before: str) -> str:
    """9:00-18:00."""
    lead = "" if last_word(before) in ("с", "со") else "с "
    return f"{lead}{_clock(found[1], found[2], 'g')} до {_clock(found[3], found[4], 'g')}"


def _year(found: re.Match[str], before: str) -> str:
    """2024 г., в 2024 году, с 1990 года."""
    word = found[2]
    if word in ("г", "г.") and _WEIGHED.search(before):
        return found[0]  # grams
    case: Case = case_asked(before) or ("g" if last_word(before) else "n")  # «четвёртый квартал 2024 г.»
    if last_word(before) in ("в", "во"):
        case = "p"
    case = _YEAR_WORDS.get(word, case)
    if word == "году" and case not in ("d", "p"):
        case = "p"
    said = YEAR.one(case) if word in ("г", "г.") else word
    return f"{ordinal(int(found[1]), 'm', case)} {said}"


def _years_span(found: re.Match[str], before: str) -> str:
    """1941-1945 гг."""
    return f"{ordinal(int(found[1]))} — {ordinal(int(found[2]))} годы"


def _decades(found: re.Match[str], before: str) -> str:
    """90-е, в 90-х годах."""
    return plural_ordinal(int(found[1]), _DECADE_ENDINGS[found[2]])


def _weekday(found: re.Match[str], before: str) -> str:
    if _EVERY.search(before):
        return _WEEKDAYS[found[1].lower()][3]
    case = case_asked(before)
    return _WEEKDAYS[found[1].lower()][1 if case == "g" else 2 if case == "a" else 0]


def _weekdays_span(found: re.Match[str], before: str) -> str:
    """пн-пт."""
    lead = "" if last_word(before) in ("с", "со") else "с "
    return f"{lead}{_WEEKDAYS[found[1].lower()][1]} по {_WEEKDAYS[found[2].lower()][2]}"


def _rule(pattern: str, said: Callable[[re.Match[str], str], str]) -> Rule:
    return re.compile(pattern, re.IGNORECASE), said


_HOURS_BEHIND: Final = r"(?:\s*(?:ч\.?|час\.|часов)(?![а-яё]))?"
_NO_MEASURE: Final = r"(?!\s*(?:[%₽°]|руб|м[гл]|[гл]\b|кг|см|тыс|млн|ммоль))"
_ALONE: Final = r"(?<![0-9.,:/-])"
_ENDED: Final = r"(?![0-9]|[.,:/-][0-9])"
CALENDAR: Final[tuple[Rule, ...]] = (
    _rule(rf"{_ALONE}([0-9.]{{6,10}}){DASH}([0-9.]{{6,10}}){_ENDED}", _figures_span),
    _rule(rf"{_ALONE}(?P<year>[12][0-9]{{3}})-(?P<month>[01][0-9])-(?P<day>[0-3][0-9]){_ENDED}", _figures),
    _rule(
        rf"{_ALONE}{_DAY_IN_FIGURES}{_ENDED}"
        r"(?:\s*(?:г\.?|года)(?![а-яё]))?",
        _figures,
    ),
    _rule(
        rf"{_ALONE}([0-3]?[0-9])(?:{DASH}|\s+(?:по|до)\s+)([0-3]?[0-9])\s+{_MONTH}\b{_YEAR_BEHIND}",
        _worded_span,
    ),
    _rule(rf"{_ALONE}(?P<day>[0-3]?[0-9])(?:-?го)?\s+{_MONTH}\b{_YEAR_BEHIND}", _worded),
    _rule(rf"\b{_WEEKDAY}{DASH}{_WEEKDAY}(?![а-яё])", _weekdays_span),
    _rule(rf"\b{_WEEKDAY}(?=[\s,:;]|$)", _weekday),
    _rule(rf"{_ALONE}{_CLOCK}{DASH}{_CLOCK}{_ENDED}", _hours_span),
    _rule(rf"{_ALONE}([01]?[0-9]|2[0-4]):([0-5][0-9])(?::[0-5][0-9])?{_ENDED}{_HOURS_BEHIND}", _hours),
    _rule(rf"{_ALONE}([01]?[0-9]|2[0-4])[.-](00|15|30|45){_ENDED}{_NO_MEASURE}{_HOURS_BEHIND}", _odd_hours),
    _rule(rf"{_ALONE}([0-3]?[0-9])\.(0[1-9]|1[0-2]){_ENDED}{_NO_MEASURE}", _short_figures),
    _rule(rf"{_ALONE}([12][0-9]{{3}}){DASH}([12][0-9]{{3}})\s*гг\.?", _years_span),
    _rule(rf"{_ALONE}([12][0-9]{{3}})\s*(г\.?|год[ауо]?м?)(?![а-яё])", _year),
    _rule(rf"{_ALONE}((?:[12][0-9])?[1-9]0)-([ехм])\b(?=\s+г)", _decades),
)
