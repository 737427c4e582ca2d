"""A contact between its lease and its call."""

from dataclasses import dataclass, field

from campaigns.engine.renderer import Clips
from campaigns.models import Contact
from campaigns.words import ConnectMode


@dataclass
class Prepared:
    """A leased contact on its way to a call."""

    contact: Contact
    script: str  # digest of the one that the prompts are made for
    clips: Clips | None = None
    tried: frozenset[str] = frozenset()  # trunks that failed it in this round
    mode: ConnectMode = "robot_first"
    keeps: bool = False  # a line is kept for the operator who may be wanted in the call
    asked: set[int] = field(default_factory=set)  # operators whose phones were called for it in this round
