"""The clock, handed in everywhere, so that tests can stop it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall-clock time for rules and records, monotonic seconds for pacing."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""

    def seconds(self) -> float:
        """Monotonic seconds from an arbitrary start."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        return time.monotonic()


class SharedClock:
    """A clock that several machines go by, whatever their own ones say.

    It is asked with every `measure`, and counted on from there by seconds that also pass while this machine
    is suspended. ask: the shared clock's moment, aware; when it raises, the last measure holds.
    """

    def __init__(self, ask: Callable[[], datetime], seconds: Callable[[], float] | None = None) -> None:
        self._ask = ask
        self._seconds = seconds or _seconds_since_boot
        self.measure()

    def measure(self) -> None:
        """Ask anew; the answer is taken for the middle of the time that it took."""
        before = self._seconds()
        moment = self._ask()
        self._moment, self._measured = moment, (before + self._seconds()) / 2

    def now(self) -> datetime:
        return self._moment + timedelta(seconds=self._seconds() - self._measured)

    def seconds(self) -> float:
        return time.monotonic()


def _seconds_since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
