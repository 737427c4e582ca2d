"""The two meters against their recommendations, and the gain between them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.audio import Clip, speech_level, true_peak_dbtp
from prompts.errors import AudioError
from prompts.levels import LIMIT_DBTP, levelled
from tests.prompts.signals import (
    bursts,
    joined,
    noise,
    p56_sample_by_sample,
    power_dbfs,
    silence,
    sine,
)

# ---------------------------------------------------------------- P.56


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


# ---------------------------------------------------------------- BS.1770 true peak


@pytest.mark.parametrize("pitch_hz", [997.0, 1999.0, 2000.0])
@pytest.mark.parametrize("phase", [0.0, np.pi / 4, np.pi / 3])
def test_the_peak_of_a_tone_is_found_between_samples(pitch_hz: float, phase: float) -> None:
    """A quarter of the rate at 45 degrees has no sample within 3 dB of its peak."""
    when = np.arange(8000) / 8000
    rise = np.minimum(1.0, when * 20)  # a sudden beginning would have a peak of its own
    clip = Clip(0.5 * rise * np.sin(2 * np.pi * pitch_hz * when + phase), 8000)
    assert true_peak_dbtp(clip) == pytest.approx(20 * np.log10(0.5), abs=0.4)


def test_the_true_peak_is_never_under_the_highest_sample() -> None:
    for seed in range(20):
        clip = noise(-20.0, 0.2, seed=seed)
        assert true_peak_dbtp(clip) >= 20 * np.log10(np.abs(clip.samples).max())


@pytest.mark.parametrize("clip", [silence(0.1), silence(0.0)])
def test_silence_has_no_peak(clip: Clip) -> None:
    assert true_peak_dbtp(clip) == float("-inf")


# ---------------------------------------------------------------- both together


@settings(max_examples=60, deadline=None)
@given(
    raw_level=st.floats(-60, 60),  # floats may hold what no sound card could
    seconds=st.floats(0.3, 2.0),
    every=st.integers(50, 3000),
    spike=st.floats(1.0, 15.0),
    rate_hz=st.sampled_from([8000, 16000]),
    seed=st.integers(0, 99),
)
def test_whatever_comes_the_peak_is_kept_and_speech_has_its_level(
    raw_level: float, seconds: float, every: int, spike: float, rate_hz: int, seed: int
) -> None:
    raw = noise(raw_level, seconds, rate_hz, seed).samples
    raw[::every] *= spike
    loud = levelled(Clip(raw, rate_hz), -20.0)
    read = speech_level(loud)
    assert read is not None
    assert true_peak_dbtp(loud) <= LIMIT_DBTP + 0.01
    if spike < 6:  # beyond, most of the power is clicks
        assert read.active_dbfs == pytest.approx(-20.0, abs=1.0)


def test_what_passes_the_limit_is_made_quieter_and_not_bent() -> None:
    """A shout in quiet talk: no harmonics come up, where clipping would put them at -20 dB."""
    talk = noise(-20.0, 3.0).samples
    shout = sine(-3.0, 0.08, pitch_hz=400.0).samples
    talk[8000 : 8000 + len(shout)] = shout
    clip = Clip(talk, 8000)
    read = speech_level(clip)
    assert read is not None
    loud = levelled(clip, read.active_dbfs)  # at which the shout would reach full scale
    assert true_peak_dbtp(loud) == pytest.approx(LIMIT_DBTP, abs=0.1)
    heard = loud.samples[8000 : 8000 + len(shout)]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    pitch = np.fft.rfftfreq(len(heard), 1 / 8000)
    harmonics = spectrum[pitch > 700].max()
    assert 20 * np.log10(harmonics / spectrum.max()) < -50


def test_a_clip_within_the_limit_is_only_amplified() -> None:
    clip = noise(-30.0, 1.0)
    loud = levelled(clip, -20.0)
    ratio = loud.samples / clip.samples
    assert ratio.max() == pytest.approx(ratio.min(), rel=1e-9)


@pytest.mark.parametrize("clip", [silence(1.0), sine(-120.0, 1.0)])
def test_what_holds_no_speech_is_refused(clip: Clip) -> None:
    with pytest.raises(AudioError, match=r"no speech.*\.$"):
        levelled(clip, -20.0)
