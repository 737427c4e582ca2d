"""Text and values in, the path of a playable WAV out."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from prompts.audio import Clip, finish, joined, read_wav, wav_bytes
from prompts.cache import Cache, Recipe
from prompts.engines.chain import Chain, Take, chain_of
from prompts.engines.protocol import ValueText
from prompts.errors import AudioError, EngineError
from prompts.interrupts import held_back
from prompts.settings import SpeechSettings
from prompts.spoken.texts import Text, Value, ValueKind
from prompts.spoken.wording import FORMATTERS_VERSION, LANGUAGES, Wording, wording_of

__all__ = ["Part", "Rendered", "Studio", "Text", "Value", "ValueKind"]

IDENTITY_SECONDS: Final = 1.0
MEGABYTE: Final = 1_000_000
REMEMBERED: Final = (
    1024  # names of shared clips; finding one takes longer than asking whether the file is there
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """A sentence or phrase, and who speaks it."""

    engine: str
    words: str
    fixed: bool


@dataclass(frozen=True)
class Rendered:
    """Finished audio and how it came about."""

    path: Path
    parts: tuple[Part, ...]
    cached: bool


@dataclass(frozen=True)
class _Own:
    """Finished takes of the one whose texts are being rendered: a name is said in several of them."""

    owner: str
    clips: dict[Recipe, Clip] = field(default_factory=dict, repr=False)


class _Failed(Exception):
    """One engine could not do its part."""

    def __init__(self, engine: str, reason: Exception) -> None:
        self.engine, self.reason = engine, reason


class Studio:
    """Renders texts; an engine is loaded at its first sentence. Safe among threads and processes."""

    languages: tuple[str, ...] = tuple(LANGUAGES)

    def __init__(
        self,
        settings: SpeechSettings,
        chain: Chain | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._chain = chain or chain_of(settings)
        self._cache = Cache(settings.folder, settings.cache_mb * MEGABYTE)
        self._shared_path = lru_cache(REMEMBERED)(self._shared_path_of)
        self._identities: dict[tuple[str, str], tuple[tuple[str, ...], float]] = {}
        self._complained: set[tuple[str, str]] = set()
        self._own = _Own("")

    def render(self, text: Text, owner: str = "") -> Path:
        """A mono 16-bit WAV at the rate and level of the settings, that begins with speech.

        A text without a value of one contact lands in folder/shared, any other in folder/personal/<owner>.
        Raises TextError, NoVoice or CacheError; the sentence never holds a value.
        """
        return self.rendered(text, owner).path

    def rendered(self, text: Text, owner: str = "") -> Rendered:
        """As `render`, with who spoke what."""
        wording = wording_of(text)
        without: set[str] = set()
        while True:
            try:
                return self._spoken(wording, self._chain.cast(wording.sentences, without), owner)
            except _Failed as failed:
                self._complain(failed.engine, failed.reason)
                without.add(failed.engine)

    def cast(self, text: Text) -> tuple[Part, ...]:
        """Who would speak what; nothing is rendered. Raises TextError or NoVoice.

        As in `rendered`, an engine that rests speaks a text only when all its sentences there are kept.
        """
        sentences, resting = wording_of(text).sentences, self._chain.resting
        takes = self._chain.cast(sentences)
        if any(take.engine in resting and not self._is_kept(take) for take in takes):
            takes = self._chain.cast(sentences, resting)
        return tuple(_part(take) for take in takes)

    def wording(self, text: Text) -> str:
        """The words as they will be spoken. Raises TextError."""
        return wording_of(text).words

    def owners(self) -> tuple[str, ...]:
        """Everyone of whom there is audio that holds values."""
        return self._cache.owners()

    def forget(self, owner: str) -> None:
        """Remove all audio that holds values of this owner. Raises CacheError."""
        self._own = _Own("")
        self._cache.forget(owner)

    def _spoken(self, wording: Wording, takes: Sequence[Take], owner: str) -> Rendered:
        recipes = tuple(self._recipe(take) for take in takes)
        pauses = tuple(take.pause_seconds for take in takes)
        if wording.private:
            path = self._cache.personal_path(Recipe.of(recipes, pauses), owner)
        else:
            path = self._shared_path(recipes, pauses)
        parts = tuple(_part(take) for take in takes)
        if self._cache.used(path):
            return Rendered(path, parts, cached=True)
        with self._cache.alone(path):
            cached = self._cache.used(path)
            if not cached:
                clips = [self._clip(*what, owner) for what in zip(takes, recipes, strict=True)]
                self._cache.store(path, wav_bytes(joined(clips, pauses, self._settings.level_dbfs)))
        return Rendered(path, parts, cached)

    def _shared_path_of(self, recipes: tuple[Recipe, ...], pauses: tuple[float, ...] = ()) -> Path:
        """Of one clip, or of several with these pauses behind them."""
        return self._cache.shared_path(Recipe.of(recipes, pauses) if pauses else recipes[0])

    def _clip(self, take: Take, recipe: Recipe, owner: str) -> Clip:
        """One take, finished; what is private is kept for its owner's other texts, until the next owner."""
        if isinstance(take.text, ValueText) and take.text.private:
            own = self._own if self._own.owner == owner else _Own(owner)
            self._own = own
            if recipe not in own.clips:
                own.clips[recipe] = self._finished(take)
            return own.clips[recipe]
        path = self._shared_path((recipe,))
        kept = self._kept(path)
        if kept is not None:
            return kept
        with self._cache.alone(path):
            kept = self._kept(path)
            if kept is None:
                kept = self._finished(take)
                self._cache.store(path, wav_bytes(kept))
        return kept

    def _is_kept(self, take: Take) -> bool:
        try:
            return os.path.exists(self._shared_path((self._recipe(take),)))
        except _Failed:
            return False

    def _kept(self, path: Path) -> Clip | None:
        """A finished clip; None when there is none that can be read."""
        if not self._cache.used(path):
            return None
        try:
            return read_wav(path.read_bytes())
        except (OSError, AudioError):
            return None

    def _finished(self, take: Take) -> Clip:
        try:
            with held_back():
                spoken = take.speak()
            return finish(spoken, self._settings.rate_hz, self._settings.level_dbfs)
        except (EngineError, AudioError) as error:
            raise _Failed(take.engine, error) from error
        except Exception as error:  # of a library: the next voice speaks, and nobody is shown its message
            raise _Failed(take.engine, EngineError(f"It raised {type(error).__name__}.")) from error

    def _recipe(self, take: Take) -> Recipe:
        return Recipe(
            engine=take.engine,
            identity=self._identity(take),
            formatters=FORMATTERS_VERSION,
            language=take.text.language,
            words=take.text.words,
            rate_hz=self._settings.rate_hz,
            level_dbfs=self._settings.level_dbfs,
        )

    def _identity(self, take: Take) -> tuple[str, ...]:
        """As the engine told it, at most a second ago: it looks at packages and files for it."""
        key, now = (take.engine, take.text.language), self._clock()
        told, until = self._identities.get(key, ((), now))
        if now < until:
            return told
        try:
            told = take.identity()
        except EngineError as error:
            raise _Failed(take.engine, error) from error
        self._identities[key] = (told, now + IDENTITY_SECONDS)
        return told

    def _complain(self, engine: str, error: Exception) -> None:
        """Once for each engine and reason, and never with the text."""
        if (engine, str(error)) not in self._complained:
            self._complained.add((engine, str(error)))
            _log.warning("engine_failed engine=%s reason=%r", engine, str(error))


def _part(take: Take) -> Part:
    return Part(take.engine, take.text.words, not isinstance(take.text, ValueText))
