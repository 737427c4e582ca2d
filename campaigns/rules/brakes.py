"""When a campaign pauses itself: too many of its last calls failed, or were answered by an opt-out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from campaigns.rules.policy import Brakes

UNREACHED_FOR_GOOD = frozenset({"wrong_number", "blocked"})
"""Causes that speak against the list or against us, though nobody here is at fault: calls that failed too."""


@dataclass(frozen=True)
class Ended:
    """A call that ended, as the brakes see it."""

    cause: str
    outcome: str | None

    @property
    def failed(self) -> bool:
        """Whether it could not reach anybody: the trunk's fault, ours, or the number's."""
        return self.outcome == "failed" or self.cause in UNREACHED_FOR_GOOD


@dataclass(frozen=True)
class Tripped:
    """A threshold that was passed: `count` of the `calls` looked at, of which `of_last` are the most."""

    why: Literal["failures", "opt_outs"]
    count: int
    calls: int
    share: float  # the threshold, 0 to 1
    of_last: int


def tripped(brakes: Brakes, calls: Sequence[Ended]) -> Tripped | None:
    """The threshold that the last calls (any order, since the launch) passed.

    The share is always of `of_last` calls: with 30 % of 50, the 16th failure is one too many, whether it
    came in the 16th call or in the 50th. So one unlucky first call stops nothing, and a dead start does soon.
    """
    last = calls[: brakes.of_last]
    failures = sum(call.failed for call in last)
    opt_outs = sum(call.outcome == "opted_out" for call in last)
    if _passed(failures, brakes.failures, brakes.of_last):
        return Tripped("failures", failures, len(last), brakes.failures, brakes.of_last)
    if _passed(opt_outs, brakes.opt_outs, brakes.of_last):
        return Tripped("opt_outs", opt_outs, len(last), brakes.opt_outs, brakes.of_last)
    return None


def heeded(brakes: Brakes) -> bool:
    """Whether they can stop anything."""
    return min(brakes.failures, brakes.opt_outs) < 1


def _passed(count: int, share: float, of_last: int) -> bool:
    return share < 1 and count > share * of_last
