"""Stress marks for the voices that honour them, on the words that espeak-ng's rules stress wrongly."""

import re
from functools import lru_cache
from typing import Final

from prompts.engines.lexicon import PHONEMES, STRESS_MARK

_WORD: Final = re.compile(rf"[А-Яа-яЁё{STRESS_MARK}]+")
_VOWEL: Final = re.compile("[аеёиоуыэюя]", re.IGNORECASE)
_SPOKEN_VOWEL: Final = re.compile("[aAeEiIoOuUVy@](?!-)")  # @- is a glide that no letter stands for


def stressed(language: str, words: str) -> str:
    """The words, those of the lexicon with U+0301 behind the vowel that its phonemes stress."""
    if language != "ru":
        return words
    return _WORD.sub(lambda found: _marked(found[0]), words)


@lru_cache(maxsize=1024)
def _marked(word: str) -> str:
    phonemes = PHONEMES["ru"].get(word.lower())
    if phonemes is None:  # also a word that has its mark
        return word
    before = len(_SPOKEN_VOWEL.findall(phonemes.split("'")[0]))
    vowel = list(_VOWEL.finditer(word))[before]
    return word[: vowel.end()] + STRESS_MARK + word[vowel.end() :]
