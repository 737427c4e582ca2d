"""Letters across scripts, by ear: Latin names for a Russian voice, Cyrillic names for an English one."""

import re
import unicodedata
from typing import Final


def _table(letters: str, sounds: str) -> dict[str, str]:
    return dict(zip(letters, sounds.split(","), strict=True))


_LATIN_SOUNDS: Final = {
    "shch": "щ", "sch": "ш", "tch": "ч", "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "ph": "ф", "th": "т",
    "ts": "ц", "ck": "к", "qu": "кв", "ee": "и", "oo": "у", "ya": "я", "yu": "ю", "yo": "ё", "ye": "е",
    "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "дж",
    "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т",
    "u": "у", "v": "в", "w": "в", "x": "кс", "y": "и", "z": "з",
}  # fmt: skip
_CYRILLIC_SOUNDS: Final = _table(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "a,b,v,g,d,e,yo,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,,y,,e,yu,ya",
)
_KINDRED: Final = str.maketrans(
    "әғқңөұүһіҗўҳҷєґҡҙҫїј", "эгкноуухижухчегкзсий"
)  # Tatar, Kazakh, Ukrainian and others
_LATIN_KINDRED: Final = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)

STRESS: Final = "\u0301"
_VOWELS: Final = frozenset("аеёиоуыэюя")
_LOOKALIKES: Final = str.maketrans("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху")
_MIXED: Final = re.compile(
    r"\b(?=[A-Za-z]*[А-Яа-яЁё])(?=[А-Яа-яЁё]*[A-Za-z])[ABCEHKMOPTXYaceopxyА-Яа-яЁё]+\b"
)
_C_BEFORE_I: Final = re.compile(r"c(?=[eiy])")
_Y_LIKE_J: Final = re.compile(r"(?<=[aeou])y(?![aeou])")
_MUTE_H: Final = re.compile(r"(?<=[aeou])h(?![aeiouy])")
_CHUNKS: Final = re.compile("|".join(sorted(_LATIN_SOUNDS, key=len, reverse=True)))

RUSSIAN_LETTERS: Final = _table(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "а,бэ,вэ,гэ,дэ,е,ё,жэ,зэ,и,и краткое,ка,эль,эм,эн,о,пэ,эр,эс,тэ,у,эф,ха,цэ,че,ша,ща,"
    "твёрдый знак,ы,мягкий знак,э,ю,я",
)
LATIN_LETTERS_IN_RUSSIAN: Final = _table(
    "abcdefghijklmnopqrstuvwxyz",
    "эй,би,си,ди,и,эф,джи,эйч,ай,джей,кей,эль,эм,эн,о,пи,кью,ар,эс,ти,ю,ви,дабл ю,икс,уай,зэд",
)
LATIN_LETTERS_AT_SCHOOL: Final = _table(
    "abcdefghijklmnopqrstuvwxyz",
    "а,бэ,цэ,дэ,е,эф,гэ,аш,и,йот,ка,эль,эм,эн,о,пэ,ку,эр,эс,тэ,у,вэ,дубль-вэ,икс,игрек,зэт",
)  # how Russians say a letter by itself: витамин дэ, гепатит бэ


def plain(text: str, stress: bool = False) -> str:
    """Latin letters without marks (é -> e), kindred Cyrillic as Russian ones (қ -> к); case is kept.

    stress: a stress mark (U+0301) behind a Russian vowel stays.
    """
    out: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        if stress and letter == STRESS and out and out[-1].lower() in _VOWELS:
            out.append(letter)
            continue
        small = letter.lower().translate(_KINDRED).translate(_LATIN_KINDRED)
        if not small.isascii() and not "а" <= small <= "ё":
            small = "".join(c for c in unicodedata.normalize("NFD", small) if not unicodedata.combining(c))
        out.append(small if letter.islower() or not letter.isalpha() else small.capitalize())
    return "".join(out)


def unmixed(text: str) -> str:
    """Words typed half in Latin letters that look Russian («Cидоров» with a Latin C), in Russian letters."""
    return _MIXED.sub(lambda found: found[0].translate(_LOOKALIKES), text)


def to_cyrillic(word: str) -> str:
    """A Latin word as a Russian reads it: "John Smith" -> «Джон Смит»; by letters, so only near for many."""
    small = _C_BEFORE_I.sub("s", word.lower())
    small = _MUTE_H.sub("", small)
    pieces = (_CHUNKS.sub(lambda found: _LATIN_SOUNDS[found[0]], part) for part in _Y_LIKE_J.split(small))
    return _cased(re.sub(r"^е(?!в)", "э", "й".join(pieces)), word)


def to_latin(word: str) -> str:
    """A Russian word as an English voice reads it: «Дмитрий Щербаков» -> "Dmitry Shcherbakov"."""
    small = re.sub(r"[иы]й\b", "ы", word.lower())
    small = re.sub(r"(^|(?<=[аеёиоуыэюяъь]))е", "ye", small)
    return _cased("".join(_CYRILLIC_SOUNDS.get(letter, letter) for letter in small), word)


def _cased(sound: str, word: str) -> str:
    return sound.capitalize() if word[:1].isupper() else sound
