"""An engine that failed is left alone for a while, so that no text waits for it in vain."""

import time
from collections.abc import Callable
from typing import Final

REST_SECONDS: Final = 600.0
FAILURES_TO_REST: Final = 2  # one may be this text's fault


class Rest:
    """Counts failures; two in a row, or one that leaves no hope, begin ten minutes of rest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._until = -float("inf")

    @property
    def resting(self) -> bool:
        """Whether the engine is not to be asked now."""
        return self._clock() < self._until

    def failed(self, hopeless: bool = False) -> None:
        """hopeless: the next text would fail as well, so the rest begins at once."""
        self._failures += 1
        if hopeless or self._failures >= FAILURES_TO_REST:
            self._failures = 0
            self._until = self._clock() + REST_SECONDS

    def worked(self) -> None:
        """The next failure is the first again."""
        self._failures = 0
