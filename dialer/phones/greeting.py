"""What is said into a phone, as WAV: greeting and beep of a machine, speech of those who were connected."""

import math
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
BEEP_HZ = 1000
BEEP_SECONDS = 1.0
BEEP_AMPLITUDE = 8000  # about -15 dBFS
GAP_SECONDS = 0.4  # between greeting and beep
MADE_UP_SECONDS = 2.5


def write_greeting(path: Path, greeting: str) -> float:
    """Write greeting, gap and beep; returns their length in seconds.

    `greeting` names a WAV; "" makes a sound like speech. Raises ValueError when the WAV is
    not 8 kHz, mono, 16 bit.
    """
    said = _read(greeting) if greeting else _babble()
    gap = np.zeros(round(GAP_SECONDS * RATE_HZ), np.int16)
    return _write(path, np.concatenate((said, gap, _beep())))


def write_speech(path: Path, seconds: float) -> float:
    """Write a sound like speech, at least so long; returns its length in seconds."""
    sentence = np.concatenate((_babble(), np.zeros(round(GAP_SECONDS * RATE_HZ), np.int16)))
    return _write(path, np.tile(sentence, math.ceil(seconds * RATE_HZ / sentence.size)))


def _write(path: Path, samples: NDArray[np.int16]) -> float:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return float(samples.size / RATE_HZ)


def _read(greeting: str) -> NDArray[np.int16]:
    with wave.open(greeting) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE_HZ, 1, 2):
            raise ValueError(f"The greeting {greeting} is not 8 kHz, mono, 16 bit: convert it.")
        samples: NDArray[np.int16] = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
    return samples


def _beep() -> NDArray[np.int16]:
    t = np.arange(round(BEEP_SECONDS * RATE_HZ)) / RATE_HZ
    return (BEEP_AMPLITUDE * np.sin(2 * np.pi * BEEP_HZ * t)).astype(np.int16)


def _babble() -> NDArray[np.int16]:
    """A gliding voice of ten harmonics in four syllables a second."""
    t = np.arange(round(MADE_UP_SECONDS * RATE_HZ)) / RATE_HZ
    pitch_hz = 140 + 30 * np.sin(2 * np.pi * 0.7 * t)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    voice = np.sum([np.sin(order * phase) / order for order in range(1, 11)], axis=0)
    syllables = np.abs(np.sin(2 * np.pi * 2 * t))
    babble: NDArray[np.int16] = (4000 * voice * syllables).astype(np.int16)
    return babble
