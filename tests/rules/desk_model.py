"""A desk of operators and the patients that are called for it, event by event, for rules of pacing."""

import heapq
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from campaigns.rules.predictive import Pressure, careful_rate

GRACE_SECONDS = 2.0
DAY_SECONDS = 24 * 3600.0
RING_OUT_SECONDS = 25.0
RATE_SECONDS = 3600.0  # over which the rate of late is taken
TICK_SECONDS = 5.0


@dataclass(frozen=True)
class World:
    """Operators, and rates by the hour of the simulation; means in seconds."""

    operators: int = 9
    rate: Callable[[float], float] = lambda _now: 0.46
    talk_seconds: float = 120.0
    rest_seconds: float = 30.0
    pick_up_seconds: tuple[float, float] = (3.0, 20.0)
    script_seconds: float = 0.0  # from the answer until an operator is wanted
    open_hours: tuple[float, float] = (0.0, 24.0)  # of each day


@dataclass
class Tally:
    """What happened: times at which an operator was wanted, and at which there was none for 2 s."""

    wanted: list[float] = field(default_factory=list)
    abandoned: list[float] = field(default_factory=list)
    talked_seconds: float = 0.0

    def within(self, times: list[float], now: float) -> int:
        """How many of these times lie in the 24 h before."""
        return len(times) - bisect_left(times, now - DAY_SECONDS)

    def worst_share(self) -> float:
        """The greatest share of abandoned over the 24 h before any moment at which an operator was wanted."""
        lost, wanted, worst = self.abandoned, self.wanted, 0.0
        for number, at in enumerate(wanted, start=1):
            until = at + GRACE_SECONDS  # by then it is known of this one, too
            gone = bisect_right(lost, until) - bisect_left(lost, until - DAY_SECONDS)
            worst = max(worst, gone / (number - bisect_left(wanted, until - DAY_SECONDS)))
        return worst


class Desk:
    """Plays so many hours of a world; `pace` says how many calls are placed at each moment."""

    def __init__(self, world: World, seed: int, pace: Callable[[Pressure], int]) -> None:
        self.world, self.tally = world, Tally()
        self._draw, self._pace = random.Random(seed), pace
        self._events: list[tuple[float, int, str]] = []
        self._count = self._ringing = self._pending = 0
        self._free, self._queue = world.operators, list[float]()
        self._placed: list[float] = []

    def play(self, hours: float) -> Tally:
        """Until the time is over."""
        self._at(0.0, "tick")
        while self._events and self._events[0][0] < hours * 3600:
            now, _, what = heapq.heappop(self._events)
            getattr(self, f"_{what}")(now)
            self._match(now)
            self._place(now)
        return self.tally

    def _at(self, when: float, what: str) -> None:
        self._count += 1
        heapq.heappush(self._events, (when, self._count, what))

    def _tick(self, now: float) -> None:
        self._at(now + TICK_SECONDS, "tick")

    def _unanswered(self, _now: float) -> None:
        self._ringing -= 1

    def _answered(self, now: float) -> None:
        self._ringing -= 1
        self._pending += 1
        self._at(now + self.world.script_seconds, "wants")

    def _wants(self, now: float) -> None:
        self._pending -= 1
        self.tally.wanted.append(now)
        self._queue.append(now)
        self._at(now + GRACE_SECONDS, "match")

    def _rested(self, _now: float) -> None:
        self._free += 1

    def _match(self, now: float) -> None:
        while self._queue and now - self._queue[0] >= GRACE_SECONDS:
            self._queue.pop(0)
            self.tally.abandoned.append(now)
        while self._queue and self._free:
            self._queue.pop(0)
            self._free -= 1
            talk = self._draw.expovariate(1 / self.world.talk_seconds)
            self.tally.talked_seconds += talk
            self._at(now + talk + self.world.rest_seconds, "rested")

    def _place(self, now: float) -> None:
        opens, closes = self.world.open_hours
        if not opens <= now % DAY_SECONDS / 3600 < closes:
            return
        for _ in range(self._pace(self._pressure(now))):
            self._placed.append(now)
            self._ringing += 1
            if self._draw.random() < self.world.rate(now):
                self._at(now + self._draw.uniform(*self.world.pick_up_seconds), "answered")
            else:
                self._at(now + RING_OUT_SECONDS, "unanswered")

    def _pressure(self, now: float) -> Pressure:
        tally, since = self.tally, now - RATE_SECONDS
        lately = [len(times) - bisect_left(times, since) for times in (tally.wanted, self._placed)]
        return Pressure(
            free=self._free,
            ringing=self._ringing,
            waiting=self._pending + len(self._queue),
            rate=careful_rate(lately[0], max(1, lately[1] - self._ringing)),
            wanted=tally.within(tally.wanted, now),
            abandoned=tally.within(tally.abandoned, now),
        )


def progressive(pressure: Pressure) -> int:
    """A call for each operator who is free, and no more."""
    return max(0, pressure.free - pressure.waiting - pressure.ringing)
