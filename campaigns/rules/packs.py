"""Rule packs: what a law or a careful house demands of every call, dated, each figure with its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from campaigns.rules.caps import Caps
from campaigns.rules.hours import Hours

Exemption = Literal["callback", "urgent_result"]
"""Calls that the caps do not hold back: one that the patient asked for, one with an urgent result."""
EXEMPTIONS: tuple[Exemption, ...] = get_args(Exemption)

NO_CAPS = Caps()


@dataclass(frozen=True)
class Demand:
    """What a pack asks for and no machine can see to: it stands where people look at a campaign's rules."""

    sentence: str
    source: str


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
    demands: tuple[Demand, ...] = ()


@dataclass(frozen=True)
class Misfit:
    """What is wrong with a row of editions, and with which of them (0 is the first)."""

    edition: int
    sentence: str


@dataclass(frozen=True)
class Pack:
    """A named set of rules; its editions, the oldest first, follow each other without a gap.

    Raises ValueError when they do not.
    """

    name: str
    title: str
    editions: tuple[Edition, ...]

    def __post_init__(self) -> None:
        if fault := misfit(self.editions):
            raise ValueError(fault.sentence)

    def edition(self, on: date) -> Edition:
        """The one in force on that day; before the first one the first holds, the careful reading."""
        started = [edition for edition in self.editions if edition.since <= on]
        return started[-1] if started else self.editions[0]


def misfit(editions: Sequence[Edition]) -> Misfit | None:
    """The first place where editions do not follow each other day by day, the last one without an end."""
    if not editions:
        return Misfit(0, "a rule pack needs at least one edition")
    for number, edition in enumerate(editions):
        if edition.until is not None and edition.until < edition.since:
            return Misfit(number, "the edition ends before it begins")
        if number + 1 == len(editions):
            break
        following = editions[number + 1].since
        if following <= edition.since:
            return Misfit(number + 1, "the editions must stand in the order of their days, the oldest first")
        if edition.until is not None and edition.until + timedelta(days=1) != following:
            kind = "no edition holds" if edition.until < following else "two editions hold"
            return Misfit(
                number + 1, f"between {edition.until} and {following} {kind}: until must be the day before"
            )
    if editions[-1].until is not None:
        return Misfit(len(editions) - 1, f"nothing holds after {editions[-1].until}: leave until out")
    return None


NO_PACK = Pack("none", "No rule pack", (Edition(date.min),))
