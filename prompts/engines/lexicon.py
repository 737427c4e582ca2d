"""Words that espeak-ng 1.52 stresses wrongly, with the phonemes it should say.

A stress mark would not do: the version in the wheel ignores U+0301. The phonemes are its own, as
`Espeak.phonemes` shows them, with the stress, ', moved to where it belongs.
"""

import re
from typing import Final

VERSION: Final = 1  # part of the cache key
STRESS_MARK: Final = "\u0301"

PHONEMES: Final = {
    "ru": {
        "сорок": "s'orVk",
        "отмените": "Vtm;in;'it;i",
        "оцените": "Vtsyn;'it;i",
        "измените": "izm;in;'it;i",
        "замените": "zVm;in;'it;i",
        "примените": "p@-r;im;in;'it;i",
        "потерпите": "pVt;irp;'it;i",
        "города": "g'orVda#",
        "номера": "n'om;ira#",
        "мочи": "mVtS;'I",
        "красильников": "k@-ras;'iln;ikVf",
        "кудряшов": "kud@-r;VS'of",
        "кудряшова": "kud@-r;VS'ova#",
        "гущин": "g'uS;in_",
        "гущина": "g'uS;ina#",
    },
    "en": {},
}
_WORD: Final = re.compile(r"[А-Яа-яЁёA-Za-z]+")


def with_phonemes(language: str, words: str) -> str:
    """The words, those of the lexicon as [[phonemes]]; stress marks are left out."""
    known = PHONEMES.get(language, {})

    def said(found: re.Match[str]) -> str:
        phonemes = known.get(found[0].lower())
        return f"[[{phonemes}]]" if phonemes else found[0]

    return _WORD.sub(said, words.replace(STRESS_MARK, ""))
