"""The meters, ITU-T P.56 speech level and BS.1770 true peak, and the gain that satisfies both."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from prompts.clip import Clip, Samples
from prompts.errors import AudioError

# ITU-T P.56 (12/2011), method B
TIME_CONSTANT_SECONDS: Final = 0.03
HANGOVER_SECONDS: Final = 0.2
MARGIN_DB: Final = 15.9
THRESHOLDS: Final = tuple(0.5**step for step in range(15, 0, -1))  # 6.02 dB apart, below full scale
BLOCK_CONSTANTS: Final = 8  # the filter runs in blocks of so many time constants: exp(8) costs no precision

# ITU-R BS.1770-4, annex 2: phases 0 and 1 of the filter that oversamples 4 times; 3 and 2 are their mirrors
TAPS: Final = (
    (0.0017089843750, -0.0291748046875),
    (0.0109863281250, 0.0292968750000),
    (-0.0196533203125, -0.0517578125000),
    (0.0332031250000, 0.0891113281250),
    (-0.0594482421875, -0.1665039062500),
    (0.1373291015625, 0.4650878906250),
    (0.9721679687500, 0.7797851562500),
    (-0.1022949218750, -0.2003173828125),
    (0.0476074218750, 0.1015625000000),
    (-0.0266113281250, -0.0582275390625),
    (0.0148925781250, 0.0330810546875),
    (-0.0083007812500, -0.0189208984375),
)

LIMIT_DBTP: Final = -3.0  # no true peak above it
BLOCK_SECONDS: Final = 0.001
REACH_BLOCKS: Final = 10  # the gain goes down and up again in so long: one period of the lowest voice
CUT_STEP: Final = 0.98
DEEPEST_DB: Final = -6.0  # what needs more is a click: cut it, rather than silence what is round it
RESERVE: Final = 0.995  # of the limit is aimed at: under a moving gain the point between moves a little
MOST_GIVEN_BACK_DB: Final = 3.0  # for what the dips take; speech asks for less than 1 dB
LEVEL_TOLERANCE_DB: Final = 0.1
LEVEL_ROUNDS: Final = 8  # the limiter takes a little level; each round gives it back


@dataclass(frozen=True)
class SpeechLevel:
    """What the P.56 meter reads."""

    active_dbfs: float  # mean power while there is speech; 0 dBFS is a full-scale square wave
    activity: float  # share of the time with speech, 0 to 1


def speech_level(clip: Clip) -> SpeechLevel | None:
    """Active speech level by ITU-T P.56 method B; None when nothing rises enough above the floor."""
    return _Meter(clip).read()


def true_peak_dbtp(clip: Clip) -> float:
    """The highest point between and on the samples, by ITU-R BS.1770-4 annex 2; -inf for silence."""
    peak = float(_true_peaks(clip.samples).max(initial=0.0))
    return 2 * _db(peak) if peak > 0.0 else float("-inf")


def levelled(clip: Clip, level_dbfs: float) -> Clip:
    """The clip at this active level, no true peak over -3 dBTP. Raises AudioError when it holds no speech.

    Where peaks pass the limit the gain dips round them, within 10 ms, which bends no wave.
    """
    meter = _Meter(clip)
    gain_db = meter.gain_db(level_dbfs)
    if gain_db is None:
        raise AudioError("The audio holds no speech that rises above its noise.")
    peaks = _true_peaks(clip.samples)
    limit = 10 ** (LIMIT_DBTP / 20)
    if peaks.max() * 10 ** (gain_db / 20) > limit:
        return Clip(_limited(clip, peaks, gain_db, limit), clip.rate_hz)
    return Clip(clip.samples * 10 ** (gain_db / 20), clip.rate_hz)


class _Meter:
    """P.56 on one clip; the envelope is made once and read at any gain."""

    def __init__(self, clip: Clip) -> None:
        self._energy = float(np.square(clip.samples).sum())
        self._peak = float(np.abs(clip.samples).max(initial=0.0))
        self._length = len(clip.samples)
        self._hangover = round(HANGOVER_SECONDS * clip.rate_hz)
        self._envelope = _envelope(clip) if self._energy else clip.samples

    def read(self, gain: float = 1.0) -> SpeechLevel | None:
        """What the meter reads of the clip times `gain`."""
        if self._energy == 0.0:
            return None
        long_term = _db(self._energy * gain * gain / self._length)
        below: tuple[float, float] | None = None  # level and margin at the threshold before
        for step, threshold in enumerate(THRESHOLDS):
            if step + 1 < len(THRESHOLDS) and long_term - 2 * _db(THRESHOLDS[step + 1]) > MARGIN_DB:
                continue  # no level is under the long-term one: here and at the next the margin is wider
            active = _active_samples(self._envelope, threshold / gain, self._hangover)
            if active == 0:
                return None
            level = _db(self._energy * gain * gain / active)
            margin = level - 2 * _db(threshold)
            if margin <= MARGIN_DB:
                if below is None:
                    return None
                share = (below[1] - MARGIN_DB) / (below[1] - margin)
                exact = below[0] + share * (level - below[0])
                return SpeechLevel(exact, min(1.0, 10 ** ((long_term - exact) / 10)))
            below = (level, margin)
        return None

    def gain_db(self, level_dbfs: float) -> float | None:
        """The gain that reads this level, found by steps as the thresholds stand still; None: no speech."""
        gain_db = -2 * _db(max(1.0, self._peak))  # samples that are floats may pass full scale
        for _ in range(LEVEL_ROUNDS):
            read = self.read(10 ** (gain_db / 20))
            if read is None:
                return None
            gain_db += level_dbfs - read.active_dbfs
            if abs(level_dbfs - read.active_dbfs) <= LEVEL_TOLERANCE_DB:
                break
        return gain_db


def _db(power: float) -> float:
    return float(10 * np.log10(power))


def _envelope(clip: Clip) -> Samples:
    """P.56 7.2: the rectified signal through two one-pole filters of 30 ms."""
    decay = float(np.exp(-1 / (TIME_CONSTANT_SECONDS * clip.rate_hz)))
    block = int(BLOCK_CONSTANTS * TIME_CONSTANT_SECONDS * clip.rate_hz)
    powers: Samples = decay ** np.arange(1.0, block + 1)
    rows = np.zeros((-(-len(clip.samples) // block), block))
    rows.ravel()[: len(clip.samples)] = np.abs(clip.samples)
    for _ in range(2):
        _one_pole(rows, powers, (1 - decay) / powers)
    return rows.ravel()[: len(clip.samples)]


def _one_pole(rows: Samples, powers: Samples, weights: Samples) -> None:
    """y[n] = decay * y[n-1] + (1 - decay) * x[n] through all rows in turn, by cumulated sums."""
    rows *= weights
    np.cumsum(rows, axis=1, out=rows)
    rows *= powers
    carried = 0.0
    for row in rows:
        row += carried * powers
        carried = float(row[-1])


def _active_samples(envelope: Samples, threshold: float, hangover: int) -> int:
    """How many samples are at or above the threshold, or no more than the hangover behind one that is."""
    above = np.concatenate([[False], envelope >= threshold, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1])
    begins, ends = edges[::2], edges[1::2]
    gaps = np.append(begins[1:], len(envelope))[: len(ends)] - ends
    return int((ends - begins).sum() + np.minimum(gaps, hangover).sum())


def _true_peaks(samples: Samples) -> Samples:
    """For each sample the highest of itself and of the points between it and its neighbours.

    In single precision and without new arrays in the loop: half of the time of all finishing goes here.
    """
    count, reach = len(samples) + 1, len(TAPS) // 2
    padded = np.zeros(count + len(TAPS) - 1, dtype=np.float32)
    padded[reach : reach + len(samples)] = samples
    product = np.empty_like(padded)
    highest = np.zeros(count, dtype=np.float32)  # the n-th between the samples before n and n
    for taps in zip(*TAPS, strict=True):
        phase, mirror = np.zeros_like(highest), np.zeros_like(highest)
        for place, tap in enumerate(taps):
            np.multiply(padded, tap, out=product)
            phase += product[place : place + count]
            mirror += product[len(TAPS) - 1 - place :][:count]
        for between in (phase, mirror):
            np.maximum(highest, np.abs(between, out=between), out=highest)
    peaks: Samples = np.maximum(np.abs(samples), np.maximum(highest[:-1], highest[1:]))
    return peaks


def _limited(clip: Clip, peaks: Samples, gain_db: float, limit: float) -> Samples:
    """The samples louder by the gain on the whole, and under the limit: what the dips take is given back.

    The dips are reckoned on blocks of a millisecond.
    """
    size = round(BLOCK_SECONDS * clip.rate_hz)
    begins = np.arange(0, len(peaks), size)
    highest = np.maximum.reduceat(peaks, begins)
    energies = np.add.reduceat(np.square(clip.samples), begins)
    wanted_energy = float(energies.sum()) * 10 ** (gain_db / 10)
    most_db = gain_db + MOST_GIVEN_BACK_DB
    for _ in range(LEVEL_ROUNDS):
        gains = _dipped(highest, 10 ** (gain_db / 20), limit * RESERVE)
        short_db = _db(wanted_energy / float((energies * np.square(gains)).sum()))
        if short_db <= LEVEL_TOLERANCE_DB / 2:
            break
        gain_db = min(gain_db + short_db, most_db)
    samples = clip.samples * np.interp(np.arange(len(peaks)), begins + (size - 1) / 2, gains)
    return _cut(samples, limit) if (highest * gains).max() > limit else samples


def _dipped(highest: Samples, gain: float, aim: float) -> Samples:
    """The gain of each block: smooth, and within one block nowhere higher than leaves the peak at the aim."""
    wanted = gain * np.maximum(aim / (highest * gain).clip(aim), 10 ** (DEEPEST_DB / 20))
    gains = _least(np.pad(wanted, 2 * REACH_BLOCKS - 1, mode="edge"), 2 * REACH_BLOCKS + 1)
    for _ in range(2):
        sums: Samples = np.concatenate([[0.0], np.cumsum(gains)])
        gains = (sums[REACH_BLOCKS:] - sums[:-REACH_BLOCKS]) / REACH_BLOCKS
    return gains


def _least(values: Samples, width: int) -> Samples:
    """The least of every `width` neighbours, by doubling."""
    least, done = values, 1
    while done < width:
        step = min(done, width - done)
        least = np.minimum(least[:-step], least[step:])
        done += step
    return least


def _cut(samples: Samples, limit: float) -> Samples:
    """What a click still has above the limit is cut off; lower, as a cut wave rises between its samples."""
    left = limit
    while True:
        peaks = _true_peaks(samples)
        if peaks.max() <= limit:
            return samples
        samples = np.where(peaks > limit, np.clip(samples, -left, left), samples)
        left *= CUT_STEP
