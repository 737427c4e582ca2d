"""What placing calls costs an engine that keeps 480 lines busy, in virtual time and without a telephone."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.store_people import CAMPAIGN, person
from campaigns.engine.planner import Planner
from campaigns.store import contacts
from dialer.fake import Patient
from tests.engine.world import STEP_SECONDS, World

LINES = 480
PATIENT = Patient(keys=("1", "1954", "2", "5"), answer_seconds=5.0, press_seconds=4.5)  # in all, 32 seconds
RISE_SECONDS, SECONDS = 40.0, 20.0  # virtual: until all lines are busy, and what is measured then
CALLS_PER_SECOND = 16.0
CONTACTS = 2000  # more than are called in that time
TICKS_SECONDS = {"take": 0.2, "campaigns": 1.0, "expire": 1.0, "sweep": 1.0}


@dataclass(frozen=True)
class Share:
    """CPU seconds for each second that the calls take."""

    planner: float
    engine: float
    at_once: int
    starts_a_second: float


def planner_share(folder: Path) -> Share:
    """Run an engine over pretend lines, instant speech and a real database."""
    people = [person(number) for number in range(CONTACTS)]
    patients = dict.fromkeys((who.phone for who in people), PATIENT)
    world = World(folder, patients, lines=LINES, calls_per_second=CALLS_PER_SECOND)
    contacts.add(world.database, people, world.clock.now())
    world.launch(CAMPAIGN)
    spent: list[float] = []
    with planner_timed(spent):
        _run(world, RISE_SECONDS)
        spent.clear()
        dialled, begun = len(world.lines.dialled), time.process_time()
        _run(world, SECONDS)
    engine = time.process_time() - begun
    starts = (len(world.lines.dialled) - dialled) / SECONDS
    return Share(sum(spent) / SECONDS, engine / SECONDS, world.lines.busiest, starts)


def _run(world: World, seconds: float) -> None:
    """As the engine's own loop, with its ticks by the virtual clock."""
    until = world.clock.seconds() + seconds
    due = dict.fromkeys(TICKS_SECONDS, 0.0)
    while (now := world.clock.seconds()) < until:
        for duty, every in TICKS_SECONDS.items():
            if now >= due[duty]:
                due[duty] = now + every
                world.ticks.force(duty)
        world.engine.step(STEP_SECONDS)


@contextmanager
def planner_timed(spent: list[float]) -> Iterator[None]:
    """Note the CPU seconds of each call of the planner."""
    take, place = Planner.take, Planner.place
    placed = _timed(lambda planner: iter(list(place(planner))), spent)
    with patch.object(Planner, "take", _timed(take, spent)), patch.object(Planner, "place", placed):
        yield


def _timed(work: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    def timed(*given: Any) -> Any:
        begun = time.process_time()
        try:
            return work(*given)
        finally:
            spent.append(time.process_time() - begun)

    return timed
