"""What a voice engine is, and the two kinds of text: only one of them may leave this machine."""

from dataclasses import dataclass, field
from typing import Protocol

from prompts.audio import Clip


@dataclass(frozen=True)
class FixedText:
    """A sentence or a phrase that is the same for everybody: no value is in it."""

    language: str
    words: str


@dataclass(frozen=True)
class ValueText:
    """A sentence or a phrase that holds a value; no engine on the network takes this type."""

    language: str
    words: str = field(repr=False)
    private: bool = True  # the value belongs to one contact


SpokenText = FixedText | ValueText


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

    def knows(self, text: SpokenText) -> bool:
        """Whether it has a voice for this language and, if its vocabulary is limited, all these words.

        Asked before every text: quick, quiet, and never raises.
        """
        ...

    def speak(self, text: SpokenText) -> Clip:
        """Raw speech at the engine's own rate and level. Raises EngineError."""
        ...


class OnlineEngine(Voice, Protocol):
    """An engine on the network: the type of `speak` keeps every value away from it."""

    @property
    def resting(self) -> bool:
        """Whether it failed and says nothing new for a while."""
        ...

    def knows(self, text: FixedText) -> bool:
        """Whether it speaks the language, also while it rests: what it has said before is kept."""
        ...

    def speak(self, text: FixedText) -> Clip:
        """Raw speech at the engine's own rate and level. Raises EngineError."""
        ...
