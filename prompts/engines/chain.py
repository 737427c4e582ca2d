"""Which engines are asked for a text, and in which order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from prompts.audio import Clip
from prompts.engines.espeak import Espeak
from prompts.engines.gtts import Gtts
from prompts.engines.protocol import Engine, FixedText, OnlineEngine, SpokenText, Voice
from prompts.engines.tone import Tone
from prompts.settings import SpeechSettings


@dataclass(frozen=True)
class Take:
    """One engine's turn at one text; the caller tries takes in order until one speaks."""

    engine: str
    identity: Callable[[], tuple[str, ...]]
    speak: Callable[[], Clip]


@dataclass(frozen=True)
class Chain:
    """The best voice first; the network hears fixed texts only, as the types say."""

    online: tuple[OnlineEngine, ...]
    offline: tuple[Engine, ...]

    def takes(self, text: SpokenText) -> Iterator[Take]:
        if isinstance(text, FixedText):
            for engine in self.online:
                yield Take(engine.name, _identity(engine, text), partial(engine.speak, text))
        for local in self.offline:
            yield Take(local.name, _identity(local, text), partial(local.speak, text))


def chain_of(settings: SpeechSettings) -> Chain:
    """The engines that the settings ask for; none is loaded before its first sentence."""
    online = (Gtts(settings.online_timeout_seconds),) if settings.online else ()
    match settings.engine:
        case "espeak":
            return Chain(online, (Espeak(settings.words_per_minute),))
        case "tone":
            return Chain(online, (Tone(),))


def _identity(engine: Voice, text: SpokenText) -> Callable[[], tuple[str, ...]]:
    return partial(engine.identity, text.language)
