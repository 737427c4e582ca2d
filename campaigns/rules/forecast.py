"""How long the rest of a campaign takes: in quarters of an hour, by its windows, waits and caps; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from campaigns.rules.caps import Caps, Ring, reached
from campaigns.rules.hours import Hours

STEP = timedelta(minutes=15)
FARTHEST = timedelta(days=60)  # a rest that takes longer needs other means, not a forecast
STEPS = FARTHEST // STEP
MOST_LINES = 10_000
ENOUGH = 0.5  # of a call: what is left of a fraction is nobody
STEP_SECONDS = STEP.total_seconds()


@dataclass(frozen=True)
class Demand:
    """Contacts of one zone and deadline that may be called from `due` on (None: now).

    used: attempts that each has used. capped: the caps hold for them. rings: their last calls that rang.
    """

    zone: str
    deadline: datetime | None
    contacts: int
    used: int = 0
    due: datetime | None = None
    capped: bool = False
    rings: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What the calls are bound by.

    bounds: all of these calling hours must be open. call_seconds: a line is busy so long with one call.
    closes: share (0 to 1) of calls that are the last to their contact. attempts: the most for each contact.
    waits: from a call to the next one, as in `Policy.retry_after`; (): nobody is called twice.
    """

    bounds: Sequence[Hours]
    call_seconds: float
    closes: float = 1.0
    attempts: int = 1
    waits: Sequence[timedelta] = ()
    caps: Caps = field(default_factory=Caps)

    def calls_left(self, used: int) -> int:
        """The most calls to somebody who has used so many attempts."""
        return max(self.attempts - used, 1) if self.waits else 1

    def calls(self, demand: Demand) -> float:
        """How many calls they still take, on average."""
        return demand.contacts * calls_needed(self.closes, self.calls_left(demand.used))


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


def forecast(demands: Sequence[Demand], terms: Terms, lines: int, now: datetime) -> Forecast:
    """The rest, called by so many lines from `now` on; nearer deadlines first, as the engine does.

    Who is not reached is due again after the wait, and once the caps allow it: a day's at the next local
    midnight. A call that is due only after the deadline is late, however many lines there are.
    """
    return _Course(demands, terms, now).run(lines)


def fewest_lines(
    demands: Sequence[Demand], terms: Terms, now: datetime, most: int = MOST_LINES
) -> int | None:
    """The fewest lines, of at most `most`, with which every deadline holds; None: no such number does."""
    course = _Course(demands, terms, now)
    kept_busy = sum(map(terms.calls, demands)) * terms.call_seconds
    low = min(int(kept_busy / FARTHEST.total_seconds()), most - 1)  # so few are never enough
    high = low + 1
    while not course.run(high, give_up=True).holds:
        if high >= most:
            return None
        low, high = high, min(high * 2, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if course.run(middle, give_up=True).holds else (middle, high)
    return high


class _Group(NamedTuple):
    """Who of a demand has been called equally often, and when; `rings` are cut to the hour."""

    place: int
    used: int
    rings: tuple[datetime, ...]


class _Course:
    """The same rest, run through with one number of lines or another."""

    def __init__(self, demands: Sequence[Demand], terms: Terms, now: datetime) -> None:
        self._demands, self._terms, self._now = demands, terms, now
        self._order = sorted(range(len(demands)), key=lambda place: _urgency(demands[place]))
        self._opened: dict[tuple[str, int], bool] = {}
        self._afterwards: dict[tuple[_Group, int], tuple[_Group, datetime]] = {}

    def run(self, lines: int, give_up: bool = False) -> Forecast:
        """To the end, or (give_up) until a call is late."""
        rest = _Rest(self._demands, self._terms)
        for place, demand in enumerate(self._demands):
            group = _Group(place, demand.used, tuple(map(_hour, demand.rings)) if demand.capped else ())
            due = self._allowed(group, max(demand.due or self._now, self._now))
            rest.enter(group, demand.contacts, self._step(due), due)
        slots: list[Slot] = []
        open_steps = 0
        while not (ended := rest.left < ENOUGH) and len(slots) < STEPS:
            step, at = len(slots), self._now + len(slots) * STEP
            rest.come_to(step, at)
            if give_up and rest.late >= ENOUGH:
                break
            places = [place for place in self._order if rest.ready[place] and self._open(place, step, at)]
            made = self._serve(rest, places, lines * STEP_SECONDS / self._terms.call_seconds, step)
            slots.append(Slot(at, made, made * self._terms.call_seconds / STEP_SECONDS))
            open_steps += bool(places)
        finished = self._now + len(slots) * STEP if ended else None
        return Forecast(lines, slots, finished, open_steps * STEP / timedelta(hours=1), rest.late)

    def _serve(self, rest: "_Rest", places: Sequence[int], capacity: float, step: int) -> float:
        """Make calls at these places in their order, as many as the lines bear; how many."""
        made = 0.0
        for group, amount in rest.take(places, capacity):
            made += amount
            missed = amount * (1 - self._terms.closes)
            if self._terms.calls_left(group.used) > 1 and missed > 0:
                again, due = self._after(group, step)
                rest.enter(again, missed, self._step(due), due)
        return made

    def _after(self, group: _Group, step: int) -> tuple[_Group, datetime]:
        """Those of a group who were called in this step and not reached: as what, and when they are due."""
        known = self._afterwards.get((group, step))
        if known is None:
            known = self._afterwards[group, step] = self._next(group, self._now + step * STEP)
        return known

    def _next(self, group: _Group, at: datetime) -> tuple[_Group, datetime]:
        terms, demand = self._terms, self._demands[group.place]
        due = at + STEP + terms.waits[min(group.used, len(terms.waits) - 1)]
        if not demand.capped:
            return _Group(group.place, group.used + 1, ()), due
        again = _Group(group.place, group.used + 1, (*group.rings, _hour(at)))
        return again, self._allowed(again, due)

    def _allowed(self, group: _Group, due: datetime) -> datetime:
        """When the caps allow the next call to them, from `due` on."""
        rings = [Ring(0, ring) for ring in group.rings]
        while cap := reached(self._terms.caps, rings, self._demands[group.place].zone, due):
            due = cap.until
        return due

    def _step(self, due: datetime) -> int:
        """The first step in which somebody is due."""
        return max(0, -((self._now - due) // STEP))

    def _open(self, place: int, step: int, at: datetime) -> bool:
        zone = self._demands[place].zone
        known = self._opened.get((zone, step))
        if known is None:
            known = self._opened[zone, step] = _open(self._terms.bounds, zone, at)
        return known


class _Rest:
    """Who is still to be called: `ready` now, by place of their demand, or later; in mean contacts."""

    def __init__(self, demands: Sequence[Demand], terms: Terms) -> None:
        self._demands, self._terms = demands, terms
        self.ready: list[dict[_Group, float]] = [{} for _ in demands]
        self._later: dict[int, dict[_Group, float]] = {}
        self._ends = [place for place, demand in enumerate(demands) if demand.deadline is not None]
        self.left, self.late = 0.0, 0.0

    def enter(self, group: _Group, amount: float, step: int, due: datetime) -> None:
        """They are due from this step on; late at once when that is past their deadline."""
        deadline = self._demands[group.place].deadline
        if deadline is not None and due >= deadline:
            self.late += self._calls(group, amount)
            return
        self.left += amount
        groups = self._later.setdefault(step, {})
        groups[group] = groups.get(group, 0.0) + amount

    def come_to(self, step: int, at: datetime) -> None:
        """Wake who is due, and take out what deadlines leave unmade."""
        for group, amount in self._later.pop(step, {}).items():
            ready = self.ready[group.place]
            ready[group] = ready.get(group, 0.0) + amount
        for place in self._ends:
            deadline = self._demands[place].deadline
            if self.ready[place] and deadline is not None and at >= deadline:
                self._expire(self.ready[place])

    def take(self, places: Sequence[int], most: float) -> Iterator[tuple[_Group, float]]:
        """Take at most so many out of what is ready, the places in this order."""
        for place in places:
            ready = self.ready[place]
            while ready and most > 0:
                group = next(iter(ready))
                amount = min(ready[group], most)
                most, self.left = most - amount, self.left - amount
                ready[group] -= amount
                if ready[group] <= 0:
                    del ready[group]
                yield group, amount

    def _expire(self, ready: dict[_Group, float]) -> None:
        for group, amount in ready.items():
            self.late += self._calls(group, amount)
            self.left -= amount
        ready.clear()

    def _calls(self, group: _Group, amount: float) -> float:
        return amount * calls_needed(self._terms.closes, self._terms.calls_left(group.used))


def totals(demands: Sequence[Demand], terms: Terms) -> Mapping[str, tuple[int, float]]:
    """Contacts and mean calls of each zone."""
    zones: dict[str, tuple[int, float]] = {}
    for demand in demands:
        contacts, calls = zones.get(demand.zone, (0, 0.0))
        zones[demand.zone] = contacts + demand.contacts, calls + terms.calls(demand)
    return {zone: zones[zone] for zone in sorted(zones)}


def _urgency(demand: Demand) -> tuple[bool, float]:
    return (demand.deadline is None, demand.deadline.timestamp() if demand.deadline else 0.0)


def _open(bounds: Sequence[Hours], zone: str, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    windows = [hours.window(local.date()) for hours in bounds]
    return all(window is not None and window.holds(local.time()) for window in windows)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
