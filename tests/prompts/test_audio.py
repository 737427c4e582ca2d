"""The path from raw speech to what a telephone plays."""

import io
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.audio import Clip, finish, read_wav, speech_level, wav_bytes
from prompts.errors import AudioError
from tests.prompts.signals import (
    bursts,
    joined,
    noise,
    p56_sample_by_sample,
    power_dbfs,
    silence,
    sine,
    starts_after_seconds,
)

# ---------------------------------------------------------------- the P.56 meter


@pytest.mark.parametrize("level", [-40.0, -26.0, -20.0, -10.0])
@pytest.mark.parametrize("rate", [8000, 16000, 22050])
def test_steady_sound_reads_its_own_power(level: float, rate: int) -> None:
    read = speech_level(noise(level, 4.0, rate))
    assert read is not None
    assert read.active_dbfs == pytest.approx(level, abs=0.15)
    assert read.activity > 0.97


@pytest.mark.parametrize(
    ("on", "off", "activity"),
    [(2.0, 2.0, 2.2 / 4), (1.0, 3.0, 1.2 / 4), (1.0, 0.15, 1.0), (3.0, 1.0, 3.2 / 4)],
)
def test_pauses_do_not_lower_the_active_level(on: float, off: float, activity: float) -> None:
    """Pauses count for the 0.2 s of the hangover only; the long-term power would read up to 6 dB less."""
    clip = bursts(-26.0, on, off, times=8)
    read = speech_level(clip)
    assert read is not None
    assert read.activity == pytest.approx(activity, abs=0.04)
    assert read.active_dbfs == pytest.approx(
        power_dbfs(clip.samples) - 10 * np.log10(read.activity), abs=0.01
    )
    assert read.active_dbfs == pytest.approx(-26.0, abs=1.2)


def test_faint_noise_in_the_pauses_is_no_speech() -> None:
    clip = bursts(-20.0, 1.0, 2.0, times=5)
    noisy = Clip(clip.samples + noise(-60.0, clip.seconds).samples, clip.rate_hz)
    clean, read = speech_level(clip), speech_level(noisy)
    assert clean is not None
    assert read is not None
    assert read.active_dbfs == pytest.approx(clean.active_dbfs, abs=0.3)


@settings(max_examples=25, deadline=None)
@given(
    pieces=st.lists(
        st.tuples(st.floats(-60, -6), st.floats(0.02, 0.5), st.floats(0.0, 0.5)), min_size=1, max_size=5
    )
)
def test_meter_agrees_with_the_recommendation_sample_by_sample(
    pieces: list[tuple[float, float, float]],
) -> None:
    clip = joined(*(joined(sine(level, on), silence(off)) for level, on, off in pieces))
    read, reference = speech_level(clip), p56_sample_by_sample(clip)
    assert (read is None) == (reference is None)
    if read is not None and reference is not None:
        assert read.active_dbfs == pytest.approx(reference[0], abs=1e-6)
        assert read.activity == pytest.approx(min(1.0, reference[1]), abs=1e-6)


@pytest.mark.parametrize("clip", [silence(1.0), silence(0.0), sine(-120.0, 1.0)])
def test_no_level_without_sound(clip: Clip) -> None:
    assert speech_level(clip) is None


# ---------------------------------------------------------------- finishing


@pytest.mark.parametrize("raw_level", [-55.0, -30.0, -12.0, -1.0])
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100])
def test_finished_clips_have_the_asked_level_and_rate(raw_level: float, rate: int) -> None:
    finished = finish(bursts(raw_level, 0.4, 0.2, times=4, rate_hz=rate), 8000, -20.0)
    read = speech_level(finished)
    assert finished.rate_hz == 8000
    assert read is not None
    assert read.active_dbfs == pytest.approx(-20.0, abs=0.1)


@pytest.mark.parametrize("spike", [10.0, 25.0, 60.0])
def test_peaks_stay_under_the_limit_and_the_level_is_still_met(spike: float) -> None:
    spikes = noise(-20.0, 2.0).samples
    spikes[::400] *= spike
    finished = finish(Clip(spikes, 8000), 8000, -20.0)
    read = speech_level(finished)
    assert read is not None
    assert np.abs(finished.samples).max() <= 10 ** (-3 / 20) + 1e-9
    assert read.active_dbfs == pytest.approx(-20.0, abs=0.1)


@pytest.mark.parametrize("before", [0.0, 0.1, 1.3])
@pytest.mark.parametrize("after", [0.0, 2.0])
def test_silence_is_trimmed(before: float, after: float) -> None:
    finished = finish(joined(silence(before), sine(-20.0, 1.0), silence(after)), 8000, -20.0)
    assert starts_after_seconds(finished) <= 0.06
    assert finished.seconds == pytest.approx(1.0 + min(before, 0.03) + 0.25, abs=0.03)


def test_soft_first_sounds_are_kept() -> None:
    """A consonant 35 dB below the vowel belongs to the word."""
    finished = finish(joined(silence(0.5), noise(-50.0, 0.1), sine(-15.0, 1.0)), 8000, -20.0)
    assert finished.seconds == pytest.approx(1.1 + 0.03 + 0.25, abs=0.03)


def test_direct_current_is_removed() -> None:
    clip = sine(-20.0, 2.0)
    finished = finish(Clip(clip.samples + 0.2, 8000), 8000, -20.0)
    assert abs(finished.samples.mean()) < 0.002


def test_what_a_telephone_cannot_carry_does_not_come_back_as_an_alias() -> None:
    speech = sine(-20.0, 1.0, pitch_hz=500.0, rate_hz=22050)
    with_whistle = Clip(speech.samples + sine(-20.0, 1.0, pitch_hz=5000.0, rate_hz=22050).samples, 22050)
    finished = finish(with_whistle, 8000, -20.0)
    spectrum = np.abs(np.fft.rfft(finished.samples * np.hanning(len(finished.samples))))
    pitch = np.fft.rfftfreq(len(finished.samples), 1 / 8000)
    alias = spectrum[(pitch > 2900) & (pitch < 3100)].max()
    assert 20 * np.log10(alias / spectrum.max()) < -60


def test_both_ends_fade() -> None:
    finished = finish(sine(-20.0, 1.0), 8000, -20.0)
    assert finished.samples[0] == 0.0
    assert np.abs(finished.samples[:4]).max() < np.abs(finished.samples).max() / 5
    assert abs(finished.samples[-1]) < 1e-3


@pytest.mark.parametrize("clip", [silence(1.0), silence(0.0), Clip(np.full(8000, 0.3), 8000), silence(0.002)])
def test_a_clip_without_speech_is_refused(clip: Clip) -> None:
    with pytest.raises(AudioError):
        finish(clip, 8000, -20.0)


# ---------------------------------------------------------------- WAV


def test_wav_is_mono_16_bit_at_its_rate_and_comes_back() -> None:
    clip = sine(-20.0, 0.5)
    data = wav_bytes(clip)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.getnframes() == 4000
    assert np.abs(read_wav(data).samples - clip.samples).max() <= 1 / 32768


@pytest.mark.parametrize("data", [b"", b"RIFF", b"ID3 this is an MP3", wav_bytes(silence(0.0))])
def test_unreadable_audio_is_told_in_a_sentence(data: bytes) -> None:
    with pytest.raises(AudioError, match=r"\.$"):
        read_wav(data)
