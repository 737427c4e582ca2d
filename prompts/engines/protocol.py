"""What a voice engine is, and the two kinds of text: only one of them may leave this machine."""

from dataclasses import dataclass
from typing import Protocol

from prompts.audio import Clip


@dataclass(frozen=True)
class FixedText:
    """Words that are the same for everybody: no value is in them."""

    language: str
    words: str


@dataclass(frozen=True)
class PersonalText:
    """Words that hold a value of a contact; no engine on the network takes this type."""

    language: str
    words: str


SpokenText = FixedText | PersonalText


class Voice(Protocol):
    """What every engine says about itself."""

    @property
    def name(self) -> str:
        """A word for the log and the cache key."""
        ...

    def identity(self, language: str) -> tuple[str, ...]:
        """All that shapes its sound besides the words: version, voice, rate. Raises EngineError."""
        ...


class Engine(Voice, Protocol):
    """An engine on this machine: it may be told everything."""

    def speak(self, text: SpokenText) -> Clip:
        """Raw speech at the engine's own rate and level. Raises EngineError."""
        ...


class OnlineEngine(Voice, Protocol):
    """An engine on the network: the type of `speak` keeps every value away from it."""

    def speak(self, text: FixedText) -> Clip:
        """Raw speech at the engine's own rate and level. Raises EngineError."""
        ...
