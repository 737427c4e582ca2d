"""Which trunk takes the next call, and which of its numbers the patient sees."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.rules.breaker import Breaker
from campaigns.rules.pacing import Pacer

LONGEST_HOLD_SECONDS = 300.0  # whatever a trunk asks for with Retry-After


@dataclass
class Route:
    """One trunk as a choice: the lowest priority is called first, weights share out calls within one."""

    pacer: Pacer
    priority: int = 1
    weight: int = 1
    breaker: Breaker = field(default_factory=Breaker)
    held_until: float = float("-inf")  # it asked for quiet
    credit: int = 0  # of the smooth weighted round robin

    def usable(self, now: float) -> bool:
        """Whether it takes calls at all at present, though perhaps not in this moment."""
        return now >= self.held_until and self.breaker.may_call(now)

    def next_start(self, now: float) -> float | None:
        """When a call may start; None: not before something else happens."""
        return self.pacer.next_start(now) if self.usable(now) else None

    def room(self, now: float) -> int:
        """How many calls it could take beside those that run, pace aside."""
        free = self.pacer.max_calls - self.pacer.running if self.usable(now) else 0
        return min(free, 1) if self.breaker.rests else free

    def hold(self, seconds: float, now: float) -> None:
        """Leave it alone for so long."""
        self.held_until = max(self.held_until, now + min(seconds, LONGEST_HOLD_SECONDS))


def choose(routes: Mapping[str, Route], now: float, tried: Collection[str] = ()) -> str | None:
    """The trunk for a call that starts now; None: none may, but for those that were tried already.

    Among those of the lowest priority number that may start, smooth weighted round robin: each gains its
    weight, the richest is chosen and pays for all. Weights 3 and 1 give a a b a, not a a a b.
    """
    peers = {
        name: route
        for name, route in _first(routes, now, tried).items()
        if (start := route.next_start(now)) is not None and start <= now
    }
    if not peers:
        return None
    for route in peers.values():
        route.credit += route.weight
    chosen = max(peers, key=lambda name: peers[name].credit)
    peers[chosen].credit -= sum(route.weight for route in peers.values())
    return chosen


def why(routes: Mapping[str, Route], chosen: str, now: float, tried: Collection[str] = ()) -> str:
    """Why this trunk was chosen, for the record; asked before the call is counted as started.

    `only`: there is no other. `weight`: it was its turn among those of its priority. `priority`: it is the
    first. `others_rest`, `others_full`: those that would have gone before it, or beside it, rest or have no
    room. `fail_over from A, B`: these have just failed this call.
    """
    if tried:
        return f"fail_over from {', '.join(sorted(tried))}"
    others = {name: route for name, route in routes.items() if name != chosen}
    if not others:
        return "only"
    mine = routes[chosen].priority
    equals = [route for route in others.values() if route.priority == mine]
    if any(route.room(now) > 0 for route in equals):
        return "weight"
    before = [route for route in others.values() if route.priority < mine] or equals
    if not before:
        return "priority"
    return "others_full" if any(route.usable(now) for route in before) else "others_rest"


def _first(routes: Mapping[str, Route], now: float, tried: Collection[str]) -> Mapping[str, Route]:
    """Those of the lowest priority number that have room; that one of them has to wait for its pace moves
    no call to the next: a second trunk takes what the first cannot, not half of all."""
    able = {name: route for name, route in routes.items() if name not in tried and route.room(now) > 0}
    first = min((route.priority for route in able.values()), default=0)
    return {name: route for name, route in able.items() if route.priority == first}


def another(routes: Mapping[str, Route], now: float, tried: Collection[str]) -> bool:
    """Whether a trunk that was not tried yet takes calls at present, and has room for one."""
    return any(route.room(now) > 0 for name, route in routes.items() if name not in tried)


def next_start(routes: Mapping[str, Route], now: float, tried: Collection[str] = ()) -> float | None:
    """When a call may start on one that was not tried; None: not before something else happens."""
    starts = (route.next_start(now) for route in _first(routes, now, tried).values())
    return min((start for start in starts if start is not None), default=None)


def shown_number(caller_ids: Sequence[str], phone: str) -> str:
    """The caller id for this phone, always the same one; "" when there is none to choose from.

    By the highest hash of both, so that a number that is added or removed changes it for few.
    """
    return max(caller_ids, key=lambda shown: hashlib.sha256(f"{shown} {phone}".encode()).digest(), default="")
