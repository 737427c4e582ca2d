"""Text and values in, the path of a playable WAV out."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prompts.audio import Clip, finish, joined, read_wav, wav_bytes
from prompts.cache import Cache, Recipe
from prompts.engines.chain import Chain, Take, chain_of
from prompts.engines.protocol import ValueText
from prompts.errors import AudioError, EngineError
from prompts.settings import SpeechSettings
from prompts.spoken.sentences import pause_seconds
from prompts.spoken.texts import Text, Value, ValueKind
from prompts.spoken.wording import FORMATTERS_VERSION, LANGUAGES, Wording, wording_of

__all__ = ["Part", "Rendered", "Studio", "Text", "Value", "ValueKind"]

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


class _Failed(Exception):
    """One engine could not do its part."""

    def __init__(self, engine: str, reason: Exception) -> None:
        self.engine, self.reason = engine, reason


class Studio:
    """Renders texts; an engine is loaded at its first sentence. Safe among threads and processes."""

    languages: tuple[str, ...] = tuple(LANGUAGES)

    def __init__(self, settings: SpeechSettings, chain: Chain | None = None) -> None:
        self._settings = settings
        self._chain = chain or chain_of(settings)
        self._cache = Cache(settings.folder)
        self._complained: set[tuple[str, str]] = set()

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
                return self._spoken(wording, self._takes(wording, without), owner)
            except _Failed as failed:
                self._complain(failed.engine, failed.reason)
                without.add(failed.engine)

    def cast(self, text: Text) -> tuple[Part, ...]:
        """Who would speak what; nothing is rendered. Raises TextError or NoVoice."""
        return tuple(_part(take) for take in self._takes(wording_of(text), ()))

    def wording(self, text: Text) -> str:
        """The words as they will be spoken. Raises TextError."""
        return wording_of(text).words

    def owners(self) -> tuple[str, ...]:
        """Everyone of whom there is audio that holds values."""
        return self._cache.owners()

    def forget(self, owner: str) -> None:
        """Remove all audio that holds values of this owner. Raises CacheError."""
        self._cache.forget(owner)

    def _takes(self, wording: Wording, without: set[str] | tuple[()]) -> tuple[Take, ...]:
        return tuple(take for sentence in wording.sentences for take in self._chain.takes(sentence, without))

    def _spoken(self, wording: Wording, takes: Sequence[Take], owner: str) -> Rendered:
        recipes = [self._recipe(take) for take in takes]
        private = any(sentence.private for sentence in wording.sentences)
        whole = Recipe.of(recipes)
        path = self._cache.personal_path(whole, owner) if private else self._cache.shared_path(whole)
        parts = tuple(_part(take) for take in takes)
        if path.exists():
            return Rendered(path, parts, cached=True)
        clips = [self._clip(take, recipe) for take, recipe in zip(takes, recipes, strict=True)]
        pauses = [pause_seconds(take.text.words) for take in takes]
        self._cache.store(path, wav_bytes(joined(clips, pauses)))
        return Rendered(path, parts, cached=False)

    def _clip(self, take: Take, recipe: Recipe) -> Clip:
        """One take, finished; what is not private is kept for other texts."""
        path = self._cache.shared_path(recipe)
        shared = not (isinstance(take.text, ValueText) and take.text.private)
        if shared and path.exists():
            return read_wav(path.read_bytes())
        try:
            clip = finish(take.speak(), self._settings.rate_hz, self._settings.level_dbfs)
        except (EngineError, AudioError) as error:
            raise _Failed(take.engine, error) from error
        if shared:
            self._cache.store(path, wav_bytes(clip))
        return clip

    def _recipe(self, take: Take) -> Recipe:
        try:
            identity = take.identity()
        except EngineError as error:
            raise _Failed(take.engine, error) from error
        return Recipe(
            engine=take.engine,
            identity=identity,
            formatters=FORMATTERS_VERSION,
            language=take.text.language,
            words=take.text.words,
            rate_hz=self._settings.rate_hz,
            level_dbfs=self._settings.level_dbfs,
        )

    def _complain(self, engine: str, error: Exception) -> None:
        """Once for each engine and reason, and never with the text."""
        if (engine, str(error)) not in self._complained:
            self._complained.add((engine, str(error)))
            _log.warning("engine_failed engine=%s reason=%r", engine, str(error))


def _part(take: Take) -> Part:
    return Part(take.engine, take.text.words, not isinstance(take.text, ValueText))
