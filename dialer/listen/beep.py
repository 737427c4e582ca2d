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

CREST = 2.5  # mean of the fourth powers by the square of the mean power: 1.5 for a sinusoid, 1.7 for one
# with the noise that PURITY admits, more than 3 for nearly all of a voice, which so costs next to nothing

_FULL_SCALE = 32768.0

Real = NDArray[np.float64]


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
        self._quiet = size * _FULL_SCALE**2 * 10 ** (LEVEL_DBFS / 10)
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
        count = self._waiting.size // self._hop - 1
        if count > 0:
            used, self._waiting = self._waiting, self._waiting[count * self._hop :]
            self._told = any(self._step(tone) for tone in self._tones(used, count))
        return self._told

    def _tones(self, samples: NDArray[np.int16], count: int) -> list[_Tone | None]:
        """For each block of 40 ms, one every 20 ms, the one sinusoid that it consists of, or None."""
        tones: list[_Tone | None] = [None] * count
        if max(samples.max(), -int(samples.min())) < _FULL_SCALE * 10 ** (LEVEL_DBFS / 20):
            return tones
        halves = samples[: (count + 1) * self._hop].reshape(count + 1, self._hop).astype(np.float64)
        squares = halves * halves
        powers, fourths = squares.sum(1), np.einsum("ij,ij->i", squares, squares)
        energy, fourth = powers[:-1] + powers[1:], fourths[:-1] + fourths[1:]
        (loud,) = np.nonzero((energy > self._quiet) & (2 * self._hop * fourth < CREST * energy**2))
        if not loud.size:
            return tones
        blocks = np.hstack((halves[loud], halves[loud + 1]))
        hz = self._peaks_hz(blocks)
        (likely,) = np.nonzero(_plausible(hz))
        if likely.size:
            waves = np.exp(hz[likely, None] * self._ramp)
            explained = 2 * np.abs(np.einsum("ij,ij->i", blocks[likely], waves)) ** 2 / (2 * self._hop)
            pure = explained >= PURITY * energy[loud[likely]]
            for at in likely[pure]:
                dbfs = 10 * math.log10(energy[loud[at]] / (2 * self._hop) / _FULL_SCALE**2)
                tones[loud[at]] = _Tone(float(hz[at]), dbfs)
        return tones

    def _peaks_hz(self, blocks: Real) -> Real:
        """For each block its strongest frequency, between the bins by a parabola through the logarithms."""
        spectrum = np.fft.rfft(blocks * self._window, self._spectrum_size)
        power = spectrum.real**2 + spectrum.imag**2
        peak = power[:, 1:-1].argmax(1) + 1
        around = np.take_along_axis(power, peak[:, None] + np.arange(-1, 2), 1)
        left, middle, right = np.log(around + 1e-9).T
        bend = left - 2 * middle + right
        offset = np.divide(0.5 * (left - right), bend, out=np.zeros_like(bend), where=bend != 0)
        found: Real = (peak + offset) * self._rate_hz / self._spectrum_size
        return found

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


def _plausible(hz: Real) -> NDArray[np.bool_]:
    within = (hz >= LOWEST_HZ - DRIFT_HZ) & (hz <= HIGHEST_HZ + DRIFT_HZ)
    progress = (PROGRESS_HZ[0] <= hz) & (hz <= PROGRESS_HZ[1])
    plausible: NDArray[np.bool_] = within & ~progress
    return plausible


def _same(run: list[_Tone], tone: _Tone) -> bool:
    first = run[min(1, len(run) - 1)]  # the very first block may hold the attack
    return abs(tone.hz - first.hz) <= DRIFT_HZ and abs(tone.dbfs - first.dbfs) <= SWELL_DB
