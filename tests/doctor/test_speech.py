"""What the doctor says of voices: whose, how much of it, what fails, what would be better, and no name."""

from collections import Counter
from pathlib import Path

import pytest

from campaigns.doctor import speech
from campaigns.doctor.speech import Picture, finding
from campaigns.settings import Home, SettingsFile, TrunkTable
from campaigns.store.creation import create_database
from prompts.audio import Clip
from prompts.engines.chain import Chain
from prompts.engines.gtts import Gtts
from prompts.engines.protocol import FixedText
from prompts.engines.tone import Tone
from prompts.studio import Part
from prompts.voices import VoiceInfo
from tests.engine.world import COVID, World

TRUNK = TrunkTable(name="main", uri="sip:127.0.0.1:5060")
MOSTLY_PACK = [Part("pack", "абвгдежзи", True), Part("espeak", "а", False)]
SHARES = "Patients hear pack 90.0 %, espeak 10.0 % of the campaigns' words."
BETTER = "Better would be"
RHVOICE = VoiceInfo("rhvoice", "ru", "aleksandr", False, "Run make rhvoice.")
PIPER = VoiceInfo("piper", "ru", "dmitri", False, "Get it.")
HERE = VoiceInfo("rhvoice", "ru", "aleksandr", True, "It is here.")


@pytest.mark.parametrize(
    ("picture", "verdict", "sentence"),
    [
        (Picture(MOSTLY_PACK), "right", SHARES),
        (
            Picture([Part("espeak", "слово", True)], better="Better would be x."),
            "doubtful",
            "Patients hear espeak 100.0 % of the campaigns' words. Better would be x.",
        ),
        (
            Picture(MOSTLY_PACK, names=Counter({"pack": 7, "espeak": 3, "": 1})),
            "right",
            f"{SHARES} Of 11 names that wait 3 fall to espeak, 1 cannot be spoken.",
        ),
        (
            Picture(MOSTLY_PACK, names=Counter(pack=7)),
            "right",
            f"{SHARES} The 7 names that wait are said by the same voice.",
        ),
        (
            Picture(MOSTLY_PACK, faults=["The recording ru/a.wav is cut."]),
            "doubtful",
            f"{SHARES} The recording ru/a.wav is cut.",
        ),
        (Picture(unspeakable=["There is no voice."]), "wrong", "There is no voice."),
    ],
)
def test_a_language_is_one_finding(picture: Picture, verdict: str, sentence: str) -> None:
    found = finding("ru", picture)
    assert (found.what, found.verdict, found.sentence) == ("speech ru", verdict, sentence)


@pytest.mark.parametrize(
    ("voices", "language", "voice", "advice"),
    [
        (
            [PIPER, RHVOICE],
            "ru",
            "pack",
            f"{BETTER} rhvoice with the voice aleksandr. Run make rhvoice.",
        ),
        ([PIPER, HERE], "ru", "espeak", f"{BETTER} piper with the voice dmitri. Get it."),
        ([PIPER, RHVOICE], "ru", "rhvoice", ""),
        ([PIPER, RHVOICE], "ru", "recordings", ""),
        ([PIPER, RHVOICE], "en", "espeak", ""),
    ],
)
def test_advice_is_a_better_voice_that_is_not_here(
    voices: list[VoiceInfo], language: str, voice: str, advice: str
) -> None:
    assert speech._better(voices, language, voice) == advice


def test_a_home_is_told_of_each_language_and_of_waiting_names_as_numbers(tmp_path: Path) -> None:
    world = World(tmp_path, {})
    for number, name in enumerate(["Иванова Мария Петровна", "Щщукинбаев Ъ", "☺"]):
        world.queue(COVID, f"A-{number}", f"+7912000000{number}", full_name=name)
    findings = list(speech.speech(world.home))
    assert [found.what for found in findings] == ["speech en", "speech ru"]
    russian = findings[1].sentence
    assert "3 names that wait" in russian
    assert "1 cannot be spoken" in russian
    assert "Щщукинбаев" not in russian


def test_a_broken_recording_is_named_and_the_rest_is_counted(tmp_path: Path) -> None:
    home = Home(tmp_path, SettingsFile(trunks=(TRUNK,)))
    create_database(home.database_url)
    folder = home.recordings / "ru"
    folder.mkdir(parents=True)
    for name in ("Спасибо", "До свидания", "Хорошо"):
        (folder / f"{name}.wav").write_bytes(b"")
    russian = next(found for found in speech.speech(home) if found.what == "speech ru")
    assert russian.verdict == "doubtful"
    assert sum(f"ru/{name}.wav" in russian.sentence for name in ("Спасибо", "До свидания", "Хорошо")) == 2
    assert "1 more recordings" in russian.sentence


def test_a_service_that_cannot_be_reached_is_asked_once_and_counted_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def away(words: str, _language: str, _seconds: float) -> bytes:
        asked.append(words)
        raise ConnectionError(words)

    online = Chain(online=(Gtts(1.0, away),), local=(Tone(),))
    monkeypatch.setattr(speech, "chain_of", lambda _settings: online)
    findings = list(speech.speech(Home(tmp_path, SettingsFile(trunks=(TRUNK,)))))
    assert asked == [speech.PROBE.words]
    for found in findings:
        assert found.verdict == "doubtful"
        assert "Patients hear tone 100.0 %" in found.sentence
        assert "gTTS cannot be reached: gTTS gave no answer" in found.sentence


def test_a_service_that_answers_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Near(Gtts):
        def speak(self, text: FixedText) -> Clip:
            return Tone().speak(text)

    online = Chain(online=(Near(1.0),), local=(Tone(),))
    monkeypatch.setattr(speech, "chain_of", lambda _settings: online)
    findings = list(speech.speech(Home(tmp_path, SettingsFile(trunks=(TRUNK,)))))
    assert all("gtts" in found.sentence for found in findings)
    assert all(found.verdict == "right" for found in findings)


def test_a_home_without_a_database_is_still_told_of_its_voices(tmp_path: Path) -> None:
    findings = list(speech.speech(Home(tmp_path, SettingsFile(trunks=(TRUNK,)))))
    assert {found.what for found in findings} == {"speech en", "speech ru"}
    assert all("names" not in found.sentence for found in findings)
