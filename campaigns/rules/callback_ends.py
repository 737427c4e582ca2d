"""What became of callbacks, and the figures of a desk that are computed from them."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Literal, assert_never

from campaigns.words import ContactState, Outcome

CallbackEnd = Literal[
    "reached",  # talked to, or heard what it was about
    "not_wanted",  # no longer needs the call
    "opted_out",
    "not_reached",
    "waiting",
    "calling",
    "cancelled",
]
"""Each callback has one; together they are all callbacks."""
HEARD: frozenset[Outcome] = frozenset({"completed", "delivered", "partial", "human_wanted"})
QUESTION, NOT_NEEDED = "callback", "not_needed"
"""The question of a script whether the call is still wanted, and the answer that it is not."""


def end_of(state: ContactState, outcome: Outcome | None, answer: str | None) -> CallbackEnd:
    """What became of one callback; answer: to `QUESTION`, as it was last given."""
    match state:
        case "waiting" | "calling" | "cancelled":
            return state
        case "exhausted":
            return "not_reached"
        case "done":
            if outcome == "opted_out":
                return "opted_out"
            if answer == NOT_NEEDED:
                return "not_wanted"
            return "reached" if outcome in HEARD else "not_reached"
        case never:
            assert_never(never)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share (0 to 1) of them does not exceed; None without any."""
    if not values:
        return None
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def percents(counts: Mapping[str, int]) -> dict[str, float]:
    """The parts of their sum in per cent, to a tenth, so rounded that they add up to 100; {} without any."""
    total = sum(counts.values())
    if not total:
        return {}
    tenths = {name: divmod(1000 * count, total) for name, count in counts.items()}
    left = 1000 - sum(whole for whole, _ in tenths.values())
    by_rest = sorted(tenths, key=lambda name: -tenths[name][1])
    raised = set(by_rest[:left])
    return {name: (whole + (name in raised)) / 10 for name, (whole, _) in tenths.items()}
