"""The calls in progress, as the engine keeps them and a supervisor may see them."""

from dataclasses import dataclass

from campaigns.engine.planner import Placed
from campaigns.words import Outcome


@dataclass
class LiveCall:
    """A call in progress."""

    placed: Placed
    state: str = "dialling"
    delivered: bool = False
    recorded: Outcome | None = None  # what the database says it would mean if it ended now
    cut: bool = False  # we ended it because we were told to stop


@dataclass
class Summary:
    """What one run did."""

    placed: int = 0
    answered: int = 0
    own_failures: int = 0
