"""Which voices are here, and how to get the others."""

from pathlib import Path

import pytest

from prompts import voices
from prompts.audio import wav_bytes
from prompts.engines import festival, rhvoice
from prompts.engines.pack import Pack
from prompts.settings import SpeechSettings
from prompts.spoken.wording import LANGUAGES
from prompts.voices import VoiceInfo, installed
from tests.prompts.signals import bursts

ORDER = ["recordings", "gtts", "piper", "rhvoice", "pack", "festival", "espeak"]


def listed(settings: SpeechSettings, engine: str, language: str) -> list[VoiceInfo]:
    return [one for one in installed(settings) if (one.engine, one.language) == (engine, language)]


@pytest.fixture
def settings(tmp_path: Path) -> SpeechSettings:
    return SpeechSettings(tmp_path / "speech", recordings=tmp_path / "recordings", voices=tmp_path / "voices")


def test_every_language_has_a_voice_and_engines_stand_in_the_order_of_the_chain(
    settings: SpeechSettings,
) -> None:
    for language in LANGUAGES:
        engines = [one.engine for one in installed(settings) if one.language == language]
        assert engines == sorted(engines, key=ORDER.index)
        assert any(one.installed for one in listed(settings, "espeak", language))


def test_notes_are_one_sentence_or_command(settings: SpeechSettings) -> None:
    for voice in installed(settings):
        assert voice.note
        assert "\n" not in voice.note


@pytest.mark.parametrize(
    ("engine", "language", "told"),
    [
        ("recordings", "ru", "each named by the words"),
        ("gtts", "en", "online = true"),
        ("piper", "ru", "python -m piper.download_voices ru_RU-dmitri-medium"),
        ("piper", "ru", "ruslan is for non-commercial use"),
    ],
)
def test_what_is_not_here_tells_how_to_get_it(
    settings: SpeechSettings, engine: str, language: str, told: str
) -> None:
    (voice,) = listed(settings, engine, language)
    assert not voice.installed
    assert told in voice.note


def test_without_programs_they_are_told(
    settings: SpeechSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Nowhere(festival.Festival):
        def __init__(self) -> None:
            super().__init__(voices_folder=tmp_path)

    class NoPack(Pack):
        def __init__(self) -> None:
            super().__init__(tmp_path)

    monkeypatch.setattr(festival, "Festival", Nowhere)
    monkeypatch.setattr(voices, "Pack", NoPack)
    monkeypatch.setattr(rhvoice, "installed", lambda: False)
    for engine, told in [("festival", "festvox-ru"), ("pack", "make pack"), ("rhvoice", "make rhvoice")]:
        for voice in listed(settings, engine, "ru"):
            assert not voice.installed
            assert told in voice.note


def test_a_language_that_no_pack_is_made_for_has_no_line_about_one(settings: SpeechSettings) -> None:
    assert listed(settings, "pack", "kk") == []


def test_the_wheels_voice_is_here(settings: SpeechSettings) -> None:
    (joe,) = listed(settings, "piper", "en")
    assert (joe.voice, joe.installed) == ("en_US-joe-medium", True)


def test_of_two_voices_the_one_in_use_is_told(settings: SpeechSettings) -> None:
    assert settings.voices is not None
    settings.voices.mkdir()
    for name in ("ru_RU-denis-medium.onnx", "ru_RU-dmitri-medium.onnx"):
        (settings.voices / name).write_bytes(b"voice")
    (settings.voices / "ru_RU-dmitri-medium.onnx.json").write_text("{}")
    denis, dmitri = listed(settings, "piper", "ru")
    assert not denis.installed
    assert "Put ru_RU-denis-medium.onnx.json beside" in denis.note
    assert dmitri.installed
    assert "ru_RU-denis-medium is used" in dmitri.note


def test_a_voice_without_the_package_is_told(
    settings: SpeechSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "package_here", lambda: False)
    (joe,) = listed(settings, "piper", "en")
    assert not joe.installed
    assert "pip install piper-tts" in joe.note


def test_recordings_are_counted_and_the_useless_ones_told(settings: SpeechSettings) -> None:
    assert settings.recordings is not None
    folder = settings.recordings / "ru"
    folder.mkdir(parents=True)
    (folder / "Да.wav").write_bytes(wav_bytes(bursts(-26.0, 0.3, 0.1, 3, rate_hz=16000)))
    (one,) = listed(settings, "recordings", "ru")
    assert (one.voice, one.installed, str(folder) in one.note) == ("texts: 1", True, True)
    (folder / "Нет.wav").write_bytes(b"")
    (two,) = listed(settings, "recordings", "ru")
    assert "ru/Нет.wav" in two.note


def test_no_folders_in_the_settings(tmp_path: Path) -> None:
    settings = SpeechSettings(tmp_path)
    assert listed(settings, "recordings", "ru") == []
    assert "[speech]" in listed(settings, "piper", "ru")[0].note
    (online,) = listed(SpeechSettings(tmp_path, online=True), "gtts", "ru")
    assert online.installed
