"""Small packs for the tests: a unit is a beep of its own pitch and length."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from prompts.engines.pack_sound import SUFFIX
from prompts.engines.pack_units import INDEX_NAME, Shelf, Sort, Unit, index_text
from prompts.packing.shelf_file import Sound, shelf_bytes
from prompts.packing.wishes import Wish, as_written

RATE_HZ = 8000
Entry = tuple[str, Sort]


def beep(number: int) -> Sound:
    """100 ms and 10 ms more for each number, at a pitch of its own."""
    count = 800 + 80 * number
    tone = 0.3 * np.sin(2 * np.pi * (400 + 60 * number) * np.arange(count) / RATE_HZ)
    fade = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / 80)
    return np.asarray(tone * fade, dtype=np.float32)


def write_pack(folder: Path, language: str, entries: Sequence[Entry]) -> Path:
    """A pack with a shelf for every sort; the number of an entry is that of its beep."""
    place = folder / language
    place.mkdir(parents=True)
    shelves: list[Shelf] = []
    units: list[tuple[str, Unit]] = []
    for sort in dict.fromkeys(sort for _, sort in entries):
        numbered = [(number, text) for number, (text, one) in enumerate(entries) if one == sort]
        content, starts = shelf_bytes([beep(number) for number, _ in numbered], RATE_HZ)
        (place / f"{sort}{SUFFIX}").write_bytes(content)
        shelves.append(Shelf(sort, sort, hashlib.sha256(content).hexdigest()))
        for (number, text), start in zip(numbered, starts, strict=True):
            wish: Wish = as_written(text, sort, sort)
            units.append((wish.words, Unit(wish.ending, sort, sort, start, len(beep(number)), 0.0)))
    (place / INDEX_NAME).write_text(index_text(RATE_HZ, shelves, units), encoding="utf-8")
    return folder
