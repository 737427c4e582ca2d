"""The engine of the tests: one short beep a word, the same for the same words, in no time."""

import hashlib

import numpy as np

from prompts.audio import Clip
from prompts.engines.protocol import SpokenText

RATE_HZ = 16000
BEEP_SECONDS = 0.08
GAP_SECONDS = 0.02
LOWEST_HZ, HIGHEST_HZ = 300, 3000  # inside the telephone band
LOUDNESS = 0.3


class Tone:
    """Beeps instead of words; any language."""

    name = "tone"

    def identity(self, language: str) -> tuple[str, ...]:
        return ("1", language)

    def knows(self, text: SpokenText) -> bool:
        return True

    def speak(self, text: SpokenText) -> Clip:
        words = text.words.split() or [""]
        return Clip(np.concatenate([_beep(word) for word in words]), RATE_HZ)


def _beep(word: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    digest = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    pitch_hz = LOWEST_HZ + digest % (HIGHEST_HZ - LOWEST_HZ)
    when = np.arange(round(BEEP_SECONDS * RATE_HZ)) / RATE_HZ
    silence = np.zeros(round(GAP_SECONDS * RATE_HZ))
    return np.concatenate([LOUDNESS * np.sin(2 * np.pi * pitch_hz * when), silence])
