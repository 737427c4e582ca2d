"""How fast a trunk may be called: within its lines, and evenly in time."""

from dataclasses import dataclass

LATE_SECONDS = 0.01  # a start that comes so late does not shift those after it: the rate would suffer


@dataclass
class Pacer:
    """The pace of one trunk; time is handed in as monotonic seconds.

    max_calls: simultaneous calls. calls_per_second: starts, spread evenly, never in bursts: two of them are
    never closer than the share of a second, but for the few milliseconds by which the first was late.
    """

    max_calls: int
    calls_per_second: float
    running: int = 0
    earliest: float = float("-inf")  # no call starts before this

    def __post_init__(self) -> None:
        if self.max_calls < 1 or self.calls_per_second <= 0:
            raise ValueError("a trunk needs max_calls of 1 or more and calls_per_second above 0")

    def next_start(self, now: float) -> float | None:
        """When a call may start, `now` at the earliest; None: not before one of the running calls ends."""
        return None if self.running >= self.max_calls else max(now, self.earliest)

    def started(self, now: float) -> None:
        """A call was placed."""
        share = 1 / self.calls_per_second
        late = now - self.earliest
        self.running += 1
        self.earliest = (self.earliest if 0 <= late <= min(LATE_SECONDS, share / 2) else now) + share

    def wait(self, until: float) -> None:
        """No call starts before that."""
        self.earliest = max(self.earliest, until)

    def ended(self) -> None:
        """A call is over."""
        self.running -= 1
