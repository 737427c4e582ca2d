"""The calls in progress, as the engine keeps them and a supervisor may see them."""

from dataclasses import dataclass

from campaigns.engine.planner import Placed
from campaigns.words import Outcome

NOT_ANSWERED = frozenset({"dialling", "ringing", "early media"})
"""States of a call that nobody has answered yet."""


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


@dataclass
class Summary:
    """What one run did."""

    placed: int = 0
    answered: int = 0
    own_failures: int = 0
