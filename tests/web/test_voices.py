"""The page of voices: every sentence once, its audio inside, nothing from a network, nothing as markup."""

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from campaigns.engine.auditions import Heard
from campaigns.engine.texts import Sample
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.web.voices import WAVE_HEIGHT, Stretch, stretches, voices_page, wave_path
from prompts.audio import Clip, wav_bytes
from prompts.spoken.sentences import Phrase
from prompts.studio import Part, Text

SCRIPT = load_script(LIBRARY / "covid-results.yaml")
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
BEEP = Clip(np.sin(np.arange(8000) * 0.7) * 0.2, 8000)


def sentence(text: str, number: int, words: str, language: str = "ru", clip: Clip = BEEP) -> Heard:
    sample = Sample(SCRIPT.name, language, text, Text(language, words), number)
    return Heard(sample, (Phrase(words),), (Part("espeak", words, True),), clip, wav_bytes(clip))


HEARD = [
    sentence("opening", 1, "Важное сообщение."),
    sentence("opening", 2, "Кому: <b>Мария</b>."),
    sentence("positive", 1, "Ваш результат <положительный>."),
    sentence("opening", 1, "An important message.", "en"),
]
PAGE = voices_page(SCRIPT, HEARD, NOW)


def test_every_sentence_can_be_played_and_its_audio_is_there_once() -> None:
    assert PAGE.count('class="one"') == len(HEARD)
    assert PAGE.count('class="all"') == 1  # only a text of several sentences has one
    sounds = re.findall(r'^(s\d+): "([A-Za-z0-9+/=]+)"', PAGE, flags=re.MULTILINE)
    assert [name for name, _ in sounds] == ["s0"]
    assert base64.b64decode(sounds[0][1]) == wav_bytes(BEEP)
    assert set(re.findall(r'data-sound="(s\d+)"', PAGE)) == {"s0"}


def test_it_says_who_speaks_how_long_and_how_loud() -> None:
    assert "<b>espeak</b><br>1.0 s, -16.9 dBFS" in PAGE
    assert 'lang="en"' in PAGE
    assert "only to the verified person" in PAGE
    assert PAGE.count("<path d=") == len(HEARD) * 3  # the button and the waveform, grey and played


def test_words_cannot_become_markup_and_nothing_is_loaded() -> None:
    assert "<b>Мария" not in PAGE
    assert "&lt;b&gt;Мария&lt;/b&gt;" in PAGE
    assert "http" not in PAGE
    assert "src=" not in PAGE.replace("audio.src = ", "")


def test_what_is_hard_to_follow_is_flagged() -> None:
    long = replace(HEARD[0], phrases=(Phrase(" ".join(["слово"] * 30)),))
    page = voices_page(SCRIPT, [long, HEARD[1]], NOW)
    assert "It has 30 words" in page
    assert page.count("sentence flagged") == 1
    assert "1 hard to follow by ear" in page
    assert "hard to follow" not in PAGE


@pytest.mark.parametrize(
    ("parts", "phrases", "shown"),
    [
        (
            [Part("pack", "Кому: Мария.", False)],
            [Phrase("Кому:"), Phrase("Мария.", value=True)],
            [Stretch("Кому:", "pack", False), Stretch("Мария.", "pack", True)],
        ),
        (  # a comma that the chain adds, so that the voice does not fall
            [Part("pack", "Это,", True), Part("espeak", "Мария.", False)],
            [Phrase("Это"), Phrase("Мария.", value=True)],
            [Stretch("Это", "pack", False), Stretch("Мария.", "espeak", True)],
        ),
        ([Part("pack", "Да.", True)], [Phrase("Да.")], [Stretch("Да.", "pack", False)]),
    ],
)
def test_phrases_know_their_engine(parts: list[Part], phrases: list[Phrase], shown: list[Stretch]) -> None:
    assert stretches(parts, phrases) == shown


def test_a_waveform_stays_in_its_box() -> None:
    path = wave_path([0.0, 0.3, 1.0])
    heights = [float(pair.split(",")[1]) for pair in re.findall(r"[\d.]+,[\d.]+", path)]
    assert len(heights) == 6
    assert 0.0 <= min(heights) < max(heights) <= WAVE_HEIGHT
    assert path.startswith("M0,")
    assert path.endswith("Z")
