"""Virtual time: what will happen, and when."""

import heapq
import itertools
from collections.abc import Callable


class Agenda:
    """`now` gives seconds, and virtual time never falls behind; `advance` is told by how much it went on."""

    def __init__(self, now: Callable[[], float], advance: Callable[[float], None] | None) -> None:
        self.time = now()
        self._now = now
        self._advance = advance
        self._entries: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count(1)

    def catch_up(self) -> None:
        """The clock may have gone on without us."""
        self.time = max(self.time, self._now())

    def go_to(self, time: float) -> None:
        """Time goes on."""
        if time > self.time:
            passed, self.time = time - self.time, time
            if self._advance is not None:
                self._advance(passed)

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Do this then; what is due at one moment is done in the order in which it was noted."""
        heapq.heappush(self._entries, (time, next(self._order), action))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do this in a while."""
        self.at(self.time + seconds, action)

    def step(self, until: float) -> bool:
        """Go to the next entry and do it, unless it comes later; False when there is none."""
        if not self._entries or self._entries[0][0] > until:
            return False
        self.go_to(self._entries[0][0])
        heapq.heappop(self._entries)[2]()
        return True
