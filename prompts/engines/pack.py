"""The voice pack: sentences, values and names that a good voice spoke once and that are shipped as sound."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from prompts.audio import LEAD_SECONDS, TAIL_SECONDS, Clip, Samples
from prompts.engines.pack_cover import IN_FIXED, IN_VALUES, Piece, cover
from prompts.engines.pack_sound import Shelves
from prompts.engines.pack_units import INDEX_NAME, Index, read_index
from prompts.engines.protocol import SpokenText, ValueText
from prompts.errors import EngineError
from prompts.spoken.sentences import COMMA_PAUSE_SECONDS, SENTENCE_PAUSE_SECONDS

SHIPPED: Final = Path(__file__).parent.parent / "packs"
GAP_SECONDS: Final = 0.07  # between two units without punctuation, their own silence included
REMEMBERED: Final = 4096  # texts whose units are known

_log = logging.getLogger(__name__)


class Pack:
    """Speaks what it has clips for, in the languages that have a folder; safe among threads."""

    name = "pack"

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._folder = folder
        self._opened = lru_cache(maxsize=None)(self._open)
        self._pieces = lru_cache(maxsize=REMEMBERED)(self._covered)

    def identity(self, language: str) -> tuple[str, ...]:
        opened = self._opened(language)
        if opened is None:
            raise EngineError(f"There is no voice pack for the language {language}.")
        return (opened[0].digest,)

    def knows(self, text: SpokenText) -> bool:
        return self._pieces(text.language, text.words, isinstance(text, ValueText)) is not None

    def speak(self, text: SpokenText) -> Clip:
        """The units one after another, with pauses where the text has punctuation. Raises EngineError."""
        opened = self._opened(text.language)
        pieces = self._pieces(text.language, text.words, isinstance(text, ValueText))
        if opened is None or not pieces:
            raise EngineError("The voice pack lacks a word of the text.")
        index, shelves = opened
        clips = [shelves.read(piece.unit) for piece in pieces]
        return Clip(_together(clips, [_gap_seconds(piece) for piece in pieces], index.rate_hz), index.rate_hz)

    def _open(self, language: str) -> tuple[Index, Shelves] | None:
        folder = self._folder / language
        try:
            return read_index((folder / INDEX_NAME).read_text(encoding="utf-8")), Shelves(folder)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError, EngineError):
            _log.warning("pack_damaged folder=%s", folder)
            return None

    def _covered(self, language: str, words: str, value: bool) -> tuple[Piece, ...] | None:
        opened = self._opened(language)
        return cover(opened[0], words, IN_VALUES if value else IN_FIXED) if opened else None


def _gap_seconds(piece: Piece) -> float:
    """The silence behind a unit, with what the clips themselves begin and end with."""
    match piece.mark:
        case "":
            return GAP_SECONDS
        case ",":
            return COMMA_PAUSE_SECONDS + LEAD_SECONDS + TAIL_SECONDS
        case _:
            return SENTENCE_PAUSE_SECONDS + LEAD_SECONDS + TAIL_SECONDS


def _together(clips: list[Samples], gaps_seconds: list[float], rate_hz: int) -> Samples:
    """Clips overlap by their silent ends where the gap is shorter than these; sums keep their fades whole."""
    starts, at = [], 0
    for clip, gap in zip(clips, gaps_seconds, strict=True):
        starts.append(at)
        at += len(clip) + round((gap - LEAD_SECONDS - TAIL_SECONDS) * rate_hz)
    out = np.zeros(max(start + len(clip) for start, clip in zip(starts, clips, strict=True)))
    for start, clip in zip(starts, clips, strict=True):
        out[start : start + len(clip)] += clip
    return out
