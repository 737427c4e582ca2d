"""Russian as it is said."""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

from num2words import num2words

from prompts.spoken.language import Language, clock_of, count_of, day_of, decimal_of, digits_of
from prompts.spoken.letters import LATIN_LETTERS_IN_RUSSIAN, RUSSIAN_LETTERS, plain, to_cyrillic
from prompts.spoken.phones import groups_of
from prompts.spoken.ru_places import expanded
from prompts.spoken.texts import ValueKind

Gender = Literal["m", "f", "n"]
MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
DIGITS: Final = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
KEYS: Final = {
    "*": {"n": "звёздочка", "a": "звёздочку", "g": "звёздочки"},
    "#": {"n": "решётка", "a": "решётку", "g": "решётки"},
}
SYMBOLS: Final = {"№": "номер", "&": "и", "+": "плюс", "=": "равно", "/": "дробь"}
PERCENT: Final = ("процент", "процента", "процентов")
DEGREES: Final = ("градус", "градуса", "градусов")
LONGEST_NUMBER: Final = 6  # more digits than that are no amount: they are said in groups

UNSPEAKABLE: Final = re.compile(r"[^А-Яа-яЁё \u0301'’«»„“”\"(),.!?:;…–—-]")
_ACCUSATIVE: Final = re.compile(r"\bнаж\w+(\s+на)?\s*[«\"]?$", re.IGNORECASE)
_GENITIVE: Final = re.compile(r"\b(от|до|кроме|после)\s*[«\"]?$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]+([.,][0-9]{1,2}(?![0-9.,]))?")
_ENDED_NUMBER: Final = re.compile(r"\b([0-9]{1,6})-(ая|я|ый|ий|ой|й|ое|е|го|му|м)\b", re.IGNORECASE)
_ENDINGS: Final[Mapping[str, tuple[str, Gender]]] = {
    "я": ("n", "f"), "ая": ("n", "f"), "й": ("n", "m"), "ый": ("n", "m"), "ий": ("n", "m"), "ой": ("n", "m"),
    "е": ("n", "n"), "ое": ("n", "n"), "го": ("g", "m"), "му": ("d", "m"), "м": ("p", "m"),
}  # fmt: skip


def cardinal(number: int, gender: Gender = "m") -> str:
    """«двадцать одна»; a thousand is «тысяча», not «одна тысяча»."""
    said = str(num2words(number, lang="ru", gender=gender))
    return said.removeprefix("одна ") if 1000 <= number < 2000 else said


def ordinal(number: int, gender: Gender = "m", case: str = "n") -> str:
    return str(num2words(number, lang="ru", to="ordinal", gender=gender, case=case))


def counted(number: int, one: str, few: str, many: str) -> str:
    """The form of a noun behind a number: час, часа, часов."""
    if number % 100 in range(11, 15):
        return many
    return {1: one, 2: few, 3: few, 4: few}.get(number % 10, many)


def date_said(raw: str) -> str:
    """«третьего декабря»: the year goes without saying."""
    day = day_of(raw)
    return f"{ordinal(day.day, 'n', 'g')} {MONTHS[day.month - 1]}"


def time_said(raw: str) -> str:
    """«четырнадцать часов», «четырнадцать ноль пять», «час тридцать»."""
    clock = clock_of(raw)
    hours = f"{cardinal(clock.hour)} {counted(clock.hour, 'час', 'часа', 'часов')}"
    if clock.minute == 0:
        return hours
    if clock.hour == 0:
        return f"{hours} {cardinal(clock.minute, 'f')} {counted(clock.minute, 'минута', 'минуты', 'минут')}"
    hour = "час" if clock.hour == 1 else cardinal(clock.hour)
    return f"{hour} {_group(f'{clock.minute:02}')}"


def datetime_said(raw: str) -> str:
    """«третьего декабря в четырнадцать ноль пять»."""
    return f"{date_said(raw)} в {time_said(raw)}"


def year_said(raw: str) -> str:
    """«тысяча девятьсот пятьдесят четвёртый год»."""
    if not re.fullmatch(r"[0-9]{4}", raw):
        raise ValueError("not a year")
    return f"{ordinal(int(raw))} год"


def phone_said(raw: str) -> str:
    """In groups, +7 as the 8 that people dial: «восемь, девятьсот двенадцать, триста сорок пять, ...»."""
    country, groups = groups_of(raw)
    if country == "7":
        groups = ("8", *groups)
    elif country:
        groups = (f"+{country}", *groups)
    return ", ".join(f"плюс {_group(part[1:])}" if part.startswith("+") else _group(part) for part in groups)


def digits_said(raw: str) -> str:
    """One by one, with time to write them down."""
    return ", ".join(DIGITS[int(digit)] for digit in digits_of(raw))


def count_said(raw: str) -> str:
    return cardinal(count_of(raw))


def money_said(raw: str) -> str:
    """«двести пятьдесят рублей тридцать копеек»."""
    kopecks = int((decimal_of(raw) * 100).to_integral_value())
    rubles, rest = divmod(abs(kopecks), 100)
    said = ["минус"] if kopecks < 0 else []
    said += [cardinal(rubles), counted(rubles, "рубль", "рубля", "рублей")]
    if rest:
        said += [cardinal(rest, "f"), counted(rest, "копейка", "копейки", "копеек")]
    return " ".join(said)


def temperature_said(raw: str) -> str:
    """«тридцать шесть и шесть», «тридцать восемь градусов»."""
    degrees = decimal_of(raw)
    whole, tenths = divmod(int((abs(degrees) * 10).to_integral_value()), 10)
    sign = "минус " if degrees < 0 else ""
    if tenths:
        return f"{sign}{cardinal(whole)} и {cardinal(tenths)}"
    return f"{sign}{cardinal(whole)} {counted(whole, *DEGREES)}"


def name_said(raw: str) -> str:
    """As written; initials by the names of their letters, Latin by ear, capitals no louder than others."""
    words = re.findall(r"[A-Za-zА-Яа-яЁё'’-]+|[0-9]+", plain(raw))
    return " ".join(_name_word(word) for word in words)


def place_said(raw: str) -> str:
    """«ГКБ № 5, ул. Мира» is «городская клиническая больница номер пять, улица Мира»."""
    return spelled(expanded(plain(raw)))


def spelled(raw: str) -> str:
    """Anything at all, in characters that a Russian voice can say; what has no sound is left out."""
    text = _ENDED_NUMBER.sub(_ended_number, plain(raw))
    text = re.sub(r"([0-9]+)\s*%", lambda m: f"{m[1]} {counted(int(m[1]), *PERCENT)}", text)
    text = re.sub(r"([0-9]+)\s*°\s*[CСcс]?", lambda m: f"{m[1]} {counted(int(m[1]), *DEGREES)}", text)
    text = re.sub(r"[№&+=]|(?<=\w)\s*/\s*(?=[0-9])", lambda m: f" {SYMBOLS[m[0].strip()]} ", text)
    text = re.sub(r"(?<=[0-9])(?=[A-Za-zА-Яа-яЁё])|(?<=[A-Za-zА-Яа-яЁё])-?(?=[0-9])", " ", text)
    text = _NUMBER.sub(_number, text)
    text = re.sub(r"[A-Za-z]+", lambda m: _latin_word(m[0]), text)
    text = re.sub(r"\b[А-ЯЁ]{2,5}\b", lambda m: _capitals(m[0]), text)
    return UNSPEAKABLE.sub(" ", text)


def key_said(key: str, before: str) -> str:
    """«нажмите звёздочку», «от одного до пяти», «клавиша звёздочка»."""
    case = "a" if _ACCUSATIVE.search(before) else "g" if _GENITIVE.search(before) else "n"
    if key in KEYS:
        return KEYS[key][case]
    return str(num2words(int(key), lang="ru", case="g")) if case == "g" else DIGITS[int(key)]


def _group(digits: str) -> str:
    """«ноль пять», «ноль ноль», «триста сорок пять»."""
    number = digits.lstrip("0")
    zeros = [DIGITS[0]] * (len(digits) - len(number))
    return " ".join([*zeros, cardinal(int(number))] if number else zeros)


def _number(found: re.Match[str]) -> str:
    whole, _, part = found[0].replace(",", ".").partition(".")
    if part:
        return f"{_group(whole)} и {_group(part)}"
    if len(whole) > LONGEST_NUMBER:
        return ", ".join(_group(whole[at : at + 3]) for at in range(0, len(whole), 3))
    return _group(whole)


def _ended_number(found: re.Match[str]) -> str:
    case, gender = _ENDINGS[found[2].lower()]
    return ordinal(int(found[1]), gender, case)


def _name_word(word: str) -> str:
    if word.isdigit():
        return _group(word)
    if len(word) == 1:
        return RUSSIAN_LETTERS.get(word.lower()) or LATIN_LETTERS_IN_RUSSIAN.get(word.lower(), "")
    parts = re.split("(-)", re.sub(r"['’]", "", word))
    sounds = (to_cyrillic(part) if part.isascii() else part for part in parts)
    return re.sub(r"[^\W\d_]+", lambda m: m[0].capitalize() if m[0].isupper() else m[0], "".join(sounds))


def _latin_word(word: str) -> str:
    if word.isupper() and (len(word) == 1 or not re.search(r"[AEIOUY]", word)):
        return " ".join(LATIN_LETTERS_IN_RUSSIAN[letter] for letter in word.lower())
    return to_cyrillic(word)


def _capitals(word: str) -> str:
    """An abbreviation without a vowel is said letter by letter."""
    if re.search(r"[АЕЁИОУЫЭЮЯ]", word):
        return word.capitalize()
    return " ".join(RUSSIAN_LETTERS[letter] for letter in word.lower())


_FORMS: Final[Mapping[ValueKind, Callable[[str], str]]] = {
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
    "text": spelled,
}
RUSSIAN: Final = Language("ru", UNSPEAKABLE, _FORMS, key_said, spelled)
