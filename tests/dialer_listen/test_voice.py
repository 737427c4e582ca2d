"""Who speaks is heard, over noise too; what only sounds is not."""

import numpy as np
import pytest

from dialer.listen.beep import BeepDetector
from dialer.listen.inband import ToneKeys
from dialer.listen.voice import VoiceDetector
from prompts.music import tone
from tests.dialer_listen.sounds import Samples, mixed, noise, silence, speech, through_a_law, tones

WRITTEN = 2048  # samples that the library writes at a time
NEAR_SECONDS = 0.15  # a last sound without a pitch, as in "called", is not waited for
SAID = {
    "ru": "Врач не пришёл, хотя я ждала его весь день.",
    "en": "Nobody came, though I was waiting all day.",
}


def heard(*parts: Samples, by: int = WRITTEN) -> float:
    """Until when a voice was heard, in seconds."""
    detector = VoiceDetector()
    samples = through_a_law(np.concatenate(parts))
    for at in range(0, samples.size, by):
        detector.feed(samples[at : at + by])
    return detector.voice_seconds


def at_level(samples: Samples, dbfs: float) -> Samples:
    power = float(np.mean(samples.astype(np.float64) ** 2))
    scaled = samples * (32768 * 10 ** (dbfs / 20) / np.sqrt(power))
    louder: Samples = scaled.clip(-32767, 32767).astype(np.int16)
    return louder


def end_of(samples: Samples) -> float:
    """Where the speech itself ends: what follows is 30 dB under its peak."""
    loud = np.nonzero(np.abs(samples.astype(np.int32)) > np.abs(samples.astype(np.int32)).max() / 32)[0]
    return float(loud[-1]) / 8000


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("pitch", [5, 50, 95])
@pytest.mark.parametrize(("dbfs", "noise_db"), [(-15, None), (-40, None), (-20, 15), (-35, 12)])
def test_a_voice_is_heard_to_its_end(language: str, pitch: int, dbfs: float, noise_db: float | None) -> None:
    said = at_level(speech(language, SAID[language], pitch), dbfs)
    line = np.concatenate([silence(0.8), said, silence(2)])
    if noise_db is not None:
        line = mixed(line, noise(line.size / 8000, dbfs - noise_db))
    assert heard(line) == pytest.approx(0.8 + end_of(said), abs=NEAR_SECONDS)


def test_a_word_is_a_voice() -> None:
    assert 0.4 < heard(silence(0.4), speech("ru", "да"), silence(2)) < 0.7


def vowel(seconds: float) -> Samples:
    at = np.arange(round(seconds * 8000)) / 8000
    waves: Samples = (3000 * np.sum([np.sin(880 * n * at) / n for n in range(1, 11)], axis=0)).astype(
        np.int16
    )
    return waves


def pulsed(sound: Samples, silent_seconds: float, times: int = 5) -> Samples:
    return np.tile(np.concatenate([sound, silence(silent_seconds)]), times)


def clicks() -> Samples:
    samples = silence(4)
    samples[1000::4000] = 20000
    return samples


OUR_TONE: Samples = (32767 * tone(8000)).astype(np.int16)
SWELLS = (noise(4, -25) * np.abs(np.sin(np.arange(32000) * np.pi / 2000))).astype(np.int16)
NO_VOICES: dict[str, Samples] = {
    "nothing": silence(3),
    "a noisy line": noise(4, -25),
    "comfort noise": noise(4, -55),
    "a quiet line that grows noisy": np.concatenate([noise(2, -55), noise(2, -30), noise(2, -55)]),
    "noise that comes and goes": pulsed(noise(0.6, -30), 0.5),
    "gusts": SWELLS,
    "clicks": clicks(),
    "busy": pulsed(tones([425], 0.35), 0.35),
    "busy in America": pulsed(tones([480, 620], 0.5), 0.5),
    "a dial tone": tones([350, 440], 3),
    "keys": pulsed(tones([770, 1336], 0.2), 0.6),
    "a beep": np.concatenate([silence(1), tones([1000], 0.6), silence(1)]),
    "no such number": np.concatenate([*(tones([hz], 0.33) for hz in (950, 1400, 1800)), silence(1)]),
    "our own tone": np.concatenate([OUR_TONE, silence(2)]),
    "an echo, before anybody can have spoken": np.concatenate([vowel(0.25), silence(2)]),
}


@pytest.mark.parametrize("sound", NO_VOICES)
def test_what_only_sounds_is_no_voice(sound: str) -> None:
    assert heard(NO_VOICES[sound]) == 0.0


@pytest.mark.parametrize("by", [1, 37, 160, 2048, 100_000])
def test_it_matters_little_in_which_pieces_it_comes(by: int) -> None:
    said = speech("ru", SAID["ru"])[:8000]
    assert heard(silence(0.5), said, by=by) == pytest.approx(heard(silence(0.5), said), abs=0.1)


def test_the_echo_of_our_tone_is_neither_a_machine_nor_a_key() -> None:
    echo = through_a_law(np.concatenate([silence(0.5), OUR_TONE, silence(0.5)]))
    assert not BeepDetector().feed(echo)
    assert ToneKeys().feed(echo) == ""
