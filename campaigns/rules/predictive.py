"""How many patients to call before an operator is free for each, so that hardly anybody is left without one.

Whoever is called and gets no operator within 2 s counts as abandoned. Two bounds hold at once:

- What is likely: of the calls that ring, X come to want an operator, binomially with the rate of late. The
  expected excess of X over the free operators stays within the cap's share of the expected X.
- What is possible: even if all that ring wanted an operator at this moment, the abandoned of 24 h would stay
  within nine tenths of the cap. So luck cannot break it, and a desk with few calls is dialled progressively.

The first alone leaves a third of the cap where the rate holds still (operators become free while phones ring,
which it leaves out); the second is what holds where the rate leaps. `tests/rules/test_predictive.py` has the
proof by simulation.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, comb, sqrt

PART_SPENT = 0.9  # of the cap: as calls of yesterday leave the 24 h, the share of those that stay may rise
CONFIDENCE = 1.96  # standard errors by which the rate may be higher than it was: 97.5 %
MOST_PER_OPERATOR = 4  # calls at once; more bring next to nothing at rates that telephones have
_RATE_STEPS = 50  # rates are rounded up to 2 %, so that the same few sums come back


@dataclass(frozen=True)
class Pressure:
    """What is known when the next calls may be placed.

    free: operators who could take a call now. ringing: calls on their way, of which nobody is known yet
    whether an operator will be wanted. waiting: people who want one, or are about to, and have none.
    rate: part (0 to 1) of the calls placed that come to want an operator, as `careful_rate` tells it.
    wanted, abandoned: how many wanted an operator in the last 24 h, and how many of these got none in 2 s.
    """

    free: int
    ringing: int
    waiting: int
    rate: float
    wanted: int
    abandoned: int


def careful_rate(wanted: int, placed: int) -> float:
    """The highest rate (0 to 1) that these counts let expect: Wilson's bound; 1 while nothing is known."""
    if not placed:
        return 1.0
    share, square = min(1.0, wanted / placed), CONFIDENCE**2 / placed
    spread = CONFIDENCE * sqrt(share * (1 - share) / placed + square / placed / 4)
    return min(1.0, (share + square / 2 + spread) / (1 + square))


def calls_now(pressure: Pressure, cap: float) -> int:
    """How many more calls may be placed now.

    cap: the greatest part (0 to 1) of those who want an operator that may get none.
    Never fewer than progressive dialling would place: a call for each operator who is free.
    """
    free = max(0, pressure.free - pressure.waiting)
    in_reserve = (
        PART_SPENT * cap * pressure.wanted - pressure.abandoned
    )  # who might still be abandoned, at the very worst
    most = min(free * MOST_PER_OPERATOR, free + int(max(0.0, in_reserve)))
    calls = free
    while calls < most and excess_share(calls + 1, free, pressure.rate) <= cap:
        calls += 1
    return max(0, calls - pressure.ringing)


def excess_share(calls: int, free: int, rate: float) -> float:
    """Of all who come to want an operator, the expected part for whom none is left (0 to 1)."""
    return _excess_share(calls, free, min(_RATE_STEPS, ceil(rate * _RATE_STEPS)))


@lru_cache(maxsize=65536)
def _excess_share(calls: int, free: int, step: int) -> float:
    rate = step / _RATE_STEPS
    if not calls or not rate:
        return 0.0
    beyond = range(free + 1, calls + 1)
    excess = sum((n - free) * comb(calls, n) * rate**n * (1 - rate) ** (calls - n) for n in beyond)
    return excess / (calls * rate)
