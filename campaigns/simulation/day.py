"""A day of calls: the real engine over simulated lines, clock and speech, as fast as this machine can."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import islice
from typing import Final

from campaigns.assemble import build_engine
from campaigns.control.trunks import trunk_of
from campaigns.engine.engine import TICKS, Engine
from campaigns.flows.script import Script
from campaigns.settings import Home
from campaigns.simulation.batched import BatchedDatabase
from campaigns.simulation.callees import Callees, path_through
from campaigns.simulation.clock import SimulatedClock, SimulatedTicks
from campaigns.simulation.lines import PASS_SECONDS, SimulatedLines
from campaigns.simulation.people import FAMILY_NAME, people, variants
from campaigns.simulation.speech import UnheardSpeech
from campaigns.store import campaigns, contacts, outlook

BEGINS: Final = time_of_day(20)  # UTC of the day before: 8:00 in Kamchatka, 22:00 in Kaliningrad
LASTS: Final = timedelta(hours=24)
QUEUED_AT_ONCE = 5000  # in one transaction
SELDOM_SECONDS = 60.0  # simulated, for duties that look for what a simulation has little of
OFTEN: Final = {"take": 2 * PASS_SECONDS, "beat": 25.0}  # an engine counts as dead after 30 s
COMMIT_SECONDS = 300.0  # simulated; a batch of this size is some thousand transactions
LAST_CALLS_SECONDS = 900.0  # simulated; longer than any call lasts
GARBAGE = 100_000  # objects made between two looks for circles, some 50 MB

Progress = Callable[[datetime, int], None]
"""Told how late it is, and how many calls were placed."""


@dataclass(frozen=True)
class Plan:
    """What is simulated. day: local, in every zone. speed: simulated seconds a real one; None: as fast as
    it goes."""

    script: Script
    contacts: int
    lines: int
    seed: int
    day: date
    speed: float | None = None

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.day - timedelta(days=1), BEGINS, UTC)

    @property
    def ends(self) -> datetime:
        return self.begins + LASTS


@dataclass(frozen=True)
class Ran:
    """How it went, beside what stands in the database; `told`: sentences for the supervisor."""

    busiest_lines: int
    placed: int
    queue_seconds: float
    run_seconds: float
    told: Sequence[str]


def working_day(script: Script, first: date) -> date:
    """The first day from `first` on that has the hours of a weekday."""
    days = (first + timedelta(days=number) for number in range(366))
    hours = script.policy.hours
    return next((day for day in days if hours.window(day) == hours.weekdays), first)


def callees_of(plan: Plan) -> Callees:
    """The people who are called."""
    script = plan.script
    house = {"full_name": FAMILY_NAME, "institution": "", "call_back": ""}
    paths = [path_through(script, {**values, **house}) for values in variants(script)]
    return Callees(plan.seed, paths, script.opt_out_key)


def run_day(home: Home, database: BatchedDatabase, plan: Plan, progress: Progress) -> Ran:
    """Queue everybody the evening before, and let the engine call until the day is over everywhere."""
    began = time.perf_counter()
    queued = _queue(database, plan, progress)
    with _seldom_collected():
        return _Day(home, database, plan, progress).run(queued - began)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """What lives all day is not looked at again and again for garbage; calls leave hardly any in circles."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _queue(database: BatchedDatabase, plan: Plan, progress: Progress) -> float:
    everybody = people(plan.script, plan.contacts, plan.seed, plan.begins)
    while some := list(islice(everybody, QUEUED_AT_ONCE)):
        contacts.add(database, some, plan.begins)
        progress(plan.begins, 0)
    campaigns.move(database, plan.script.name, "running", plan.begins)
    database.commit()
    return time.perf_counter()


class _Day:
    def __init__(self, home: Home, database: BatchedDatabase, plan: Plan, progress: Progress) -> None:
        self._plan, self._database, self._progress = plan, database, progress
        self._clock = SimulatedClock(plan.begins)
        self._lines = SimulatedLines(plan.lines, callees_of(plan), self._clock)
        self._told: list[str] = []
        trunks = [trunk_of(table, "") for table in home.file.trunks]
        self._engine: Engine
        self._engine, ticks = build_engine(
            home, database, self._lines, UnheardSpeech(), trunks, self._clock, self._told.append
        )
        every = {name: OFTEN.get(name, max(seconds, SELDOM_SECONDS)) for name, seconds in TICKS.items()}
        self._ticks = SimulatedTicks(ticks, every)

    def run(self, queue_seconds: float) -> Ran:
        """Until the day is over and the last call has ended."""
        began = time.perf_counter()
        commit_at = 0.0
        while self._clock.now() < self._plan.ends:
            self._pass()
            if not self._engine.live:
                self._skip()
            if self._clock.seconds() >= commit_at:
                commit_at = self._clock.seconds() + COMMIT_SECONDS
                self._database.commit()
                self._progress(self._clock.now(), self._engine.summary.placed)
            self._keep_pace(began)
        self._end()
        seconds = time.perf_counter() - began
        return Ran(self._lines.busiest, self._engine.summary.placed, queue_seconds, seconds, self._told)

    def _pass(self) -> None:
        """One look at everything; where nobody is due, the next one is far away, or at the next event."""
        now = self._clock.seconds()
        takes = now >= self._ticks.next("take")
        self._ticks.come_to(now)
        placed = self._engine.summary.placed
        self._engine.step(self._ticks.next("take") - now)
        if takes and self._engine.summary.placed == placed and self._lines.free:
            self._ticks.put_off("take", min(self._soonest(), self._clock.seconds() + SELDOM_SECONDS))

    def _soonest(self) -> float:
        """When somebody is due, in simulated seconds; it may have passed already."""
        soonest = outlook.next_due(self._database, self._plan.script.name) or self._plan.ends
        return (soonest - self._plan.begins).total_seconds()

    def _skip(self) -> None:
        """Nobody is called: go on to when somebody may be."""
        if not self._engine.idle(until_idle=True):
            return
        self._clock.go_to(min(self._plan.begins + timedelta(seconds=self._soonest()), self._plan.ends))

    def _keep_pace(self, began: float) -> None:
        if self._plan.speed is not None:
            ahead = self._clock.seconds() / self._plan.speed - (time.perf_counter() - began)
            time.sleep(max(0.0, ahead))

    def _end(self) -> None:
        """As an engine that is told to end: calls in progress come to theirs."""
        self._engine.drain()
        until = self._clock.seconds() + LAST_CALLS_SECONDS
        while self._engine.live and self._clock.seconds() < until:
            self._pass()
        self._database.commit()
