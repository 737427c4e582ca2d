"""Figures inside English texts: days, hours, money, pressures, doses, fractions, telephone numbers."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from prompts.spoken.en_values import (
    MONTHS,
    amount_said,
    cardinal,
    date_said,
    in_pairs,
    one_by_one,
    ordinal,
    phone_said,
    time_said,
    year_said,
)
from prompts.spoken.en_words import (
    BEHIND_WHOLE,
    CURRENCIES,
    FRACTIONS,
    HALVED,
    PER,
    RATIOS,
    SYMBOLS,
    TIMELY,
    UNITS,
)

LONGEST_NUMBER: Final = 6  # more digits than that are no amount: they are said one by one
FEWEST_PHONE_DIGITS: Final = 7
YEARS: Final = range(1900, 2036)
SYSTOLIC: Final = range(60, 261)  # mmHg; of a fraction outside these nobody says "over"
DIASTOLIC: Final = range(30, 161)

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def times_said(text: str) -> str:
    """Telephone numbers, days, hours and money of a text as words."""
    return _ruled(text, _TIMES)


def signs_said(text: str) -> str:
    """Pressures, doses, degrees, ranges, ordinals and signs as words; plain numbers stay figures."""
    return _ruled(text, _SIGNS)


def numbers_said(text: str) -> str:
    """The figures that are left, as words."""
    return _ruled(text, _NUMBERS)


def _ruled(text: str, rules: list[Rule]) -> str:
    for pattern, said in rules:
        text = pattern.sub(said, text)
    return text


def _phone(found: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9]", "", found[0])
    if len(digits) < FEWEST_PHONE_DIGITS or re.fullmatch("[0-9]+0-[0-9]+0", found[0]):  # 500-1000
        return found[0]
    if found[0].startswith("+"):
        try:
            return f" {phone_said(f'+{digits}')} "
        except ValueError:
            return f" plus {one_by_one(digits)} "
    return f" {', '.join(one_by_one(group) for group in re.findall('[0-9]+', found[0]))} "


def _short_phone(found: re.Match[str]) -> str:
    """ "call 112" is no number of calls."""
    return re.sub("[0-9]+", lambda m: one_by_one(m[0]), found[0])


def _iso(found: re.Match[str]) -> str:
    day, _, clock = found[0].replace("T", " ").partition(" ")
    try:
        said = f"{date_said(day)}, {year_said(day[:4])}"
        return f"{said}, at {time_said(clock)}" if clock else said
    except ValueError:
        return found[0]


def _years(found: re.Match[str]) -> str:
    return f"{year_said(found[1])} to {year_said(found[2])}"


def _dotted(found: re.Match[str]) -> str:
    try:
        return f"{date_said(f'{found[3]}-{found[2]:0>2}-{found[1]:0>2}')}, {year_said(found[3])}"
    except ValueError:
        return found[0]


def _worded(found: re.Match[str]) -> str:
    """A day and a month in words, in either order, and a year or none."""
    parts = found.groupdict()
    day = int(parts["day"])
    if not 1 <= day <= 31:
        return found[0]
    month = next(name for name in MONTHS if name.startswith(parts["month"][:3]))
    return f"{month} {ordinal(day)}" + (f", {year_said(parts['year'])}" if parts["year"] else "")


def _days(found: re.Match[str]) -> str:
    """ "Jan 5-7": the month stands once."""
    parts = found.groupdict()
    if not 1 <= int(parts["day"]) < int(parts["until"]) <= 31:
        return found[0]
    month = next(name for name in MONTHS if name.startswith(parts["month"][:3]))
    said = f"{month} {ordinal(int(parts['day']))} to {ordinal(int(parts['until']))}"
    return said + (f", {year_said(parts['year'])}" if parts["year"] else "")


def _ratio(found: re.Match[str]) -> str:
    """What no clock shows is a ratio, and a dilution such as 1:10, unless the words about it tell an hour."""
    before = found.string[: found.start()]
    if found["half"] or _TIMELY.search(before):
        return found[0]
    low, high = found["low"], found["high"]
    clock = int(low) < 24 and len(high) == 2 and int(high) < 60
    if clock and not _RATIO_WORD.search(before) and (low != "1" or found["range"]):
        return found[0]
    return f"{low} to {high}{found['range'] or ''}"


def _hours(found: re.Match[str]) -> str:
    """ "2:00-3:30 PM": the half of the day stands once, and the first hour is the last before the second."""
    half = found["half"].lower()
    if int(found["from"]) % 12 > int(found["to"]) % 12:
        half = "a" if half == "p" else "p"
    return f"{found['from']}{found['minute'] or ''} {half}m to {found['to']}{found['rest']}{found['half']}"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return found[0]
    hour = hour % 12 + 12 * (half == "p") if half else hour
    return f"{time_said(f'{hour:02}:{minute:02}')} "


def _money(found: re.Match[str]) -> str:
    parts = found.groupdict()
    unit, hundredths = CURRENCIES[parts["sign"]]
    amount = re.sub("[, ]", "", parts["amount"])
    if parts.get("scale"):
        return f"{amount} {parts['scale']} {unit[1]}"
    try:
        return f"{amount_said(amount, unit, hundredths)} "
    except ValueError:
        return found[0]


def _pressure(found: re.Match[str]) -> str:
    high, low = int(found[1]), int(found[2])
    if high not in SYSTOLIC or low not in DIASTOLIC or high <= low:
        return found[0]
    return f"{in_pairs(high)} over {in_pairs(low)}{' millimeters of mercury' if found[3] else ''}"


def _range(found: re.Match[str]) -> str:
    low, high = float(found[1]), float(found[2])
    return f"{found[1]} to {found[2]}" if low < high else found[0]


def _unit(found: re.Match[str]) -> str:
    one, many = UNITS[found["unit"]]
    per = " per " if found["slash"] else ""
    if found["per"]:
        each = found["each"]
        per = f" per {f'{each} ' if each else ''}{PER[found['per']]}{'s' if each and each != '1' else ''}"
    return f"{found['number']} {one if found['number'] == '1' else many}{per} "


def _half(found: re.Match[str]) -> str:
    """ "half a tablet"."""
    thing = UNITS[found[1]][0] if found[1] in UNITS else found[1]
    return f"half {'an' if thing in ('hour', 'ampoule') else 'a'} {thing}"


def _mixed(found: re.Match[str]) -> str:
    """ "one and a half tablets"."""
    unit = f" {UNITS[found['unit']][1]} " if found["unit"] else ""
    part = found["part"]
    return f"{found['whole']} and {BEHIND_WHOLE.get(part) or FRACTIONS[part]}{unit}"


def _year(found: re.Match[str]) -> str:
    return f"{found[1]} {year_said(found[2]) if int(found[2]) in YEARS else found[2]}"


def _number(found: re.Match[str]) -> str:
    whole, _, part = found[0].partition(".")
    if len(whole) > LONGEST_NUMBER or (len(whole) > 1 and whole.startswith("0")):
        said = one_by_one(whole)
    else:
        said = cardinal(int(whole))
    return f"{said} point {one_by_one(part)}" if part else said


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH = r"(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r"|Sept)\b\.?"
_DAY = r"\b(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_THEN_YEAR = r"(?:,?\s+(?P<year>(?:19|20)[0-9]{2})\b)?"
_HALF = r"\s*(?P<half>[AaPp])\.?[Mm]\b\.?"
_AMOUNT = r"(?P<amount>[0-9]+(?:[, ][0-9]{3})*(?:\.[0-9]{1,2})?)"

_SINGLE: Final = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
_FRACTION = r"(?:1/[234]|[23]/[34])(?![0-9/])"
_UNIT = rf"(?P<unit>{_any_of(UNITS)})(?![A-Za-z])"
_TIMELY: Final = re.compile(rf"(?:\b(?:{TIMELY})|[0-9][-–—]|[0-9]:[0-9]+)\W{{0,2}}$", re.IGNORECASE)
_RATIO_WORD: Final = re.compile(rf"\b(?:{RATIOS})\b[^.!?]{{0,30}}$", re.IGNORECASE)

_TIMES: Final[list[Rule]] = [
    (re.compile(r"(?<![\w.,])\.(?=[0-9])"), lambda m: "0."),  # ".5 mg": a lost point is ten times the dose
    (re.compile(r"(?<![\w.,])0,(?=[0-9]+\b(?!,[0-9]))"), lambda m: "0."),  # nothing of zero is a thousand
    (re.compile(r"(?<![\w+])\+[1-9][0-9]*(?:[ ()-]{1,2}[0-9]+)*"), _phone),
    (
        re.compile(r"\b(?:[Cc]all|[Dd]ial|[Rr]ing) [0-9]{2,4}\b(?: or [0-9]{2,4}\b)?(?![-.,:][0-9])"),
        _short_phone,
    ),
    (re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?\b"), _iso),
    (re.compile(r"\b([0-9]{1,2})\.([0-9]{1,2})\.((?:19|20)[0-9]{2})\b"), _dotted),
    (re.compile(r"\b((?:19|20)[0-9]{2})\s?[-–—]\s?((?:19|20)[0-9]{2})\b"), _years),
    (
        re.compile(
            r"(?<![\w-])(?:[0-9]{1,4}[ -]{1,2})?(?:\([0-9]{3,5}\)|[0-9]{3,5})[ -]{1,2}"
            r"[0-9]{2,3}(?:-[0-9]{2,4}){1,2}\b"
        ),
        _phone,
    ),
    (re.compile(r"(?<![\w-])[0-9]{3}-[0-9]{4}\b(?!-)"), _phone),
    (
        re.compile(
            rf"{_DAY}\s?[-–—]\s?(?P<until>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}{_THEN_YEAR}"
        ),
        _days,
    ),
    (
        re.compile(
            rf"\b{_MONTH}\s+{_DAY}\s?[-–—]\s?(?P<until>[0-9]{{1,2}})(?:st|nd|rd|th)?\b"
            rf"(?![:.][0-9]|\s*[AaPp]\.?[Mm]\b){_THEN_YEAR}"
        ),
        _days,
    ),
    (re.compile(rf"{_DAY}(?:\s+of)?\s+{_MONTH}{_THEN_YEAR}"), _worded),
    (re.compile(rf"\b{_MONTH}\s+{_DAY}\b(?![:.][0-9]){_THEN_YEAR}"), _worded),
    (
        re.compile(
            r"\b([01]?[0-9])\.([0-5][0-9])"
            r"(?=\s*(?:(?:[-–—]|to)\s*[01]?[0-9]\.[0-5][0-9]\s*)?[AaPp]\.?[Mm]\b)"
        ),
        lambda m: f"{m[1]}:{m[2]}",
    ),
    (
        re.compile(
            r"(?<![\w:.,-])(?P<low>[0-9]{1,4}):(?P<high>[0-9]{1,5})\b(?!:[0-9])(?!\.[0-9])"
            r"(?P<range>\s*(?:[-–—]|to)\s*(?=[0-9]))?(?P<half>(?=\s*[AaPp]\.?[Mm]\b)\s*)?"
        ),
        _ratio,
    ),
    (
        re.compile(
            r"\b(?P<from>[0-9]{1,2})(?P<minute>:[0-5][0-9])?\s*(?:[-–—]|\bto\b)\s*"
            r"(?P<to>[0-9]{1,2})(?P<rest>(?::[0-5][0-9])?\s*)(?P<half>[AaPp])(?=\.?[Mm]\b)"
        ),
        _hours,
    ),
    (re.compile(r"(?<=[0-9])\s*[-–—]\s*(?=[0-9]{1,2}(?::[0-5][0-9]|\s*[AaPp]\.?[Mm]\b))"), lambda m: " to "),
    (
        re.compile(rf"\b(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])(?::[0-5][0-9])?\b(?:{_HALF})?"),
        _clock,
    ),
    (re.compile(rf"\b(?P<hour>[01]?[0-9])(?P<minute>){_HALF}"), _clock),
    (
        re.compile(rf"(?P<sign>[$€£])\s?{_AMOUNT}(?:\s(?P<scale>thousand|million|billion)\b)?"),
        _money,
    ),
    (re.compile(rf"\b{_AMOUNT}\s?(?P<sign>[$€£₽]|(?:USD|EUR|GBP|RUB)\b|rub\.)"), _money),
]
_SIGNS: Final[list[Rule]] = [
    (re.compile("[½¼¾]"), lambda m: f" {_SINGLE[m[0]]}"),
    (re.compile(rf"(?<![\w/.,-])(?P<whole>[0-9]+)(?:\s+|-)(?P<part>{_FRACTION})(?:\s?{_UNIT})?"), _mixed),
    (re.compile(rf"(?<![0-9/])({_FRACTION})\s?[-–—]\s?(?=[0-9])"), lambda m: f"{m[1]} to "),
    (re.compile(rf"(?<![0-9/])1/2\s+({_any_of([*HALVED, *UNITS])})\b"), _half),
    (re.compile(rf"(?<![0-9/])(?:{_any_of(FRACTIONS)})(?![0-9/])"), lambda m: FRACTIONS[m[0]]),
    (re.compile(r"\b([0-9]{2,3})\s*/\s*([0-9]{2,3})\b(?!/)(\s*mm\s?Hg\b)?"), _pressure),
    (re.compile(r"(?<=[0-9]),(?=[0-9]{3}\b)"), lambda m: ""),
    (re.compile(r"(?<=[0-9]),(?=[0-9]{1,2}\b)"), lambda m: "."),
    (re.compile(r"\b([0-9]{1,6})(?:st|nd|rd|th)\b"), lambda m: ordinal(int(m[1]))),
    (
        re.compile(r"(?<![\w.-])([0-9]{1,4}(?:\.[0-9])?)\s?[-–—]\s?([0-9]{1,4}(?:\.[0-9])?)(?![0-9]|\w*-)"),
        _range,
    ),
    (re.compile(r"(?<![\w)])[-−](?=[0-9])"), lambda m: "minus "),
    (re.compile(r"°\s+(?=[CF]\b)"), lambda m: "°"),
    (
        re.compile(
            rf"(?P<number>\b[0-9]+(?:\.[0-9]+)?)\s?{_UNIT}"
            rf"(?:\s?/\s?(?:(?P<each>[0-9]+(?:\.[0-9]+)?)\s?)?(?P<per>{_any_of(PER)})\b"
            rf"|(?P<slash>\s?/\s?(?=[0-9])))?"
        ),
        _unit,
    ),
    (
        re.compile(
            rf"\b([Ii]n|[Ss]ince|[Ff]rom|[Uu]ntil|[Bb]y|[Oo]f|[Bb]orn|[Yy]ear|{'|'.join(MONTHS)})"
            r" ([0-9]{4})\b(?![.,][0-9])"
        ),
        _year,
    ),
    (re.compile(r"(?<=[a-z])\s?/\s?(?=day|week|hour|dose)"), lambda m: " per "),
    (re.compile(r"#\s?(?=[0-9])"), lambda m: "number "),
    (re.compile(r"(?<=[0-9])\s*[x×]\s*(?=[0-9])"), lambda m: " times "),
    (re.compile(r"(?<=[0-9])\s*/\s*(?=[0-9])"), lambda m: " slash "),
    (re.compile(r"(?<=[a-z])\.(?=[a-z]{2,}\b)"), lambda m: " dot "),
    (re.compile(f"[{''.join(SYMBOLS)}]"), lambda m: f" {SYMBOLS[m[0]]} "),
]
_NUMBERS: Final[list[Rule]] = [
    (re.compile(r"(?<=[0-9])(?=[A-Za-zА-Яа-яЁё])|(?<=[A-Za-zА-Яа-яЁё])-?(?=[0-9])"), lambda m: " "),
    (re.compile(r"(?<![0-9]\.)\b[0-9]+\.[0-9]+\b(?!\.[0-9])|[0-9]+"), _number),
    (re.compile(r"(?<=[a-z])\.(?=[a-z])"), lambda m: " point "),
]
