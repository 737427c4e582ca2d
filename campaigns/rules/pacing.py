"""How fast a trunk may be called: within its lines, evenly in time, and with a rest when it is dead."""

from dataclasses import dataclass

FAILURES_BEFORE_REST = 5  # in a row; fewer happen on a healthy trunk (a refused number, a lost packet)
REST_SECONDS = 60.0


@dataclass
class Pacer:
    """The pace of one trunk; time is handed in as monotonic seconds.

    max_calls: simultaneous calls. calls_per_second: starts, spread evenly, never in bursts.
    After 5 failures of the trunk's own in a row it rests for 60 s. Then one call at a time tries it: a
    failure makes it rest again, any other ending brings the full pace back.
    """

    max_calls: int
    calls_per_second: float
    running: int = 0
    failures: int = 0
    earliest: float = float("-inf")  # no call starts before this

    def __post_init__(self) -> None:
        if self.max_calls < 1 or self.calls_per_second <= 0:
            raise ValueError("a trunk needs max_calls of 1 or more and calls_per_second above 0")

    @property
    def resting(self) -> bool:
        """Whether the trunk failed so often that it rests, or is being tried after a rest."""
        return self.failures >= FAILURES_BEFORE_REST

    def next_start(self, now: float) -> float | None:
        """When a call may start, `now` at the earliest; None: not before one of the running calls ends."""
        if self.running >= (1 if self.resting else self.max_calls):
            return None
        return max(now, self.earliest)

    def may_start(self, now: float) -> bool:
        """Whether a call may start now."""
        start = self.next_start(now)
        return start is not None and start <= now

    def started(self, now: float) -> None:
        """A call was placed."""
        self.running += 1
        self.earliest = max(self.earliest, now + 1 / self.calls_per_second)

    def ended(self, trunk_failed: bool, now: float) -> None:
        """A call is over; `trunk_failed`: by a fault of the trunk's own, before it rang."""
        self.running -= 1
        self.failures = self.failures + 1 if trunk_failed else 0
        if self.resting:
            self.earliest = max(self.earliest, now + REST_SECONDS)
