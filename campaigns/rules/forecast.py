"""How long the rest of a campaign takes: hour by hour, over the windows of each zone; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.rules.hours import Hours

STEP = timedelta(minutes=15)
FARTHEST = timedelta(days=60)  # a rest that takes longer needs other means, not a forecast
MOST_SOUGHT_LINES = 10_000
ENOUGH = 0.5  # of a call: what is left of a fraction is nobody
STEP_SECONDS = STEP.total_seconds()


@dataclass(frozen=True)
class Demand:
    """Calls that contacts of one zone and deadline will still take, on average."""

    zone: str
    deadline: datetime | None
    contacts: int
    calls: float


@dataclass(frozen=True)
class Slot:
    """A quarter of an hour: calls made in it, and the lines that they keep busy on average."""

    at: datetime
    calls: float
    busy: float


@dataclass(frozen=True)
class Forecast:
    """What becomes of the rest with so many lines.

    finished: when the last call is over; None: not within 60 days. open_hours: how long anybody may be
    called until then. late: calls that deadlines leave unmade; none: every deadline holds.
    """

    lines: int
    slots: Sequence[Slot] = field(repr=False)
    finished: datetime | None
    open_hours: float
    late: float

    @property
    def holds(self) -> bool:
        """Whether everybody can be called as often as needed in time."""
        return self.late < ENOUGH and self.finished is not None


def calls_needed(closes: float, attempts_left: int) -> float:
    """Mean calls until a contact is closed, when each closes it with this share (0 to 1).

    >>> calls_needed(0.5, 3)
    1.75
    """
    left = max(attempts_left, 1)
    return float(left) if closes <= 0 else (1 - (1 - closes) ** left) / closes


def forecast(
    demands: Sequence[Demand], bounds: Sequence[Hours], lines: int, call_seconds: float, now: datetime
) -> Forecast:
    """The rest, called by so many lines from `now` on; nearer deadlines first, as the engine does.

    bounds: all of these calling hours must be open. call_seconds: a line is busy so long with one call.
    """
    rest = [demand.calls for demand in demands]
    order = sorted(range(len(demands)), key=lambda place: _urgency(demands[place]))
    slots: list[Slot] = []
    late, open_steps, at = 0.0, 0, now
    finished: datetime | None = now if sum(rest) < ENOUGH else None
    while finished is None and at < now + FARTHEST:
        late += _expire(demands, rest, at)
        open_places = [place for place in order if rest[place] > 0 and _open(bounds, demands[place].zone, at)]
        made = _serve(rest, open_places, lines * STEP_SECONDS / call_seconds)
        slots.append(Slot(at, made, made * call_seconds / STEP_SECONDS))
        open_steps += bool(open_places)
        at += STEP
        if sum(rest) < ENOUGH:
            finished = at
    return Forecast(lines, slots, finished, open_steps * STEP / timedelta(hours=1), late)


def fewest_lines(
    demands: Sequence[Demand], bounds: Sequence[Hours], call_seconds: float, now: datetime
) -> int | None:
    """The fewest lines with which every deadline holds; None: no number of lines is enough."""
    low, high = 0, 1
    while not forecast(demands, bounds, high, call_seconds, now).holds:
        if high >= MOST_SOUGHT_LINES:
            return None
        low, high = high, min(high * 2, MOST_SOUGHT_LINES)
    while high - low > 1:
        middle = (low + high) // 2
        holds = forecast(demands, bounds, middle, call_seconds, now).holds
        low, high = (low, middle) if holds else (middle, high)
    return high


def _urgency(demand: Demand) -> tuple[bool, float]:
    return (demand.deadline is None, demand.deadline.timestamp() if demand.deadline else 0.0)


def _open(bounds: Sequence[Hours], zone: str, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    windows = [hours.window(local.date()) for hours in bounds]
    return all(window is not None and window.holds(local.time()) for window in windows)


def _serve(rest: list[float], places: Sequence[int], capacity: float) -> float:
    """Make calls at these places in their order, as many as the lines bear; how many."""
    left = capacity
    for place in places:
        made = min(rest[place], left)
        rest[place] -= made
        left -= made
    return capacity - left


def _expire(demands: Sequence[Demand], rest: list[float], at: datetime) -> float:
    """Take out what deadlines leave unmade; how many calls."""
    late = 0.0
    for place, demand in enumerate(demands):
        if demand.deadline is not None and at >= demand.deadline:
            late, rest[place] = late + rest[place], 0.0
    return late
