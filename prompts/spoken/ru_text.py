"""Any Russian text as it is read out: figures, abbreviations and foreign words become Russian words."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

from prompts.spoken.letters import plain, unmixed
from prompts.spoken.ru_amounts import said_number
from prompts.spoken.ru_calendar import CALENDAR, DASH, Rule
from prompts.spoken.ru_context import agreement, near
from prompts.spoken.ru_counts import counted
from prompts.spoken.ru_moments import MONTHS
from prompts.spoken.ru_numbers import cardinal, grouped
from prompts.spoken.ru_ordinals import ORDINALS
from prompts.spoken.ru_phones import said_phone
from prompts.spoken.ru_places import expanded
from prompts.spoken.ru_units import AMOUNTS, span
from prompts.spoken.ru_words import capitals_said, latin_said, lettered, romans_said

LONGEST_NUMBER: Final = 6  # more digits than that are no amount: they are said in groups
SYMBOLS: Final = {
    "№": "номер", "&": "и", "+": "плюс", "=": "равно", "<": "меньше", ">": "больше", "≤": "не больше",
    "≥": "не меньше", "~": "примерно", "≈": "примерно", "±": "плюс-минус", "×": "на", "@": "собака",
    "$": "долларов", "€": "евро", "%": "процентов", "°": "градусов",
}  # fmt: skip
_SHORT: Final = {
    r"и\s*т\.\s*д\.": "и так далее", r"и\s*т\.\s*п\.": "и тому подобное", r"т\.\s*е\.": "то есть",
    r"т\.\s*к\.": "так как", r"и\s+др\.": "и другие", r"в\s+т\.\s*ч\.": "в том числе",
    r"напр\.": "например", r"г\.\s*р\.": "года рождения",
    r"(?<=по )[Тт]ел\.": "телефону", r"[Тт]ел\.": "телефон",
    r"доб\.(?=\s*[0-9])": "добавочный", r"(?<![0-9])(?<![0-9] )мин\.(?=\s*[а-яё])": "минут", r"№№": "номера",
    r"в/в": "внутривенно", r"в/м": "внутримышечно", r"п/к": "подкожно", r"ж/д": "железнодорожный",
    r"и/или": "и или", r"(?i:г-н)\b": "господин", r"(?i:г-жа)\b": "госпожа",
}  # fmt: skip
_FEW: Final = r"[0-9]{1,4}"
_DOSED: Final = r"м?к?г\b|мг|м?л\b|таб|капс|амп|доз|е[дД]|М?Е[ДЕ]|ЕД|МЕ|%|м?к?моль|стакан|лож|милли|грамм"
_TAKEN: Final = r"принять|принимать|принимайте|примите|пить|пейте|выпить|выпейте|по|утром|вечером|днём|ночь"
_CLEANED: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))"), ""),  # 1 250 as typesetters write it
    (re.compile(r"[\u00a0\u2009\u202f]"), " "),
    (re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]"), ""),  # soft hyphens and other marks without a width
    (
        re.compile(r"(?<=[0-9])\s?½|(?<=[0-9])\s1/2(?=\s*(?:таб|капс|м[лг]|доз|стакан|лож|амп|час|литр))"),
        ",5",
    ),
    (re.compile(r"(?<=[0-9])\s?¼"), ",25"),
    (re.compile(r"(?<=[0-9])\s?¾"), ",75"),
    (re.compile(rf"(?:^|(?<=[\s(:;≤≥<>=]))[.,](?={_FEW}\s*(?:{_DOSED}))"), "0,"),  # .5 мг
    (re.compile(r"^\.(?=[0-9]{1,4}$)"), "0,"),
    (re.compile(r"(?<=[0-9])\s*\b(ч|ст|дес)\.?\s?л(?:ож[а-яё]*)?\b"), r" \1.л"),
    (re.compile(r"(?<=[0-9])(ч|ст|дес)\.?\s?л(?:ож[а-яё]*)?\b"), r" \1.л"),
    (
        re.compile(
            r"(?<=[0-9])\s?к\.?(?=\s*(?:[0-9]{1,2}(?:-[0-9])?\s*р(?:аз|\.|/|\s)|в\s+(?:кажд|нос|глаз|ух|об)))"
        ),
        " кап.",
    ),
    (re.compile(r"(?<=[0-9])\s?т\.\s?(?=р(?:уб)?\b)"), " тыс. "),
    (
        re.compile(
            rf"(\b(?:{_TAKEN})\s+[0-9][0-9/,.½-]*)\s?т(?=\.|\s|$)(?!\.?\s*(?:р|[екдп]\.))", re.IGNORECASE
        ),
        r"\1 таб",
    ),
    (re.compile(r"(?<![A-Za-zА-Яа-яЁё0-9])c(?=\s+[0-9А-Яа-яЁё])"), "с"),
    (re.compile(r"(?<![A-Za-zА-Яа-яЁё0-9])o(?=\s+[А-Яа-яЁё])"), "о"),
    (re.compile(r"\bПетр\b"), "Пётр"),
    (re.compile(r"½"), "1/2"),
    (re.compile(r"¼"), "1/4"),
    (re.compile(r"¾"), "3/4"),
    (re.compile(r"м²|кв\.\s*м\b\.?"), "квадратных метров"),
    (re.compile(r"м³|куб\.\s*м\b\.?"), "кубических метров"),
    (re.compile(r"(?:https?://)?www\.|https?://"), ""),
    (re.compile(r"</?[A-Za-z][^<>]*>"), " "),
    (re.compile(r"[−‐‑]"), "-"),
    (re.compile(r"(?<=[0-9])\s*[xхXХ×]\s*(?=[0-9])"), " на "),
    (re.compile(r"\bSpO2\b"), "сатурация"),
    (re.compile(r"(?:(?<=[А-яё,:;(] )|(?<=\()|^)[-–](?=[0-9])"), "минус "),
)
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|[A-Za-z0-9-]{2,}(?:\.[A-Za-z0-9-]+)*\.(?:ru|com|org|net|info|su|рф)\b(?:/[\w./-]*)?"
)
_ADDRESS_SIGNS: Final = {
    "@": " собака ",
    ".": " точка ",
    "-": " дефис ",
    "_": " подчёркивание ",
    "/": " дробь ",
}
_PHONE: Final = re.compile(
    r"(?<![0-9])(?:\+7[\s(-]{0,2}[3-9]|(?:8[\s(-]{0,2}|\()[3489])[0-9]{2,10}(?:[\s)-]{1,2}[0-9]{2,7}){0,4}(?![0-9])"
    r"|(?<![0-9+-])7[\s(-]{0,2}[3489][0-9]{2}[\s)-]{0,2}[0-9]{3}[\s-]?[0-9]{2}[\s-]?[0-9]{2}(?![0-9-])"
    r"|(?<![0-9+-])(?:[348][0-9]{3}\s[0-9]{2}|[3489][0-9]{2}\s[0-9]{3})-[0-9]{2}-[0-9]{2}(?![0-9-])"
)
_FOREIGN_PHONE: Final = re.compile(r"\+(?=[1-689])[0-9]{1,3}(?:[\s()-]{0,2}[0-9]){8,12}(?![0-9])")
_BARE_MOBILE: Final = re.compile(
    r"(?<![0-9+.,-])(9[0-9]{2})([0-9]{3})([0-9]{2})([0-9]{2})(?![0-9]|[.,-][0-9])"
)
_DIALLED: Final = re.compile(r"\*[0-9]+(?:[*#][0-9]+)*#|#[0-9]+#")
_MONTH_SHORT: Final = re.compile(
    r"(?<=[0-9] )(?:янв|февр?|мар|апр|май|июн|июл|авг|сент?|окт|нояб?|дек)\b\.?", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]{1,4}(?![0-9]|[.,][0-9]))?")


@lru_cache(maxsize=1024)  # names of clinics come again and again
def said_text(raw: str, before: str = "") -> str:
    """The text as it is read out; `before`: the words in front of it, for the case of what begins it.

    What no rule knows keeps its characters: the check of residue has the last word.
    """
    text = plain(unmixed(raw), stress=True)
    for pattern, clean in _CLEANED:
        text = pattern.sub(clean, text)
    text = _ADDRESS.sub(_address, text)
    text = _DIALLED.sub(lambda found: found[0].replace("*", " звёздочка ").replace("#", " решётка "), text)
    text = _FOREIGN_PHONE.sub(_foreign_phone, _PHONE.sub(_phone, text))
    text = _BARE_MOBILE.sub(lambda found: ", ".join(map(grouped, found.groups())), text)
    text = re.sub(r"\+(?=[0-9])", "плюс ", text)
    text = _MONTH_SHORT.sub(_month, text)
    for short, long in _SHORT.items():
        text = re.sub(rf"(?<![А-Яа-яЁё]){short}", long, text)
    text = _ruled(text, before, (*CALENDAR, *AMOUNTS))
    text = lettered(romans_said(expanded(text)))
    text = _ruled(text, before, ORDINALS)
    text = re.sub("|".join(map(re.escape, SYMBOLS)), lambda found: f" {SYMBOLS[found[0]]} ", text)
    text = re.sub(r"(?<=[0-9])\s*/\s*(?=[0-9])|(?<=[0-9][А-Яа-яЁё])/(?=[0-9])", " дробь ", text)
    text = re.sub(r"(?<=[0-9])(?=[A-Za-zА-Яа-яЁё])|(?<=[A-Za-zА-Яа-яЁё])-?(?=[0-9])", " ", text)
    text = _ruled(text, before, _NUMBERS)
    text = re.sub(r"\s+(?=[,.;:!?](?:\s|$))", "", capitals_said(latin_said(text)))
    return re.sub(r"(?<=[А-Яа-яЁё]),(?=[А-Яа-яЁё])", ", ", text)


def _ruled(text: str, before: str, rules: tuple[Rule, ...]) -> str:
    for pattern, said in rules:
        text = pattern.sub(partial(_told, said, before), text)
    return text


def _told(said: Callable[[re.Match[str], str], str], before: str, found: re.Match[str]) -> str:
    return said(found, near(f"{before}{near(found.string[: found.start()])}"))


def _address(found: re.Match[str]) -> str:
    return re.sub(r"[@._/-]", lambda sign: _ADDRESS_SIGNS[sign[0]], found[0])


def _phone(found: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9]", "", found[0])
    try:
        return said_phone(f"+7{digits[-10:]}") if len(digits) in (10, 11) else found[0]
    except ValueError:
        return found[0]


def _foreign_phone(found: re.Match[str]) -> str:
    try:
        return said_phone(re.sub(r"[^+0-9]", "", found[0]))
    except ValueError:
        return found[0]


def _month(found: re.Match[str]) -> str:
    return next(month for month in MONTHS if month.startswith(found[0][:3].lower().replace("май", "мая")))


def _groups(found: re.Match[str], before: str) -> str:
    """12-34-56, 7200 1234 5678: groups with time to write them down."""
    parts = re.split("[ .-]", found[0])
    return ", ".join(
        " ".join(map(grouped, (part[:2], part[2:]))) if len(part) == 4 else _spaced(part) for part in parts
    )


def _spaced(digits: str) -> str:
    return ", ".join(grouped(digits[at : at + 3]) for at in range(0, len(digits), 3))


def _thousands(found: re.Match[str], before: str) -> str:
    """1 250 000."""
    number = int(found[0].replace(" ", ""))
    return cardinal(number, *agreement(number, before, found.string[found.end() :]))


def _span(found: re.Match[str], before: str) -> str:
    """5-7 дней: «пять-семь»."""
    gender, case = agreement(int(found[2]), before, found.string[found.end() :])
    first = cardinal(int(found[1]), gender, case)
    if found[2].startswith("0"):
        return f"{first} {grouped(found[2])}"
    return span(first, cardinal(int(found[2]), gender, case))


def _number(found: re.Match[str], before: str) -> str:
    """What is left of figures, agreeing with the words around it."""
    return _said(found[0], before, found.string[found.end() :])


def _said(number: str, before: str, after: str) -> str:
    whole = re.split("[.,]", number)[0]
    if len(whole) > LONGEST_NUMBER:
        return ", ".join(_spaced(part) for part in re.split("[.,]", number))
    if whole != number:
        return said_number(number, agreement(int(whole), before, after)[1])
    if len(number) > 1 and number.startswith("0"):
        return grouped(number)
    return counted(int(number), before, after)


_NUMBERS: Final[tuple[Rule, ...]] = (
    (re.compile(r"(?<![0-9])[1-9][0-9]{0,2}(?: [0-9]{3}){1,3}(?! ?[0-9])"), _thousands),
    (
        re.compile(
            r"(?<![0-9])[0-9]{2,4}(?: [0-9]{2,4}){2,}(?![0-9])|[0-9]{4}(?: [0-9]{4})+"
            r"|[0-9]+(?:[.-][0-9]+){2,}"
        ),
        _groups,
    ),
    (re.compile(rf"(?<![0-9.,/-])([0-9]{{1,4}}){DASH}([0-9]{{1,4}})(?![0-9/]|[.,-][0-9])"), _span),
    (_NUMBER, _number),
)
