"""What people have spoken, as files of the house."""

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from prompts.audio import Clip, wav_bytes
from prompts.engines.protocol import FixedText, SpokenText, ValueText
from prompts.engines.recordings import LARGEST_BYTES, LOOK_SECONDS, Recordings
from prompts.errors import EngineError
from tests.prompts.signals import bursts, silence

MP3 = (Path(__file__).parent / "two_seconds.mp3").read_bytes()
SPOKEN = bursts(-26.0, 0.3, 0.1, 3, rate_hz=16000)
YES = FixedText("ru", "Да.")


def encoded(clip: Clip, kind: str) -> bytes:
    if kind == "wav":
        return wav_bytes(clip)
    out = io.BytesIO()
    soundfile.write(out, clip.samples, clip.rate_hz, format=kind)
    return out.getvalue()


class Studied:
    """A folder of recordings, an engine on it, and a clock of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "recordings"
        (self.folder / "ru").mkdir(parents=True)
        self.now = 0.0
        self.engine = Recordings(self.folder, lambda: self.now)

    def put(self, name: str, data: bytes, language: str = "ru") -> Path:
        path = self.folder / language / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        self.later()
        return path

    def later(self) -> None:
        self.now += LOOK_SECONDS


@pytest.fixture
def studied(tmp_path: Path) -> Studied:
    return Studied(tmp_path)


@pytest.mark.parametrize("kind", ["wav", "ogg", "flac"])
@pytest.mark.parametrize("text", [YES, ValueText("ru", "да"), ValueText("ru", "ДА,", private=False)])
def test_a_recording_is_played_at_its_own_rate(studied: Studied, kind: str, text: SpokenText) -> None:
    studied.put(f"Да.{kind}", encoded(SPOKEN, kind))
    assert studied.engine.knows(text)
    clip = studied.engine.speak(text)
    assert clip.rate_hz == 16000
    assert clip.seconds == pytest.approx(SPOKEN.seconds, abs=0.05)


def test_an_mp3_is_played(studied: Studied) -> None:
    studied.put("да.mp3", MP3)
    assert studied.engine.speak(YES).seconds == pytest.approx(2.0, abs=0.15)


def test_stereo_becomes_mono(studied: Studied) -> None:
    out = io.BytesIO()
    soundfile.write(out, np.stack([SPOKEN.samples, SPOKEN.samples], axis=1), 44100, format="WAV")
    studied.put("да.wav", out.getvalue())
    clip = studied.engine.speak(YES)
    assert (clip.rate_hz, clip.samples.ndim, len(clip.samples)) == (44100, 1, len(SPOKEN.samples))


def test_other_words_and_other_languages_are_not_known(studied: Studied) -> None:
    studied.put("да.wav", wav_bytes(SPOKEN))
    studied.put("yes.wav", wav_bytes(SPOKEN), "en")
    asked = [FixedText("ru", "Нет."), FixedText("ru", "yes"), FixedText("en", "да"), FixedText("tt", "да")]
    assert [studied.engine.knows(text) for text in asked] == [False] * 4
    with pytest.raises(EngineError, match="No recording"):
        studied.engine.speak(FixedText("ru", "Нет."))


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_no_folder_is_no_recording(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    engine = Recordings(tmp_path / folder)
    assert not engine.knows(YES)
    assert engine.languages() == ()
    assert engine.identity("ru") == engine.identity("en")


# ---------------------------------------------------------------- changes


def added(studied: Studied) -> None:
    studied.put("нет.wav", wav_bytes(SPOKEN))


def overwritten(studied: Studied) -> None:
    path = studied.folder / "ru" / "да.wav"
    before = path.stat()
    data = wav_bytes(Clip(-SPOKEN.samples, SPOKEN.rate_hz))
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


def removed(studied: Studied) -> None:
    (studied.folder / "ru" / "да.wav").unlink()


def listed(studied: Studied) -> None:
    studied.put("phrases.csv", "file,words\nда.wav,нет\n".encode())


@pytest.mark.parametrize("change", [added, overwritten, removed, listed])
def test_every_change_changes_the_identity(studied: Studied, change: Callable[[Studied], None]) -> None:
    studied.put("да.wav", wav_bytes(SPOKEN))
    before = studied.engine.identity("ru")
    change(studied)
    studied.later()
    assert studied.engine.identity("ru") != before
    assert studied.engine.identity("en") == Recordings(studied.folder).identity("en")


def test_a_new_file_is_seen_a_second_later_and_not_looked_for_before(studied: Studied) -> None:
    assert not studied.engine.knows(YES)
    shutil.copyfile(studied.put("x.wav", wav_bytes(SPOKEN)), studied.folder / "ru" / "да.wav")
    studied.now -= LOOK_SECONDS / 2
    assert not studied.engine.knows(YES)
    studied.later()
    assert studied.engine.knows(YES)


# ---------------------------------------------------------------- what cannot be played


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("да.wav", b""),
        ("да.wav", wav_bytes(SPOKEN)[:44]),
        ("да.wav", b"RIFF nonsense"),
        ("да.mp3", b"<html>not found</html>"),
        ("да.ogg", encoded(SPOKEN, "ogg")[:30]),
        ("да.flac", b"fLaC"),
        ("да.m4a", b"....ftypM4A "),
        ("да.wav", wav_bytes(silence(1.0))),
        ("да.wav", wav_bytes(silence(0.001))),
    ],
    ids=["empty", "header", "nonsense", "page", "cut ogg", "flac", "m4a", "silence", "moment"],
)
def test_a_file_that_cannot_be_played_is_told_once_by_its_name(
    studied: Studied, name: str, data: bytes
) -> None:
    studied.put(name, data)
    assert studied.engine.knows(YES)
    with pytest.raises(EngineError, match=f"ru/{name}.*:") as caught:
        studied.engine.speak(YES)
    assert "\n" not in str(caught.value)
    assert not studied.engine.knows(YES)
    assert studied.engine.problems("ru") == (str(caught.value),)


def test_a_mended_file_is_known_again(studied: Studied) -> None:
    studied.put("да.wav", b"")
    with pytest.raises(EngineError):
        studied.engine.speak(YES)
    studied.put("да.wav", wav_bytes(SPOKEN))
    assert studied.engine.knows(YES)
    assert studied.engine.speak(YES).seconds > 1


def test_a_huge_file_is_not_read(studied: Studied) -> None:
    with (studied.folder / "ru" / "да.wav").open("wb") as out:
        out.truncate(LARGEST_BYTES + 1)
    with pytest.raises(EngineError, match="larger than"):
        studied.engine.speak(YES)


def test_a_line_that_names_a_missing_file_is_told_once(studied: Studied) -> None:
    studied.put("phrases.csv", "file,words\nyes.wav,Да.\n".encode())
    with pytest.raises(EngineError, match="line 2 names yes"):
        studied.engine.speak(YES)
    assert not studied.engine.knows(YES)
    studied.put("yes.wav", wav_bytes(SPOKEN))
    assert studied.engine.speak(YES).seconds > 1


def test_a_broken_recording_of_a_patients_name_is_told_without_it(studied: Studied) -> None:
    studied.put("Иванова.wav", b"")
    with pytest.raises(EngineError) as caught:
        studied.engine.speak(ValueText("ru", "Иванова"))
    assert "ванова" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert "Иванова.wav" in studied.engine.problems("ru")[0]


def test_what_is_of_no_use_is_logged_once(studied: Studied, caplog: pytest.LogCaptureFixture) -> None:
    studied.put("phrases.csv", "1.wav,да\n".encode())
    for _ in range(3):
        assert not studied.engine.knows(YES)
        studied.later()
    (line,) = caplog.messages
    assert line.startswith("recordings_unused folder=")
    assert "count=1" in line


def test_no_file_is_named_in_the_log_or_kept_with_an_error(
    studied: Studied, caplog: pytest.LogCaptureFixture
) -> None:
    studied.put("Заволокина Секлетинья.m4a", b"sound")
    studied.put("phrases.csv", "file,words\nЗаволокина Секлетинья.wav,Кому\n".encode())
    with pytest.raises(EngineError, match="of a value") as caught:
        studied.engine.speak(ValueText("ru", "Заволокина Секлетинья"))
    assert "count=" in caplog.text
    assert "Заволокина" not in caplog.text
    assert caught.value.__context__ is None


def test_good_files_are_no_problem(studied: Studied) -> None:
    studied.put("да.wav", wav_bytes(SPOKEN))
    studied.put("phrases.csv", "file,words\nда.wav,Да.\nда.wav,Ага.\n".encode())
    assert studied.engine.problems("ru") == ()
    assert (studied.engine.languages(), studied.engine.count("ru")) == (("ru",), 2)


def test_a_recording_whose_rights_were_mended_is_asked_again(tmp_path: Path) -> None:
    now = [0.0]
    engine = Recordings(tmp_path, clock=lambda: now[0])
    (tmp_path / "ru").mkdir()
    path = tmp_path / "ru" / "Добрый день.wav"
    path.write_bytes(b"no sound")
    text = FixedText("ru", "Добрый день.")
    with pytest.raises(EngineError):
        engine.speak(text)
    assert not engine.knows(text)
    path.chmod(0o640)
    now[0] += 2 * LOOK_SECONDS
    assert engine.knows(text)
