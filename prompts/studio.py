"""Text and values in, the path of a playable WAV out."""

import logging
from dataclasses import dataclass
from pathlib import Path

from prompts.audio import finish, wav_bytes
from prompts.cache import Cache, Recipe
from prompts.engines.chain import Chain, Take, chain_of
from prompts.engines.protocol import FixedText, PersonalText, SpokenText
from prompts.errors import AudioError, EngineError, NoVoice
from prompts.settings import SpeechSettings
from prompts.spoken.texts import Text, Value, ValueKind
from prompts.spoken.wording import FORMATTERS_VERSION, LANGUAGES, Wording, wording_of

__all__ = ["Rendered", "Studio", "Text", "Value", "ValueKind"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rendered:
    """Finished audio and how it came about."""

    path: Path
    engine: str
    cached: bool


class Studio:
    """Renders texts; an engine is loaded at its first sentence. Safe among threads and processes."""

    languages: tuple[str, ...] = tuple(LANGUAGES)

    def __init__(self, settings: SpeechSettings, chain: Chain | None = None) -> None:
        self._settings = settings
        self._chain = chain or chain_of(settings)
        self._cache = Cache(settings.folder)
        self._complained: set[str] = set()

    def render(self, text: Text, owner: str = "") -> Path:
        """A mono 16-bit WAV at the rate and level of the settings, that begins with speech.

        A text without values lands in folder/fixed and is shared; one with values in folder/personal/<owner>.
        Raises TextError, NoVoice or CacheError; the sentence never holds a value.
        """
        return self.rendered(text, owner).path

    def rendered(self, text: Text, owner: str = "") -> Rendered:
        """As `render`, with the engine that spoke."""
        wording = wording_of(text)
        spoken = _spoken(wording, text.language)
        for take in self._chain.takes(spoken):
            try:
                return self._taken(take, spoken, owner)
            except (EngineError, AudioError) as error:
                self._complain(take.engine, error)
        raise NoVoice(
            f"No voice could say a text in {text.language}: run the doctor to see which are installed."
        )

    def wording(self, text: Text) -> str:
        """The words as they will be spoken. Raises TextError."""
        return wording_of(text).words

    def owners(self) -> tuple[str, ...]:
        """Everyone of whom there is audio that holds values."""
        return self._cache.owners()

    def forget(self, owner: str) -> None:
        """Remove all audio that holds values of this owner. Raises CacheError."""
        self._cache.forget(owner)

    def _taken(self, take: Take, spoken: SpokenText, owner: str) -> Rendered:
        recipe = Recipe(
            engine=take.engine,
            identity=take.identity(),
            formatters=FORMATTERS_VERSION,
            language=spoken.language,
            words=spoken.words,
            rate_hz=self._settings.rate_hz,
            level_dbfs=self._settings.level_dbfs,
        )
        match spoken:
            case FixedText():
                path = self._cache.fixed_path(recipe)
            case PersonalText():
                path = self._cache.personal_path(recipe, owner)
        if path.exists():
            return Rendered(path, take.engine, cached=True)
        clip = finish(take.speak(), self._settings.rate_hz, self._settings.level_dbfs)
        self._cache.store(path, wav_bytes(clip))
        return Rendered(path, take.engine, cached=False)

    def _complain(self, engine: str, error: Exception) -> None:
        """Once for each engine, and never with the text."""
        if engine not in self._complained:
            self._complained.add(engine)
            _log.warning("engine_failed engine=%s reason=%r", engine, str(error))


def _spoken(wording: Wording, language: str) -> SpokenText:
    if wording.personal:
        return PersonalText(language, wording.words)
    return FixedText(language, wording.words)
