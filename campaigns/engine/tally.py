"""How the last 24 hours of patients who were called first went, by campaign, as predictive calling needs it.

Only of this engine: after a restart it begins anew, and with it the calling, which is progressive then.
"""

from collections import defaultdict, deque
from typing import Literal

from campaigns.rules.predictive import Pressure, careful_rate

DAY_SECONDS = 24 * 3600.0

Event = Literal["placed", "wanted", "abandoned"]
"""A patient was called; wanted an operator; was never joined with one, whoever gave up."""


class Tally:
    """Times: monotonic seconds."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Event], deque[float]] = defaultdict(deque)

    def note(self, campaign: str, event: Event, now: float) -> None:
        """It happened now."""
        self._seen[campaign, event].append(now)

    def count(self, campaign: str, event: Event, now: float) -> int:
        """How often it happened in the last 24 hours."""
        seen = self._seen[campaign, event]
        while seen and seen[0] <= now - DAY_SECONDS:
            seen.popleft()
        return len(seen)

    def pressure(self, campaign: str, now: float, free: int, ringing: int, waiting: int) -> Pressure:
        """What `rules.predictive.calls_now` is to know; free operators, and patients who have none yet."""
        wanted = self.count(campaign, "wanted", now)
        rate = careful_rate(wanted, self.count(campaign, "placed", now))
        return Pressure(free, ringing, waiting, rate, wanted, self.count(campaign, "abandoned", now))
