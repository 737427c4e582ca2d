"""The clock, handed in everywhere, so that tests can stop it."""

import time
from datetime import UTC, datetime
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
