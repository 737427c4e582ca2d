"""Hears the keys of a telephone by their tones, where they come in no other way (ITU-T Q.23, Q.24)."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

LOW_HZ = (697.0, 770.0, 852.0, 941.0)  # Q.23: one of these and one of those together
HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
PAD = ("123A", "456B", "789C", "*0#D")  # A-D are told from the others, and are no keys of ours

RATE_HZ = 8000
WINDOW = 192  # 24 ms: long enough to tell 697 from 770 Hz, short enough for a press of 40 ms
HOP = 32  # 4 ms
LEVEL_DBFS = -36.0  # each tone; Q.24 table A-1 wants -25 dBm0 (-31 dBFS) heard
NORMAL_TWIST_DB = 9.0  # the line weakens the high tone: Q.24 wants 8 dB heard
REVERSE_TWIST_DB = 5.0  # and 4 dB the other way
HZ_TOLERANCE = 0.025  # Q.24: up to 1.5 % is a key, from 3.5 % none
PURITY = 0.82  # share of the energy that the two tones explain; speech has more beside them
CREST = 3.2  # mean of the fourth powers by the square of the mean power: at most 2.25 for two tones that
# fill the window, 2.8 for four fifths of it; more for most of a voice, which so costs little
HINT = 0.4  # as much of it at the nominal frequencies makes a closer look worth while
SWELL_DB = 5.0  # within a press; a voice swells more
BEGIN_HOPS = 5  # so long a run of windows is a press of 30 ms or more; Q.24: 40 ms is one, 23 ms none
END_HOPS = 8  # so many windows without: it was let go; Q.24: an interruption of 10 ms is none

_FULL_SCALE = 32768.0
_FAINT = _FULL_SCALE * 10 ** (LEVEL_DBFS / 20)  # the crest of two such tones is higher by far
_OFFSETS = np.arange(-3, 4) * 0.015  # where a tone is looked for, relative to its nominal frequency
_CENTRE = len(_OFFSETS) // 2
_HANN = np.hanning(WINDOW + 1)[:-1]
_HANN_POWER = float((_HANN**2).sum())
_WINDOW_OF_HOPS = np.ones(WINDOW // HOP)
_QUIET = WINDOW * 10 ** (LEVEL_DBFS / 10)

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


def _filters(hz: NDArray[np.floating]) -> Complex:
    """Matched filters, one a column; the square of what comes out is the power of a sine."""
    time = np.arange(WINDOW) / RATE_HZ
    waves = np.exp(-2j * np.pi * np.outer(time, hz)) * _HANN[:, None]
    filters: Complex = waves * (np.sqrt(2) / _HANN.sum())
    return filters


_NOMINAL = _filters(np.array(LOW_HZ + HIGH_HZ))
_AROUND = [_filters(hz * (1 + _OFFSETS)) for hz in LOW_HZ + HIGH_HZ]


class ToneKeys:
    """Fed with all that the far end sends at 8 kHz, it says which keys were pressed. One instance a call."""

    def __init__(self) -> None:
        self._waiting: NDArray[np.int16] = np.zeros(0, np.int16)
        self._run = ""  # the key of the windows in a row that hold one
        self._levels: list[float] = []
        self._missing = 0
        self._told = ""  # the key that is down

    def feed(self, samples: NDArray[np.int16]) -> str:
        """Take any number of samples; the keys (0-9*#) whose presses were recognised, 30-40 ms old."""
        self._waiting = np.concatenate((self._waiting, samples)) if self._waiting.size else samples
        count = (self._waiting.size - WINDOW) // HOP + 1
        if count <= 0:
            return ""
        used, self._waiting = self._waiting, self._waiting[count * HOP :]
        if max(used.max(), -int(used.min())) < _FAINT:
            self._without(count)
            return ""
        return "".join(key for key in self._presses(used, count) if key not in "ABCD")

    def _presses(self, samples: NDArray[np.int16], count: int) -> Iterator[str]:
        done = 0
        for at, key, level_db in _seen(samples, count):
            self._without(at - done)
            done = at + 1
            if self._begins(key, level_db):
                yield key
        self._without(count - done)

    def _begins(self, key: str, level_db: float) -> bool:
        """One window further; whether its key has now been there for long enough."""
        if key != self._run or max([*self._levels, level_db]) - min([*self._levels, level_db]) > SWELL_DB:
            self._run, self._levels = key, []
        self._missing = 0
        self._levels = [*self._levels, level_db][-BEGIN_HOPS:]
        if len(self._levels) < BEGIN_HOPS or key == self._told:
            return False
        self._told = key
        return True

    def _without(self, windows: int) -> None:
        if not windows:
            return
        self._missing += windows
        if self._missing >= END_HOPS:
            self._told = self._run = ""
        elif self._run != self._told:
            self._run = ""


def _seen(samples: NDArray[np.int16], count: int) -> Iterator[tuple[int, str, float]]:
    """Those windows that hold a key, in order: which one, the key, and the level of the weaker tone."""
    hops = samples[: (count + WINDOW // HOP - 1) * HOP].reshape(-1, HOP) / _FULL_SCALE
    squares = hops * hops
    power = np.convolve(squares.sum(1), _WINDOW_OF_HOPS, "valid")
    fourth = np.convolve(np.einsum("ij,ij->i", squares, squares), _WINDOW_OF_HOPS, "valid")
    (likely,) = np.nonzero((power > _QUIET) & (WINDOW * fourth < CREST * power**2))
    if not likely.size:
        return
    windows = np.lib.stride_tricks.sliding_window_view(hops.reshape(-1), WINDOW)[likely * HOP]
    powers = (windows * _HANN) ** 2 @ np.ones(WINDOW) / _HANN_POWER
    nominal = np.abs(windows @ _NOMINAL) ** 2
    rows, cols = nominal[:, :4].argmax(1), nominal[:, 4:].argmax(1)
    hinted = nominal[:, :4].max(1) + nominal[:, 4:].max(1) > HINT * powers
    for at in np.nonzero(hinted)[0]:
        key, level_db = _key(windows[at], powers[at], rows[at], cols[at])
        if key:
            yield int(likely[at]), key, level_db


def _key(window: Real, power: float, row: int, col: int) -> tuple[str, float]:
    low, low_off = _tone(window, row)
    high, high_off = _tone(window, 4 + col)
    twist_db = 10 * np.log10(low / high)
    level_db = float(10 * np.log10(min(low, high)))
    accepted = (
        level_db >= LEVEL_DBFS
        and -REVERSE_TWIST_DB <= twist_db <= NORMAL_TWIST_DB
        and max(abs(low_off), abs(high_off)) <= HZ_TOLERANCE
        and low + high >= PURITY * power
    )
    return (PAD[row][col], level_db) if accepted else ("", 0.0)


def _tone(window: Real, index: int) -> tuple[float, float]:
    """Power of the tone near a nominal frequency, and how far off it lies, as a share of it."""
    around = np.abs(window @ _AROUND[index]) ** 2 + 1e-15
    peak = int(around.argmax())
    if not 0 < peak < len(_OFFSETS) - 1:
        return float(around[peak]), float(_OFFSETS[peak])
    left, middle, right = np.log(around[peak - 1 : peak + 2])
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    return float(around[peak]), float(_OFFSETS[peak] + shift * (_OFFSETS[1] - _OFFSETS[0]))
