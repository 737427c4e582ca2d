"""Text and values in, a playable file out."""

import logging
import multiprocessing
import pickle
import re
import traceback
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from prompts.audio import Clip, read_wav, speech_level
from prompts.engines.chain import Chain
from prompts.engines.protocol import FixedText, SpokenText
from prompts.engines.tone import Tone
from prompts.errors import BadTemplate, BadValue, CacheError, EngineError, NoVoice, TextError, UnknownLanguage
from prompts.settings import SpeechSettings
from prompts.spoken.sentences import JOINT_SECONDS, SENTENCE_PAUSE_SECONDS
from prompts.studio import IDENTITY_SECONDS, Studio, Text, Value
from tests.prompts.signals import silence, starts_after_seconds

NAME = Value("name", "Иванова Анна")
HOUSE = Value("place", "поликлиника", shared=True)
PERSONAL = Text("ru", "Сообщение для {full_name}.", {"full_name": NAME})
SHARED = Text(
    "ru", "Это {institution}, {day:date}.", {"institution": HOUSE, "day": Value("date", "2024-12-03")}
)
OPENING = Text(
    "ru", "Это {institution}. Добрый день. Кому: {full_name}.", {"full_name": NAME, "institution": HOUSE}
)
SHORT = Text("ru", "Спасибо. Будьте здоровы. До свидания.")
FIXED = Text("ru", "Добрый день. Нажмите {key:1}.")


@dataclass
class Told:
    """An engine that remembers what it was told, and fails or is silent when it should."""

    name: str = "told"
    failing: bool = False
    mute: bool = False
    unnamed: bool = False  # cannot even tell its version
    wild: bool = False  # raises what no engine should
    knowing: str = ""  # texts that hold this
    resting: bool = False
    texts: list[SpokenText] = field(default_factory=list)

    def identity(self, language: str) -> tuple[str, ...]:
        if self.unnamed:
            raise EngineError("It is not installed.")
        return ("1",)

    def knows(self, text: SpokenText) -> bool:
        return self.knowing in text.words

    def speak(self, text: SpokenText) -> Clip:
        self.texts.append(text)
        if self.failing:
            raise EngineError("It is broken.")
        if self.wild:
            raise RuntimeError(f"cannot say {text.words}")
        return silence(1.0) if self.mute else Tone().speak(text)

    @property
    def words(self) -> list[str]:
        return [text.words for text in self.texts]


@pytest.fixture
def settings(tmp_path: Path) -> SpeechSettings:
    return SpeechSettings(tmp_path / "speech", engine="tone")


@pytest.mark.parametrize("text", [FIXED, PERSONAL, SHORT])
def test_a_finished_file(settings: SpeechSettings, text: Text) -> None:
    studio = Studio(replace(settings, engine="espeak"))
    path = studio.render(text, "c1")
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
    clip = read_wav(path.read_bytes())
    level = speech_level(clip)
    assert level is not None
    assert level.active_dbfs == pytest.approx(-20.0, abs=1.0)
    assert starts_after_seconds(clip) <= 0.06


def test_rate_and_level_are_the_settings(settings: SpeechSettings) -> None:
    path = Studio(replace(settings, rate_hz=16000, level_dbfs=-26.0, engine="espeak")).render(FIXED)
    clip = read_wav(path.read_bytes())
    level = speech_level(clip)
    assert clip.rate_hz == 16000
    assert level is not None
    assert level.active_dbfs == pytest.approx(-26.0, abs=1.0)


def test_texts_of_the_house_are_shared_and_personal_ones_are_their_owners(settings: SpeechSettings) -> None:
    studio = Studio(settings)
    assert studio.render(FIXED) == studio.render(FIXED, "c1")
    assert studio.render(FIXED).parent == studio.render(SHARED).parent == settings.folder / "shared"
    assert studio.render(PERSONAL, "c1").parent == settings.folder / "personal" / "c1"
    assert studio.render(PERSONAL, "c2").parent == settings.folder / "personal" / "c2"


def test_the_second_time_no_engine_is_asked(settings: SpeechSettings) -> None:
    engine = Told()
    studio = Studio(settings, Chain(local=(engine,)))
    first, second = studio.rendered(PERSONAL, "c1"), studio.rendered(PERSONAL, "c1")
    assert (first.path, first.cached, second.path, second.cached) == (second.path, False, first.path, True)
    assert len(engine.texts) == 1


def test_sentences_are_rendered_once_for_all_texts_and_contacts_but_names_never_kept_by_themselves(
    settings: SpeechSettings,
) -> None:
    engine = Told()
    studio = Studio(settings, Chain(local=(engine,)))
    studio.render(FIXED)
    studio.render(OPENING, "c1")
    studio.render(OPENING, "c2")
    assert engine.words == [
        "Добрый день.",
        "Нажмите один.",
        "Это поликлиника.",
        "Кому: Иванова Анна.",
        "Кому: Иванова Анна.",
    ]
    assert len(list((settings.folder / "personal").rglob("*.wav"))) == 2
    assert len(list((settings.folder / "shared").glob("*.wav"))) == 4  # three sentences and the text FIXED


def test_a_damaged_or_missing_part_is_made_again(settings: SpeechSettings) -> None:
    engine = Told()
    studio = Studio(settings, Chain(local=(engine,)))
    studio.render(FIXED)
    for path in (settings.folder / "shared").glob("*.wav"):
        path.write_bytes(b"RIFF")
    studio.render(OPENING, "c1")
    for path in (settings.folder / "shared").glob("*.wav"):
        path.unlink()
    again = studio.rendered(FIXED)
    assert (again.cached, engine.words.count("Добрый день.")) == (False, 3)
    assert read_wav(again.path.read_bytes()).seconds > 0.5


def test_a_voice_that_changes_is_heard_a_second_later(settings: SpeechSettings) -> None:
    @dataclass
    class Versioned(Told):
        version: str = "1"
        asked: int = 0

        def identity(self, language: str) -> tuple[str, ...]:
            self.asked += 1
            return (self.version,)

    now = [100.0]
    engine = Versioned()
    studio = Studio(settings, Chain(local=(engine,)), clock=lambda: now[0])
    first = studio.rendered(FIXED)
    engine.version = "2"
    assert studio.rendered(FIXED) == replace(first, cached=True)
    now[0] += IDENTITY_SECONDS
    assert studio.rendered(FIXED).path != first.path
    assert engine.asked == 2


def test_pauses_stand_where_the_punctuation_asks(settings: SpeechSettings) -> None:
    """A word is 0.08 s; what finish leaves about it is 0.09 s."""
    studio = Studio(settings, Chain(local=(Told("pack", knowing="для"), Told("other"))))
    clip = read_wav(studio.render(PERSONAL, "c1").read_bytes())
    split = read_wav(studio.render(FIXED).read_bytes())
    assert clip.seconds == pytest.approx(
        0.18 + 0.18 + 2 * 0.09 + JOINT_SECONDS + SENTENCE_PAUSE_SECONDS, abs=0.04
    )
    assert split.seconds == pytest.approx(2 * (0.18 + 0.09 + SENTENCE_PAUSE_SECONDS), abs=0.04)


def test_the_same_words_in_two_languages_do_not_collide(settings: SpeechSettings) -> None:
    value = {"code": Value("digits", "1")}
    paths = {Studio(settings).render(Text(language, "{code}", value), "c1") for language in ("ru", "en")}
    assert len(paths) == 2


def test_forget_removes_what_holds_values(settings: SpeechSettings) -> None:
    studio = Studio(settings)
    shared, mine, yours = studio.render(FIXED), studio.render(PERSONAL, "c1"), studio.render(PERSONAL, "c2")
    studio.forget("c1")
    studio.forget("nobody")
    assert [shared.exists(), mine.parent.exists(), yours.exists()] == [True, False, True]


def test_a_personal_text_needs_an_owner(settings: SpeechSettings) -> None:
    with pytest.raises(CacheError, match="owner"):
        Studio(settings).render(PERSONAL)
    with pytest.raises(CacheError, match="owner"):
        Studio(settings).render(PERSONAL, "../c1")


def test_only_fixed_sentences_go_online(settings: SpeechSettings) -> None:
    online, offline = Told("online"), Told("offline")
    studio = Studio(settings, Chain(online=(online,), local=(offline,)))
    for text in (FIXED, OPENING, SHARED):
        studio.render(text, "c1")
    assert online.texts == [FixedText("ru", "Добрый день."), FixedText("ru", "Нажмите один.")]
    assert offline.words == ["Это поликлиника.", "Кому: Иванова Анна.", "Это поликлиника, третьего декабря."]


@pytest.mark.parametrize(
    "broken",
    [
        Told("broken", failing=True),
        Told("broken", mute=True),
        Told("broken", unnamed=True),
        Told("broken", wild=True),
    ],
)
def test_a_failing_engine_falls_through_and_says_so_once(
    settings: SpeechSettings, broken: Told, caplog: pytest.LogCaptureFixture
) -> None:
    studio = Studio(settings, Chain(local=(broken, Told("sound"))))
    with caplog.at_level(logging.WARNING):
        parts = [part for text in (PERSONAL, FIXED, OPENING) for part in studio.rendered(text, "c1").parts]
    assert {part.engine for part in parts} == {"sound"}
    (line,) = [record.getMessage() for record in caplog.records]
    assert "engine=broken" in line
    assert "Иванова" not in line


def test_an_engine_that_fails_one_sentence_is_left_out_of_the_whole_text_and_of_no_other(
    settings: SpeechSettings,
) -> None:
    """No text begins in one voice and ends in another because of a failure."""

    @dataclass
    class Choosy(Told):
        def speak(self, text: SpokenText) -> Clip:
            if "Иванова" in text.words:
                raise EngineError("It does not like the name.")
            return super().speak(text)

    studio = Studio(settings, Chain(local=(Choosy("choosy"), Told("sound"))))
    assert {part.engine for part in studio.rendered(OPENING, "c1").parts} == {"sound"}
    assert {part.engine for part in studio.rendered(FIXED).parts} == {"choosy"}


@pytest.mark.parametrize("broken", [{"failing": True}, {"mute": True}, {"unnamed": True}, {"wild": True}])
def test_no_voice_at_all(settings: SpeechSettings, broken: dict[str, bool]) -> None:
    studio = Studio(settings, Chain(local=(Told(**broken),)))  # type: ignore[arg-type]
    with pytest.raises(NoVoice, match="No voice") as caught:
        studio.render(PERSONAL, "c1")
    assert "Иванова" not in "".join(traceback.format_exception(caught.value))
    assert list(settings.folder.rglob("*.wav")) == []


def test_what_fails_at_its_last_sentence_leaves_nothing_half(settings: SpeechSettings) -> None:
    studio = Studio(settings, Chain(local=(Told(knowing="о"),)))
    with pytest.raises(NoVoice):
        studio.render(Text("ru", "Добрый день. {full_name}.", {"full_name": Value("name", "Ким Ян")}), "c1")
    assert studio.owners() == ()
    assert [path for path in settings.folder.rglob("*") if path.suffix not in (".wav", "")] == []


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        (Text("ru", "Нажмите 1"), BadTemplate, "as a value"),
        (Text("ru", "Привет 😀"), BadTemplate, "GRINNING FACE"),
        (Text("ru", "При\x07вет"), BadTemplate, "at character 4"),
        (Text("ru", "Да. " * 2500), BadTemplate, "has 10000 letters"),
        (Text("ru", "Кому: {full_name"), BadTemplate, "no fellow"),
        (Text("ru", "{full_name}"), BadValue, "no value for {full_name}"),
        (Text("ru", "{x}", {"x": Value("name", "😀")}), BadValue, "nothing that can be spoken"),
        (Text("ru", "{x}", {"x": Value("text", "а" * 10_000)}), BadValue, "longer than"),
        (Text("tlh", "nuqneH"), UnknownLanguage, "'tlh' is not spoken here"),
    ],
)
def test_bad_input_is_one_sentence_before_any_engine(
    settings: SpeechSettings, text: Text, error: type[TextError], told: str
) -> None:
    engine = Told()
    studio = Studio(settings, Chain(local=(engine,)))
    for doing in (studio.wording, studio.cast, lambda text: studio.rendered(text, "c1")):
        with pytest.raises(error, match=re.escape(told)) as caught:
            doing(text)
        assert re.fullmatch(r"[^\n]{20,200}\.", str(caught.value))
    assert engine.texts == []


def test_wording_is_what_the_engine_is_told(settings: SpeechSettings) -> None:
    engine = Told()
    studio = Studio(settings, Chain(local=(engine,)))
    studio.render(OPENING, "c1")
    assert " ".join(engine.words) == studio.wording(OPENING)
    assert {"ru", "en"} <= set(studio.languages)


def test_threads_render_one_clip_once(settings: SpeechSettings) -> None:
    engine = Told()
    studio = Studio(settings, Chain(local=(engine,)))
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda text: studio.render(text, "c1"), [PERSONAL, FIXED, OPENING] * 16))
    assert len(set(paths)) == 3
    assert len(engine.words) == len(set(engine.words))
    assert {path.suffix for path in settings.folder.rglob("*.*")} == {".wav"}
    assert all(read_wav(path.read_bytes()).seconds > 0.2 for path in paths)


def _render(settings: SpeechSettings) -> str:
    return str(Studio(settings).render(PERSONAL, "c1"))


def test_a_studio_in_another_process_finds_the_same_audio(settings: SpeechSettings) -> None:
    assert pickle.loads(pickle.dumps(settings)) == settings
    here = Studio(settings).render(PERSONAL, "c1")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert set(pool.map(_render, [settings] * 4)) == {str(here)}


def test_a_name_is_spoken_once_for_all_texts_of_its_owner_and_then_forgotten(
    settings: SpeechSettings,
) -> None:
    engine = Told()
    studio = Studio(settings, Chain(local=(engine,)))
    greeting = Text("ru", "Добрый день. Кому: {full_name}.", {"full_name": NAME})
    farewell = Text("ru", "Кому: {full_name}. До свидания.", {"full_name": NAME})
    for owner in ("c1", "c2", "c1"):
        studio.render(greeting, owner)
        studio.render(farewell, owner)
    assert engine.words.count("Кому: Иванова Анна.") == 2  # the files of c1 were there the third time
    studio.forget("c1")
    studio.render(greeting, "c1")
    assert engine.words.count("Кому: Иванова Анна.") == 3
