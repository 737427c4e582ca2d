"""gTTS: a service on the network that is not official; it is told fixed texts only."""

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Final

import miniaudio
import numpy as np

from prompts.audio import Clip
from prompts.engines.protocol import FixedText
from prompts.errors import EngineError

LANGUAGES: Final = frozenset({"ru", "en"})
FAILURES_TO_REST: Final = 2  # after so many in a row it is not asked for a while
REST_SECONDS: Final = 600.0
SHORTEST_SECONDS_A_LETTER: Final = 0.03  # speech takes 0.06; less is a clip that was cut off
LONGEST_SECONDS_A_LETTER: Final = 0.3
LONGEST_EXTRA_SECONDS: Final = 3.0  # pauses

Fetch = Callable[[str, str, float], bytes]  # words, language, time-out in seconds -> MP3


def fetch_mp3(words: str, language: str, timeout_seconds: float) -> bytes:
    """The MP3 of the words; the time-out is for each silence of the network. Raises whatever gTTS raises."""
    from gtts import gTTS  # here, as it takes a third of a second and most homes stay offline

    return b"".join(gTTS(words, lang=language, timeout=timeout_seconds, lang_check=False).stream())


class Gtts:
    """Asks the network; after two failures in a row it fails at once for ten minutes."""

    name = "gtts"

    def __init__(
        self,
        timeout_seconds: float,
        fetch: Fetch = fetch_mp3,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._fetch = fetch
        self._clock = clock
        self._failures = 0
        self._rests_until = 0.0

    def identity(self, language: str) -> tuple[str, ...]:
        if language not in LANGUAGES:
            raise EngineError(f"gTTS is not set up for the language {language}.")
        return (version("gTTS"), language)

    def knows(self, text: FixedText) -> bool:
        return text.language in LANGUAGES and self._clock() >= self._rests_until

    def speak(self, text: FixedText) -> Clip:
        if not isinstance(text, FixedText):
            raise EngineError("A text with a value was kept from the network.")
        if self._clock() < self._rests_until:
            raise EngineError("gTTS failed twice and rests for ten minutes.")
        try:
            clip = _checked(_decoded(self._fetched(text)), text)
        except EngineError:
            self._failed()
            raise
        self._failures = 0
        return clip

    def _failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES_TO_REST:
            self._failures = 0
            self._rests_until = self._clock() + REST_SECONDS

    def _fetched(self, text: FixedText) -> bytes:
        try:
            data = self._fetch(text.words, text.language, self._timeout_seconds)
        except Exception as error:  # an unofficial client: whatever it raises, the next voice speaks
            raise EngineError("gTTS gave no answer: is the network there?") from error
        if not data:
            raise EngineError("gTTS answered without audio.")
        return data


def _decoded(data: bytes) -> Clip:
    try:
        sound = miniaudio.mp3_read_f32(data)
    except miniaudio.MiniaudioError as error:
        raise EngineError("gTTS sent something that is no MP3.") from error
    frames = np.asarray(sound.samples, dtype=np.float64).reshape(-1, sound.nchannels)
    return Clip(frames.mean(axis=1), sound.sample_rate)


def _checked(clip: Clip, text: FixedText) -> Clip:
    """A truncated MP3 decodes to a short clip without a complaint."""
    letters = sum(letter.isalpha() for letter in text.words)
    if clip.seconds < letters * SHORTEST_SECONDS_A_LETTER:
        raise EngineError("gTTS sent a clip that is too short for its text.")
    if clip.seconds > letters * LONGEST_SECONDS_A_LETTER + LONGEST_EXTRA_SECONDS:
        raise EngineError("gTTS sent a clip that is too long for its text.")
    return clip
