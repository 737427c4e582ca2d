"""RHVoice: what holds without its library, and, where `make rhvoice` has built it, how it speaks."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from prompts.audio import finish, speech_level
from prompts.engines import rhvoice
from prompts.engines.protocol import FixedText, SpokenText, ValueText
from prompts.engines.rhvoice import HOME, VOICES, RHVoice, installed
from prompts.errors import EngineError
from tests.prompts.signals import starts_after_seconds

built = pytest.mark.skipif(not installed(), reason="RHVoice is not built: make rhvoice")
HELLO = FixedText("ru", "Здравствуйте! Вам звонит поликлиника.")
SENTENCES: list[SpokenText] = [
    HELLO,
    ValueText("ru", "Если это вы, нажмите один. Если нет, нажмите два."),
    FixedText("ru", "Да."),
    FixedText("en", "Hello. This is the city hospital calling."),
]


@pytest.mark.parametrize("language", ["ru", "en", "kk"])
def test_it_knows_nothing_where_it_is_not_built(language: str, tmp_path: Path) -> None:
    assert not RHVoice(home=tmp_path).knows(FixedText(language, "Да."))


def test_where_it_is_not_built_it_says_what_to_do(tmp_path: Path) -> None:
    engine = RHVoice(home=tmp_path)
    with pytest.raises(EngineError, match="make rhvoice"):
        engine.identity("ru")
    with pytest.raises(EngineError, match="make rhvoice"):
        engine.speak(HELLO)


def test_half_a_build_is_no_build(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / rhvoice.LIBRARY).touch()
    assert not installed(tmp_path)


def test_a_library_that_does_not_load_is_one_failed_engine(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    for name in (rhvoice.CORE, rhvoice.LIBRARY):
        (tmp_path / "lib" / name).write_text("no library")
    (tmp_path / "VERSION").write_text("1")
    with pytest.raises(EngineError, match="make rhvoice again"):
        RHVoice(home=tmp_path).speak(HELLO)


@pytest.mark.parametrize("voice", ["talgat", "natia", "victoria", ""])
def test_voices_that_are_not_free_are_refused(voice: str) -> None:
    with pytest.raises(EngineError, match="aleksandr, elena, irina, anna"):
        RHVoice(voice)


@built
@pytest.mark.parametrize("text", SENTENCES)
def test_sentences_are_spoken_at_a_speaking_pace_and_can_be_finished(text: SpokenText) -> None:
    clip = RHVoice().speak(text)
    letters = sum(letter.isalpha() for letter in text.words)
    assert clip.rate_hz == 24000
    assert 0.04 * letters < clip.seconds < 0.12 * letters + 1.0
    finished = finish(clip, 8000, -20.0)
    level = speech_level(finished)
    assert level is not None
    assert level.active_dbfs == pytest.approx(-20.0, abs=0.5)
    assert starts_after_seconds(finished) <= 0.06


@built
def test_each_russian_voice_is_its_own() -> None:
    spoken = {voice: RHVoice(voice).speak(HELLO).samples.tobytes() for voice in VOICES["ru"]}
    assert len(set(spoken.values())) == len(VOICES["ru"])
    assert len({RHVoice(voice).identity("ru") for voice in VOICES["ru"]}) == len(VOICES["ru"])


@built
def test_identity_names_library_voice_and_wheel() -> None:
    library, voice, wheel = RHVoice().identity("ru")
    assert library.startswith("1.18.4 ")
    assert voice == "aleksandr"
    assert wheel[0].isdigit()


@built
def test_languages_and_voices_do_not_leak_between_sentences() -> None:
    alone = RHVoice().speak(HELLO).samples
    RHVoice("elena").speak(HELLO)
    RHVoice().speak(FixedText("en", "Goodbye."))
    assert np.array_equal(RHVoice().speak(HELLO).samples, alone)


@built
def test_a_stress_mark_is_heard() -> None:
    engine = RHVoice()
    castle, lock = (engine.speak(FixedText("ru", f"Это {word}.")) for word in ("за\u0301мок", "замо\u0301к"))
    assert not np.array_equal(castle.samples, lock.samples)


@built
def test_other_languages_are_refused() -> None:
    text = FixedText("kk", "Сәлеметсіз бе.")
    assert not RHVoice().knows(text)
    with pytest.raises(EngineError, match="the language kk"):
        RHVoice().speak(text)


@built
def test_a_text_without_a_sound_is_a_failure() -> None:
    with pytest.raises(EngineError, match="RHVoice"):
        RHVoice().speak(FixedText("ru", " "))


@built
def test_threads_wait_for_each_other_and_get_their_own_sentence() -> None:
    engine = RHVoice()
    alone = [engine.speak(text).samples for text in SENTENCES]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: engine.speak(text).samples, SENTENCES * 3))
    assert all(np.array_equal(one, other) for one, other in zip(alone * 3, together, strict=True))


def _spoken_bytes(words: str) -> bytes:
    return RHVoice().speak(FixedText("ru", words)).samples.tobytes()


@built
@pytest.mark.parametrize("start", ["spawn", "fork"])
def test_processes_speak_alike(start: str) -> None:
    here = _spoken_bytes(HELLO.words)
    with multiprocessing.get_context(start).Pool(2) as pool:
        assert set(pool.map(_spoken_bytes, [HELLO.words] * 4)) == {here}


@built
def test_a_process_that_has_spoken_ends_and_prints_nothing() -> None:
    code = (
        "from prompts.engines.rhvoice import RHVoice\n"
        "from prompts.engines.protocol import FixedText\n"
        "assert RHVoice().speak(FixedText('ru', 'Да.')).seconds > 0.1\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_library_is_kept_in_the_environment_of_the_product() -> None:
    assert Path(sys.prefix) in HOME.parents
