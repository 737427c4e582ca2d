"""Money, measures and counted things found in Russian text, as they are read out."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from prompts.spoken import ru_nouns as nouns
from prompts.spoken.ru_amounts import measured, said_money, said_number, said_temperature
from prompts.spoken.ru_calendar import DASH, Rule
from prompts.spoken.ru_context import case_asked, case_of_number, last_word
from prompts.spoken.ru_numbers import CASES, Case, Noun, amount, cardinal

UNITS: Final[dict[str, Noun]] = {
    "мг": nouns.MILLIGRAM, "мкг": nouns.MICROGRAM, "гр": nouns.GRAM, "г": nouns.GRAM, "кг": nouns.KILOGRAM,
    "мл": nouns.MILLILITRE, "дл": nouns.DECILITRE, "л": nouns.LITRE, "мм": nouns.MILLIMETRE,
    "см": nouns.CENTIMETRE, "км": nouns.KILOMETRE, "м": nouns.METRE, "моль": nouns.MOLE,
    "ммоль": nouns.MILLIMOLE, "мкмоль": nouns.MICROMOLE, "нмоль": nouns.NANOMOLE, "пмоль": nouns.PICOMOLE,
    "ккал": nouns.CALORIE, "уд": nouns.BEAT,
    "сек": nouns.SECOND, "мин": nouns.MINUTE, "ч": nouns.HOUR, "час": nouns.HOUR, "дн": nouns.DAY,
    "нед": nouns.WEEK, "мес": nouns.MONTH, "таб": nouns.TABLET, "табл": nouns.TABLET, "капс": nouns.CAPSULE,
    "амп": nouns.AMPOULE, "кап": nouns.DROP, "мМЕ": nouns.MILLIUNIT, "ЕД": nouns.UNIT, "ед": nouns.UNIT,
    "МЕ": nouns.UNIT, "чел": nouns.PERSON, "шт": nouns.PIECE, "тыс": nouns.THOUSAND, "млн": nouns.MILLION,
    "млрд": nouns.BILLION, "коп": nouns.KOPECK, "%": nouns.PERCENT, "°": nouns.DEGREE,
    "ч.л": nouns.TEASPOON, "ст.л": nouns.TABLESPOON, "дес.л": nouns.DESSERT_SPOON,
}  # fmt: skip
PER: Final = {
    "л": "на литр", "дл": "на децилитр", "мл": "на миллилитр", "кг": "на килограмм", "мин": "в минуту",
    "ч": "в час", "час": "в час", "сут": "в сутки", "день": "в день", "нед": "в неделю", "мес": "в месяц",
    "сек": "в секунду", "с": "в секунду", "сутки": "в сутки", "д": "в день", "дн": "в день",
    "таб": "на таблетку", "табл": "на таблетку", "доза": "на дозу", "доз": "на дозу",
}  # fmt: skip
_FIGURES: Final = r"(?:[0-9]{1,3}(?: [0-9]{3}){1,3}|[0-9]{1,12})"
_NUMBER: Final = rf"(?<![0-9.,])({_FIGURES}(?:[.,][0-9]{{1,4}})?)"
_UNIT: Final = "(" + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)) + ")"
_PER: Final = rf"((?:\.?\s*/\s*(?:{'|'.join(sorted(PER, key=len, reverse=True))})){{0,2}})"  # мг/кг/сут
_SHORT_STOP: Final = (
    r"(?:\.(?=\s*[а-яё0-9,;:)/]))?"  # a stop that shortens; at the end of a sentence it stays
)
_ALONE: Final = r"(?![А-Яа-яЁё\u0301])"
_RUBLES: Final = r"(?:руб(?:\.|л[а-яё]+)?|₽|р\.|р(?!-))"
_DECIMAL: Final = r"[0-9]{1,5}(?:[.,][0-9]{1,3})?"
_DOSE: Final = r"(мг|мкг|мл|МЕ|ЕД|ед|%)"
_OFTEN: Final = (
    r"(?:день|сут|сутки|нед|неделю|мес|месяц|год|полгода|час"
    r"|[0-9]{1,2}\s*(?:дн|день|дня|дней|сут|суток|нед|недели|недель|мес|месяца|месяцев|час|часа|часов|ч|г|лет))"
)


def _case(before: str, number: str = "") -> Case:
    return case_of_number(int(number), before) if number.isdigit() else case_asked(before) or "n"


def _money(found: re.Match[str], before: str) -> str:
    """250 руб. 30 коп.; 1 250,50 ₽."""
    rubles = found[1].replace(" ", "").replace(",", ".")
    if rubles in _FEW_TIMES and found[0].rstrip(".").endswith("р") and _DOSED.search(before):
        return measured(rubles, nouns.TIMES)
    return said_money(Decimal(rubles) + Decimal(found[2] or 0) / 100, _case(before)) + _per(found[3])


def _large_money(found: re.Match[str], before: str) -> str:
    """5 тыс. руб."""
    return f"{measured(found[1], UNITS[found[2]], _case(before))} {nouns.RUBLE.of(5)}"


def _thousands(found: re.Match[str], before: str) -> str:
    """1.000 руб., 1,000,000: three figures behind the separator are thousands."""
    return re.sub("[.,]", " ", found[0])


def _per(slashed: str) -> str:
    """/кг/сут: «на килограмм в сутки»."""
    return "".join(f" {PER[part]}" for part in re.findall(r"[а-яё]+", slashed))


def _measure(found: re.Match[str], before: str) -> str:
    """500 мг, 5,6 ммоль/л, 37,5 °C, 95 %."""
    number, unit, per = found.groups()
    if _NUMBER_SIGN.search(before) or (unit == "г" and _HOUSE.search(before)):
        return found[0]  # школа № 5 г. Тюмени
    if unit == "°" and re.search("[.,]", number):
        return said_temperature(Decimal(number.replace(",", ".")), _case(before))
    return f"{measured(number, UNITS[unit], _case(before, number))}{_per(per)}"


def _measure_in(found: re.Match[str], before: str) -> str:
    """200 мг/5 мл: «двести миллиграммов на пять миллилитров»."""
    return f"{measured(found[1], UNITS[found[2]], _case(before, found[1]))} на "


def _doses(found: re.Match[str], before: str) -> str:
    """50/850 мг: «пятьдесят на восемьсот пятьдесят миллиграммов»."""
    *first, last = re.split(r"\s*/\s*", found[1])
    said = (said_number(dose, _case(before, dose)) for dose in first)
    return " на ".join((*said, measured(last, UNITS[found[2]]))) + _per(found[3])


def _years_old(found: re.Match[str], before: str) -> str:
    """4 г. назад, через 3 г., 1 г. 6 мес.: years, and no grams."""
    told = found[2] or last_word(before) in _YEARLY
    return f"{measured(found[1], nouns.YEAR, _case(before, found[1]))} " if told else found[0]


def _hours_and_minutes(found: re.Match[str], before: str) -> str:
    """в 9ч 30м."""
    hours, minutes = int(found[1]), int(found[2])
    case = _case(before)
    return f"{amount(hours, nouns.HOUR, case)} {amount(minutes, nouns.MINUTE, case)}"


def _measure_span(found: re.Match[str], before: str) -> str:
    """5-10 мл."""
    first, last, unit, per = found.groups()
    said = span(
        cardinal(int(first), UNITS[unit].gender, _case(before)), measured(last, UNITS[unit], _case(before))
    )
    return f"{said}{_per(per)}"


def _decimal_span(found: re.Match[str], before: str) -> str:
    """3,3-5,5 ммоль/л: «от трёх целых трёх десятых до пяти с половиной миллимолей на литр»."""
    first, last, unit, per = found.groups()
    lead = "" if last_word(before) == "от" else "от "
    said = measured(last, UNITS[unit], "g") if unit else said_number(last, "g")
    return f"{lead}{said_number(first, 'g')} до {said}{_per(per or '')}"


def span(first: str, last: str) -> str:
    """«пять-десять миллилитров»; where the first is of several words, a dash with blanks parts them."""
    return f"{first} — {last}" if " " in first else f"{first}-{last}"


def _mercury(found: re.Match[str], before: str) -> str:
    """130 мм рт. ст."""
    return f"{measured(found[1], nouns.MILLIMETRE, _case(before))} ртутного столба"


def _pressure(found: re.Match[str], before: str) -> str:
    """Давление 120/80: «сто двадцать на восемьдесят»; elsewhere it is a house or a fraction."""
    if not (_PRESSURE.search(before) or "рт" in (found[3] or "")):
        return found[0]
    case = _case(before)
    tail = " миллиметров ртутного столба" if found[3] else ""
    return f"{cardinal(int(found[1]), 'm', case)} на {cardinal(int(found[2]))}{tail}"


def _day_and_night(found: re.Match[str], before: str) -> str:
    """3 суток: «трое суток»."""
    return f"{_COLLECTIVE[int(found[1])]} суток" if case_asked(before) in (None, "a") else found[0]


def _often(found: re.Match[str], before: str) -> str:
    """3 р/день, 2 р. в сутки, 1-2 р. в день."""
    said = measured(found[2], nouns.TIMES)
    said = span(cardinal(int(found[1])), said) if found[1] else said
    return f"{said} {PER[found[3]]}" if found[3] else f"{said} "


def _fraction(found: re.Match[str], before: str) -> str:
    """1/2 таблетки: «половина таблетки», «по половине таблетки»."""
    case = "d" if last_word(before) == "по" else _case(before)
    return f"{_FRACTIONS[found[1]][CASES.index(case)]} "


def _fraction_of_unit(found: re.Match[str], before: str) -> str:
    """1/2 таб.: «половина таблетки», 1/2 мл: «полмиллилитра»."""
    unit = UNITS[found[2]]
    halved = found[1] == "1/2" and _case(before) in ("n", "a") and _HALVES.get(found[2])
    return f"{halved or _fraction(found, before) + unit.one('g')}{_per(found[3])}"


def _decimal_of_word(found: re.Match[str], before: str) -> str:
    """1,5 таблетки; the noun is said anew, as it is asked for."""
    noun = next((noun for stem, noun in _STEMS.items() if found[2].startswith(stem)), None)
    return measured(found[1], noun, _case(before)) if noun else found[0]


def _body_heat(found: re.Match[str], before: str) -> str:
    """Температура 36,6."""
    if not _HEAT.search(before):
        return found[0]
    return said_temperature(Decimal(found[1].replace(",", ".")), _case(before))


_FEW_TIMES: Final = frozenset("123456")
_DOSED: Final = re.compile(
    r"[0-9½]\s*(?:таб|кап|м?к?г|мл|амп|доз|лож|ч\.л|ст\.л)[а-яё]*\.?,?\s*$"
)  # 1 таб. 2 р.
_HOUSE: Final = re.compile(
    r"(?:\b(?:д|дом|корп|кв|стр|каб)\.?\s*|\b(?:ул|пр|пер|просп|б-р|ш|пл)[а-яё.-]*\s[^!?]{2,30},\s*)(?:[0-9]+/)?$",
    re.IGNORECASE,
)  # дом 5 г. Тюмень
_COLLECTIVE: Final = {2: "двое", 3: "трое", 4: "четверо"}
_FRACTIONS: Final = {
    "1/2": ("половина", "половины", "половине", "половину", "половиной", "половине"),
    "1/3": ("треть", "трети", "трети", "треть", "третью", "трети"),
    "1/4": ("четверть", "четверти", "четверти", "четверть", "четвертью", "четверти"),
    "2/3": ("две трети", "двух третей", "двум третям", "две трети", "двумя третями", "двух третях"),
    "3/4": (
        "три четверти",
        "трёх четвертей",
        "трём четвертям",
        "три четверти",
        "тремя четвертями",
        "трёх четвертях",
    ),
}
_HALVES: Final = {"мл": "полмиллилитра", "л": "пол-литра", "ч": "полчаса", "час": "полчаса"}
_YEARLY: Final = frozenset(("через", "возраст", "возрасте", "стаж", "ребёнок", "ребёнку"))
_STEMS: Final[dict[str, Noun]] = {
    noun.one()[:-1] if noun.gender == "f" else noun.one(): noun
    for noun in (
        nouns.TABLET, nouns.CAPSULE, nouns.AMPOULE, nouns.DOSE, nouns.MILLIGRAM, nouns.MILLILITRE,
        nouns.LITRE, nouns.GRAM, nouns.KILOGRAM, nouns.HOUR, nouns.METRE, nouns.DEGREE, nouns.PERCENT,
        nouns.RUBLE, nouns.MONTH, nouns.WEEK,
    )
}  # fmt: skip
_NUMBER_SIGN: Final = re.compile(r"(?:№|номер)\s*$", re.IGNORECASE)
_HEAT: Final = re.compile(r"температур[а-яё]*\W*(?:[а-яё]+\W+){0,3}$", re.IGNORECASE)
_PRESSURE: Final = re.compile(r"(?:давлени[а-яё]*|\bАД)\W*(?:[а-яё]+\W+){0,3}$", re.IGNORECASE)


def _rule(pattern: str, said: Callable[[re.Match[str], str], str]) -> Rule:
    return re.compile(pattern), said


AMOUNTS: Final[tuple[Rule, ...]] = (
    _rule(r"(?<![0-9.,-])([234])\s+сут(?:ок|\.)", _day_and_night),
    _rule(
        rf"(?<![0-9.,])(?:([0-9]{{1,2}}){DASH})?([0-9]{{1,2}})\s*р(?:аза?)?\.?"
        rf"(?:\s*/\s*(день|сутки|сут|нед|мес|дн|д){_ALONE}{_SHORT_STOP}|\s*(?=(?:(?:в|за)\s+{_OFTEN}|ежедневно){_ALONE}))",
        _often,
    ),
    _rule(
        rf"(?<![0-9.,])[1-9][0-9]{{0,2}}(?:[.,][0-9]{{3}})+(?=(?:[.,][0-9]{{1,2}})?\s*{_RUBLES}{_ALONE})",
        _thousands,
    ),
    _rule(
        r"(?<![0-9.,])[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){2,3}|(?:\.[0-9]{3}){2,3})(?![0-9]|[.,][0-9])",
        _thousands,
    ),
    _rule(
        rf"(?<![0-9.,:])([0-9]{{1,2}})\s*ч(?:ас(?:ов|а)?|\.)?\s*([0-5]?[0-9])\s*м(?:ин(?:ут[аы]?)?)?{_ALONE}{_SHORT_STOP}",
        _hours_and_minutes,
    ),
    _rule(
        r"(?<![0-9.,/-])([0-9]{1,2})\s*[гл](?![а-яё])\.?(?:\s*(?=(назад\b|[0-9]{1,2}\s*мес)))?", _years_old
    ),
    _rule(r"(?<![0-9/])(1/2|1/3|1/4|2/3|3/4)\s+(?=табл|капс|доз|стакан|ложк|ампул|час|литр)", _fraction),
    _rule(
        rf"(?<![0-9/])(1/2|1/3|1/4|2/3|3/4)\s*(?!г\.\s*[А-ЯЁ]){_UNIT}{_PER}{_ALONE}{_SHORT_STOP}",
        _fraction_of_unit,
    ),
    _rule(rf"{_NUMBER}\s*{_DOSE}\.?\s*/\s*(?={_DECIMAL}\s*{_UNIT})", _measure_in),
    _rule(
        rf"(?<![0-9.,/])({_DECIMAL}(?:\s*/\s*{_DECIMAL}){{1,2}})\s*{_DOSE}{_PER}{_ALONE}{_SHORT_STOP}", _doses
    ),
    _rule(
        rf"(?<![0-9])([0-9]{{2,3}})\s*/\s*([0-9]{{2,3}})(\s*мм\s*рт\.?\s*ст{_SHORT_STOP})?(?![0-9])",
        _pressure,
    ),
    _rule(r"(?<![0-9.,])((?:3[4-9]|4[0-2])[.,][0-9])(?![0-9]|\s*[°%])", _body_heat),
    _rule(rf"{_NUMBER}\s*(тыс|млн|млрд)\.?\s*{_RUBLES}{_ALONE}", _large_money),
    _rule(rf"{_NUMBER}\s*{_RUBLES}(?:\s*([0-9]{{1,2}})\s*коп(?:\.|е[а-яё]+)?)?{_PER}{_ALONE}", _money),
    _rule(rf"{_NUMBER}\s*мм\s*рт\.?\s*ст{_ALONE}{_SHORT_STOP}", _mercury),
    _rule(
        rf"(?<![0-9.,/])([0-9]{{1,6}}){DASH}([0-9]{{1,6}})\s*{_UNIT}{_PER}{_ALONE}{_SHORT_STOP}",
        _measure_span,
    ),
    _rule(
        rf"(?<![0-9.,])([0-9]{{1,3}}[.,][0-9]{{1,2}}){DASH}([0-9]{{1,3}}[.,][0-9]{{1,2}})"
        rf"(?![0-9]|[.,-][0-9])(?:\s*{_UNIT}{_PER}{_ALONE})?{_SHORT_STOP}",
        _decimal_span,
    ),
    _rule(rf"{_NUMBER}\s*{_UNIT}(?:(?<=°)\s?[CСcс])?{_PER}{_ALONE}{_SHORT_STOP}", _measure),
    _rule(r"(?<![0-9.,])([0-9]{1,6}[.,][0-9]{1,3})\s+([а-яё]{3,})", _decimal_of_word),
)
