"""Text and values in, a playable file out."""

import logging
import multiprocessing
import pickle
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from prompts.audio import Clip, read_wav, speech_level
from prompts.engines.chain import Chain
from prompts.engines.protocol import FixedText, SpokenText
from prompts.engines.tone import Tone
from prompts.errors import BadTemplate, BadValue, CacheError, EngineError, NoVoice
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text, Value
from tests.prompts.signals import silence, starts_after_seconds

NAME = Value("name", "Иванова Анна")
PERSONAL = Text("ru", "Сообщение для {full_name}.", {"full_name": NAME})
FIXED = Text("ru", "Добрый день. Нажмите {key:1}.")


@dataclass
class Told:
    """An engine that remembers what it was told, and fails or is silent when it should."""

    name: str = "told"
    failing: bool = False
    mute: bool = False
    texts: list[SpokenText] = field(default_factory=list)

    def identity(self, language: str) -> tuple[str, ...]:
        return ("1",)

    def speak(self, text: SpokenText) -> Clip:
        self.texts.append(text)
        if self.failing:
            raise EngineError("It is broken.")
        return silence(1.0) if self.mute else Tone().speak(text)


@pytest.fixture
def settings(tmp_path: Path) -> SpeechSettings:
    return SpeechSettings(tmp_path / "speech", engine="tone")


@pytest.mark.parametrize("text", [FIXED, PERSONAL])
@pytest.mark.parametrize("engine", ["tone", "espeak"])
def test_a_finished_file(settings: SpeechSettings, engine: str, text: Text) -> None:
    studio = Studio(replace(settings, engine="espeak" if engine == "espeak" else "tone"))
    path = studio.render(text, "c1")
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
    clip = read_wav(path.read_bytes())
    level = speech_level(clip)
    assert level is not None
    assert level.active_dbfs == pytest.approx(-20.0, abs=0.5)
    assert starts_after_seconds(clip) <= 0.06


def test_rate_and_level_are_the_settings(settings: SpeechSettings) -> None:
    path = Studio(replace(settings, rate_hz=16000, level_dbfs=-26.0)).render(FIXED)
    clip = read_wav(path.read_bytes())
    level = speech_level(clip)
    assert clip.rate_hz == 16000
    assert level is not None
    assert level.active_dbfs == pytest.approx(-26.0, abs=0.2)


def test_fixed_texts_are_shared_and_personal_ones_are_their_owners(settings: SpeechSettings) -> None:
    studio = Studio(settings)
    assert studio.render(FIXED) == studio.render(FIXED, "c1")
    assert studio.render(FIXED).parent == settings.folder / "fixed"
    assert studio.render(PERSONAL, "c1").parent == settings.folder / "personal" / "c1"
    assert studio.render(PERSONAL, "c2").parent == settings.folder / "personal" / "c2"


def test_the_second_time_no_engine_is_asked(settings: SpeechSettings) -> None:
    engine = Told()
    studio = Studio(settings, Chain((), (engine,)))
    first, second = studio.rendered(PERSONAL, "c1"), studio.rendered(PERSONAL, "c1")
    assert (first.path, first.cached, second.path, second.cached) == (second.path, False, first.path, True)
    assert len(engine.texts) == 1


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


def test_only_fixed_texts_go_online(settings: SpeechSettings) -> None:
    online, offline = Told("online"), Told("offline")
    studio = Studio(settings, Chain((online,), (offline,)))
    studio.render(FIXED)
    studio.render(PERSONAL, "c1")
    assert online.texts == [FixedText("ru", "Добрый день. Нажмите один.")]
    assert [text.words for text in offline.texts] == ["Сообщение для Иванова Анна."]


@pytest.mark.parametrize("broken", [Told("broken", failing=True), Told("broken", mute=True)])
def test_a_failing_engine_falls_through_and_says_so_once(
    settings: SpeechSettings, broken: Told, caplog: pytest.LogCaptureFixture
) -> None:
    studio = Studio(settings, Chain((), (broken, Told("sound"))))
    with caplog.at_level(logging.WARNING):
        engines = [studio.rendered(text, "c1").engine for text in (PERSONAL, FIXED, PERSONAL)]
    assert engines == ["sound"] * 3
    (line,) = [record.getMessage() for record in caplog.records]
    assert "engine=broken" in line
    assert "Иванова" not in line


def test_no_voice_at_all(settings: SpeechSettings) -> None:
    studio = Studio(settings, Chain((), (Told(failing=True),)))
    with pytest.raises(NoVoice, match="No voice") as caught:
        studio.render(PERSONAL, "c1")
    assert "Иванова" not in str(caught.value)
    assert list(settings.folder.rglob("*.wav")) == []


def test_text_errors_come_before_any_engine(settings: SpeechSettings) -> None:
    engine = Told()
    studio = Studio(settings, Chain((), (engine,)))
    with pytest.raises(BadTemplate):
        studio.render(Text("ru", "Нажмите 1"))
    with pytest.raises(BadValue):
        studio.render(Text("ru", "{full_name}"), "c1")
    assert engine.texts == []


def test_wording_is_what_the_engine_is_told(settings: SpeechSettings) -> None:
    engine = Told()
    studio = Studio(settings, Chain((), (engine,)))
    studio.render(PERSONAL, "c1")
    assert [text.words for text in engine.texts] == [studio.wording(PERSONAL)]
    assert set(studio.languages) == {"ru", "en"}


def test_threads_render_the_same_clip_without_harm(settings: SpeechSettings) -> None:
    studio = Studio(settings)
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: studio.render(PERSONAL, "c1"), range(32)))
    assert len(set(paths)) == 1
    assert [entry.name for entry in paths[0].parent.iterdir()] == [paths[0].name]
    assert read_wav(paths[0].read_bytes()).seconds > 0.2


def _render(settings: SpeechSettings) -> str:
    return str(Studio(settings).render(PERSONAL, "c1"))


def test_a_studio_in_another_process_finds_the_same_audio(settings: SpeechSettings) -> None:
    assert pickle.loads(pickle.dumps(settings)) == settings
    here = Studio(settings).render(PERSONAL, "c1")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert set(pool.map(_render, [settings] * 4)) == {str(here)}
