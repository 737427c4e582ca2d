"""What the courier asks of whoever sends: which receivers want an event, and to take it to one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from campaigns.words import EventKind


@dataclass(frozen=True)
class OutgoingEvent:
    """Courier: one thing that happened, as all receivers are told of it.

    key: the same at every repetition, for ever. kind: "test" of what somebody sends to try a
    receiver. body: see `store.events`; it holds no name and no number.
    """

    key: str
    kind: EventKind | Literal["test"]
    at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """Sender: the receiver said that it has it."""


@dataclass(frozen=True)
class Fault:
    """Sender: the receiver has not said so; it may have it all the same.

    sentence: what is wrong and what to do, plain, without anything of a patient. permanent: no later try can
    help. retry_after_seconds: how long the receiver asked to be left alone.
    """

    sentence: str
    permanent: bool = False
    retry_after_seconds: float | None = None


class Sender(Protocol):
    """Called by several threads at once, for the same receiver too."""

    def wanted_by(self, event: OutgoingEvent) -> Sequence[str]:
        """The names of the receivers that are to be told, each once; asked once for each event."""

    def send(self, receiver: str, event: OutgoingEvent, timeout: float) -> Sent | Fault:
        """Take it there within so many seconds at most, or sooner; whatever happens is told, never raised.

        A receiver that the settings do not have any more is a permanent fault.
        """
