"""Prompts that say, in the first samples of each packet, which prompt the packet belongs to (pure).

A capture of some hundred calls is only readable when four bytes of each packet are enough. They differ in
their signs alone, so that it does not matter how a library rounds A-law.
"""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
FRAME = 160  # samples of one packet
MARK_SAMPLES = 4
LOUD = 20_000
SIGNS = ((1, 1, 1, 1), (-1, -1, -1, -1), (1, 1, -1, -1), (-1, -1, 1, 1))  # by number of the prompt
SILENT = -1
SPEECH_LEVEL = 6000

LOUD_SEGMENT = 0x60  # the two highest of the eight segments of A-law: above 8000 of 32768

_POSITIVE = 0x80  # G.711 A-law: the sign bit is set for positive samples
_KNOWN = {sum((sign > 0) << place for place, sign in enumerate(signs)): n for n, signs in enumerate(SIGNS)}


def prompt(number: int, seconds: float) -> NDArray[np.int16]:
    """Sound that varies as speech does, without a pause, in packets that say `number`."""
    t = np.arange(int(seconds * RATE_HZ) // FRAME * FRAME) / RATE_HZ
    pitch = 120 + 30 * np.sin(2 * np.pi * 0.7 * t + number)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    tract = sum(np.sin(order * phase) / order for order in range(1, 9))
    sound = SPEECH_LEVEL * tract * (0.4 + 0.6 * np.abs(np.sin(2 * np.pi * 2.5 * t)))
    samples: NDArray[np.int16] = sound.clip(-LOUD, LOUD).astype(np.int16)
    samples.reshape(-1, FRAME)[:, :MARK_SAMPLES] = LOUD * np.array(SIGNS[number], np.int16)
    return samples


def write_prompt(path: Path, number: int, seconds: float) -> str:
    """The prompt as a file for the lines; returns its path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(prompt(number, seconds).tobytes())
    return str(path)


def read_marks(starts: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Which prompt each packet belongs to, SILENT for none; `starts` is packets by MARK_SAMPLES of A-law."""
    loud = ((starts ^ 0x55) & 0x70 >= LOUD_SEGMENT).all(axis=1)
    weights = 1 << np.arange(MARK_SAMPLES)
    codes = ((starts & _POSITIVE) > 0) @ weights
    table = np.full(1 << MARK_SAMPLES, SILENT, np.int8)
    for code, number in _KNOWN.items():
        table[code] = number
    marks: NDArray[np.int8] = np.where(loud, table[codes], SILENT).astype(np.int8)
    return marks
