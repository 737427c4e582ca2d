"""Hears whether somebody is speaking: what stands out of the noise, has a pitch, and is no tone."""

import collections

import numpy as np
from numpy.typing import NDArray

HOP_SECONDS = 0.020  # one RTP packet
BLOCK_HOPS = 2  # 40 ms hold two periods of the lowest voice
FAINT_DBFS = -50.0  # quieter is no answer to us, but the room
OVER_NOISE_DB = 8.0
NOISE_SECONDS = 3.0  # the quietest moment of so long is the noise: nobody speaks so long without a gap
PITCH_HZ = (60.0, 400.0)  # of voices, a bass to a child
PITCHED = 0.55  # of a block that is like itself one period later: 1.0 all of it
TONAL = 0.9  # of a block that is one tone or two: signals of the network, and keys; a voice has more
LOBE_BINS = 2  # a tone has so many neighbours in the spectrum on either side
VOICED_BLOCKS, OF_BLOCKS = 3, 13  # 60 ms of pitch within a quarter of a second: a click has none
TAIL_BLOCKS = 15  # a word may end so long after its last pitch: "last", or a voice that creaks
DEAF_SECONDS = 0.3  # our own tone comes back so late as an echo; nobody is done speaking by then

_FULL_SCALE = 32768.0

Real = NDArray[np.float64]
Flags = NDArray[np.bool_]


class VoiceDetector:
    """Fed with all that the far end sends, in order; one instance for each time that somebody is listened to.

    Music and babble of several people are heard as a voice; a whisper is not.
    """

    def __init__(self, rate_hz: int = 8000) -> None:
        self._rate_hz = rate_hz
        self._hop = round(rate_hz * HOP_SECONDS)
        self._lags = np.arange(int(rate_hz / PITCH_HZ[1]), int(rate_hz / PITCH_HZ[0]) + 1)
        self._waiting: NDArray[np.int16] = np.zeros(0, np.int16)
        self._blocks_heard = 0
        self._pitch_at = 0  # the block in which a voice was heard last
        self._levels: Real = np.zeros(0)  # dBFS of the latest blocks, as many as tell the noise
        self._voiced: collections.deque[bool] = collections.deque(maxlen=OF_BLOCKS)
        self.voice_seconds = 0.0  # from the first sample to the last that a voice was heard in; 0.0: none

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Take samples at `rate_hz`, any number."""
        self._waiting = np.concatenate((self._waiting, samples))
        count = self._waiting.size // self._hop - (BLOCK_HOPS - 1)
        if count <= 0:
            return
        used, self._waiting = self._waiting, self._waiting[count * self._hop :]
        self._take(self._blocks(used, count))

    def _blocks(self, samples: NDArray[np.int16], count: int) -> Real:
        """Blocks of 40 ms, one every 20 ms."""
        size = BLOCK_HOPS * self._hop
        windows = np.lib.stride_tricks.sliding_window_view(samples, size)[:: self._hop][:count]
        scaled: Real = windows / _FULL_SCALE
        blocks: Real = scaled - scaled.mean(1, keepdims=True)
        return blocks

    def _take(self, blocks: Real) -> None:
        powers = (blocks * blocks).mean(1)
        levels = 10 * np.log10(powers + 1e-10)
        loud = self._stand_out(levels) & (levels > FAINT_DBFS)
        voiced = np.zeros(len(blocks), np.bool_)
        at = np.nonzero(loud)[0]
        if at.size:
            voiced[at] = (self._pitch(blocks[at]) > PITCHED) & (_tonal(blocks[at]) < TONAL)
        for here, spoken in zip(loud, voiced, strict=True):
            self._step(bool(here), bool(spoken))

    def _stand_out(self, levels: Real) -> Flags:
        """Which blocks are louder than the quietest of the time before, or of what came with them."""
        longest = round(NOISE_SECONDS / HOP_SECONDS)
        self._levels = np.concatenate((self._levels, levels))[-max(longest, len(levels)) :]
        stand_out: Flags = levels > self._levels.min() + OVER_NOISE_DB
        return stand_out

    def _pitch(self, blocks: Real) -> Real:
        """How much of each block comes again after one period of the pitch that fits best, 0 to 1."""
        size = blocks.shape[1]
        spectrum = np.fft.rfft(blocks, 2 * size)
        alike = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, 2 * size)[:, self._lags]
        energy = np.cumsum(blocks * blocks, 1)
        early = energy[:, size - 1 - self._lags]
        late = energy[:, -1:] - energy[:, self._lags - 1]
        best: Real = (alike / np.sqrt(early * late + 1e-12)).max(1)
        return best

    def _step(self, loud: bool, voiced: bool) -> None:
        """One block further."""
        self._blocks_heard += 1
        self._voiced.append(voiced)
        if voiced and sum(self._voiced) >= VOICED_BLOCKS:
            self._pitch_at = self._blocks_heard
        if loud and self._pitch_at and self._blocks_heard - self._pitch_at <= TAIL_BLOCKS:
            seconds = round((self._blocks_heard + BLOCK_HOPS - 1) * HOP_SECONDS, 3)
            self.voice_seconds = seconds if seconds > DEAF_SECONDS else 0.0


def _tonal(blocks: Real) -> Real:
    """How much of each block its two strongest tones explain, 0 to 1."""
    spectrum = np.fft.rfft(blocks * np.hanning(blocks.shape[1]))
    powers = spectrum.real**2 + spectrum.imag**2
    rest, bins = powers.copy(), np.arange(powers.shape[1])
    for _ in range(2):
        rest[np.abs(bins - rest.argmax(1)[:, None]) <= LOBE_BINS] = 0.0
    tonal: Real = 1.0 - rest.sum(1) / (powers.sum(1) + 1e-12)
    return tonal
