"""Latin words, abbreviations and Roman numerals within Russian, as people say them."""

import re
from typing import Final

from prompts.spoken.letters import (
    LATIN_LETTERS_AT_SCHOOL,
    LATIN_LETTERS_IN_RUSSIAN,
    RUSSIAN_LETTERS,
    to_cyrillic,
)
from prompts.spoken.ru_context import last_word, next_word
from prompts.spoken.ru_nouns import NUMBERED_FORMS
from prompts.spoken.ru_numbers import Case, Gender, cardinal, ordinal

_LATIN_WORDS: Final = {
    "pfizer": "пфайзер", "biontech": "бионтек", "moderna": "модерна", "astrazeneca": "астразенека",
    "johnson": "джонсон", "sputnik": "спутник", "light": "лайт", "covid": "ковид", "sars": "сарс",
    "cov": "ков", "omicron": "омикрон", "delta": "дельта", "whatsapp": "вотсап", "viber": "вайбер",
    "telegram": "телеграм", "google": "гугл", "android": "андроид", "iphone": "айфон", "apple": "эппл",
    "online": "онлайн", "email": "имейл", "e-mail": "имейл", "mail": "мейл", "yandex": "яндекс",
    "gmail": "джимейл", "sms": "эсэмэс", "qr": "кью ар", "rh": "резус", "wi-fi": "вай-фай",
    "wifi": "вай-фай", "bluetooth": "блютус", "igg": "иммуноглобулин джи", "igm": "иммуноглобулин эм",
    "ige": "иммуноглобулин е", "iga": "иммуноглобулин а", "ph": "пэ аш", "hbsag": "эйч би эс антиген",
    "hiv": "вич", "invitro": "инвитро", "helix": "хеликс", "gemotest": "гемотест", "rapid": "рапид",
    "test": "тест", "check": "чек", "up": "ап", "check-up": "чекап", "center": "центр", "clinic": "клиник",
    "medical": "медикал", "med": "мед", "club": "клаб", "house": "хаус", "health": "хелс", "the": "зэ",
    "michael": "майкл", "george": "джордж", "james": "джеймс", "charles": "чарльз", "william": "уильям",
    "richard": "ричард", "thomas": "томас", "jean": "жан", "pierre": "пьер", "jose": "хосе", "juan": "хуан",
    "ru": "ру", "com": "ком", "rf": "эр эф",
}  # fmt: skip
_LATIN_TWINS: Final = {"А": "а", "В": "бэ", "С": "цэ", "Е": "е", "Д": "дэ", "К": "ка", "Р": "пэ"}
_VITAMIN: Final = re.compile(
    r"(\b(?:витамин|гепатит)[а-яё]*\s+(?:группы\s+)?)([АВСЕДКР])(?![А-Яа-яЁё])", re.IGNORECASE
)
_TICKET: Final = re.compile(r"(?<![А-Яа-яЁё0-9])([А-ЯЁ])-?(?=[0-9])")
_LATIN_WORD: Final = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_SPUTNIK: Final = re.compile(r"\b(?:спутник|sputnik)\W+$", re.IGNORECASE)

_SAID: Final = {
    "СМС": "эсэмэс", "ФСБ": "эф эс бэ", "США": "сэ шэ а", "ВОЗ": "вэ о зэ", "ДОУ": "дэ о у", "ООО": "о о о",
    "АО": "а о", "ИП": "и пэ", "ГУЗ": "гэ у зэ", "МУЗ": "эм у зэ", "ГАУЗ": "гэ а у зэ",
    "ГБУЗ": "гэ бэ у зэ", "МАУЗ": "эм а у зэ", "ЧУЗ": "че у зэ", "ФГБУ": "эф гэ бэ у",
    "ФГБУЗ": "эф гэ бэ у зэ", "КГБУЗ": "ка гэ бэ у зэ", "ОГБУЗ": "о гэ бэ у зэ", "МБУЗ": "эм бэ у зэ",
    "ТФОМС": "тэфомс", "ОРВИ": "орви", "АД": "артериальное давление", "ЧСС": "частота сердечных сокращений",
    "ЭХОКГ": "эхо ка гэ", "КТГ": "ка тэ гэ", "НПВП": "эн пэ вэ пэ", "ТО": "тэ о", "ЕЦП": "е цэ пэ",
    "ЕМИАС": "емиас", "ЛЛО": "эл эл о", "АЛТ": "а эл тэ", "АСТ": "а эс тэ", "ПЭТ": "пэт",
    "ФЛГ": "флюорография", "ЭЛИ": "эли", "НИИ": "нии", "РНИМУ": "рниму", "НМИЦ": "эн эм и цэ",
}  # fmt: skip
_SHORT_LETTERS: Final = {**RUSSIAN_LETTERS, "л": "эл", "й": "ий"}  # эл эф ка
_CAPITALS: Final = re.compile(r"(?<![А-Яа-яЁё\u0301])[А-ЯЁ]{2,}(?![А-Яа-яЁё\u0301])")
_MIXED_CAPITALS: Final = {
    "ЭхоКГ": "эхо ка гэ",
    "ЭХО-КГ": "эхо ка гэ",
    "Эхо-КГ": "эхо ка гэ",
    "мРНК": "эм эр эн ка",
}
_VOWEL: Final = "[АЕЁИОУЫЭЮЯ]"
_OTHER: Final = "[БВГДЖЗЙКЛМНПРСТФХЦЧШЩ]"
_SOUNDS_LIKE_A_WORD: Final = re.compile(
    f"{_OTHER}{_VOWEL}{_OTHER}|{_VOWEL}{_OTHER}{_VOWEL}|{_OTHER}{_VOWEL}{_VOWEL}"
)
LONGEST_LETTERED: Final = 5  # a longer word in capitals is one that is shouted, unless it has no vowel

_ROMAN: Final = re.compile(
    r"(?<![A-Za-zА-Яа-яЁё0-9-])(?=[IVXХ])[XХ]{0,3}(?:I[XХ]|IV|V?I{0,3})(?![A-Za-zА-Яа-яЁё0-9'])"
)
_CROWNED: Final[tuple[tuple[re.Pattern[str], tuple[Gender, Case]], ...]] = (
    (re.compile(r"п[её]тр|николай|александр|павел|иван|людовик|карл"), ("m", "n")),
    (re.compile(r"петра|николая|александра|павла|ивана|людовика|карла"), ("m", "g")),
    (re.compile(r"екатерина|елизавета"), ("f", "n")),
    (re.compile(r"екатерины|елизаветы"), ("f", "g")),
)
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10}


def latin_said(text: str) -> str:
    """The text with its Latin words by ear or by letters: «Пфайзер», «кью ар-код», «витамин дэ»."""
    return _LATIN_WORD.sub(lambda found: _latin_word(found[0], text[: found.start()]), text)


def capitals_said(text: str) -> str:
    """The text with its abbreviations as they are said: «эм эр тэ», «узи», «э ка гэ».

    Within a text that is all in capitals only what has no vowel is an abbreviation.
    """
    for short, said in _MIXED_CAPITALS.items():
        text = re.sub(rf"\b{short}\b", said, text)
    loud = text.isupper() and any(len(word) > LONGEST_LETTERED + 1 for word in text.split())
    return _CAPITALS.sub(lambda found: _capitals(found[0], loud), text)


def romans_said(text: str) -> str:
    """The text with its Roman numerals: «второй корпус», «двадцать первого века», «тип два»."""
    return _ROMAN.sub(lambda found: _roman(found, text), text)


def lettered(text: str) -> str:
    """Letters that stand before figures or name a vitamin: «ка пятнадцать», «витамин бэ двенадцать»."""
    text = _VITAMIN.sub(lambda found: f"{found[1]}{_LATIN_TWINS[found[2].upper()]}", text)
    return _TICKET.sub(lambda found: f"{RUSSIAN_LETTERS[found[1].lower()]} ", text)


def by_ear(word: str) -> str:
    """A Latin word as a Russian says it: «Пфайзер», «Томас»."""
    known = _LATIN_WORDS.get(word.lower())
    if known is None:
        return to_cyrillic(word)
    loud = word.isupper() or not word[:1].isupper()
    return known if loud or " " in known else known.capitalize()


def by_letters(word: str) -> str:
    """«эм эр тэ»."""
    return " ".join(_SHORT_LETTERS[letter] for letter in word.lower())


def _latin_word(word: str, before: str) -> str:
    small = word.lower()
    if small in _LATIN_WORDS:
        return by_ear(word)
    if "-" in word:
        return "-".join(_latin_word(part, before) for part in word.split("-"))
    if len(word) == 1 and word.isupper():
        return "ви" if _SPUTNIK.search(before) else LATIN_LETTERS_AT_SCHOOL[small]
    if word.isupper() and len(word) <= LONGEST_LETTERED and not re.search(r"[AEIOUY]", word):
        return " ".join(LATIN_LETTERS_IN_RUSSIAN[letter] for letter in small)
    if word.isupper() and len(word) <= 3:
        return " ".join(LATIN_LETTERS_IN_RUSSIAN[letter] for letter in small)
    return to_cyrillic(word)


def _capitals(word: str, loud: bool) -> str:
    if word in _SAID:
        return _SAID[word]
    vowels = re.search(_VOWEL, word) is not None
    if len(word) > LONGEST_LETTERED and vowels:
        return word.capitalize()
    if loud or _SOUNDS_LIKE_A_WORD.search(word):
        return word.lower() if vowels else by_letters(word)
    return by_letters(word)


def _roman(found: re.Match[str], text: str) -> str:
    numeral = found[0].replace("Х", "X")
    before, after = text[: found.start()], text[found.end() :]
    noun = NUMBERED_FORMS.get(next_word(after)) or NUMBERED_FORMS.get(last_word(before))
    noun = noun or next((form for name, form in _CROWNED if name.fullmatch(last_word(before))), None)
    bracketed = before.endswith("(") and after.startswith(")")
    if not numeral or (not noun and not bracketed and (len(numeral) == 1 or not found[0].strip("Х"))):
        return found[0]  # a letter: «Спутник V», «Х»
    return ordinal(_value(numeral), *noun) if noun else cardinal(_value(numeral))


def _value(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
