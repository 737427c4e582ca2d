"""Kazakh as it is said.

A value stands in its dictionary form, so a text names it after a colon, and a key before its noun: «{key:1}
түймесін басыңыз». No speaker of Kazakh has reviewed the forms or heard the voice.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from num2words import num2words

from prompts.spoken.language import Language, clock_of, count_of, day_of, digits_of, parts_of, short_groups_of
from prompts.spoken.letters import LATIN_LETTERS_IN_RUSSIAN, RUSSIAN_LETTERS, plain, to_cyrillic
from prompts.spoken.ru_places import expanded
from prompts.spoken.texts import ValueKind

MONTHS: Final = (
    "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
    "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
)  # fmt: skip
DIGITS: Final = ("нөл", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз")
KEYS: Final = {"*": "жұлдызша", "#": "тор"}
SYMBOLS: Final = {
    "№": "нөмір", "&": "және", "+": "плюс", "=": "тең", "/": "бөлшек", "%": "пайыз", "°": "градус",
}  # fmt: skip
ORDINALS: Final = {
    "нөл": "нөлінші", "бір": "бірінші", "екі": "екінші", "үш": "үшінші", "төрт": "төртінші", "бес": "бесінші",
    "алты": "алтыншы", "жеті": "жетінші", "сегіз": "сегізінші", "тоғыз": "тоғызыншы", "он": "оныншы",
    "жиырма": "жиырмасыншы", "отыз": "отызыншы", "қырық": "қырқыншы", "елу": "елуінші", "алпыс": "алпысыншы",
    "жетпіс": "жетпісінші", "сексен": "сексенінші", "тоқсан": "тоқсаныншы", "жүз": "жүзінші",
    "мың": "мыңыншы", "миллион": "миллионыншы", "миллиард": "миллиардыншы",
}  # fmt: skip
"""Only the last word of a number bends, by the harmony of its vowels; жиырма and қырық are their own."""
ABBREVIATIONS: Final = {
    r"қ\.": "қаласы",
    r"көш\.": "көшесі",
    r"даң\.": "даңғылы",
    r"ауд\.": "ауданы",
    r"обл\.": "облысы",
    r"мкр\b\.?|ш/а": "шағын ауданы",
    r"пәт\.": "пәтер",
    r"каб\.": "кабинет",
    r"тел\.": "телефон",
    r"ж\.(?=\s|$)": "жыл",
}
UNITS: Final = {
    "мкг": "микрограмм", "мг": "миллиграмм", "кг": "килограмм", "г": "грамм", "мл": "миллилитр", "л": "литр",
    "дл": "децилитр", "мм": "миллиметр", "см": "сантиметр", "км": "километр", "м": "метр", "мин": "минут",
    "сек": "секунд", "ммоль": "миллимоль", "мкмоль": "микромоль", "ккал": "килокалория",
    "мм рт. ст.": "миллиметр сынап бағанасы", "mg": "миллиграмм", "ml": "миллилитр",
}  # fmt: skip
PER: Final = {
    "л": "литріне", "дл": "децилитріне", "мл": "миллилитріне", "кг": "килограмына", "мин": "минутына",
    "сағ": "сағатына", "тәул": "тәулігіне",
}  # fmt: skip
_LETTER_NAMES: Final = {
    **RUSSIAN_LETTERS, "ә": "ә", "ғ": "ға", "қ": "қа", "ң": "ың", "ө": "ө", "ұ": "ұ", "ү": "ү", "һ": "һа",
    "і": "і", "й": "қысқа и", "ъ": "айыру белгісі", "ь": "жіңішкелік белгісі",
}  # fmt: skip
SHARES: Final = ("оннан", "жүзден", "мыңнан")  # of ten, of a hundred, of a thousand
LONGEST_NUMBER: Final = 6  # more digits than that are no amount: they are said in groups

_OWN: Final = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
UNSPEAKABLE: Final = re.compile(rf"[^А-Яа-яЁё{_OWN} '’«»„“”\"(),.!?:;…–—-]")
_CYRILLIC: Final = f"А-Яа-яЁё{_OWN}"
_NUMBER: Final = re.compile(r"[0-9]+([.,][0-9]{1,3}(?![0-9]|[.,][0-9]))?")
_CLOCK: Final = re.compile(r"(?:\b[Сс]ағат\s+)?\b([01]?[0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?\b")
_BETWEEN_HOURS: Final = re.compile(r"(?<=[0-9]:[0-9]{2})\s*[-–—]\s*(?=[0-9]{1,2}:[0-9]{2}\b)")
_DAY: Final = re.compile(
    r"\b(?:(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>(?:19|20)[0-9]{2})"
    r"|(?P<iso>(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}))\b(?:\s?(?:ж|г)\.)?"
)
_WRITTEN_UNITS: Final = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_UNIT: Final = re.compile(
    rf"\b(?<![.,])(?P<number>[0-9]+(?:[.,][0-9]+)?)\s?(?P<unit>{_WRITTEN_UNITS})(?![^\W_])"
    rf"(?:\s?/\s?(?P<per>{'|'.join(sorted(PER, key=len, reverse=True))})(?![^\W_])\.?)?"
)
_FULL_YEAR: Final = re.compile("(?:19|20)[0-9]{2}")
_SHORT: Final = [(re.compile(rf"(?<!\w)(?:{short})"), f"{long} ") for short, long in ABBREVIATIONS.items()]


def cardinal(number: int) -> str:
    """«жиырма бір»; a thousand is «мың», not «бір мың»."""
    said = str(num2words(number, lang="kz"))
    return said.removeprefix("бір ") if 1000 <= number < 2000 else said


def ordinal(number: int) -> str:
    """«жиырма бірінші»; num2words knows none in Kazakh."""
    *first, last = cardinal(number).split()
    return " ".join([*first, ORDINALS[last]])


def date_said(raw: str) -> str:
    """«үшінші желтоқсан»: the year goes without saying."""
    day = day_of(raw)
    return f"{ordinal(day.day)} {MONTHS[day.month - 1]}"


def time_said(raw: str) -> str:
    """«сағат он төрт», «сағат он төрт нөл бес», «түнгі сағат он екі»."""
    clock = clock_of(raw)
    if clock.hour == 0 and clock.minute == 0:
        return f"түнгі сағат {cardinal(12)}"
    minutes = f" {_group(f'{clock.minute:02}')}" if clock.minute else ""
    return f"сағат {cardinal(clock.hour)}{minutes}"


def datetime_said(raw: str) -> str:
    """«үшінші желтоқсан, сағат он төрт нөл бес»."""
    return f"{date_said(raw)}, {time_said(raw)}"


def year_said(raw: str) -> str:
    """«мың тоғыз жүз елу төртінші жыл»."""
    if not re.fullmatch(r"[0-9]{4}", raw):
        raise ValueError("not a year")
    return f"{ordinal(int(raw))} жыл"


def phone_said(raw: str) -> str:
    """In groups, +7 as the 8 that people dial: «сегіз, тоғыз жүз он екі, үш жүз қырық бес, ...»."""
    country, groups = short_groups_of(raw)
    said = [_group(group) for group in groups]
    if not country:
        return ", ".join(said)
    return ", ".join([cardinal(8) if country == "7" else f"плюс {_group(country)}", *said])


def digits_said(raw: str) -> str:
    """One by one, with time to write them down."""
    return ", ".join(DIGITS[int(digit)] for digit in digits_of(raw))


def count_said(raw: str) -> str:
    return cardinal(count_of(raw))


def money_said(raw: str) -> str:
    """«екі жүз елу рубль отыз копейка»: nouns behind a number stay as they are."""
    below, rubles, kopecks = parts_of(raw, 2)
    said = ["минус"] if below else []
    said += [cardinal(rubles), "рубль"] if rubles or not kopecks else []
    return " ".join([*said, cardinal(kopecks), "копейка"] if kopecks else said)


def temperature_said(raw: str) -> str:
    """«отыз алты бүтін оннан алты градус», «отыз сегіз градус»."""
    below, whole, tenths = parts_of(raw, 1)
    part = f" бүтін оннан {cardinal(tenths)}" if tenths else ""
    return f"{'минус ' if below else ''}{cardinal(whole)}{part} градус"


def name_said(raw: str) -> str:
    """As written; initials by the names of their letters, Latin by ear, capitals no louder than others."""
    words = re.findall(rf"[A-Za-z{_CYRILLIC}'’-]+|[0-9]+", _plain(raw))
    return " ".join(_name_word(word) for word in words)


def place_said(raw: str) -> str:
    """«Абай көш., 5» is «Абай көшесі, бес»; Russian abbreviations are said in Russian words."""
    text = _plain(raw)
    for short, long in _SHORT:
        text = short.sub(long, text)
    return re.sub(r"\s+(?=,)", "", spelled(expanded(re.sub(r"№\s*", "нөмір ", text))))


def spelled(raw: str) -> str:
    """Anything at all, in characters that a Kazakh voice can say; what has no sound is left out."""
    text = re.sub(r"\b([0-9]{1,6})-?(?:[ыі]?нш[ыі]|ш[ыі])\b", lambda m: ordinal(int(m[1])), _plain(raw))
    text = _CLOCK.sub(_clock, _BETWEEN_HOURS.sub(", ", _DAY.sub(_day, text)))
    text = _UNIT.sub(_unit, text)
    text = re.sub(r"°\s*[CСcс]\b", "°", text)
    text = re.sub(r"[№&+=%°]|(?<=\w)\s*/\s*(?=[0-9])", lambda m: f" {SYMBOLS[m[0].strip()]} ", text)
    text = re.sub(rf"(?<=[0-9])(?=[A-Za-z{_CYRILLIC}])|(?<=[A-Za-z{_CYRILLIC}])-?(?=[0-9])", " ", text)
    text = _NUMBER.sub(_number, text)
    text = re.sub(r"[A-Za-z]+", lambda m: _latin_word(m[0]), text)
    text = re.sub(r"\b[А-ЯЁӘҒҚҢӨҰҮҺІ]{2,5}\b", lambda m: _capitals(m[0]), text)
    return UNSPEAKABLE.sub(" ", text)


def key_said(key: str, before: str) -> str:
    """The key's name, as in «бір түймесін басыңыз»."""
    return KEYS.get(key) or DIGITS[int(key)]


def _plain(raw: str) -> str:
    """Letters of kindred alphabets as Kazakh or Russian ones, Latin without marks; Kazakh ones are kept."""
    text = unicodedata.normalize("NFC", raw)
    return re.sub(rf"[^{_OWN}]+", lambda m: plain(m[0]), text)


def _group(digits: str) -> str:
    """«нөл бес», «нөл нөл», «үш жүз қырық бес»."""
    number = digits.lstrip("0")
    zeros = [DIGITS[0]] * (len(digits) - len(number))
    return " ".join([*zeros, cardinal(int(number))] if number else zeros)


def _day(found: re.Match[str]) -> str:
    """«екі мың жиырма алтыншы жылғы үшінші желтоқсан»; what is no day stays as it is."""
    raw = found["iso"] or f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
    try:
        return f"{year_said(raw[:4])}ғы {date_said(raw)}"
    except ValueError:
        return found[0]


def _clock(found: re.Match[str]) -> str:
    return time_said(f"{found[1]:0>2}:{found[2]}")


def _unit(found: re.Match[str]) -> str:
    if found["unit"] == "г" and _FULL_YEAR.fullmatch(found["number"]):
        return found[0]  # «2024 г.» is a year in Russian
    per = f" {PER[found['per']]}" if found["per"] else ""
    return f"{found['number']} {UNITS[found['unit']]}{per}"


def _number(found: re.Match[str]) -> str:
    whole, _, part = found[0].replace(",", ".").partition(".")
    if part:
        return f"{_group(whole)} бүтін {SHARES[len(part) - 1]} {cardinal(int(part))}"
    if len(whole) > LONGEST_NUMBER:
        return ", ".join(_group(whole[at : at + 3]) for at in range(0, len(whole), 3))
    return _group(whole)


def _name_word(word: str) -> str:
    if word.isdigit():
        return _group(word)
    if len(word) == 1:
        return _LETTER_NAMES.get(word.lower()) or LATIN_LETTERS_IN_RUSSIAN.get(word.lower(), "")
    parts = re.split("(-)", re.sub(r"['’]", "", word))
    sounds = (to_cyrillic(part) if part.isascii() else part for part in parts)
    return re.sub(r"[^\W\d_]+", lambda m: m[0].capitalize() if m[0].isupper() else m[0], "".join(sounds))


def _latin_word(word: str) -> str:
    if word.isupper() and (len(word) == 1 or not re.search("[AEIOUY]", word)):
        return " ".join(LATIN_LETTERS_IN_RUSSIAN[letter] for letter in word.lower())
    return to_cyrillic(word)


def _capitals(word: str) -> str:
    """An abbreviation without a vowel is said letter by letter."""
    if re.search("[АЕЁИОУЫЭЮЯӘӨҰҮІ]", word):
        return word.capitalize()
    return " ".join(_LETTER_NAMES[letter] for letter in word.lower())


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
KAZAKH: Final = Language("kk", UNSPEAKABLE, _FORMS, key_said, spelled)
