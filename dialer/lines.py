"""The port: what the engine may ask of phone lines; real and pretend lines pass one contract suite."""

from collections.abc import Sequence
from typing import Protocol

from dialer.messages import Command, Event


class Lines(Protocol):
    """Simultaneous calls, placed by commands and told of by events."""

    @property
    def free(self) -> int:
        """How many calls can be placed now; a slot that a silent far end still holds is not free."""

    def send(self, command: Command) -> None:
        """Hand over a command. One for a call that is over is ignored.

        `Dial` without a free line ends at once with `Ended(cause="line_lost", rang=False)`.
        """

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        """What happened, in order, waiting at most so long for the first. Never `Ready` or `Alive`."""

    def stop(self) -> None:
        """Hang up everything and end; idempotent."""
