"""Raw speech to phone-ready audio: trim, DC, resample, ITU-T P.56 level, soft limit, fades, WAV."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from prompts.errors import AudioError

with warnings.catch_warnings():  # pydub looks for ffmpeg, which plain WAV does not need
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

Samples = npt.NDArray[np.float64]

LEAD_SECONDS: Final = 0.03  # kept before the first sound, so that no consonant is cut; nobody meets silence
TAIL_SECONDS: Final = 0.06  # and after the last
QUIET_DB: Final = -40.0  # a frame so far below the loudest is silence
FRAME_SECONDS: Final = 0.01
FADE_SECONDS: Final = 0.005
LIMIT_DBFS: Final = -3.0  # no sample above it
KNEE_DBFS: Final = -6.0  # from here up the limiter bends
LEVEL_TOLERANCE_DB: Final = 0.05
LEVEL_ROUNDS: Final = 8  # the limiter takes a little level; each round gives it back

# ITU-T P.56 (12/2011), method B
TIME_CONSTANT_SECONDS: Final = 0.03
HANGOVER_SECONDS: Final = 0.2
MARGIN_DB: Final = 15.9
THRESHOLDS: Final = 0.5 ** np.arange(15, 0, -1)  # 15 in steps of 6.02 dB below full scale
BLOCK_CONSTANTS: Final = 8  # the filter runs in blocks of so many time constants: exp(8) costs no precision


@dataclass(frozen=True)
class Clip:
    """Mono sound, full scale 1.0."""

    samples: Samples
    rate_hz: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True)
class SpeechLevel:
    """What the P.56 meter reads."""

    active_dbfs: float  # mean power while there is speech; 0 dBFS is a full-scale square wave
    activity: float  # share of the time with speech, 0 to 1


def speech_level(clip: Clip) -> SpeechLevel | None:
    """Active speech level by ITU-T P.56 method B; None when nothing rises enough above the floor."""
    energy = _energy(clip)
    if energy == 0.0:
        return None
    envelope = _envelope(clip)
    hangover = round(HANGOVER_SECONDS * clip.rate_hz)
    long_term = _db(energy / len(clip.samples))
    below: tuple[float, float] | None = None  # level and margin at the threshold before
    for threshold in THRESHOLDS:
        active = _active_samples(envelope, float(threshold), hangover)
        if active == 0:
            return None
        level = _db(energy / active)
        margin = level - 2 * _db(float(threshold))
        if margin <= MARGIN_DB:
            if below is None:
                return None
            share = (below[1] - MARGIN_DB) / (below[1] - margin)
            exact = below[0] + share * (level - below[0])
            return SpeechLevel(exact, min(1.0, 10 ** ((long_term - exact) / 10)))
        below = (level, margin)
    return None


def finish(clip: Clip, rate_hz: int, level_dbfs: float) -> Clip:
    """The clip as it is played: trimmed, at `rate_hz`, at the active level `level_dbfs`, peaks under -3 dBFS.

    Raises AudioError when there is no speech in it.
    """
    speech = _trim(
        Clip(clip.samples - clip.samples.mean() if len(clip.samples) else clip.samples, clip.rate_hz)
    )
    resampled = Clip(
        speech.samples
        if speech.rate_hz == rate_hz
        else soxr.resample(speech.samples, speech.rate_hz, rate_hz, quality="HQ").astype(np.float64),
        rate_hz,
    )
    return _faded(_levelled(resampled, level_dbfs))


def joined(clips: Sequence[Clip], pauses_seconds: Sequence[float]) -> Clip:
    """The clips one after another, each with its pause behind it; all are of one rate."""
    rate_hz = clips[0].rate_hz
    parts = [
        part
        for clip, seconds in zip(clips, pauses_seconds, strict=True)
        for part in (clip.samples, np.zeros(round(seconds * rate_hz)))
    ]
    return Clip(np.concatenate(parts), rate_hz)


def wav_bytes(clip: Clip) -> bytes:
    """A mono WAV of 16-bit samples."""
    pcm = np.clip(np.rint(clip.samples * 32768), -32768, 32767).astype("<i2")
    segment = AudioSegment(pcm.tobytes(), frame_rate=clip.rate_hz, sample_width=2, channels=1)
    out = io.BytesIO()
    segment.export(out, format="wav")
    return out.getvalue()


def read_wav(data: bytes) -> Clip:
    """A WAV of 8 to 32 bits, channels mixed to one. Raises AudioError when it is none or is empty."""
    try:
        segment = AudioSegment(data=data)
    except Exception as error:  # pydub lets through whatever its readers raise on broken bytes
        raise AudioError("The audio is no readable WAV file: convert it to 16-bit PCM.") from error
    segment = segment.set_channels(1)
    samples = np.asarray(segment.get_array_of_samples(), dtype=np.float64)
    if len(samples) == 0:
        raise AudioError("The audio has no length: record it again.")
    return Clip(samples / float(1 << (8 * segment.sample_width - 1)), segment.frame_rate)


def _db(power: float) -> float:
    return float(10 * np.log10(power))


def _envelope(clip: Clip) -> Samples:
    """P.56 7.2: the rectified signal through two one-pole filters of 30 ms."""
    decay = float(np.exp(-1 / (TIME_CONSTANT_SECONDS * clip.rate_hz)))
    block = int(BLOCK_CONSTANTS * TIME_CONSTANT_SECONDS * clip.rate_hz)
    return _one_pole(_one_pole(np.abs(clip.samples), decay, block), decay, block)


def _one_pole(signal: Samples, decay: float, block: int) -> Samples:
    """y[n] = decay * y[n-1] + (1 - decay) * x[n], in blocks of cumulated sums."""
    rows = -(-len(signal) // block)
    padded = np.zeros(rows * block)
    padded[: len(signal)] = signal
    powers = decay ** np.arange(1, block + 1)
    out: Samples = np.cumsum(padded.reshape(rows, block) * ((1 - decay) / powers), axis=1) * powers
    carried = 0.0
    for row in out:
        row += carried * powers
        carried = float(row[-1])
    return out.ravel()[: len(signal)]


def _active_samples(envelope: Samples, threshold: float, hangover: int) -> int:
    """How many samples are at or above the threshold, or no more than the hangover behind one that is."""
    above = np.flatnonzero(envelope >= threshold)
    if len(above) == 0:
        return 0
    gaps = above[1:] - above[:-1] - 1
    last = min(len(envelope) - 1 - int(above[-1]), hangover)
    return len(above) + int(np.minimum(gaps, hangover).sum()) + last


def _trim(clip: Clip) -> Clip:
    frame = max(1, round(FRAME_SECONDS * clip.rate_hz))
    count = len(clip.samples) // frame
    if count == 0:
        raise AudioError("The audio is too short to hold speech.")
    power = np.square(clip.samples[: count * frame]).reshape(count, frame).mean(axis=1)
    if power.max() == 0.0:
        raise AudioError("The audio is silent.")
    loud = np.flatnonzero(power >= power.max() * 10 ** (QUIET_DB / 10))
    start = loud[0] * frame - round(LEAD_SECONDS * clip.rate_hz)
    end = (loud[-1] + 1) * frame + round(TAIL_SECONDS * clip.rate_hz)
    kept = clip.samples[max(0, start) : end]
    tail = np.zeros(max(0, end - len(clip.samples)))
    return Clip(np.concatenate([kept, tail]), clip.rate_hz)


def _levelled(clip: Clip, level_dbfs: float) -> Clip:
    measured = speech_level(clip)
    if measured is None:
        raise AudioError("The audio holds no speech that rises above its noise.")
    gain_db = level_dbfs - measured.active_dbfs
    gain_db += (
        gain_db + _db(_energy(clip)) - _db(_energy(_amplified(clip, gain_db)))
    )  # what the limiter will take
    for _ in range(LEVEL_ROUNDS):
        loud = _amplified(clip, gain_db)
        reached = speech_level(loud)
        short_db = level_dbfs - reached.active_dbfs if reached else 0.0
        if abs(short_db) <= LEVEL_TOLERANCE_DB:
            break
        gain_db += short_db
    return loud


def _energy(clip: Clip) -> float:
    return float(np.square(clip.samples).sum())


def _amplified(clip: Clip, gain_db: float) -> Clip:
    """Louder; below the knee as it was, above it bent so that nothing passes the limit."""
    knee, limit = 10 ** (KNEE_DBFS / 20), 10 ** (LIMIT_DBFS / 20)
    samples = clip.samples * 10 ** (gain_db / 20)
    high = np.flatnonzero(np.abs(samples) > knee)
    over = (np.abs(samples[high]) - knee) / (limit - knee)
    samples[high] = np.sign(samples[high]) * (knee + (limit - knee) * np.tanh(over))
    return Clip(samples, clip.rate_hz)


def _faded(clip: Clip) -> Clip:
    count = min(round(FADE_SECONDS * clip.rate_hz), len(clip.samples) // 2)
    ramp = np.linspace(0.0, 1.0, count, endpoint=False)
    samples = clip.samples.copy()
    samples[:count] *= ramp
    samples[len(samples) - count :] *= ramp[::-1]
    return Clip(samples, clip.rate_hz)
