"""Time that passes when the simulated lines say so, and duties that fall due by it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol


class SimulatedClock:
    """Starts at `now` (aware, UTC); its monotonic seconds start at 0."""

    def __init__(self, now: datetime) -> None:
        self._start = now
        self._seconds = 0.0  # finer than a datetime, or small steps would never add up

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def seconds(self) -> float:
        return self._seconds

    def pass_seconds(self, seconds: float) -> None:
        """Time goes on."""
        self._seconds += seconds

    def go_to(self, moment: datetime) -> None:
        """Skip what nothing happens in; never backwards."""
        self._seconds = max(self._seconds, (moment - self._start).total_seconds())


class Forceable(Protocol):
    """What is needed of the engine's ticks: nobody starts their own thread here."""

    def force(self, name: str) -> None:
        """Make the duty due now."""


class SimulatedTicks:
    """Makes duties due at their intervals of simulated seconds."""

    def __init__(self, ticks: Forceable, every_seconds: Mapping[str, float]) -> None:
        self._ticks = ticks
        self._every = every_seconds
        self._due_at = dict.fromkeys(every_seconds, 0.0)

    def next(self, name: str) -> float:
        """When this one falls due, in simulated seconds."""
        return self._due_at[name]

    def put_off(self, name: str, until: float) -> None:
        """Nothing comes of it before then."""
        self._due_at[name] = max(self._due_at[name], until)

    def come_to(self, seconds: float) -> None:
        """It is so late now."""
        for name, due_at in self._due_at.items():
            if seconds >= due_at:
                self._due_at[name] = seconds + self._every[name]
                self._ticks.force(name)
