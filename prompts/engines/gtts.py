"""gTTS: a service on the network that is not official; it is told fixed texts only."""

import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Final

import miniaudio
import numpy as np

from prompts.audio import Clip
from prompts.engines.protocol import FixedText
from prompts.engines.resting import Rest
from prompts.errors import EngineError

LANGUAGES: Final = frozenset({"ru", "en"})
SHORTEST_SECONDS_A_LETTER: Final = 0.03  # speech takes 0.06; less is a clip that was cut off
LONGEST_SECONDS_A_LETTER: Final = 0.3
LONGEST_EXTRA_SECONDS: Final = 3.0  # pauses

Fetch = Callable[[str, str, float], bytes]  # words, language, time-out in seconds -> MP3


def fetch_mp3(words: str, language: str, timeout_seconds: float) -> bytes:
    """The MP3 of the words; the time-out is for each silence of the network. Raises whatever gTTS raises."""
    from gtts import gTTS  # here, as it takes a third of a second and most homes stay offline

    return b"".join(gTTS(words, lang=language, timeout=timeout_seconds, lang_check=False).stream())


class Gtts:
    """Asks the network, no longer than the time-out in all.

    When the network is not there it rests at once, when the service answers badly after two in a row: it
    knows nothing then for ten minutes, and nobody waits for it.
    """

    name = "gtts"

    def __init__(
        self,
        timeout_seconds: float,
        fetch: Fetch = fetch_mp3,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._fetch = fetch
        self._rest = Rest(clock)

    def identity(self, language: str) -> tuple[str, ...]:
        if language not in LANGUAGES:
            raise EngineError(f"gTTS is not set up for the language {language}.")
        return (version("gTTS"), language)

    @property
    def resting(self) -> bool:
        """Whether it failed and is not asked before its ten minutes are over."""
        return self._rest.resting

    def knows(self, text: FixedText) -> bool:
        return text.language in LANGUAGES  # also while it rests: what it has said before is kept

    def speak(self, text: FixedText) -> Clip:
        if not isinstance(text, FixedText):
            raise EngineError("A text with a value was kept from the network.")
        if self.resting:
            raise EngineError("gTTS failed and rests for ten minutes.")
        data = self._fetched(text)
        try:
            clip = _checked(_decoded(data), text)
        except EngineError:
            self._rest.failed()
            raise
        self._rest.worked()
        return clip

    def _fetched(self, text: FixedText) -> bytes:
        work = partial(self._fetch, text.words, text.language, self._timeout_seconds)
        try:
            return _within(self._timeout_seconds, work)
        except Exception as error:  # an unofficial client: whatever it raises, the next voice speaks
            self._rest.failed(hopeless=_unreachable(error))
            raise EngineError("gTTS gave no answer: is the network there?") from error


def _within(seconds: float, work: Callable[[], bytes]) -> bytes:
    """What the work gives, or raises; TimeoutError when it takes longer, however it spends the time.

    The look-up of a name and a service that drips bytes heed no time-out of their own. A thread that is late
    is left behind and ends by itself.
    """
    outcome: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(work())
        except Exception as error:  # noqa: BLE001  raised again by the thread that waits
            outcome.put(error)

    threading.Thread(target=run, name="gtts", daemon=True).start()
    try:
        result = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("no answer in time") from None
    if isinstance(result, Exception):
        raise result
    return result


def _unreachable(error: Exception) -> bool:
    """Whether no answer came at all; gTTS's own error holds the answer as `rsp` when there was one."""
    module = type(error).__module__
    return isinstance(error, OSError) or (module == "gtts.tts" and getattr(error, "rsp", None) is None)


def _decoded(data: bytes) -> Clip:
    if not data:
        raise EngineError("gTTS answered without audio.")
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
