"""The tune for those who wait on the line, a clinic's own or ours, and the tone after which people speak.

Ours is twelve seconds of plucked chords, quiet and without end: the tails of the last notes ring on into the
first. It is computed, so that nobody has rights in it. Its tones lie where telephones hear (300 to 3400 Hz).
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soxr

from prompts.clip import Clip, Samples
from prompts.errors import AudioError
from prompts.files import read_audio, wav_bytes

LEVEL_DBFS: Final = -27.0  # mean power: 7 dB under speech, so that whoever comes on is louder
PEAK: Final = 0.25  # -12 dBFS: no sample above it
SEAM_SECONDS: Final = (
    0.02  # both ends of a file of one's own fade for so long: no click where it begins again
)
SHORTEST_SECONDS: Final = 2.0  # what comes back sooner is a noise, not a tune

BEAT_SECONDS: Final = 0.5
CHORDS: Final = (  # notes as semitones above A4, 440 Hz; one chord a line, six beats each
    (-2, 3, 7, 10, 7, 3),  # G C E G: C
    (0, 3, 7, 12, 7, 3),  # A C E A: a minor
    (-4, 0, 3, 8, 3, 0),  # F A C F: F
    (-2, 2, 5, 10, 5, 2),  # G B D G: G
)
PARTIALS: Final = (
    (1, 1.0, 0.9),
    (2, 0.25, 0.45),
    (3, 0.08, 0.25),
)  # times the tone, loudness, decay in seconds
ATTACK_SECONDS: Final = 0.012
TONE_SECONDS: Final = 0.3
# two at once, which are no key's: what comes back of them as echo is not taken for the beep of a machine
TONE_HZ: Final = (600.0, 900.0)
TONE_DBFS: Final = -18.0  # mean power, about that of speech
FADE_SECONDS: Final = 0.01
RING_SECONDS: Final = 4.0  # by then a note is gone: 39 dB down


def ready_tune(target: Path, own: Path | None, rate_hz: int) -> None:
    """Write the tune to `target` as the lines play it: mono, 16 bit, `rate_hz` (8000 or 16000), quiet.

    own: a WAV, MP3, OGG or FLAC file of the clinic, of 2 s to 5 min; where there is none, ours is written.
    Raises AudioError, which names the file, when it cannot be played, and OSError.
    """
    there = own is not None and own.exists()
    clip = _own_tune(own, rate_hz) if own is not None and there else tune(rate_hz)
    _write(target, clip)


def ready_tone(target: Path, rate_hz: int) -> None:
    """Write the tone after which people speak to `target`: mono, 16 bit. Raises OSError."""
    _write(target, Clip(tone(rate_hz), rate_hz))


def tone(rate_hz: int) -> Samples:
    """It, with soft ends."""
    at = np.arange(round(TONE_SECONDS * rate_hz)) / rate_hz
    edge = np.minimum(at, TONE_SECONDS - at) / FADE_SECONDS
    sound: Samples = np.minimum(1.0, edge) * np.sum([np.sin(2 * np.pi * hz * at) for hz in TONE_HZ], axis=0)
    return sound * 10 ** (TONE_DBFS / 20) / math.sqrt(float(np.square(sound).mean()))


def _write(target: Path, clip: Clip) -> None:
    part = target.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(wav_bytes(clip))
    part.replace(target)  # a call that plays the old one goes on with it


def tune(rate_hz: int) -> Clip:
    """Ours: 12 s, the same every time."""
    notes = list(_notes())
    length = round(len(notes) * BEAT_SECONDS * rate_hz)
    samples = np.zeros(length)
    for begin_seconds, pitch_hz in notes:
        note = _plucked(pitch_hz, rate_hz)
        places = (round(begin_seconds * rate_hz) + np.arange(len(note))) % length
        np.add.at(samples, places, note)
    return Clip(_quiet(samples), rate_hz)


def _notes() -> Iterator[tuple[float, float]]:
    """Begin in seconds and pitch in Hz."""
    semitones = [note for chord in CHORDS for note in chord]
    for beat, note in enumerate(semitones):
        yield beat * BEAT_SECONDS, 440.0 * 2 ** (note / 12)


def _plucked(pitch_hz: float, rate_hz: int) -> Samples:
    at = np.arange(round(RING_SECONDS * rate_hz)) / rate_hz
    rise = np.minimum(1.0, at / ATTACK_SECONDS)
    tones = [
        loudness * np.exp(-at / decay) * np.sin(2 * np.pi * times * pitch_hz * at)
        for times, loudness, decay in PARTIALS
    ]
    plucked: Samples = rise * np.sum(tones, axis=0)
    return plucked


def _own_tune(path: Path, rate_hz: int) -> Clip:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AudioError(f"{path} cannot be read: {error.strerror or 'unknown reason'}.") from error
    clip = read_audio(data, str(path))
    if clip.seconds < SHORTEST_SECONDS:
        raise AudioError(f"{path} is shorter than {SHORTEST_SECONDS:.0f} s: a tune needs more.")
    samples = clip.samples - clip.samples.mean()
    if clip.rate_hz != rate_hz:
        samples = soxr.resample(samples, clip.rate_hz, rate_hz, quality="HQ")
    fade = np.linspace(0.0, 1.0, round(SEAM_SECONDS * rate_hz))
    samples[: len(fade)] *= fade
    samples[-len(fade) :] *= fade[::-1]
    return Clip(_quiet(samples), rate_hz)


def _quiet(samples: Samples) -> Samples:
    """At the level, or under it where single peaks would stand out."""
    power, peak = float(np.square(samples).mean()), float(np.abs(samples).max())
    quiet: Samples = samples * min(10 ** (LEVEL_DBFS / 20) / math.sqrt(power), PEAK / peak)
    return quiet
