"""The operators as of one look at the database: who could take whose call (pure)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from campaigns.rules.operators import Candidate, Wanted, hindrance

Outlook = Literal["free", "busy", "nobody"]
"""For a contact an operator is free now, is at work but not free, or none is at work who suits it."""

BUSY = frozenset({"held", "queue_call", "rest"})
"""Hindrances of an operator who is at work, and may be free in a moment."""

Someone = TypeVar("Someone", bound=Candidate)


@dataclass(frozen=True)
class UnderWay:
    """A patient of a campaign in a call that may come to want an operator, and has none.

    waiting: is on the line and wants one already.
    """

    campaign: str
    wanted: Wanted
    waiting: bool = False


@dataclass(frozen=True)
class Bench(Generic[Someone]):
    """groups: those to whose phones a trunk leads. zone: IANA, of the shifts."""

    operators: Sequence[Someone]
    groups: Collection[str]
    now: datetime
    zone: str

    def without(self, operator: int) -> "Bench[Someone]":
        """The same when this operator was called."""
        rest = [each for each in self.operators if each.id != operator]
        return Bench(rest, self.groups, self.now, self.zone)

    def outlook(self, wanted: Wanted) -> Outlook:
        """Whether anybody can take a call of such a contact."""
        if any(self._takes(each, wanted) for each in self.operators):
            return "free"
        hindrances = [hindrance(each, self.now, self.zone, wanted) for each in self.operators]
        return "busy" if any(why is None or why in BUSY for why in hindrances) else "nobody"

    def spare(self, wanted: Collection[Wanted], others: Iterable[Wanted]) -> int:
        """How many free operators suit one of `wanted` when each of `others` has had one.

        The others are given operators who would not suit anyway, where there are such.
        """
        left = [each for each in self.operators if self._takes(each, None)]
        mine = {each.id for each in left if any(self._takes(each, one) for one in wanted)}
        for other in others:
            able = sorted(
                (each for each in left if self._takes(each, other)), key=lambda each: each.id in mine
            )
            if able:
                left.remove(able[0])
        return sum(each.id in mine for each in left)

    def _takes(self, operator: Someone, wanted: Wanted | None) -> bool:
        return operator.group in self.groups and not hindrance(operator, self.now, self.zone, wanted)
