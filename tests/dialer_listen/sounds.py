"""Sounds made for the tests: tones, noise and speech, as a telephone carries them."""

import ctypes
import functools
import importlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from tests.sipp.g711 import decode, encode

RATE_HZ = 8000
Samples = NDArray[np.int16]
_SYNCHRONOUS, _UTF8 = 2, 1
_WORDS_PARAMETER, _PITCH_PARAMETER = 1, 3


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), np.int16)


def tones(hz: Sequence[float], seconds: float, dbfs: float = -15.0) -> Samples:
    """Equally loud tones together; `dbfs` is the level of the whole."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sines: NDArray[np.float64] = np.sum([np.sin(2 * np.pi * f * t + 0.7 * f) for f in hz], axis=0)
    loud = sines * np.sqrt(2 / len(hz)) * 32768 * 10 ** (dbfs / 20)
    return _limited(loud)


def glide(from_hz: float, to_hz: float, seconds: float) -> Samples:
    hz = np.linspace(from_hz, to_hz, round(seconds * RATE_HZ))
    return (8000 * np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ)).astype(np.int16)


def noise(seconds: float, dbfs: float, seed: int = 1) -> Samples:
    loud = np.random.default_rng(seed).normal(0, 32768 * 10 ** (dbfs / 20), round(seconds * RATE_HZ))
    return _limited(loud)


def mixed(*parts: Samples) -> Samples:
    longest = max(part.size for part in parts)
    total = np.zeros(longest)
    for part in parts:
        total[: part.size] += part
    return _limited(total)


def through_a_law(samples: Samples) -> Samples:
    return decode(encode(samples, "PCMA"), "PCMA")


@functools.cache
def _speaker() -> ProcessPoolExecutor:
    """A process of its own: espeak-ng has one state a process, and other tests speak with it in ours."""
    return ProcessPoolExecutor(1, get_context("spawn"))


@functools.cache
def speech(language: str, text: str, pitch: int = 50) -> Samples:
    """Synthetic speech at 8 kHz; `pitch` from 0 (low) to 99 (high)."""
    wave, rate_hz = _speaker().submit(_spoken, language, text, pitch).result()
    return _limited(_resampled(np.frombuffer(wave, np.int16).astype(np.float32), rate_hz))


@functools.cache
def _espeak() -> tuple[ctypes.CDLL, int]:
    loader = importlib.import_module("espeakng_loader")
    library = ctypes.CDLL(loader.get_library_path())
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, loader.get_data_path().encode(), 0)
    return library, int(rate_hz)


def _spoken(language: str, text: str, pitch: int) -> tuple[bytes, int]:
    library, rate_hz = _espeak()
    chunks: list[bytes] = []

    def take(wave: ctypes.c_void_p, count: int, _events: ctypes.c_void_p) -> int:
        if wave and count > 0:
            chunks.append(ctypes.string_at(wave, 2 * count))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(language.encode())
    library.espeak_SetParameter(_PITCH_PARAMETER, pitch, 0)
    library.espeak_SetParameter(_WORDS_PARAMETER, 160, 0)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
    return b"".join(chunks), rate_hz


def _resampled(wide: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    """To 8 kHz: a low pass at 3.4 kHz, then straight lines between the samples."""
    n = np.arange(-64, 65)
    low_pass = np.sinc(2 * 3400 / rate_hz * n) * np.hamming(n.size)
    smooth = np.convolve(wide, low_pass / low_pass.sum(), "same")
    at = np.arange(0, wide.size - 1, rate_hz / RATE_HZ)
    narrow: NDArray[np.float64] = np.interp(at, np.arange(wide.size), smooth)
    return narrow


def _limited(loud: NDArray[np.float64]) -> Samples:
    return np.clip(loud, -32767, 32767).astype(np.int16)
