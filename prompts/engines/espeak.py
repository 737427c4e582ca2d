"""espeak-ng from the wheel `espeakng-loader`: robotic, always there, every language we speak."""

import atexit
import ctypes
import shutil
import tempfile
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import espeakng_loader
import numpy as np

from prompts.audio import Clip
from prompts.engines.lexicon import VERSION as LEXICON_VERSION
from prompts.engines.lexicon import with_phonemes
from prompts.engines.protocol import SpokenText
from prompts.errors import EngineError

VOICES: Final = {"ru": "ru", "en": "en-us", "kk": "kk"}
LONGEST_DATA_PATH: Final = 150  # beyond about 155 characters setting a voice fails after an init that said OK
CHUNK_MILLISECONDS: Final = 200

# speak_lib.h
_AUDIO_OUTPUT_SYNCHRONOUS: Final = 2
_INITIALIZE_DONT_EXIT: Final = 0x8000
_CHARS_UTF8: Final = 1
_PHONEMES: Final = 0x100  # [[...]] in the text is phonemes
_RATE: Final = 1
_POS_CHARACTER: Final = 1
_PHONEME_TEXT: Final = 0

_SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_lock = threading.Lock()  # the library has one state a process and is not thread-safe
_library: "_Library | None" = None


class Espeak:
    """Speaks every language that has a voice above; safe among threads, one sentence at a time."""

    name = "espeak"

    def __init__(self, words_per_minute: int) -> None:
        self._rate = words_per_minute

    def identity(self, language: str) -> tuple[str, ...]:
        return (version("espeakng-loader"), _voice(language), str(self._rate), str(LEXICON_VERSION))

    def knows(self, text: SpokenText) -> bool:
        return text.language in VOICES

    def speak(self, text: SpokenText) -> Clip:
        voice = _voice(text.language)
        with _lock:
            return _opened().speak(with_phonemes(text.language, text.words), voice, self._rate)

    def phonemes(self, text: SpokenText) -> str:
        """How the words will sound, in espeak's letters; stress is ' before the vowel."""
        voice = _voice(text.language)
        with _lock:
            return _opened().phonemes(with_phonemes(text.language, text.words), voice)


class _Library:
    """The loaded library. Its caller holds the lock."""

    def __init__(self, call: Any, rate_hz: int) -> None:
        self._call = call
        self._rate_hz = rate_hz
        self._voice = ""
        self._chunks: list[bytes] = []
        self._callback = _SynthCallback(self._heard)  # kept: the library holds no reference
        call.espeak_SetSynthCallback(self._callback)

    def speak(self, words: str, voice: str, words_per_minute: int) -> Clip:
        self._set_voice(voice)
        self._call.espeak_SetParameter(_RATE, words_per_minute, 0)
        self._synthesize(words)
        pcm = np.frombuffer(b"".join(self._chunks), dtype=np.int16)
        if len(pcm) == 0:
            raise EngineError("espeak-ng spoke without a sound.")
        return Clip(pcm / 32768.0, self._rate_hz)

    def phonemes(self, words: str, voice: str) -> str:
        self._set_voice(voice)
        self._synthesize(" ")  # only this tells the library to take [[...]] as phonemes
        cursor = ctypes.c_char_p(words.encode())
        parts = []
        while cursor.value is not None:
            part = self._call.espeak_TextToPhonemes(
                ctypes.byref(cursor), _CHARS_UTF8 | _PHONEMES, _PHONEME_TEXT
            )
            parts.append(part.decode())
        return " ".join(parts)

    def _synthesize(self, words: str) -> None:
        self._chunks.clear()
        data = words.encode() + b"\0"
        flags = _CHARS_UTF8 | _PHONEMES
        if self._call.espeak_Synth(data, len(data), 0, _POS_CHARACTER, 0, flags, None, None):
            raise EngineError("espeak-ng refused to speak.")
        self._call.espeak_Synchronize()

    def _set_voice(self, voice: str) -> None:
        if voice == self._voice:  # setting it again takes as long as a short sentence
            return
        if self._call.espeak_SetVoiceByName(voice.encode()):
            raise EngineError(f"espeak-ng has no voice {voice}: install espeakng-loader again.")
        self._voice = voice

    def _heard(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        return 0


def _voice(language: str) -> str:
    if language not in VOICES:
        raise EngineError(f"espeak-ng is not set up for the language {language}.")
    return VOICES[language]


def _opened() -> _Library:
    """The library of this process, loaded at the first sentence."""
    global _library
    if _library is None:
        _library = _load()
    return _library


def _load() -> _Library:
    try:
        call = ctypes.CDLL(espeakng_loader.get_library_path())
        data = short_path(Path(espeakng_loader.get_data_path()), LONGEST_DATA_PATH)
    except (OSError, RuntimeError) as error:
        raise EngineError("espeak-ng cannot be loaded: install the package espeakng-loader again.") from error
    call.espeak_TextToPhonemes.restype = ctypes.c_char_p
    rate_hz = call.espeak_Initialize(
        _AUDIO_OUTPUT_SYNCHRONOUS, CHUNK_MILLISECONDS, str(data).encode(), _INITIALIZE_DONT_EXIT
    )
    if rate_hz <= 0:
        raise EngineError("espeak-ng does not start: install the package espeakng-loader again.")
    return _Library(call, rate_hz)


def short_path(
    data: Path, longest: int, new_folder: Callable[[], str] = lambda: tempfile.mkdtemp(prefix="espeak-")
) -> Path:
    """The folder itself, or a link to it that is short enough and goes when the process ends.

    Raises OSError when even the folder for temporary files has too long a name.
    """
    if len(str(data).encode()) <= longest:
        return data
    folder = Path(new_folder())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = folder / data.name
    link.symlink_to(data, target_is_directory=True)
    if len(str(link).encode()) > longest:
        raise OSError("the temporary folder has too long a name")
    return link
