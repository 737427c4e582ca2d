"""Which engine is asked for which text."""

from dataclasses import replace
from pathlib import Path

import pytest

from prompts.audio import finish
from prompts.engines.chain import Chain, chain_of
from prompts.engines.protocol import FixedText, PersonalText, SpokenText
from prompts.engines.tone import Tone
from prompts.errors import EngineError
from prompts.settings import SpeechSettings

FIXED = FixedText("ru", "Добрый день.")
PERSONAL = PersonalText("ru", "Иванова Анна")


@pytest.mark.parametrize(
    ("online", "text", "engines"),
    [
        (False, FIXED, ["espeak"]),
        (False, PERSONAL, ["espeak"]),
        (True, FIXED, ["gtts", "espeak"]),
        (True, PERSONAL, ["espeak"]),
    ],
)
def test_order(online: bool, text: SpokenText, engines: list[str]) -> None:
    chain = chain_of(SpeechSettings(Path("speech"), online=online))
    assert [take.engine for take in chain.takes(text)] == engines


def test_the_settings_choose_the_engine_and_its_rate() -> None:
    settings = SpeechSettings(Path("speech"))
    (tone,) = chain_of(replace(settings, engine="tone")).takes(FIXED)
    (slow,) = chain_of(replace(settings, words_per_minute=110)).takes(FIXED)
    assert tone.engine == "tone"
    assert "110" in slow.identity()


def test_an_unknown_language_fails_when_the_take_is_tried() -> None:
    (take,) = chain_of(SpeechSettings(Path("speech"))).takes(FixedText("tt", "Рәхмәт"))
    with pytest.raises(EngineError):
        take.identity()


def test_takes_are_made_one_at_a_time() -> None:
    """The second engine is not touched while the first speaks."""
    takes = Chain((), (Tone(), Tone())).takes(FIXED)
    assert finish(next(takes).speak(), 8000, -20.0).seconds > 0.2


def test_tones_are_the_same_for_the_same_words_and_differ_for_others() -> None:
    tone = Tone()
    assert (tone.speak(FIXED).samples == tone.speak(PersonalText("en", FIXED.words)).samples).all()
    other = tone.speak(FixedText("ru", "Добрый вечер."))
    assert other.seconds == tone.speak(FIXED).seconds
    assert (other.samples != tone.speak(FIXED).samples).any()
