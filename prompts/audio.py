"""Raw speech to phone-ready audio: trim, DC, resample, level, fades; joining; the outline that is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr

from prompts.clip import Clip, Samples
from prompts.errors import AudioError
from prompts.files import read_audio, read_wav, wav_bytes
from prompts.levels import SpeechLevel, levelled, speech_level, true_peak_dbtp

__all__ = [
    "Clip",
    "Samples",
    "SpeechLevel",
    "finish",
    "joined",
    "outline",
    "read_audio",
    "read_wav",
    "speech_level",
    "true_peak_dbtp",
    "wav_bytes",
]

LEAD_SECONDS: Final = 0.03  # before the first sound, so that no consonant is cut; nobody meets silence
TAIL_SECONDS: Final = 0.06  # behind the last
FADE_SECONDS: Final = 0.005
LEFT_SHORT_DB: Final = 0.9
MOST_GIVEN_BACK_DB: Final = 1.4

# Where speech begins and ends, by the power of frames
FRAME_SECONDS: Final = 0.01
QUIET_DB: Final = -40.0  # a frame so far below the loudest is silence
FLOOR_FRAMES: Final = 25  # no soft sound of speech stays even for so long: what does is the room's noise
FLOOR_SPREAD_DB: Final = 8.0  # frames of noise differ by less
LOUDEST_FLOOR_DB: Final = -22.0  # nearer to the loudest frame it is taken for speech
ABOVE_FLOOR_DB: Final = 6.0  # and what rises so far above the noise is speech
HIDDEN_SECONDS: Final = 0.06  # more is kept at both ends where noise may hide a soft consonant
WORD_DB: Final = -24.0  # what has a frame so near to the loudest is a word; a softer one must have a voice
VOICED_SECONDS: Final = 0.04  # holds two periods of the deepest voice
PITCHES_HZ: Final = (70, 400)
LEAST_ALIKE: Final = 0.5  # two periods of a voice; of a breath 0.3 by chance
VOICED_FRAMES: Final = 3  # so many in a row, as in the shortest vowel
CLICK_FRAMES: Final = 3  # of a switch or a mouse; a word is longer
APART_FRAMES: Final = 15  # a breath is so far from the words; the stop inside a word is shorter


def finish(clip: Clip, rate_hz: int, level_dbfs: float) -> Clip:
    """The clip as it is played: trimmed, at `rate_hz`, at the active level `level_dbfs`.

    True peaks are at -3 dBTP or under; 30 ms before the first sound, 60 ms behind the last
    (90 and 120 in a noisy recording).
    Raises AudioError when there is no speech in it.
    """
    if len(clip.samples) == 0:
        raise AudioError("The audio has no length.")
    centred = clip.samples - clip.samples.mean()
    begin, end = _speech(centred, clip.rate_hz)
    kept = centred[max(0, begin) : end]
    if clip.rate_hz != rate_hz:
        kept = soxr.resample(kept, clip.rate_hz, rate_hz, quality="HQ")
    missing = max(0, -begin), max(0, end - len(centred))
    margins = [round(samples * rate_hz / clip.rate_hz) for samples in missing]
    return levelled(Clip(np.pad(_faded(kept, rate_hz), margins), rate_hz), level_dbfs)


def joined(clips: Sequence[Clip], pauses_seconds: Sequence[float], level_dbfs: float | None = None) -> Clip:
    """The clips one after another, each with its pause behind it; all are of one rate.

    With the level that each of them has, the whole reads within 1 dB of it as well. P.56 counts up to 0.2 s
    of a pause as speech, so single words with pauses read up to 2.3 dB less: all alike get half of that back,
    or what is over 0.9 dB. The true peak rises as much, to -1.6 dBTP at most.
    """
    rate_hz = clips[0].rate_hz
    parts = [
        part
        for clip, seconds in zip(clips, pauses_seconds, strict=True)
        for part in (clip.samples, np.zeros(round(seconds * rate_hz)))
    ]
    whole = Clip(np.concatenate(parts), rate_hz)
    read = speech_level(whole) if level_dbfs is not None else None
    if level_dbfs is None or read is None:
        return whole
    short_db = level_dbfs - read.active_dbfs
    gain_db = min(max(short_db / 2, short_db - LEFT_SHORT_DB, 0.0), MOST_GIVEN_BACK_DB)
    return Clip(whole.samples * 10 ** (gain_db / 20), rate_hz)


def outline(clip: Clip, columns: int) -> Sequence[float]:
    """The highest sample of each of so many stretches of equal length, 0 to 1: a waveform to draw."""
    if len(clip.samples) == 0:
        return [0.0] * columns
    begins = np.arange(columns) * len(clip.samples) // columns
    return [float(peak) for peak in np.maximum.reduceat(np.abs(clip.samples), begins).clip(0.0, 1.0)]


def _speech(samples: Samples, rate_hz: int) -> tuple[int, int]:
    """Where speech begins and ends, with its margins: these may lie outside the samples."""
    frame = max(1, round(FRAME_SECONDS * rate_hz))
    count = len(samples) // frame
    if count == 0:
        raise AudioError("The audio is too short to hold speech.")
    power = samples[: count * frame].reshape(count, frame).var(axis=1)  # rumble and drift are not heard
    loudest = _loudest(power)
    if loudest == 0.0:
        raise AudioError("The audio is silent.")
    quiet, noise = loudest * _ratio(QUIET_DB), _floor(power, loudest) * _ratio(ABOVE_FLOOR_DB)
    first, last = _words(power, max(quiet, noise), loudest, _Voice(samples, rate_hz, frame))
    hidden = HIDDEN_SECONDS if noise > quiet else 0.0
    return (
        first * frame - round((LEAD_SECONDS + hidden) * rate_hz),
        (last + 1) * frame + round((TAIL_SECONDS + hidden) * rate_hz),
    )


def _loudest(power: Samples) -> float:
    """The loudest frame, a click left aside."""
    steady = float(np.sort(power)[-CLICK_FRAMES - 1 :][0])
    return steady or float(power.max())


def _floor(power: Samples, loudest: float) -> float:
    """The power of the room's noise: the quietest stretch that stays even; 0 when there is none."""
    if len(power) < FLOOR_FRAMES:
        return 0.0
    stretches = np.lib.stride_tricks.sliding_window_view(power, FLOOR_FRAMES)
    mean = stretches.mean(axis=1)
    even = stretches.max(axis=1) <= stretches.min(axis=1) * _ratio(FLOOR_SPREAD_DB)
    found = mean[even & (mean > 0.0) & (mean <= loudest * _ratio(LOUDEST_FLOOR_DB))]
    return float(found.min(initial=np.inf)) if len(found) else 0.0


def _words(power: Samples, quiet: float, loudest: float, voice: "_Voice") -> tuple[int, int]:
    """The first and the last frame of speech; breaths and clicks that stand apart at the ends are none."""
    heard = np.flatnonzero(power >= quiet)
    islands = np.split(heard, np.flatnonzero(np.diff(heard) > APART_FRAMES) + 1)
    words = [
        island
        for island in islands
        if len(island) > CLICK_FRAMES
        and (power[island].max() >= loudest * _ratio(WORD_DB) or voice.heard(int(island[0]), int(island[-1])))
    ] or islands
    return int(words[0][0]), int(words[-1][-1])


@dataclass(frozen=True)
class _Voice:
    """Tells a soft word from a breath: vowels repeat themselves at the pitch of a voice."""

    samples: Samples
    rate_hz: int
    frame: int

    def heard(self, first: int, last: int) -> bool:
        """Whether some frames in a row are voiced, from the first to the last."""
        row = 0
        for frame in range(first, last + 1):
            row = row + 1 if self._voiced(frame * self.frame) else 0
            if row == VOICED_FRAMES:
                return True
        return False

    def _voiced(self, begin: int) -> bool:
        piece = self.samples[begin : begin + round(VOICED_SECONDS * self.rate_hz)]
        shortest, longest = (round(self.rate_hz / pitch_hz) for pitch_hz in PITCHES_HZ[::-1])
        kept = len(piece) - longest
        if kept <= 0:
            return False
        piece = piece - piece.mean()
        shifted = np.lib.stride_tricks.sliding_window_view(piece, kept)[shortest : longest + 1]
        powers = np.square(shifted).sum(axis=1) * np.square(piece[:kept]).sum()
        alike = shifted @ piece[:kept] / np.sqrt(np.maximum(powers, np.finfo(float).tiny))
        return bool(alike.max() >= LEAST_ALIKE)


def _ratio(power_db: float) -> float:
    return float(10 ** (power_db / 10))


def _faded(samples: Samples, rate_hz: int) -> Samples:
    """Both ends rise from nothing along half a cosine."""
    count = min(round(FADE_SECONDS * rate_hz), len(samples) // 2)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(count) / max(1, count))
    faded = samples.copy()
    faded[:count] *= rise
    faded[len(samples) - count :] *= rise[::-1]
    return faded
