"""Templates taken apart: fixed words, phone keys and places for values."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from prompts.errors import BadTemplate
from prompts.spoken.texts import KINDS, ValueKind

KEYS: Final = frozenset("0123456789*#")
_PIECES: Final = re.compile(r"\{([^{}]*)\}|([^{}]+)|([{}])")
LONGEST_SHOWN: Final = 40  # letters of a placeholder in an error
_SLOT: Final = re.compile(r"([a-z][a-z0-9_]*)(?::([a-z]+))?")


@dataclass(frozen=True)
class Fixed:
    """Words that are the same for everybody."""

    words: str
    at: int  # where in the template, from 0


@dataclass(frozen=True)
class Key:
    """A key of the telephone, said as a word; it is no value."""

    key: str


@dataclass(frozen=True)
class Slot:
    """Where a value goes."""

    name: str
    kind: ValueKind | None  # None: the value's own


Part = Fixed | Key | Slot


@lru_cache(maxsize=1024)
def parse(template: str) -> tuple[Part, ...]:
    """The parts in their order. Raises BadTemplate for a lone brace or a placeholder that is none."""
    parts: list[Part] = []
    for piece in _PIECES.finditer(template):
        inside, words, brace = piece.groups()
        if brace is not None:
            raise BadTemplate(
                f"The brace at character {piece.start() + 1} has no fellow: close or remove it."
            )
        parts.append(Fixed(words, piece.start()) if words is not None else _placeholder(inside))
    return tuple(parts)


def _placeholder(inside: str) -> Part:
    name, _, rest = inside.partition(":")
    shown = _shown(inside)
    if name == "key":
        if rest not in KEYS:
            raise BadTemplate(f"The placeholder {{{shown}}} names no key: write one of 0 to 9, * or #.")
        return Key(rest)
    match = _SLOT.fullmatch(inside)
    if match is None:
        raise BadTemplate(f"The placeholder {{{shown}}} is no name: use small Latin letters, digits and _.")
    kind = match[2]
    if kind is not None and kind not in KINDS:
        raise BadTemplate(
            f"The placeholder {{{shown}}} has an unknown kind: use one of {', '.join(sorted(KINDS))}."
        )
    return Slot(match[1], cast(ValueKind | None, kind))


def _shown(inside: str) -> str:
    """As written, when that is short and one line."""
    letters = "".join(letter if letter.isprintable() else " " for letter in inside)
    return letters if len(letters) <= LONGEST_SHOWN else f"{letters[:LONGEST_SHOWN]}…"
