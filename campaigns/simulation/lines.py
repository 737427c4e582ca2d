"""Simulated lines: pretend ones whose events come in passes, and which remember no call that is over."""

from collections.abc import Sequence

from campaigns.simulation.callees import Callees
from campaigns.simulation.clock import SimulatedClock
from dialer.fake import FakeLines
from dialer.messages import Command, Event

PLAY_SECONDS = 4.0  # of one text, about ten words
PASS_SECONDS = 1.0  # what happens within it is heard at its end: a patient hears us so much later at most


class SimulatedLines:
    """`count` lines whose callees decide what becomes of a call; waiting moves the clock on."""

    def __init__(self, count: int, callees: Callees, clock: SimulatedClock) -> None:
        self._clock = clock
        self._lines = FakeLines(
            count, callees, clock.seconds, play_seconds=PLAY_SECONDS, advance=clock.pass_seconds
        )

    @property
    def free(self) -> int:
        return self._lines.free

    @property
    def busiest(self) -> int:
        """The most calls there were at once."""
        return self._lines.busiest

    def send(self, command: Command) -> None:
        self._lines.send(command)

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        """The first that happens within the time, and all that follows until the pass is over."""
        events = list(self._lines.receive(max(timeout_seconds, PASS_SECONDS)))
        until = self._clock.seconds() + PASS_SECONDS
        while events and (left := until - self._clock.seconds()) > 0:
            events += self._lines.receive(left)
        self._lines.commands.clear()
        self._lines.dialled.clear()
        return events

    def stop(self) -> None:
        self._lines.stop()
