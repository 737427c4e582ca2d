"""Hearing a campaign before its patients do."""

from pathlib import Path

import numpy as np
import pytest

from campaigns.engine.auditions import Heard, cast, engines_of, heard, in_percent, rendered, shares, too_long
from campaigns.engine.texts import Sample
from campaigns.errors import Unspeakable
from prompts.audio import Clip
from prompts.settings import SpeechSettings
from prompts.spoken.sentences import Phrase
from prompts.studio import Part, Studio, Text, Value

NAMED = Text("ru", "Кому: {full_name}.", {"full_name": Value("name", "Мария Петрова", shared=True)})
PARTS = (Part("pack", "абвгдежз", True), Part("espeak", "аб", False), Part("pack", "ab", True))


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(SpeechSettings(tmp_path / "speech", engine="tone"))


def sentence(words: int, seconds: float) -> Heard:
    sample = Sample("c", "ru", "t", Text("ru", "слово"))
    clip = Clip(np.zeros(round(seconds * 8000)), 8000)
    return Heard(sample, (Phrase(" ".join(["слово"] * words)),), (), clip, b"")


@pytest.mark.parametrize(
    ("words", "seconds", "reason"),
    [
        (25, 12.0, ""),
        (26, 3.0, "has 26 words, and more than 25 are hard to follow by ear"),
        (3, 12.2, "takes 12.2 s, and more than 12 s are hard to follow by ear"),
    ],
)
def test_a_long_sentence_is_told_by_words_or_by_time(words: int, seconds: float, reason: str) -> None:
    assert too_long(sentence(words, seconds)) == reason


def test_a_sample_is_heard_as_it_is_played(studio: Studio) -> None:
    done = heard(studio, Sample("c", "ru", "t", NAMED))
    assert done.words == "Кому: Мария Петрова."
    assert [phrase.value for phrase in done.phrases] == [False, True]
    assert (done.engines, done.wav[:4]) == (("tone",), b"RIFF")
    assert done.level_dbfs == pytest.approx(-20.0, abs=4.0)  # the pause behind it counts a little


def test_made_up_values_leave_no_personal_audio_and_are_rendered_once(studio: Studio) -> None:
    sample = Sample("c", "ru", "t", NAMED)
    assert [rendered(studio, sample).cached, rendered(studio, sample).cached] == [False, True]
    assert studio.owners() == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (Text("ru", "Здравствуйте 😀"), "no voice can say"),
        (Text("ru", "Здравствуйте, {full_name}."), "{full_name}"),
        (Text("xx", "Hello"), "'xx' is not spoken here"),
        (Text("ru", "а" * 10_000), "10000 letters"),
        (Text("ru", "Звук \x07"), "U+0007"),
    ],
)
def test_what_cannot_be_spoken_is_named(studio: Studio, text: Text, reason: str) -> None:
    sample = Sample("survey", text.language, "hello", text)
    for hear in (rendered, heard, cast):
        with pytest.raises(Unspeakable) as refused:
            hear(studio, sample)
        said = str(refused.value)
        assert said.startswith(f'survey: the text "hello" in {text.language} cannot be spoken: ')
        assert reason in said


def test_shares_are_counted_by_letters() -> None:
    assert engines_of(PARTS) == ("pack", "espeak")
    assert shares(PARTS) == {"pack": pytest.approx(10 / 12), "espeak": pytest.approx(2 / 12)}
    assert in_percent(shares(PARTS)) == "pack 83.3 %, espeak 16.7 %"
    assert shares(()) == {}
