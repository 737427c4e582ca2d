"""Simulated lines: pretend ones whose events come in passes, and which remember no call that is over."""

from collections.abc import Sequence

from campaigns.simulation.callees import Callees
from campaigns.simulation.clock import SimulatedClock
from dialer.fake import FakeLines
from dialer.messages import Command, Event

PLAY_SECONDS = 4.0  # of one text, about ten words
PASS_SECONDS = 1.0  # what happens within it is heard at its end: a patient hears us so much later at most

SHORTEST_SECONDS = 0.001  # time must go on, whatever is waited for
ROUNDING_SECONDS = 1e-6  # beyond what is waited for, or a moment would be missed by the last digit


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
    def free_pairs(self) -> int:
        return self._lines.free_pairs

    @property
    def busiest(self) -> int:
        """The most calls there were at once."""
        return self._lines.busiest

    def send(self, command: Command) -> None:
        self._lines.send(command)

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        """The first that happens within the time, and all that follows within it until the pass is over.

        An engine that asks for less than a pass has a call to place then: trunks let calls start one by one.
        """
        seconds = max(timeout_seconds, SHORTEST_SECONDS) + ROUNDING_SECONDS
        over = self._clock.seconds() + seconds
        events = list(self._lines.receive(seconds))
        until = min(over, self._clock.seconds() + PASS_SECONDS)
        while events and (left := until - self._clock.seconds()) > 0:
            events += self._lines.receive(left)
        self._lines.commands.clear()
        self._lines.dialled.clear()
        return events

    def stop(self) -> None:
        self._lines.stop()
