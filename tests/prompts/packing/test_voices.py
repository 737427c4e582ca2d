"""How a voice that always falls is made to end openly."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from prompts.audio import Clip
from prompts.engines.protocol import FixedText, SpokenText
from prompts.errors import EngineError
from prompts.packing import voices
from prompts.packing.voices import VoiceOf, before_last_breath, spoken, voice_of

RATE_HZ = 24_000


def speech(*seconds: float) -> Clip:
    """Tone and silence in turn."""
    parts = [
        np.full(round(length * RATE_HZ), 0.0) if number % 2 else 0.3 * np.sin(np.arange(length * RATE_HZ))
        for number, length in enumerate(seconds)
    ]
    return Clip(np.concatenate(parts), RATE_HZ)


@dataclass
class Actor:
    """Speaks what the tests tell it, and remembers the texts."""

    breaths: dict[str, float]  # by tail
    name: str = "actor"
    asked: list[str] = field(default_factory=list)

    def knows(self, text: SpokenText) -> bool:
        return True

    def identity(self, language: str) -> tuple[str, ...]:
        return ()

    def speak(self, text: SpokenText) -> Clip:
        self.asked.append(text.words)
        for tail, breath in self.breaths.items():
            if text.words.endswith(tail):
                return speech(0.5, 0.05, 0.4, breath, 0.3)
        return speech(1.0)


@pytest.mark.parametrize(
    ("clip", "seconds"),
    [
        (speech(0.5, 0.2, 0.3), 0.6),
        (speech(0.5, 0.2, 0.3, 0.3, 0.2), 1.15),
        (speech(0.5, 0.2, 0.3, 0.05, 0.2), 0.6),  # a stop is no breath
        (speech(0.5, 0.2, 0.3, 0.4), 0.6),  # nor is the silence at the end
        (speech(0.5, 0.05, 0.5), None),
    ],
)
def test_the_cut_is_in_the_middle_of_the_last_breath(clip: Clip, seconds: float | None) -> None:
    cut = before_last_breath(clip)
    assert (
        cut is None
        if seconds is None
        else cut is not None and cut.seconds == pytest.approx(seconds, abs=0.01)
    )


@pytest.mark.parametrize(
    ("words", "breaths", "asked"),
    [
        ("Иванова,", {" мы.": 0.2, " и мы.": 0.2}, ["Иванова, мы."]),
        ("пять,", {" и мы.": 0.2, " мы.": 0.02}, ["пять, мы.", "пять, и мы."]),
        ("шесть,", {" и мы.": 0.02, " мы.": 0.02}, ["шесть, мы.", "шесть, и мы.", "шесть,"]),
        ("Иванова.", {" мы.": 0.2}, ["Иванова."]),
    ],
)
def test_tails_are_tried_in_turn(words: str, breaths: dict[str, float], asked: list[str]) -> None:
    actor = Actor(breaths)
    assert spoken(actor, FixedText("ru", words), (" мы.", " и мы.")).seconds > 0.9
    assert actor.asked == asked


def test_a_voice_that_heeds_commas_speaks_as_it_likes() -> None:
    actor = Actor({})
    spoken(actor, FixedText("en", "Smith,"), ())
    assert actor.asked == ["Smith,"]


@pytest.mark.parametrize(("language", "how"), [("ru", "make rhvoice"), ("en", "piper-tts")])
def test_a_voice_that_is_not_here_says_how_to_get_it(
    language: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> Actor:
        raise ImportError

    monkeypatch.setitem(voices._BEST, language, VoiceOf(absent))
    with pytest.raises(EngineError, match=how):
        voice_of(language, "best")
    assert voice_of(language, "espeak").tails == ()
