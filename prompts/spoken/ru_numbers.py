"""Russian numbers with gender and case, and nouns that agree: num2words, with what it gets wrong mended."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from num2words import num2words

Gender = Literal["m", "f", "n"]
Case = Literal["n", "g", "d", "a", "i", "p"]  # nominative, genitive, dative, accusative, instrumental, ...
CASES: Final[tuple[Case, ...]] = ("n", "g", "d", "a", "i", "p")
DIGITS: Final = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
_ZERO: Final[dict[Case, str]] = {
    "n": "ноль", "g": "нуля", "d": "нулю", "a": "ноль", "i": "нулём", "p": "нуле",
}  # fmt: skip
_PARTS: Final = {1: "десят", 2: "сот", 3: "тысячн", 4: "десятитысячн"}
MOST_PLACES: Final = max(_PARTS)  # behind the point; nobody follows more


@dataclass(frozen=True)
class Noun:
    """A noun in the six cases (order of CASES); `many`: what five of it are if not that (лет), `few`: two."""

    gender: Gender
    singular: tuple[str, str, str, str, str, str]
    plural: tuple[str, str, str, str, str, str]
    many: str = ""
    few: str = ""

    def one(self, case: Case = "n") -> str:
        """Of one: «час», «часу»."""
        return self.singular[CASES.index(case)]

    def of(self, number: int, case: Case = "n") -> str:
        """Behind a number: «час», «часа», «часов»; «часами»."""
        at = CASES.index(case)
        number = abs(number)
        last = 0 if number % 100 in range(11, 15) else number % 10
        if last == 1:
            return self.singular[at]
        if case in ("n", "a"):
            return (self.few or self.singular[1]) if last in (2, 3, 4) else self.many or self.plural[1]
        return self.many if self.many and case == "g" else self.plural[at]


@lru_cache(maxsize=8192)
def cardinal(number: int, gender: Gender = "m", case: Case = "n") -> str:
    """«двадцать одна», «двадцати одной»; a thousand is «тысяча», not «одна тысяча»."""
    if number < 0:
        return f"минус {cardinal(-number, gender, case)}"
    if number == 0:
        return _ZERO[case]
    # num2words bends millions by the gender of what is counted («две миллиона»): the ends are said apart
    thousands, rest = number - number % 1000, number % 1000
    said = []
    if thousands:
        high = str(num2words(thousands, lang="ru", gender="m", case=case, animate=False))
        said.append(high.partition(" ")[2] if thousands == 1000 else high)
    if rest:
        said.append(str(num2words(rest, lang="ru", gender=gender, case=case, animate=False)))
    return " ".join(said)


@lru_cache(maxsize=8192)
def ordinal(number: int, gender: Gender = "m", case: Case = "n") -> str:
    """«двадцать первая», «двухтысячного»."""
    # num2words bends the thousands too («десятый тысяч первый»): only the end of an ordinal is one
    thousands, rest = number - number % 1000, number % 1000
    if thousands and rest:
        return f"{cardinal(thousands)} {ordinal(rest, gender, case)}"
    return str(num2words(number, lang="ru", to="ordinal", gender=gender, case=case, animate=False))


def plural_ordinal(number: int, case: Case = "n") -> str:
    """«девяностые», «девяностых»."""
    return str(num2words(number, lang="ru", to="ordinal", plural=True, case=case, animate=False))


def amount(number: int, noun: Noun, case: Case = "n") -> str:
    """«двадцать одна минута», «двадцати одной минуты»."""
    return f"{cardinal(number, noun.gender, case)} {noun.of(number, case)}"


def decimal(whole: int, part: str, case: Case = "n") -> str:
    """«пять целых шесть десятых», «от пяти целых шести десятых»; `part`: the digits behind the point."""
    part = part[:MOST_PLACES]
    ending: dict[Case, str] = {"n": "ая", "g": "ой", "d": "ой", "a": "ую", "i": "ой", "p": "ой"}
    endings: dict[Case, str] = {"n": "ых", "g": "ых", "d": "ым", "a": "ых", "i": "ыми", "p": "ых"}

    def agreed(number: int, stem: str) -> str:
        one = number % 10 == 1 and number % 100 != 11
        return f"{cardinal(number, 'f', case)} {stem}{(ending if one else endings)[case]}"

    return f"{agreed(whole, 'цел')} {agreed(int(part), _PARTS[len(part)])}"


def grouped(digits: str, case: Case = "n") -> str:
    """A number of which the noughts in front are said: «ноль пять», «ноль ноль», «триста сорок пять»."""
    number = digits.lstrip("0")
    zeros = [DIGITS[0]] * (len(digits) - len(number))
    return " ".join([*zeros, cardinal(int(number), "m", case)] if number else zeros)


def one_by_one(digits: str) -> str:
    """«один, два, три»: with time to write them down."""
    return ", ".join(DIGITS[int(digit)] for digit in digits)
