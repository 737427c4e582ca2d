"""Festival: Debian's Russian voice, the best that a registry carries; a process of its own, kept running."""

import atexit
import re
import shutil
import subprocess
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from prompts.audio import Clip, read_wav
from prompts.engines.festival_process import FestivalProcess
from prompts.engines.lexicon import VERSION as LEXICON_VERSION
from prompts.engines.protocol import SpokenText
from prompts.engines.resting import Rest
from prompts.engines.stress import stressed
from prompts.errors import AudioError, EngineError

PROGRAM: Final = "festival"
VOICES_FOLDER: Final = Path("/usr/share/festival/voices")
IDLE_SECONDS: Final = 300.0  # then it ends: it holds 600 MB
VERSION_SECONDS: Final = 10.0
LONGEST_PIECE: Final = 300  # letters, marks and blanks that it is handed at once
SHORTEST_SECONDS_A_LETTER: Final = 0.02  # speech takes 0.06; less was cut off


@dataclass(frozen=True)
class FestivalVoice:
    """A voice in its folder, and Debian's package of it."""

    name: str
    folder: str
    package: str
    letters: str  # those that it can say

    @property
    def definition(self) -> str:
        """The file that shows that it is installed, in the folder of all voices."""
        return f"{self.folder}/festvox/{self.name}.scm"


VOICES: Final = {
    "ru": FestivalVoice("msu_ru_nsh_clunits", "russian/msu_ru_nsh_clunits", "festvox-ru", "А-Яа-яЁёA-Za-z"),
    "en": FestivalVoice("kal_diphone", "english/kal_diphone", "festvox-kallpc16k", "A-Za-z"),
}

_MUTE: Final = frozenset("ъЪьЬ")
_STRESS: Final = "\u0301"
_MARKS: Final = str.maketrans({":": ",", "—": ",", "–": ",", "…": ".", "’": "'", "(": ",", ")": ","})
_STRESSED: Final = re.compile(f"([аеёиоуыэюя]){_STRESS}", re.IGNORECASE)


class Festival:
    """One sentence at a time, safe among threads; started at the first, ended when idle or with us.

    It is asked nothing for ten minutes after it hung or died twice in a row.
    """

    name = "festival"

    def __init__(
        self,
        program: str = PROGRAM,
        voices_folder: Path = VOICES_FOLDER,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[str], FestivalProcess] = FestivalProcess,
    ) -> None:
        self._program = shutil.which(program)
        self._voices_folder = voices_folder
        self._start = start
        self._rest = Rest(clock)
        self._lock = threading.Lock()
        self._process: FestivalProcess | None = None
        self._idle: threading.Timer | None = None

    def identity(self, language: str) -> tuple[str, ...]:
        voice = self._voice(language)
        packed = (self._voices_folder / voice.definition).stat().st_mtime_ns  # the packager's time, not ours
        return (_version(str(self._program)), voice.name, str(packed), str(LEXICON_VERSION))

    def speaks(self, language: str) -> bool:
        """Whether the program and a voice of this language are installed."""
        voice = VOICES.get(language)
        installed = voice is not None and (self._voices_folder / voice.definition).is_file()
        return installed and self._program is not None

    def knows(self, text: SpokenText) -> bool:
        return (
            not self._rest.resting
            and self.speaks(text.language)
            and all(_letter(text.language).match(one) for one in _plain(text.words) if one.isalpha())
            and any(one.isalnum() and one not in _MUTE for one in text.words)
        )

    def speak(self, text: SpokenText) -> Clip:
        voice = self._voice(text.language)
        if self._rest.resting:
            raise EngineError("Festival failed twice and rests for ten minutes.")
        pieces = pieces_of(let_through(text.language, text.words))
        with self._lock:
            sounds = [self._said(voice, piece) for piece in pieces]
        clips = [_checked(data, piece) for data, piece in zip(sounds, pieces, strict=True)]
        return Clip(np.concatenate([clip.samples for clip in clips]), clips[0].rate_hz)

    def end(self) -> None:
        """End the process, if there is one; the next sentence starts another."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process at work, if any."""
        return self._process.pid if self._process else None

    def _voice(self, language: str) -> FestivalVoice:
        if not self.speaks(language):
            package = f": apt install festival {VOICES[language].package}" if language in VOICES else ""
            raise EngineError(f"Festival has no voice for the language {language} here{package}.")
        return VOICES[language]

    def _said(self, voice: FestivalVoice, words: str) -> bytes:
        if self._idle is not None:
            self._idle.cancel()
        try:
            if self._process is not None and not self._process.alive:
                self._end()
            if self._process is None:
                self._process = self._start(str(self._program))
                atexit.register(self.end)
            data = self._process.wav(f"voice_{voice.name}", words)
        except EngineError:
            self._rest.failed()
            self._end()
            raise
        self._rest.worked()
        self._idle = threading.Timer(IDLE_SECONDS, self.end)
        self._idle.daemon = True
        self._idle.start()
        return data

    def _end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if self._process is not None:
            self._process.end()
            self._process = None
            atexit.unregister(self.end)


def let_through(language: str, words: str) -> str:
    """Words of its letters, each with one mark at most, and stress as + before the vowel; nothing of Scheme.

    A mark by itself, or two together, make Festival fail over the whole text.
    """
    marked = _STRESSED.sub(r"+\1", _plain(stressed(language, words)).replace("+", " "))
    letters = VOICES[language].letters
    parts = re.split(rf"([{letters}0-9+]+(?:['-][{letters}0-9+]+)*)", marked)
    return " ".join(word + _mark(gap) for word, gap in zip(parts[1::2], parts[2::2], strict=True))


def pieces_of(words: str) -> list[str]:
    """Pieces that it says within a second: the time that it takes grows with the cube of a text's length.

    Each ends with a sentence if it can, else with a clause, a word, or wherever it must.
    """
    pieces = []
    while len(words) > LONGEST_PIECE:
        ends = (
            words.rfind(mark, LONGEST_PIECE // 3, LONGEST_PIECE) for mark in (". ", "! ", "? ", ", ", " ")
        )
        end = next((end + 1 for end in ends if end > 0), LONGEST_PIECE)
        pieces.append(words[:end].rstrip())
        words = words[end:].lstrip()
    return [*pieces, words]


def _mark(gap: str) -> str:
    """The one mark of those between two words that counts most."""
    return next((mark for mark in "?!.;," if mark in gap), "," if " - " in gap else "")


def _plain(words: str) -> str:
    """Composed letters; a stress mark stays by itself, as no Cyrillic letter is composed with it."""
    return unicodedata.normalize("NFC", words).translate(_MARKS)


@lru_cache(maxsize=len(VOICES))
def _letter(language: str) -> re.Pattern[str]:
    return re.compile(f"[{VOICES[language].letters}]")


@lru_cache(maxsize=4)
def _version(program: str) -> str:
    try:
        told = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        raise EngineError("Festival does not tell its version: install it again.") from error
    return told.stdout.partition("System:")[2].strip()


def _checked(data: bytes, words: str) -> Clip:
    """Of a text that it cannot say Festival gives no WAV, or one of a few samples."""
    try:
        clip = read_wav(data)
    except AudioError as error:
        raise EngineError("Festival spoke without a sound.") from error
    if clip.seconds < sum(letter.isalpha() for letter in words) * SHORTEST_SECONDS_A_LETTER:
        raise EngineError("Festival gave a clip that is too short for its text.")
    return clip
