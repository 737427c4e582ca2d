"""What people have spoken: files of the house that say whole sentences, phrases or values."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prompts.audio import Clip, read_audio, speech_level
from prompts.engines.phrasebook import Phrasebook, Recording, Stamp, folded, phrasebook_of, stamps_of
from prompts.engines.protocol import SpokenText, ValueText
from prompts.errors import AudioError, EngineError

LOOK_SECONDS: Final = 1.0  # a folder is looked at no more often; 500 files take 2 ms
LARGEST_BYTES: Final = 30_000_000  # five minutes of studio sound; nobody listens to that
_EMPTY: Final = Phrasebook({})

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Folder:
    """One language's folder as it was when last looked at."""

    seen: float
    stamps: dict[str, Stamp]
    book: Phrasebook
    digest: str


class Recordings:
    """folder/<language>/ with WAV, MP3, OGG and FLAC; safe among threads.

    A file says what its line in phrases.csv tells, else what its name tells, and is matched with a text
    whatever the case, the punctuation and the blanks. New and changed files are seen within a second. A file
    that cannot be played fails once, with a sentence, and is not known again until something changes.
    """

    name = "recordings"

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._folders: dict[str, _Folder] = {}
        self._refused: set[Recording] = set()

    def identity(self, language: str) -> tuple[str, ...]:
        """Names, sizes and times of all files of the language: a change makes all clips anew, 10 ms each."""
        return (self._looked(language).digest,)

    def knows(self, text: SpokenText) -> bool:
        recording = self._found(text)
        return recording is not None and recording not in self._refused

    def speak(self, text: SpokenText) -> Clip:
        recording = self._found(text)
        if recording is None:
            raise EngineError(f"No recording says this text in {text.language}.")
        try:
            return _played(recording)
        except EngineError as error:
            self._refused.add(recording)
            reason = str(error)
        if isinstance(text, ValueText) and text.private:  # the file's name may be a patient's
            reason = f"The recording of a value in {text.language} cannot be played: list the voices for why."
        raise EngineError(reason)  # out here: inside, it would keep the error that names the file

    def languages(self) -> tuple[str, ...]:
        """The languages that have a folder."""
        try:
            return tuple(sorted(path.name for path in self._folder.iterdir() if path.is_dir()))
        except OSError:
            return ()

    def count(self, language: str) -> int:
        """How many texts there are recordings of."""
        return len(self._looked(language).book.recordings)

    def problems(self, language: str) -> tuple[str, ...]:
        """One sentence for each file or line that is of no use. Every file is read: some 5 ms each."""
        book = self._looked(language).book
        found = list(book.problems)
        for recording in {one.path: one for one in book.recordings.values() if not one.problem}.values():
            try:
                _played(recording)
            except EngineError as error:
                found.append(str(error))
        return tuple(found)

    def _found(self, text: SpokenText) -> Recording | None:
        return self._looked(text.language).book.recordings.get(folded(text.words))

    def _looked(self, language: str) -> _Folder:
        with self._lock:
            known = self._folders.get(language)
            now = self._clock()
            if known is None or now - known.seen >= LOOK_SECONDS:
                known = _look(self._folder / language, known, now)
                self._folders[language] = known
            return known


def _look(folder: Path, before: _Folder | None, now: float) -> _Folder:
    try:
        stamps = stamps_of(folder)
    except FileNotFoundError:
        return _Folder(now, {}, _EMPTY, "")
    except OSError as error:
        reason = error.strerror or "unknown reason"
        problem = f"The recordings in {folder} cannot be listed ({reason}): mend its rights."
        return _Folder(now, {}, Phrasebook({}, (problem,)), "")
    if before is not None and stamps == before.stamps:
        return _Folder(now, stamps, before.book, before.digest)
    digest = hashlib.sha256(repr(sorted(stamps.items())).encode()).hexdigest()
    book = phrasebook_of(folder, stamps)
    if book.problems:
        told = "list the voices for why"  # here: a file's name may be a patient's
        _log.warning("recordings_unused folder=%s count=%d reason=%r", folder, len(book.problems), told)
    return _Folder(now, stamps, book, digest)


def _played(recording: Recording) -> Clip:
    """Raises EngineError with a sentence that names the file."""
    what = f"The recording {recording.path.parent.name}/{recording.path.name}"
    if recording.problem:
        raise EngineError(recording.problem)
    if recording.stamp is not None and recording.stamp.size > LARGEST_BYTES:
        raise EngineError(f"{what} is larger than {LARGEST_BYTES // 1_000_000} MB: cut it to its words.")
    try:
        clip = read_audio(recording.path.read_bytes(), what)
    except OSError as error:
        raise EngineError(f"{what} cannot be read ({error.strerror}): mend its rights.") from error
    except AudioError as error:
        raise EngineError(str(error)) from error
    if speech_level(clip) is None:
        raise EngineError(f"{what} holds no speech: record it again.")
    return clip
