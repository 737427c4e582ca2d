"""English as it is said."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from num2words import num2words

from prompts.spoken.language import Language, clock_of, count_of, day_of, decimal_of, digits_of
from prompts.spoken.letters import plain, to_latin
from prompts.spoken.phones import groups_of
from prompts.spoken.ru_places import expanded
from prompts.spoken.texts import ValueKind

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
KEYS: Final = {"*": "star", "#": "pound"}
SYMBOLS: Final = {
    "№": "number",
    "&": "and",
    "+": "plus",
    "=": "equals",
    "/": "slash",
    "%": "percent",
    "°": "degrees",
}
LONGEST_NUMBER: Final = 6  # more digits than that are no amount: they are said one by one

UNSPEAKABLE: Final = re.compile(r"[^A-Za-z '’“”\"(),.!?:;…–—-]")
_NUMBER: Final = re.compile(r"[0-9]+([.][0-9]{1,2}(?![0-9.,]))?")
_ABBREVIATIONS: Final = {
    r"\bNo\.\s*(?=[0-9])": "number ",
    r"\bDr\.": "Doctor",
    r"\bAve\.": "Avenue",
    r"\bBldg\.": "Building",
}


def cardinal(number: int) -> str:
    return str(num2words(number, lang="en")).replace(",", "")


def ordinal(number: int) -> str:
    return str(num2words(number, lang="en", to="ordinal"))


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
    """ "nineteen fifty-four"."""
    if not re.fullmatch(r"[0-9]{4}", raw):
        raise ValueError("not a year")
    return str(num2words(int(raw), lang="en", to="year"))


def phone_said(raw: str) -> str:
    """Digit by digit in groups: "plus seven, nine one two, three four five, six seven, eight nine"."""
    country, groups = groups_of(raw)
    said = [_one_by_one(group) for group in groups]
    return ", ".join([f"plus {_one_by_one(country)}", *said] if country else said)


def digits_said(raw: str) -> str:
    """One by one, with time to write them down."""
    return ", ".join(DIGITS[int(digit)] for digit in digits_of(raw))


def count_said(raw: str) -> str:
    return cardinal(count_of(raw))


def money_said(raw: str) -> str:
    """ "two hundred and fifty rubles and thirty kopecks"."""
    kopecks = int((decimal_of(raw) * 100).to_integral_value())
    rubles, rest = divmod(abs(kopecks), 100)
    said = f"{'minus ' if kopecks < 0 else ''}{cardinal(rubles)} {'ruble' if rubles == 1 else 'rubles'}"
    return f"{said} and {cardinal(rest)} {'kopeck' if rest == 1 else 'kopecks'}" if rest else said


def temperature_said(raw: str) -> str:
    """ "thirty-six point six degrees"."""
    degrees = decimal_of(raw)
    whole, tenths = divmod(int((abs(degrees) * 10).to_integral_value()), 10)
    part = f" point {DIGITS[tenths]}" if tenths else ""
    one = whole == 1 and not tenths
    return f"{'minus ' if degrees < 0 else ''}{cardinal(whole)}{part} {'degree' if one else 'degrees'}"


def name_said(raw: str) -> str:
    """As written; Cyrillic by ear, capitals no louder than others."""
    words = re.findall(r"[A-Za-zА-Яа-яЁё'’-]+|[0-9]+", plain(raw))
    return " ".join(_name_word(word) for word in words)


def place_said(raw: str) -> str:
    """Clinics and addresses; Russian ones spoken out first, then by ear."""
    text = raw.replace("№", " number ")
    return spelled(expanded(plain(text)) if re.search("[А-Яа-яЁё]", raw) else text)


def spelled(raw: str) -> str:
    """Anything at all, in characters that an English voice can say; what has no sound is left out."""
    text = plain(raw)
    for short, long in _ABBREVIATIONS.items():
        text = re.sub(short, long, text)
    text = re.sub(r"\b([0-9]{1,6})(st|nd|rd|th)\b", lambda m: ordinal(int(m[1])), text)
    text = re.sub(r"°\s*C\b", "°", text)
    text = re.sub(r"[№&+=%°]|(?<=[0-9])\s*/\s*(?=[0-9])", lambda m: f" {SYMBOLS[m[0].strip()]} ", text)
    text = re.sub(r"(?<=[0-9])(?=[A-Za-zА-Яа-яЁё])|(?<=[A-Za-zА-Яа-яЁё])-?(?=[0-9])", " ", text)
    text = _NUMBER.sub(_number, text)
    text = re.sub(r"[А-Яа-яЁё]+", lambda m: to_latin(m[0]), text)
    return UNSPEAKABLE.sub(" ", text)


def key_said(key: str, before: str) -> str:
    return KEYS.get(key) or DIGITS[int(key)]


def _one_by_one(digits: str) -> str:
    return " ".join(DIGITS[int(digit)] for digit in digits)


def _number(found: re.Match[str]) -> str:
    whole, _, part = found[0].partition(".")
    if len(whole) > LONGEST_NUMBER or (len(whole) > 1 and whole.startswith("0")):
        return _one_by_one(whole)
    return f"{cardinal(int(whole))} point {_one_by_one(part)}" if part else cardinal(int(whole))


def _name_word(word: str) -> str:
    if word.isdigit():
        return _one_by_one(word)
    sound = word if word.isascii() else "".join(to_latin(part) for part in re.split(r"(['’-])", word))
    return re.sub(r"[A-Za-z]{2,}", lambda m: m[0].capitalize() if m[0].isupper() else m[0], sound)


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
ENGLISH: Final = Language("en", UNSPEAKABLE, _FORMS, key_said, spelled)
