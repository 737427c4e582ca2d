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
_IN: Final = re.compile(_EVERY.pattern.replace("по", "во?", 1), re.IGNORECASE)  # «в среду и пятницу»
_DATED: Final = re.compile(
    r"\b(?:понедельник|вторник|сред|четверг|пятниц|суббот|воскресень)[а-яё]*,?\s*$"
    r"|\b(?:при[её]ма?|запис[ьи]|визита?|записан[аы]?|дат[аыуе])\s*$",
    re.IGNORECASE,
)
_NORM: Final = re.compile(r"\b(?:норм|референс|показател|результат)[а-яё]*\W*$", re.IGNORECASE)
_ADDRESSED: Final = re.compile(
    r"(?:№|\b(?:каб|дом|кв|корп|оф|эт|палат|окн|номер|больниц|поликлиник|школ|пр)[а-яё-]*\.?|\bд\.)\s*$"
    r"|[А-ЯЁ][а-яё]+,\s*$"
)
_LAB: Final = re.compile(
    r"\b(?:норм|повы|сниж|вырос|упал|уров|индекс|показател|глюкоз|сахар|холестерин|гормон|ph)[^.!?]{0,30}$",
    re.IGNORECASE,
)
_OPEN: Final = range(7, 22)  # hours in which people are seen
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


def _day_of(figures: str) -> date | None:
    """3.12."""
    day, _, month = figures.partition(".")
    try:
        return date(LEAP_YEAR, int(month), int(day))
    except ValueError:
        return None


def _short_figures(found: re.Match[str], before: str) -> str:
    """20.11, behind a preposition or a weekday that a date may follow; else it is a number."""
    day = _day_of(found[1])
    if day is None or (last_word(before) not in _BEFORE_DATES and not _DATED.search(before)):
        return found[0]
    return said_date(day, date_case(before))


def _day_with_clock(found: re.Match[str], before: str) -> str:
    """3.12 в 14.30."""
    day = _day_of(found[1])
    return said_date(day, date_case(before)) if day else found[0]


def _short_span(found: re.Match[str], before: str) -> str:
    """28.12-03.01; 9.10-18.20 are hours."""
    first, last = _day_of(found[1]), _day_of(found[2])
    if first is None or last is None or _NORM.search(before) or (_round(found[1]) and _round(found[2])):
        return found[0]
    return f"{_from(before)}{said_date(first)} по {said_date(last, 'a')}"


def _span_with_year(found: re.Match[str], before: str) -> str:
    """01.12-05.12.2026, 1-5.12.2026."""
    last = re.compile(_DAY_IN_FIGURES).fullmatch(found[2])
    first = _day_of(found[1] if "." in found[1] or last is None else f"{found[1]}.{last['month']}")
    if first is None or last is None:
        return found[0]
    return f"{_from(before)}{said_date(first)} по {_figures(last, 'по ')}"


def _from(before: str) -> str:
    return "" if last_word(before) in ("с", "со") else "с "


def _round(figures: str) -> bool:
    """Whether it can be an hour that a timetable has: 9.10, no 31.10 and no 9.12."""
    hour, minute = re.split("[:.-]", figures)
    return int(hour) <= 24 and int(minute) % 5 == 0


def _hours_from_to(found: re.Match[str], before: str) -> str:
    """с 8.10 до 12.05; «с 01.12 до 15.12» are days."""
    if not (_round(found[2]) and _round(found[3])):
        return found[0]
    first, last = re.split("[:.-]", found[2]), re.split("[:.-]", found[3])
    return f"{found[1]} {_clock(first[0], first[1], 'g')} до {_clock(last[0], last[1], 'g')}"


def _days(found: re.Match[str], before: str) -> str:
    """5, 6 и 7 декабря; «кабинет 5, 6 декабря» is one day."""
    if " и" not in found[1] and _ADDRESSED.search(before):
        return found[0]
    case = date_case(before)
    days = re.sub("[0-9]+", lambda day: f" {ordinal(int(day[0]) or 1, 'n', case)} ", found[1])
    days = re.sub(r"\s+(?=,)", "", re.sub(r"\s+", " ", days)).strip()
    return f"{days} {ordinal(int(found['day']), 'n', case)} {found['month']}{_said_year(found)}"


def _parted(found: re.Match[str], before: str) -> str:
    """2026-06-15T14:30, 15.06.2026 14:30: a day at an hour."""
    return f"{found[1]} в {found[2]}"


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
    """14.00, 14-00 and 11.20 behind a preposition; else it is a number.

    What can be a day of December as well is an hour behind «в», or when a timetable may have it.
    """
    word = last_word(before)
    if word not in _BEFORE_HOURS or _LAB.search(before) or (word != "в" and int(found[2]) % 5):
        return found[0]
    day = word != "в" and _day_of(f"{found[1]}.{found[2]}")
    hours = word in ("до", "к") and int(found[2]) % 5 == 0 and int(found[1]) in _OPEN
    return found[0] if day and not hours else _hours(found, before)


def _hours_span(found: re.Match[str], before: str) -> str:
    """9:00-18:00."""
    if ":" not in found[0] and _NORM.search(before):
        return found[0]
    return f"{_from(before)}{_clock(found[1], found[2], 'g')} до {_clock(found[3], found[4], 'g')}"


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
    case = "a" if _IN.search(before) else case_asked(before)
    return _WEEKDAYS[found[1].lower()][1 if case == "g" else 2 if case == "a" else 0]


def _weekdays_span(found: re.Match[str], before: str) -> str:
    """пн-пт."""
    lead = "" if last_word(before) in ("с", "со") else "с "
    return f"{lead}{_WEEKDAYS[found[1].lower()][1]} по {_WEEKDAYS[found[2].lower()][2]}"


def _rule(pattern: str, said: Callable[[re.Match[str], str], str]) -> Rule:
    return re.compile(pattern, re.IGNORECASE), said


_HOURS_BEHIND: Final = r"(?:\s*(?:ч\.?|час\.|часов)(?![а-яё]))?"
_NO_MEASURE: Final = r"(?!\s*(?:[%₽°]|руб|м[гл]|[гл]\b|кг|см|тыс|млн|м?к?моль|м\b|раз|х\b))"
_NO_NOUN: Final = r"(?!\s*(?:мин|дн|шаг|метр|км|нед|мес|лет|год|кабинетах|домах|проц))"
_ALONE: Final = r"(?<![0-9.,:/-])"
_ENDED: Final = r"(?![0-9]|[.,:/-][0-9])"
CALENDAR: Final[tuple[Rule, ...]] = (
    _rule(
        rf"{_ALONE}([12][0-9]{{3}}-[01][0-9]-[0-3][0-9])[тt]([0-2][0-9]:[0-5][0-9])"
        r"(?::[0-5][0-9](?:[.,][0-9]+)?)?(?:z|(?:[+-]|плюс )[0-9]{2}:?[0-9]{2})?(?![0-9])",
        _parted,
    ),
    _rule(
        rf"{_ALONE}([12][0-9]{{3}}-[01][0-9]-[0-3][0-9]|[0-3]?[0-9]\.[01]?[0-9]\.(?:[12][0-9]{{3}}|[0-9]{{2}}))"
        rf",?\s+([0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?){_ENDED}(?!\s*[-–—]\s*[0-9])",
        _parted,
    ),
    _rule(
        rf"{_ALONE}([0-3]?[0-9](?:\.[01]?[0-9])?){DASH}([0-9]+\.[0-9]+\.[0-9]+){_ENDED}(?:\s*(?:г\.?|года)(?![а-яё]))?",
        _span_with_year,
    ),
    _rule(rf"{_ALONE}([0-9.]{{6,10}}){DASH}([0-9.]{{6,10}}){_ENDED}(?:\s*г\.?(?![а-яё.]))?", _figures_span),
    _rule(rf"{_ALONE}(?P<year>[12][0-9]{{3}})-(?P<month>[01][0-9])-(?P<day>[0-3][0-9]){_ENDED}", _figures),
    _rule(
        rf"{_ALONE}{_DAY_IN_FIGURES}{_ENDED}"
        r"(?:\s*(?:г\.?|года)(?![а-яё]))?",
        _figures,
    ),
    _rule(
        rf"{_ALONE}((?:[0-3]?[0-9]\s*(?:,\s*|\s(?:и|или)\s+))+)(?P<day>[0-3]?[0-9])\s+{_MONTH}\b{_YEAR_BEHIND}",
        _days,
    ),
    _rule(
        rf"{_ALONE}([0-3]?[0-9])(?:{DASH}|\s+(?:по|до)\s+)([0-3]?[0-9])\s+{_MONTH}\b{_YEAR_BEHIND}",
        _worded_span,
    ),
    _rule(rf"{_ALONE}(?P<day>[0-3]?[0-9])(?:-?го)?\s+{_MONTH}\b{_YEAR_BEHIND}", _worded),
    _rule(rf"\b{_WEEKDAY}{DASH}{_WEEKDAY}(?![а-яё])", _weekdays_span),
    _rule(rf"\b{_WEEKDAY}(?=[\s,:;)]|$)", _weekday),
    _rule(
        r"\b(с)\s+((?:[01]?[0-9]|2[0-4])[.:-][0-5][0-9])\s+до\s+((?:[01]?[0-9]|2[0-4])[.:-][0-5][0-9])"
        rf"{_ENDED}{_NO_MEASURE}{_NO_NOUN}{_HOURS_BEHIND}",
        _hours_from_to,
    ),
    _rule(
        rf"{_ALONE}([0-3]?[0-9]\.(?:0[1-9]|1[0-2]))(?=,?(?:\s*\([а-яё]+\))?\s+(?:в|с|на|к|после)\s+[0-2]?[0-9][.:-][0-5][0-9](?![0-9])"
        r"|,?\s+[0-2]?[0-9]:[0-5][0-9])",
        _day_with_clock,
    ),
    _rule(
        rf"{_ALONE}([0-3]?[0-9]\.(?:0[1-9]|1[0-2])){DASH}([0-3]?[0-9]\.(?:0[1-9]|1[0-2])){_ENDED}{_NO_MEASURE}",
        _short_span,
    ),
    _rule(rf"{_ALONE}{_CLOCK}{DASH}{_CLOCK}{_ENDED}{_NO_MEASURE}", _hours_span),
    _rule(rf"{_ALONE}([01]?[0-9]|2[0-4]):([0-5][0-9])(?::[0-5][0-9])?{_ENDED}{_HOURS_BEHIND}", _hours),
    _rule(
        rf"{_ALONE}([01]?[0-9]|2[0-4])[.-]([0-5][0-9]){_ENDED}{_NO_MEASURE}{_NO_NOUN}{_HOURS_BEHIND}",
        _odd_hours,
    ),
    _rule(rf"{_ALONE}([0-3]?[0-9]\.(?:0[1-9]|1[0-2])){_ENDED}{_NO_MEASURE}", _short_figures),
    _rule(rf"{_ALONE}([12][0-9]{{3}}){DASH}([12][0-9]{{3}})\s*гг\.?", _years_span),
    _rule(rf"{_ALONE}([12][0-9]{{3}})\s*(г\.?|год[ауо]?м?)(?![а-яё])", _year),
    _rule(rf"{_ALONE}((?:[12][0-9])?[1-9]0)-([ехм])\b(?=\s+г)", _decades),
)
