"""The path from raw speech to what a telephone plays: finishing, joining, drawing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.audio import Clip, finish, outline, read_wav, speech_level, true_peak_dbtp, wav_bytes
from prompts.audio import joined as played
from prompts.engines.espeak import Espeak
from prompts.engines.protocol import FixedText
from prompts.errors import AudioError
from tests.prompts.signals import bursts, joined, noise, silence, sine, starts_after_seconds

LIMIT_DBTP = -3.0


def level_of(clip: Clip) -> float:
    read = speech_level(clip)
    assert read is not None
    return read.active_dbfs


def mixed(*clips: Clip) -> Clip:
    return Clip(np.sum([clip.samples for clip in clips], axis=0), clips[0].rate_hz)


def breath(seconds: float) -> Clip:
    """Noise that swells and falls."""
    clip = noise(-47.0, seconds)
    return Clip(clip.samples * np.hanning(len(clip.samples)), clip.rate_hz)


@pytest.fixture(scope="module")
def spoken() -> dict[str, Clip]:
    """Raw speech at 22.05 kHz, from one short word to a sentence."""
    words = ("один", "шесть", "Здравствуйте!", "Ваш анализ готов, чтобы узнать результат, нажмите один.")
    return {said: Espeak(150).speak(FixedText("ru", said)) for said in words}


# ---------------------------------------------------------------- level and rate


@pytest.mark.parametrize("raw_level", [-55.0, -30.0, -12.0, -1.0])
@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_finished_clips_have_the_asked_level_and_rate(raw_level: float, rate: int, rate_hz: int) -> None:
    finished = finish(bursts(raw_level, 0.4, 0.2, times=4, rate_hz=rate), rate_hz, -20.0)
    assert finished.rate_hz == rate_hz
    assert level_of(finished) == pytest.approx(-20.0, abs=0.2)
    assert true_peak_dbtp(finished) <= LIMIT_DBTP


def test_speech_of_any_length_has_the_level_and_the_peak(spoken: dict[str, Clip]) -> None:
    long = joined(*list(spoken.values()) * 4)
    assert long.seconds > 15
    for raw in (*spoken.values(), long):
        finished = finish(raw, 8000, -20.0)
        assert level_of(finished) == pytest.approx(-20.0, abs=0.3)
        assert true_peak_dbtp(finished) <= LIMIT_DBTP


def test_what_was_recorded_too_loud_gets_no_louder_and_no_softer(spoken: dict[str, Clip]) -> None:
    raw = spoken["Здравствуйте!"]
    clipped = Clip(np.clip(raw.samples * 30, -1, 1), raw.rate_hz)
    finished = finish(clipped, 8000, -20.0)
    assert level_of(finished) == pytest.approx(-20.0, abs=0.2)
    assert true_peak_dbtp(finished) <= LIMIT_DBTP


def test_direct_current_is_removed() -> None:
    clip = sine(-20.0, 2.0)
    finished = finish(Clip(clip.samples + 0.2, 8000), 8000, -20.0)
    assert abs(finished.samples.mean()) < 0.002


@pytest.mark.parametrize(("rate_hz", "pitch_hz"), [(8000, 5000.0), (8000, 4300.0), (16000, 9000.0)])
def test_what_a_telephone_cannot_carry_does_not_come_back_as_an_alias(rate_hz: int, pitch_hz: float) -> None:
    speech = sine(-20.0, 1.0, pitch_hz=500.0, rate_hz=22050)
    finished = finish(mixed(speech, sine(-20.0, 1.0, pitch_hz, 22050)), rate_hz, -20.0)
    middle = finished.samples[rate_hz // 4 : -rate_hz // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.blackman(len(middle))))
    pitch = np.fft.rfftfreq(len(middle), 1 / rate_hz)
    assert 20 * np.log10(spectrum[pitch > 700].max() / spectrum.max()) < -80


# ---------------------------------------------------------------- beginning and end


@pytest.mark.parametrize("before", [0.0, 0.1, 1.3])
@pytest.mark.parametrize("after", [0.0, 2.0])
def test_silence_is_trimmed_and_the_margins_are_always_the_same(before: float, after: float) -> None:
    finished = finish(joined(silence(before), sine(-20.0, 1.0), silence(after)), 8000, -20.0)
    assert starts_after_seconds(finished) == pytest.approx(0.03, abs=0.01)
    assert finished.seconds == pytest.approx(0.03 + 1.0 + 0.06, abs=0.01)


@pytest.mark.parametrize("lead", [0.0, 0.5])
def test_soft_first_sounds_are_kept(lead: float) -> None:
    """A consonant 35 dB below the vowel belongs to the word, also where no silence tells the room's noise."""
    finished = finish(joined(silence(lead), noise(-50.0, 0.1), sine(-15.0, 1.0)), 8000, -20.0)
    assert finished.seconds == pytest.approx(0.03 + 1.1 + 0.06, abs=0.02)


@pytest.mark.parametrize("room", [-70.0, -55.0, -50.0, -45.0])
def test_the_noise_of_a_room_is_trimmed_like_silence(spoken: dict[str, Clip], room: float) -> None:
    """Speech at -20 dBFS recorded with a second of room before and behind."""
    raw = finish(spoken["Здравствуйте!"], 22050, -20.0)
    alone = joined(silence(1.0, 22050), raw, silence(1.0, 22050))
    finished = finish(mixed(alone, noise(room, alone.seconds, 22050)), 8000, -20.0)
    assert finished.seconds == pytest.approx(raw.seconds + (0.12 if room > -60 else 0.0), abs=0.06)
    assert level_of(finished) == pytest.approx(-20.0, abs=0.2)


@pytest.mark.parametrize(
    "odd",
    [
        joined(breath(0.35), silence(0.25)),
        joined(noise(-10.0, 0.01), silence(0.4)),  # a switch
        joined(noise(-10.0, 0.02), silence(0.2), breath(0.3), silence(0.2)),
    ],
)
def test_breaths_and_clicks_apart_from_the_words_are_dropped(odd: Clip) -> None:
    words = bursts(-20.0, 0.3, 0.1, times=3)
    backwards = Clip(odd.samples[::-1], odd.rate_hz)
    finished = finish(joined(odd, words, silence(0.2), backwards), 8000, -20.0)
    assert finished.seconds == pytest.approx(0.03 + 1.1 + 0.06, abs=0.03)


@pytest.mark.parametrize("below_db", [20.0, 26.0, 30.0, 34.0])
@pytest.mark.parametrize("pause", [0.3, 0.8])
@pytest.mark.parametrize("word", ["один", "шесть"])
def test_a_word_that_is_much_softer_than_the_others_is_kept(
    spoken: dict[str, Clip], below_db: float, pause: float, word: str
) -> None:
    loud, soft = spoken["Здравствуйте!"], finish(spoken[word], 22050, -20.0)
    gain = np.abs(loud.samples).max() / np.abs(soft.samples).max() * 10 ** (-below_db / 20)
    soft = Clip(soft.samples * gain, soft.rate_hz)
    alone = finish(loud, 8000, -20.0)
    for parts in ([loud, silence(pause, 22050), soft], [soft, silence(pause, 22050), loud]):
        finished = finish(joined(*parts), 8000, -20.0)
        assert finished.seconds > alone.seconds + pause + 0.15


def test_a_soft_last_word_and_the_burst_of_a_stop_are_kept() -> None:
    stop = joined(silence(0.12), noise(-38.0, 0.03))
    finished = finish(
        joined(sine(-15.0, 0.5), silence(0.4), sine(-30.0, 0.3), stop, silence(0.5)), 8000, -20.0
    )
    assert finished.seconds == pytest.approx(0.03 + 1.35 + 0.06, abs=0.03)


def test_real_words_lose_nothing_to_the_trimming(spoken: dict[str, Clip]) -> None:
    """Of the power of the words less than a thousandth goes with the silence."""
    for raw in spoken.values():
        finished = finish(raw, raw.rate_hz, -35.0)
        said = raw.samples - raw.samples.mean()
        gain = np.abs(finished.samples).max() / np.abs(said).max()
        kept = np.square(finished.samples).sum() / np.square(said * gain).sum()
        assert kept == pytest.approx(1.0, abs=1 / 1000)


@pytest.mark.parametrize(
    "clip",
    [
        silence(1.0),
        silence(0.0),
        Clip(np.full(8000, 0.3), 8000),
        silence(0.002),
        sine(-20.0, 0.005),
        sine(-120.0, 1.0),
    ],
)
def test_a_clip_without_speech_is_refused(clip: Clip) -> None:
    with pytest.raises(AudioError, match=r"\.$"):
        finish(clip, 8000, -20.0)


# ---------------------------------------------------------------- joints


def steps(samples: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """The largest step from one sample to the next."""
    return float(np.abs(np.diff(samples)).max())


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize("noisy", [False, True])
def test_no_joint_clicks(spoken: dict[str, Clip], rate_hz: int, noisy: bool) -> None:
    """At a joint the wave moves less than a tenth of what it moves inside the speech, and never jumps."""
    raws = list(spoken.values())
    raws += [Clip(raw.samples[len(raw.samples) // 3 : -len(raw.samples) // 3], raw.rate_hz) for raw in raws]
    if noisy:
        raws = [mixed(raw, noise(-50.0, raw.seconds, raw.rate_hz)) for raw in raws]
    finished = [finish(raw, rate_hz, -20.0) for raw in raws]
    pauses = [0.06, 0.15, 0.35, 0.0] * 2
    whole = played(finished, pauses, -20.0)
    inside = np.median([steps(clip.samples) for clip in finished])
    at = 0
    for clip, pause in zip(finished, pauses, strict=True):
        for joint in (at, at + len(clip.samples)):
            near = whole.samples[max(0, joint - 8) : joint + 8]
            assert steps(near) < inside / 10
        at += len(clip.samples) + round(pause * rate_hz)


def test_a_wave_that_is_cut_in_its_midst_fades() -> None:
    finished = finish(sine(-20.0, 1.0), 8000, -20.0)
    loudest = np.abs(finished.samples).max()
    first = np.flatnonzero(finished.samples)[0]
    assert np.abs(finished.samples[first : first + 8]).max() < loudest / 5
    assert steps(finished.samples) < 1.05 * steps(sine(-20.0, 1.0).samples)


def test_pauses_are_silent_and_as_long_as_asked() -> None:
    one, other = sine(-20.0, 0.5), sine(-20.0, 0.25)
    whole = played([one, other], [0.35, 0.1])
    assert whole.seconds == pytest.approx(0.5 + 0.35 + 0.25 + 0.1)
    assert not whole.samples[4000:6800].any()
    assert (whole.samples[:4000] == one.samples).all()


@pytest.mark.parametrize("pauses", [[0.06], [0.15], [0.35], [0.06, 0.35, 0.15]])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_whole_reads_as_its_parts_do(spoken: dict[str, Clip], pauses: list[float], count: int) -> None:
    for words in (["один"], ["шесть", "один"], list(spoken)):
        clips = [finish(spoken[words[place % len(words)]], 8000, -20.0) for place in range(count)]
        behind = [pauses[place % len(pauses)] for place in range(count)]
        whole = played(clips, behind, -20.0)
        assert level_of(whole) == pytest.approx(-20.0, abs=1.0)
        assert true_peak_dbtp(whole) <= -1.6
        raised = whole.samples[: len(clips[0].samples)] / np.where(clips[0].samples, clips[0].samples, np.nan)
        assert np.nanmax(raised) == pytest.approx(np.nanmin(raised))
        assert 20 * np.log10(np.nanmax(raised)) <= 1.4


def test_joining_without_a_level_changes_no_sample() -> None:
    clip = bursts(-20.0, 0.1, 0.3, times=3)
    assert (played([clip], [0.0]).samples == clip.samples).all()


def test_what_is_written_keeps_level_and_silence(spoken: dict[str, Clip]) -> None:
    finished = finish(spoken["один"], 8000, -20.0)
    back = read_wav(wav_bytes(finished))
    assert level_of(back) == pytest.approx(level_of(finished), abs=0.01)


# ---------------------------------------------------------------- the outline


@given(samples=st.integers(0, 400), columns=st.integers(1, 300))
@settings(max_examples=60, deadline=None)
def test_the_outline_has_its_columns_and_no_peak_is_lost(samples: int, columns: int) -> None:
    clip = Clip(np.random.default_rng(samples).uniform(-1.2, 1.2, samples), 8000)
    drawn = outline(clip, columns)
    assert len(drawn) == columns
    assert all(0.0 <= peak <= 1.0 for peak in drawn)
    if samples:
        assert max(drawn) == min(1.0, np.abs(clip.samples).max())


def test_the_outline_shows_where_it_is_loud() -> None:
    drawn = outline(joined(sine(-6.0, 1.0), silence(1.0), sine(-26.0, 1.0)), 30)
    assert min(drawn[:10]) > 0.6
    assert set(drawn[10:20]) == {0.0}
    assert max(drawn[21:]) < 0.1
