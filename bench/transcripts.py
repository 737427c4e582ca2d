"""How far what was understood is from what was said: word and character error rates (pure).

Numbers count by their digits on both sides, so «третьего», «три» and "3" are one word, «двадцать пять» and
"25" two; a telephone number is right in whatever groups it was written.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from num2words import num2words

THOUSAND = 1000
ROUND = (*range(21), *range(30, 100, 10), *range(100, 1000, 100), THOUSAND)
CASES, GENDERS = "ngdaip", "mfn"
DIGITS = {
    "ru": ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
ALIKE = {
    "ru": {
        "часа": "час", "часов": "час", "минута": "минут", "минуты": "минут",
        "года": "год", "году": "год", "г": "год",
    },
    "en": {"p": "pm", "a": "am", "o'clock": "oclock"},
}  # fmt: skip
MORE_NUMBERS = {
    "ru": {"тысячи": THOUSAND, "тысяч": THOUSAND, "нуль": 0, "нуля": 0},
    "en": {"oh": 0, "hundred": 100, "thousand": THOUSAND},
}
MULTIPLIERS = {"ru": (THOUSAND,), "en": (100, THOUSAND)}
_STOPS = ",.;:!?"  # a number ends here
_ENDING = re.compile(r"(?<=[0-9])-?(?:ого|го|ому|му|ой|ый|ий|ая|ое|ую|й|я|е|ю|м|х|st|nd|rd|th)\b")
_TOKEN = re.compile(rf"[0-9]+|[^\W\d_]+(?:'[^\W\d_]+)?|[{_STOPS}]")


@dataclass(frozen=True)
class Errors:
    """How many words or letters are wrong, missing or too many, of how many."""

    wrong: int
    of: int

    @property
    def rate(self) -> float:
        """0 is perfect; it can be over 1, as words can be too many."""
        return self.wrong / max(1, self.of)

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(self.wrong + other.wrong, self.of + other.of)


NONE = Errors(0, 0)


def word_errors(said: str, understood: str, language: str) -> Errors:
    """By words, as `canonical` makes them."""
    reference = canonical(said, language)
    return Errors(distance(reference, canonical(understood, language)), len(reference))


def letter_errors(said: str, understood: str, language: str) -> Errors:
    """By letters and the blanks between words."""
    reference = " ".join(canonical(said, language))
    return Errors(distance(reference, " ".join(canonical(understood, language))), len(reference))


def canonical(text: str, language: str) -> list[str]:
    """Words without case, marks and ё; each number as the names of its digits."""
    text = unicodedata.normalize("NFC", text.casefold()).replace("ё", "е").replace("\u0301", "")
    text = text.replace("’", "'").replace("p.m.", "pm").replace("a.m.", "am")
    text = _ENDING.sub("", text)
    tokens = [ALIKE[language].get(token, token) for token in _TOKEN.findall(text)]
    return list(_with_digits(tokens, language))


def distance(reference: Sequence[str], other: Sequence[str]) -> int:
    """Levenshtein: the fewest words or letters to change, add and remove."""
    row = list(range(len(other) + 1))
    for at, wanted in enumerate(reference, 1):
        diagonal, row[0] = row[0], at
        for place, found in enumerate(other, 1):
            diagonal, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, diagonal + (wanted != found)),
            )
    return row[-1]


def _with_digits(tokens: Sequence[str], language: str) -> Iterator[str]:
    known, names = _numbers(language), DIGITS[language]
    total: int | None = None
    for token in (*tokens, "."):
        value = known.get(token)
        grown = _grown(total, value, language)
        if grown is None and total is not None:
            yield from (names[int(digit)] for digit in str(total))
        total = value if grown is None else grown
        if value is None and token not in _STOPS:
            yield from (names[int(digit)] for digit in token) if token.isdecimal() else (token,)


def _grown(total: int | None, value: int | None, language: str) -> int | None:
    """The number so far with one more number word, None when that begins a new number."""
    if not total or not value:
        return None
    if value in MULTIPLIERS[language] and total < value:
        return total * value
    fits = total % 10 ** len(str(value)) == 0 and not (value < 10 and total % 100 == 10)
    return total + value if fits else None


@cache
def _numbers(language: str) -> Mapping[str, int]:
    """Every form of every number word, cardinal and ordinal."""
    forms = dict(MORE_NUMBERS[language])
    for number in ROUND:
        for said in (_russian if language == "ru" else _english)(number):
            forms.setdefault(said.casefold().replace("ё", "е"), number)
    return forms


def _russian(number: int) -> Iterator[str]:
    for case in CASES:
        for gender in GENDERS:
            yield str(num2words(number, lang="ru", to="ordinal", case=case, gender=gender))
            yield str(num2words(number, lang="ru", case=case, gender=gender)).removeprefix("одна ")


def _english(number: int) -> Iterator[str]:
    yield str(num2words(number)).removeprefix("one ")
    yield str(num2words(number, to="ordinal")).removeprefix("one ")
