"""Rule packs: what a law or a careful house demands of every call, dated, each figure with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from campaigns.rules.caps import Caps
from campaigns.rules.hours import Hours

Exemption = Literal["callback", "urgent_result"]
"""Calls that the caps do not hold back: one that the patient asked for, one with an urgent result."""


NO_CAPS = Caps()


@dataclass(frozen=True)
class Edition:
    """What holds from a day on, until the next edition or `until` (included).

    hours: outer bounds of a campaign's own. consent: whether each contact needs one with source and date.
    ring_seconds: a phone must ring at least so long. sources: where each figure is from, by its name.
    """

    since: date
    until: date | None = None
    hours: Hours | None = None
    caps: Caps = NO_CAPS
    exempt: frozenset[Exemption] = frozenset()
    consent: bool = False
    ring_seconds: float = 0.0
    sources: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Pack:
    """A named set of rules; its editions, the oldest first, follow each other without a gap."""

    name: str
    title: str
    editions: tuple[Edition, ...]

    def edition(self, on: date) -> Edition:
        """The one in force on that day; before the first one the first holds, the careful reading."""
        started = [edition for edition in self.editions if edition.since <= on]
        return started[-1] if started else self.editions[0]


NO_PACK = Pack("none", "No rule pack", (Edition(date.min),))
