"""The port: what the engine may ask of phone lines; real and pretend lines pass one contract suite."""

from collections.abc import Sequence
from typing import Protocol

from dialer.messages import Command, Event


class Lines(Protocol):
    """Simultaneous calls, placed by commands and told of by events."""

    @property
    def free(self) -> int:
        """How many calls can be placed now; a slot that a silent far end holds, or that is kept, is none."""

    @property
    def free_pairs(self) -> int:
        """How many calls can be placed now that keep a line (`Dial.keeps`): two lines of one process each."""

    def send(self, command: Command) -> None:
        """Hand over a command. One for a call that is over is ignored.

        `Dial` without a free line ends at once with `Ended(cause="line_lost", rang=False)`. So does one
        beside a call that is over, or whose kept line is taken; when the one that took it is over, the line
        is kept again. `Bridge` with a call that is over, is not answered or lives in another line process
        ends with `joined` False.
        """

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        """What happened, in order, waiting at most so long for the first. Never `Ready` or `Alive`."""

    def stop(self) -> None:
        """Hang up everything and end; idempotent."""
