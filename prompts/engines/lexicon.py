"""Words that espeak-ng 1.52 stresses wrongly, with the phonemes it should say.

A stress mark would not do: the library in the wheel espeakng-loader ignores U+0301. The one inside the wheel
piper-tts (1.52.0.1) honours it; what that one says of a word with its mark is what stands here, in the
letters of `Espeak.phonemes`, stress a ' before the vowel.
"""

import re
from itertools import product
from typing import Final

VERSION: Final = 2  # part of the cache key
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
        "уже": "uZ'E",
        "село": "s;il'o",
        "ишим": "IS'ym",
        # surnames, given names, patronymics
        "аза": "'Aza#",
        "балашова": "bVlaS'ova#",
        "басов": "b'AsVf",
        "белякова": "b;il;ak'ova#",
        "бирюкова": "b;ir;u\"k'ova#",
        "большакова": "bVlSak'ova#",
        "бородина": "bVrVd;in'A",
        "бочарова": "bVtS;ar'ova#",
        "быкова": "b'ykVva#",
        "владимирова": "vlad;'im;irVva#",
        "горбунова": "gVrbun'ova#",
        "горюнова": "gVr;u\"n'ova#",
        "григорян": "g@-r;igVr;'An_",
        "гришина": "g@-r;'iSyna#",
        "гузель": "guz;'el",
        "гущин": "g'uS;in_",
        "гущина": "g'uS;ina#",
        "давидович": "dav;'idVv;itS;",
        "дашкевич": "daSk;'ev;itS;",
        "денисович": "d;in;'isVv;itS;",
        "ермакова": "jIrmak'ova#",
        "жилина": "Z'yl;ina#",
        "золотова": "z'olVtVva#",
        "князева": "kn;'Az;iva#",
        "колосова": "k'olVsVva#",
        "коротков": "kVrVtk'of",
        "короткова": "kVrVtk'ova#",
        "кошелева": "k'oSyl;iva#",
        "красильников": "k@-ras;'iln;ikVf",
        "круглов": "k@-rugl'of",
        "кудряшов": "kud@-r;VS'of",
        "кудряшова": "kud@-r;VS'ova#",
        "кузин": "k'uz;in_",
        "кузина": "k'uz;ina#",
        "кулакова": "kulak'ova#",
        "лавров": "lav@-r'of",
        "ленская": "l;'enskVja",
        "логинов": "l'og;inVf",
        "лосева": "l'os;iva#",
        "мальцева": "m'Altsyva#",
        "масленников": "m'Asl;inn;ikVf",
        "масленникова": "m'Asl;inn;ikVva#",
        "назаренко": "nVzar;'enkV",
        "овсянников": "Vfs;'Ann;ikVf",
        "овсянникова": "Vfs;'Ann;ikVva#",
        "оганесян": "VgVn;is;'An_",
        "олейник": "Vl;'ejn;ik",
        "пастухова": "pVstux'ova#",
        "поздняков": "pVzn;ak'of",
        "поляков": "pVl;ak'of",
        "рогова": "@-r'ogVva#",
        "романенко": "@-rVman;'enkV",
        "русланович": "@-rusl'AnVv;itS;",
        "рустамович": "@-rust'AmVv;itS;",
        "савина": "s'Av;ina#",
        "саркисян": "sVrk;is;'An_",
        "сафина": "s'Af;ina#",
        "сахаров": "s'AxVrVf",
        "сухова": "s'uxVva#",
        "уткина": "'utk;ina#",
        "фатима": "fat;'ima#",
        "фирсова": "f;'irsVva#",
        "шестакова": "Systak'ova#",
        "шульгин": "Sulg;'in_",
        "шульгина": "Sulg;in'A",
    },
}
_WITH_YO: Final = (
    "аксёнов воробьёв горбачёв грачёв дегтярёв дёмин ерёмин журавлёв золотарёв карасёв киселёв ковалёв "
    "королёв муравьёв нефёдов парфёнов пономарёв селезнёв семёнов соловьёв сычёв ткачёв фёдоров "
    "чернышёв шмелёв"
)
_CASES: Final = ("", "а", "у", "ым", "ой", "е")
_GIVEN_WITH_YO: Final = "артём пётр семён фёдор алёна алёны алёне алёну артёмович артёмовна"
RESPELLED: Final = {
    "ru": {
        word.replace("ё", "е"): word
        for word in (
            *(surname + case for surname, case in product(_WITH_YO.split(), _CASES)),
            *(f"{name}{ending}" for name, ending in product(("семёнов", "фёдоров"), ("ич", "на"))),
            *_GIVEN_WITH_YO.split(),
        )
    }
}
"""Names whose ё people write as е: espeak-ng says the letter that it sees, and mostly stresses it as well."""

_WORD: Final = re.compile(r"[А-Яа-яЁёA-Za-z]+")


def with_phonemes(language: str, words: str) -> str:
    """The words, those of the lexicon as [[phonemes]]; stress marks are left out."""
    known, respelled = PHONEMES.get(language, {}), RESPELLED.get(language, {})

    def said(found: re.Match[str]) -> str:
        word = found[0].lower()
        return f"[[{known[word]}]]" if word in known else respelled.get(word, found[0])

    return _WORD.sub(said, words.replace(STRESS_MARK, ""))
