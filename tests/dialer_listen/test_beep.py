"""The beep of an answering machine is heard, and nothing else is taken for it."""

from collections.abc import Iterator

import numpy as np
import pytest

from dialer.listen.beep import BeepDetector
from tests.dialer_listen.sounds import (
    RATE_HZ,
    Samples,
    glide,
    mixed,
    noise,
    silence,
    speech,
    through_a_law,
    tones,
)

FRAME = 160
GREETING = "Здравствуйте, сейчас я не могу ответить. Оставьте сообщение после сигнала, пожалуйста."
ENGLISH = "Hello, nobody can take your call right now. Please leave a message, two, zero, four, oh, ooh."


def frames(samples: Samples, size: int = FRAME) -> Iterator[Samples]:
    return (samples[at : at + size] for at in range(0, samples.size, size))


def heard_at(samples: Samples, size: int = FRAME) -> list[float]:
    """Seconds at which the detector fired."""
    detector, at, fired = BeepDetector(), 0.0, []
    for frame in frames(through_a_law(samples), size):
        at += frame.size / RATE_HZ
        if detector.feed(frame):
            fired.append(at)
    return fired


@pytest.mark.parametrize("hz", [400, 440, 660, 800, 1000, 1004, 1400, 1633, 1850, 2000])
@pytest.mark.parametrize("dbfs", [-34, -20, -3])
def test_a_beep_is_heard_once_when_it_has_ended(hz: int, dbfs: int) -> None:
    beep = tones([hz], 0.5, dbfs)
    (at,) = heard_at(np.concatenate((silence(0.313), beep, silence(1.0), beep, silence(0.5))))
    assert 0.813 < at < 0.813 + 0.1


@pytest.mark.parametrize("seconds", [0.2, 0.25, 0.4, 1.0, 2.0, 3.5])
def test_beeps_of_every_plausible_length(seconds: float) -> None:
    assert len(heard_at(np.concatenate((silence(0.1), tones([1000], seconds), silence(0.3))))) == 1


@pytest.mark.parametrize("size", [1, 7, 80, 160, 163, 480, 4000])
def test_the_size_of_the_pieces_does_not_matter(size: int) -> None:
    sound = np.concatenate((silence(0.1), tones([950], 0.3), silence(0.3)))
    detector = BeepDetector()
    assert sum(detector.feed(piece) for piece in frames(sound, size)) == 1


def test_a_beep_over_the_noise_of_a_line() -> None:
    beep = np.concatenate((silence(0.5), tones([1400], 0.4, -20), silence(0.5)))
    assert len(heard_at(mixed(beep, noise(1.4, -36)))) == 1


@pytest.mark.parametrize(("language", "text"), [("ru", GREETING), ("en-us", ENGLISH)])
def test_after_a_greeting(language: str, text: str) -> None:
    greeting = speech(language, text)
    (at,) = heard_at(np.concatenate((greeting, silence(0.4), tones([1000], 1.0), silence(1.0))))
    assert at == pytest.approx(greeting.size / RATE_HZ + 1.4, abs=0.1)


DTMF = [(low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477, 1633)]
NOT_A_BEEP = {
    "silence": silence(5),
    "noise": noise(5, -20),
    "faint noise": noise(5, -50),
    "too short": tones([1000], 0.12),
    "too quiet": tones([1000], 0.5, -40),
    "too low": tones([300], 0.5),
    "too high": tones([2600], 0.5),
    "a line tone": tones([1000], 6.0),
    "a fax calling": tones([1100], 5.0),
    "ring-back of North America": tones([440, 480], 2.0),
    "busy of North America": tones([480, 620], 0.5),
    "ring-back of Britain": tones([400, 450], 0.4),
    "dial tone": tones([350, 440], 2.0),
    "ring-back of Russia": np.concatenate([tones([425], 1.0), silence(4.0)] * 2),
    "busy of Russia": np.concatenate([tones([425], 0.35), silence(0.35)] * 6),
    "a chord": tones([523, 659, 784], 0.6),
    "an octave": tones([500, 1000], 0.6),
    "a close pair": tones([1000, 1012], 0.6),
    "a glide": glide(600, 1200, 0.5),
    "a slow glide": glide(900, 1000, 0.5),
    "special information tone": np.concatenate(
        (tones([950], 0.33), tones([1400], 0.33), tones([1800], 0.33))
    ),
    "a melody": np.concatenate([tones([hz], 0.25) for hz in (523, 587, 659, 698, 784)]),
    **{f"key {low}+{high}": tones([low, high], 0.4) for low, high in DTMF},
}


@pytest.mark.parametrize("name", NOT_A_BEEP)
def test_what_is_not_a_beep(name: str) -> None:
    assert heard_at(np.concatenate((silence(0.2), NOT_A_BEEP[name], silence(0.5)))) == []


@pytest.mark.parametrize("pitch", [10, 50, 75, 99])
@pytest.mark.parametrize(("language", "text"), [("ru", GREETING), ("en-us", ENGLISH)])
def test_speech_of_any_pitch_is_not_a_beep(language: str, text: str, pitch: int) -> None:
    spoken = speech(language, text, pitch)
    assert spoken.size > 3 * RATE_HZ
    assert heard_at(np.concatenate((spoken, silence(0.5)))) == []
