"""Renders a pack: every wish with one voice, finished as a call plays it, and alike each time."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

from prompts.audio import Clip, finish, speech_level
from prompts.engines.pack_sound import SUFFIX
from prompts.engines.pack_units import INDEX_NAME, Shelf, Unit, index_text
from prompts.engines.protocol import Engine, FixedText
from prompts.packing.shelf_file import Sound, heard, shelf_bytes
from prompts.packing.voices import VoiceOf, spoken
from prompts.packing.wishes import Wish

RATE_HZ: Final = 8000
LEVEL_DBFS: Final = -20.0
PROCESSES: Final = 2
AT_ONCE: Final = 16  # wishes that a process is handed

_voice: tuple[Engine, tuple[str, ...]] | None = None  # of a rendering process, with its tails


def make(
    language: str,
    wishes: Sequence[Wish],
    voice: VoiceOf,
    folder: Path,
    rendered: Callable[[], object] = lambda: None,
) -> int:
    """Write the pack of a language into folder/language; how many bytes it has.

    rendered: called behind every wish. Raises EngineError or AudioError of the voice, and OSError.
    """
    order = sorted(wishes, key=lambda wish: (wish.shelf, wish.words, wish.ending))
    place = folder / language
    place.mkdir(parents=True, exist_ok=True)
    shelves: list[Shelf] = []
    entries: list[tuple[str, Unit]] = []
    clips = _rendered(language, order, voice, rendered)
    for name, group in groupby(order, key=lambda wish: wish.shelf):
        shelf_wishes = list(group)
        sounds = [next(clips) for _ in shelf_wishes]
        content, starts = shelf_bytes(sounds, RATE_HZ)
        (place / f"{name}{SUFFIX}").write_bytes(content)
        shelves.append(Shelf(name, shelf_wishes[0].sort, hashlib.sha256(content).hexdigest()))
        entries += _entries(shelf_wishes, content, starts, [len(sound) for sound in sounds])
    (place / INDEX_NAME).write_text(index_text(RATE_HZ, shelves, entries), encoding="utf-8")
    _remove_others(place, {f"{shelf.name}{SUFFIX}" for shelf in shelves} | {INDEX_NAME})
    return sum(path.stat().st_size for path in place.iterdir())


def _entries(
    wishes: Sequence[Wish], content: bytes, starts: Sequence[int], lengths: Sequence[int]
) -> Iterator[tuple[str, Unit]]:
    """The units of a shelf, each with the gain that brings what is decoded to the level of a call."""
    sound = heard(content)
    for wish, start, length in zip(wishes, starts, lengths, strict=True):
        level = speech_level(Clip(sound[start : start + length], RATE_HZ))
        gain_db = LEVEL_DBFS - level.active_dbfs if level else 0.0
        yield wish.words, Unit(wish.ending, wish.sort, wish.shelf, start, length, gain_db)


def _rendered(
    language: str, wishes: Iterable[Wish], voice: VoiceOf, rendered: Callable[[], object]
) -> Iterator[Sound]:
    """In the order of the wishes. Each process has its own, as a voice may remember what it said before."""
    tasks = [(language, wish.text) for wish in wishes]
    with ExitStack() as stack:
        pools = [
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"), _open_voice, (voice,)))
            for _ in range(PROCESSES)
        ]
        clips = [pool.map(_render, tasks[at::PROCESSES], chunksize=AT_ONCE) for at, pool in enumerate(pools)]
        for at in range(len(tasks)):
            samples = next(clips[at % PROCESSES])
            rendered()
            yield samples


def _open_voice(voice: VoiceOf) -> None:
    global _voice
    _voice = voice.engine(), voice.tails


def _render(task: tuple[str, str]) -> Sound:
    assert _voice is not None, "the pool opens a voice in each process first"
    engine, tails = _voice
    return finish(spoken(engine, FixedText(*task), tails), RATE_HZ, LEVEL_DBFS).samples.astype(np.float32)


def _remove_others(folder: Path, kept: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()
