"""Hears the beep of an answering machine: one pure, steady tone of a plausible length, then none."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOP_SECONDS = 0.020  # one RTP packet
LOWEST_HZ, HIGHEST_HZ = 400.0, 2000.0  # where the beeps of machines and of mobile operators lie
PROGRESS_HZ = (
    412.0,
    436.0,
)  # ring-back and busy of Europe and Russia, 425 Hz (ITU-T E.180): a line, not a machine
LEVEL_DBFS = -35.0  # quieter is far talk or echo
PURITY = 0.93  # share of the energy that one sinusoid explains
DRIFT_HZ = 12.0  # a voice glides more than this within a beep's length
SWELL_DB = 3.0  # and swells more than this
SHORTEST_SECONDS = 0.180
LONGEST_SECONDS = 4.0  # beyond, it is a line tone or a fax
TAIL_HOPS = 3  # so many hops without the tone end it; the change between two tones spoils two
ALONE_SECONDS = (
    0.4  # a tone next to another tone is a signal of the network (special information tone, melody)
)

_FULL_SCALE = 32768.0


@dataclass(frozen=True)
class _Tone:
    hz: float
    dbfs: float


class BeepDetector:
    """Fed with all that the far end sends, silence included, it says once that a beep has ended.

    The end counts, not the start: a machine records only after its beep. One instance a call.
    """

    def __init__(self, rate_hz: int = 8000) -> None:
        self._rate_hz = rate_hz
        self._hop = round(rate_hz * HOP_SECONDS)
        size = 2 * self._hop
        self._ramp = np.arange(size, dtype=np.float64) * (2j * np.pi / rate_hz)
        self._window = np.hanning(size)
        self._spectrum_size = 1 << (size - 1).bit_length()
        self._waiting: NDArray[np.int16] = np.zeros(0, np.int16)
        self._run: list[_Tone] = []
        self._missing = 0
        self._since_other_seconds = ALONE_SECONDS
        self._told = False

    def feed(self, samples: NDArray[np.int16]) -> bool:
        """Take samples at `rate_hz`, any number; True exactly once, 60-80 ms after the first beep ended."""
        if self._told:
            return False
        self._waiting = np.concatenate((self._waiting, samples)) if self._waiting.size else samples
        while self._waiting.size >= 2 * self._hop and not self._told:
            self._told = self._step(self._tone(self._waiting[: 2 * self._hop]))
            self._waiting = self._waiting[self._hop :]
        return self._told

    def _tone(self, block: NDArray[np.int16]) -> _Tone | None:
        """The one sinusoid that 40 ms consist of, or None."""
        signal = block.astype(np.float64)
        energy = float(signal @ signal)
        dbfs = 10 * math.log10(energy / signal.size / _FULL_SCALE**2 + 1e-12)
        if dbfs < LEVEL_DBFS:
            return None
        hz = self._peak_hz(signal)
        if not LOWEST_HZ - DRIFT_HZ <= hz <= HIGHEST_HZ + DRIFT_HZ or PROGRESS_HZ[0] <= hz <= PROGRESS_HZ[1]:
            return None
        explained = 2 * abs(signal @ np.exp(self._ramp * hz)) ** 2 / signal.size
        return _Tone(hz, dbfs) if explained >= PURITY * energy else None

    def _peak_hz(self, signal: NDArray[np.float64]) -> float:
        """The strongest frequency, between the bins by a parabola through the logarithms."""
        spectrum = np.fft.rfft(signal * self._window, self._spectrum_size)
        power = spectrum.real**2 + spectrum.imag**2
        peak = int(power.argmax())
        if not 1 <= peak < power.size - 1:
            return 0.0
        left, middle, right = (math.log(bin_power + 1e-9) for bin_power in power[peak - 1 : peak + 2])
        bend = left - 2 * middle + right
        offset = 0.5 * (left - right) / bend if bend else 0.0
        return (peak + offset) * self._rate_hz / self._spectrum_size

    def _step(self, tone: _Tone | None) -> bool:
        """One hop further; True when a beep has just ended."""
        self._since_other_seconds += HOP_SECONDS
        if tone is None:
            return self._without_tone()
        if self._run and not _same(self._run, tone):
            if self._lasted() >= 2 * HOP_SECONDS:
                self._since_other_seconds = 0.0
            self._run = []
        self._missing = 0
        self._run.append(tone)
        return False

    def _without_tone(self) -> bool:
        if not self._run:
            return False
        self._missing += 1
        if self._missing < TAIL_HOPS:
            return False
        lasted = self._lasted()
        alone = self._since_other_seconds - lasted >= ALONE_SECONDS
        self._run, self._missing = [], 0
        return alone and SHORTEST_SECONDS <= lasted <= LONGEST_SECONDS

    def _lasted(self) -> float:
        return (len(self._run) + 1) * HOP_SECONDS


def _same(run: list[_Tone], tone: _Tone) -> bool:
    first = run[min(1, len(run) - 1)]  # the very first block may hold the attack
    return abs(tone.hz - first.hz) <= DRIFT_HZ and abs(tone.dbfs - first.dbfs) <= SWELL_DB
