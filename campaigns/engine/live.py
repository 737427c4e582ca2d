"""The calls in progress, as the engine keeps them and a supervisor may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.engine.companions import Companion
from campaigns.engine.conversation import Talk
from campaigns.engine.renderer import Clips
from campaigns.flows.turns import Delivered, Fact, NotDelivered
from campaigns.models import Contact
from campaigns.words import Outcome

NOT_ANSWERED = frozenset({"dialling", "ringing", "early media"})
"""States of a call that nobody has answered yet."""
CONNECTED = "connected"
"""The state of a call in which an operator talks to the patient; it ends by itself."""


@dataclass(frozen=True)
class Placed:
    """A call that was just placed: the attempt is in the database, `Dial` is sent."""

    attempt: int
    contact: Contact
    trunk: str
    talk: Talk
    clips: Clips
    tried: frozenset[str]  # the trunks of this round, this one among them
    begun: float  # monotonic seconds
    limit_seconds: float = 0.0  # the longest that it may last once it is answered
    script: str = ""  # digest of the one that the prompts are made for
    companions: tuple[Companion, ...] = ()  # who may be told in the same call
    operator: str = ""  # the call of the operator's phone that it was placed for


@dataclass
class LiveCall:
    """A call in progress."""

    placed: Placed
    state: str = "dialling"
    since: float = 0.0  # monotonic seconds: the talk with this person began
    told_before: float = 0.0  # seconds of talk with others before, in the same call
    delivered: bool = False
    recorded: Outcome | None = None  # what the database says it would mean if it ended now
    cut: bool = False  # we ended it because we were told to stop

    @property
    def name(self) -> str:
        """The call as the lines know it."""
        return self.placed.talk.call

    def note(self, facts: Iterable[Fact]) -> None:
        """Whether the contact heard the message, after these facts."""
        for fact in facts:
            if isinstance(fact, Delivered | NotDelivered):
                self.delivered = isinstance(fact, Delivered)


@dataclass
class Summary:
    """What one run did."""

    placed: int = 0
    answered: int = 0
    own_failures: int = 0
