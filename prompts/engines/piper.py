"""Piper: neural voices; a language is spoken as soon as a voice's two files are there."""

import json
import logging
import threading
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from prompts.audio import Clip
from prompts.engines.lexicon import VERSION as LEXICON_VERSION
from prompts.engines.piper_voices import VoiceFile, fingerprint, unreadable, voice_files
from prompts.engines.protocol import SpokenText
from prompts.engines.stress import stressed
from prompts.errors import EngineError

if TYPE_CHECKING:
    from piper import AudioChunk, PiperVoice

PACKAGE: Final = "piper-tts"
LOOK_SECONDS: Final = 5.0  # the folder is looked at no more often
NO_PACKAGE: Final = f"There is a Piper voice but no package to speak with it: pip install {PACKAGE}."
THREADS: Final = 1  # a sentence; more make lines and other sentences wait, and gain little on two cores
ERRORS_ONLY: Final = 3  # of ONNX Runtime: it else remarks on the machine
_PHONEME_MARKS: Final = str.maketrans("[]", "  ")  # [[...]] would be taken as phonemes


class Piper:
    """The alphabetically first voice of each language; loaded at its first sentence, safe among threads.

    A voice that cannot be loaded says so once and is not asked again until its file changes; if there is
    another of its language, that one speaks.
    """

    name = "piper"

    def __init__(self, voices_folder: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = voices_folder
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: float | None = None
        self._voices: tuple[VoiceFile, ...] = ()
        self._loaded: dict[VoiceFile, PiperVoice] = {}
        self._refused: set[VoiceFile] = set()

    def identity(self, language: str) -> tuple[str, ...]:
        voice = self._voice(language)
        try:
            return (_package_version(), voice.name, fingerprint(voice), str(LEXICON_VERSION))
        except EngineError:
            self._refused.add(voice)
            raise

    def knows(self, text: SpokenText) -> bool:
        return self._usable(text.language) is not None

    def speak(self, text: SpokenText) -> Clip:
        voice = self._voice(text.language)
        try:
            chunks = _spoken(self._opened(voice), stressed(text.language, text.words))
        except EngineError:
            self._refused.add(voice)
            raise
        return _clip(chunks)

    def _voice(self, language: str) -> VoiceFile:
        voice = self._usable(language)
        if voice is None:
            raise EngineError(f"There is no Piper voice for the language {language} that works.")
        return voice

    def _usable(self, language: str) -> VoiceFile | None:
        found = (one for one in self._found() if one.language == language and one not in self._refused)
        return next(found, None)

    def _found(self) -> tuple[VoiceFile, ...]:
        now = self._clock()
        if self._seen is None or now - self._seen >= LOOK_SECONDS:
            self._voices, self._seen = voice_files(self._folder), now
        return self._voices

    def _opened(self, voice: VoiceFile) -> "PiperVoice":
        with self._lock:  # the second thread waits for the first one's loading
            if voice not in self._loaded:
                for old in [one for one in self._loaded if one.language == voice.language]:
                    del self._loaded[old]  # some 100 MB
                self._loaded[voice] = _load(voice)
            return self._loaded[voice]


def package_here() -> bool:
    """Whether the program part is installed; nothing is imported."""
    return find_spec("piper") is not None and find_spec("onnxruntime") is not None


def _package_version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        raise EngineError(NO_PACKAGE) from None


def _load(voice: VoiceFile) -> "PiperVoice":
    try:
        import onnxruntime  # half a second, and only who has a voice needs it
        from piper import PiperConfig, PiperVoice
    except ImportError as error:
        raise EngineError(NO_PACKAGE) from error
    logging.getLogger("piper").setLevel(logging.ERROR)  # it would log the words
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = ERRORS_ONLY
    try:
        config = PiperConfig.from_dict(json.loads(voice.config.read_text("utf-8")))
        voice.path.open("rb").close()  # the runtime's own error for a file it may not read is a broken one's
        session = onnxruntime.InferenceSession(str(voice.path), options, providers=["CPUExecutionProvider"])
    except OSError as error:
        raise unreadable(voice, error) from error
    except Exception as error:  # ONNX Runtime and the settings' reader raise what they like on a broken file
        raise _broken(voice) from error
    return PiperVoice(session=session, config=config)


def _broken(voice: VoiceFile) -> EngineError:
    return EngineError(
        f"The Piper voice {voice.name} in {voice.path.parent} is broken: fetch both of its files again."
    )


def _spoken(voice: "PiperVoice", words: str) -> "list[AudioChunk]":
    try:
        return list(voice.synthesize(words.translate(_PHONEME_MARKS)))
    except Exception as error:  # of a voice that loads and does not fit its settings
        raise EngineError("Piper failed in speaking: fetch the voice's two files again.") from error


def _clip(chunks: "list[AudioChunk]") -> Clip:
    if not chunks:
        raise EngineError("Piper spoke without a sound.")
    samples = np.concatenate([chunk.audio_float_array for chunk in chunks]).astype(np.float64)
    if not np.isfinite(samples).all():
        raise EngineError("Piper spoke noise that is no sound: fetch the voice's two files again.")
    return Clip(samples, chunks[0].sample_rate)
