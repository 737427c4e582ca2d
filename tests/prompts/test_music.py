"""The tune for those who wait: pleasant to a meter, seamless, quiet, ready for the lines."""

import math
import wave
from pathlib import Path

import numpy as np
import pytest

from prompts.clip import Clip
from prompts.errors import AudioError
from prompts.files import read_wav, wav_bytes
from prompts.music import LEVEL_DBFS, PEAK, TONE_DBFS, ready_tone, ready_tune, tune


def level_dbfs(clip: Clip) -> float:
    return 10 * math.log10(float(np.square(clip.samples).mean()))


def sweep(seconds: float, rate_hz: int = 44100, amplitude: float = 0.9) -> Clip:
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    return Clip(amplitude * np.sin(2 * np.pi * (400 + 100 * at) * at), rate_hz)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_ours_is_quiet_and_in_the_band_of_telephones(rate_hz: int) -> None:
    clip = tune(rate_hz)
    assert (clip.rate_hz, clip.seconds) == (rate_hz, 12.0)
    assert level_dbfs(clip) == pytest.approx(LEVEL_DBFS, abs=1.0)
    assert np.abs(clip.samples).max() <= PEAK
    power = np.square(np.abs(np.fft.rfft(clip.samples)))
    hertz = np.fft.rfftfreq(len(clip.samples), 1 / rate_hz)
    assert power[(hertz > 300) & (hertz < 3400)].sum() > 0.99 * power.sum()


def test_ours_is_never_silent_and_has_no_seam() -> None:
    clip = tune(8000)
    twice = np.concatenate([clip.samples, clip.samples])
    frames = twice[: len(twice) // 800 * 800].reshape(-1, 800)
    assert 10 * np.log10(np.square(frames).mean(axis=1)).min() > LEVEL_DBFS - 15
    steps = np.abs(np.diff(twice))
    assert steps[len(clip.samples) - 1] <= np.quantile(steps, 0.99)


def test_no_key_is_heard_in_it() -> None:
    """A key is a tone of each row (ITU-T Q.23), within 1.5 %, and nothing beside them for 40 ms."""
    clip = tune(8000)
    low, high = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
    window = np.hanning(400)
    hertz = np.fft.rfftfreq(4000, 1 / 8000)
    for begin in range(0, len(clip.samples) - 400, 200):
        power = np.square(np.abs(np.fft.rfft(clip.samples[begin : begin + 400] * window, 4000)))
        tones = [max(power[np.abs(hertz - tone) < tone * 0.015].max() for tone in row) for row in (low, high)]
        assert min(tones) < power.max() / 4


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    ready_tune(tmp_path / "a.wav", None, 8000)
    ready_tune(tmp_path / "b.wav", tmp_path / "none.wav", 8000)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "b.wav"]


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_a_clinics_own_file_is_made_ready(tmp_path: Path, rate_hz: int) -> None:
    own, target = tmp_path / "music.wav", tmp_path / "ready.wav"
    own.write_bytes(wav_bytes(sweep(5.0)))
    ready_tune(target, own, rate_hz)
    with wave.open(str(target)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (rate_hz, 1, 2)
    clip = read_wav(target.read_bytes())
    assert clip.seconds == pytest.approx(5.0, abs=0.01)
    assert level_dbfs(clip) == pytest.approx(LEVEL_DBFS, abs=1.0)
    assert np.abs(clip.samples[[0, -1]]).max() < 0.001


def test_a_changed_file_replaces_what_was_made(tmp_path: Path) -> None:
    own, target = tmp_path / "music.wav", tmp_path / "ready.wav"
    ready_tune(target, own, 8000)
    own.write_bytes(wav_bytes(sweep(3.0)))
    ready_tune(target, own, 8000)
    assert read_wav(target.read_bytes()).seconds == pytest.approx(3.0, abs=0.01)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no sound", "is no WAV, MP3, OGG or FLAC file: convert it"),
        (b"", "is empty"),
        (wav_bytes(sweep(1.0)), "is shorter than 2 s: a tune needs more"),
        (wav_bytes(Clip(np.zeros(40000), 8000)), "is silent"),
        (wav_bytes(sweep(301.0, 8000)), "is longer than 300 s"),
    ],
    ids=["none", "empty", "short", "silent", "long"],
)
def test_what_cannot_be_played_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    own, target = tmp_path / "music.wav", tmp_path / "ready.wav"
    own.write_bytes(content)
    with pytest.raises(AudioError, match=rf"music\.wav {sentence}"):
        ready_tune(target, own, 8000)
    assert not target.exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "music.wav").mkdir()
    with pytest.raises(AudioError, match="cannot be read"):
        ready_tune(tmp_path / "ready.wav", tmp_path / "music.wav", 8000)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_the_tone_is_short_loud_enough_and_has_soft_ends(tmp_path: Path, rate_hz: int) -> None:
    ready_tone(tmp_path / "tone.wav", rate_hz)
    clip = read_wav((tmp_path / "tone.wav").read_bytes())
    assert (clip.rate_hz, len(clip.samples)) == (rate_hz, 0.3 * rate_hz)
    assert level_dbfs(clip) == pytest.approx(TONE_DBFS, abs=0.5)
    assert np.abs(clip.samples[[0, -1]]).max() < 0.02
    assert list(tmp_path.iterdir()) == [tmp_path / "tone.wav"]
