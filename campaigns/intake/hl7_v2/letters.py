"""How odd a text reads to a Russian: bytes that are read in a wrong character set make no words.

Small letters of one set are capitals of another, so single letters tell little, and a name in capitals is as
good as any; which letter follows which tells them apart.
"""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import groupby, islice, pairwise

MOST_WORDS = 1000  # so many tell enough, and a megabyte is not to be weighed
_FREQUENT = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"  # letters of Russian, the most frequent first
_FOLLOW: Mapping[str, str] = {
    " ": "абвгдежзиклмнопрстуфхчшэюя",
    "а": " бвгдезийклмнпрстуфхчшя",
    "б": "аеилору",
    "в": " адеилнорсыья",
    "г": "аеилнору",
    "д": " аеиоруц",
    "е": " бвгдезйклмнопрстф",
    "ж": "аеи",
    "з": "аеио",
    "и": " авгдезйклмнопрстфхцчшя",
    "й": " ",
    "к": " аеилорсту",
    "л": " аеиклоуьюя",
    "м": " аеиоу",
    "н": " адеикностуця",
    "о": " бвгдежзйклмнпрстфхч",
    "п": " аеилору",
    "р": " абгдеиклмностуыья",
    "с": " аеиклоптуья",
    "т": " авеикноруыь",
    "у": " бдзклмнрстхш",
    "ф": "аеиор",
    "х": " аио",
    "ц": "аео",
    "ч": " аеик",
    "ш": "аеик",
    "щ": "е",
    "ы": " нс",
    "ь": " емня",
    "ю": "к",
    "я": " кнт",
}
"""What usually follows a letter in names and in words of medicine; a space begins and ends a word."""
_WORD = re.compile(r"\w+|[^\s\w]")
_SIGN, _MIXED, _SHOUTED = 3.0, 2.0, 1.5  # what is odd, in the measure of a letter: 0 frequent .. 1 rare
_ACCENTED, _CASES, _UNUSUAL = 0.3, 1.0, 1.5


def oddness(text: str) -> float:
    """How odd what is not ASCII reads, a character: 0 is frequent letters of Russian in usual words."""
    foreign = (word[0] for word in _WORD.finditer(text) if not word[0].isascii())
    words = Counter(islice(foreign, MOST_WORDS))
    letters = sum(sum(not mark.isascii() for mark in word) * times for word, times in words.items())
    return sum(_odd(word) * times for word, times in words.items()) / max(1, letters)


def _odd(word: str) -> float:
    """Of one word, or one sign."""
    marks = [mark for mark in word if not mark.isascii()]
    cyrillic = sum("Ѐ" <= mark <= "ԯ" for mark in word)
    latin = [mark for mark in word if mark.isalpha() and not "Ѐ" <= mark <= "ԯ"]
    odd = sum(_odd_letter(mark) for mark in marks)
    if cyrillic == len(word):
        odd += _UNUSUAL * len(word) * _unusual(word)
    if cyrillic and latin:
        odd += _MIXED * len(marks)
    if not cyrillic and (len(marks) == len(word) or 2 < len(word) < 2 * len(marks)):  # no letter is plain
        odd += _SHOUTED * len(marks)
    if cyrillic and word not in (word.lower(), word.upper(), word.capitalize()):
        odd += _CASES * len([*groupby(word, str.isupper)])
    return odd


def _unusual(word: str) -> float:
    """The share of its pairs of letters that are not usual, with those at its ends."""
    pairs = list(pairwise(f" {word.lower().replace('ё', 'е')} "))
    return sum(second not in _FOLLOW.get(first, "") for first, second in pairs) / len(pairs)


def _odd_letter(mark: str) -> float:
    if not mark.isalpha():
        return 0.0 if mark in "№«»–—’“”„…°" else _SIGN
    place = _FREQUENT.find(mark.lower())
    if place >= 0:
        return place / len(_FREQUENT)
    return 1.0 if "Ѐ" <= mark <= "ԯ" else _ACCENTED
