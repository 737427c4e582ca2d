"""A whole engine over pretend lines, instant speech and a stopped clock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from campaigns.assemble import build_engine
from campaigns.control.trunks import trunk_of
from campaigns.engine.engine import TICKS, Engine
from campaigns.engine.renderer import Clips, Order
from campaigns.flows.loader import LIBRARY, find_scripts
from campaigns.settings import Home, SettingsFile, TrunkTable
from campaigns.store import campaigns, contacts, figures, tasks
from campaigns.store.database import open_database
from campaigns.store.queueing import NewContact
from dialer.fake import FakeLines, Patient
from dialer.messages import Command, Dial, Ended, Play, Probe, Probed
from tests import ready

COVID, SURVEY, CALLBACK = "covid-results", "satisfaction-survey", "abandoned-callback"
NUMBER = "+79120000001"
HEARS_AND_MARKS = Patient(keys=("1", "1954", "2", "5"))
MONDAY_NOON = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # 12:00 in Asia/Yekaterinburg, a working day
STEP_SECONDS = 0.05
LONGEST_RUN_SECONDS = 900.0  # virtual; a run that is not over by then hangs

RESULT = {
    "birth_year": "1954",
    "result": "negative",
    "sample_date": "2026-02-28",
    "clinic": "Поликлиника № 5",
}


class StoppedClock:
    """Time that passes only when told to."""

    def __init__(self, now: datetime) -> None:
        self._start = self._now = now

    def now(self) -> datetime:
        return self._now

    def seconds(self) -> float:
        return (self._now - self._start).total_seconds()

    def pass_seconds(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class InstantRenderer:
    """Speech that is ready at once; `broken` owners have none."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.forgotten: list[str] = []
        self.rendered: list[str] = []
        self._finished: list[Clips] = []

    def order(self, order: Order) -> None:
        self.rendered.append(order.owner)
        if order.owner in self.broken:
            self._finished.append(Clips(order.owner, {}, "There is no voice for it."))
        else:
            self._finished.append(Clips(order.owner, {name: Path(f"/{name}.wav") for name in order.texts}))

    def finished(self) -> Sequence[Clips]:
        finished, self._finished = self._finished, []
        return finished

    def owners(self) -> Sequence[str]:
        return self.rendered

    def forget(self, owner: str) -> None:
        self.forgotten.append(owner)
        self.rendered = [name for name in self.rendered if name != owner]

    def troubles(self) -> Sequence[str]:
        return ()

    def stop(self) -> None:
        """Nothing runs."""


class TrunkedLines(FakeLines):
    """Pretend lines of which some trunks fail: every call through one of `failing` ends so at once."""

    failing: Mapping[str, Ended] = MappingProxyType({})

    def send(self, command: Command) -> None:
        failing = self.failing
        if isinstance(command, Probe) and command.trunk in failing:
            self.commands.append(command)
            self._events.append(Probed(command.trunk, 0, 0.0))
        elif isinstance(command, Dial) and command.trunk in failing:
            self.commands.append(command)
            self._events.append(replace(failing[command.trunk], call=command.call))
        else:
            super().send(command)

    @property
    def dials(self) -> list[Dial]:
        """Every call that was placed, in order, those that failed among them."""
        return [command for command in self.commands if isinstance(command, Dial)]


class World:
    """A home, its contacts and their phones; `start` may be called again to stand for a restart."""

    def __init__(
        self,
        folder: Path,
        patients: Mapping[str, Patient],
        lines: int = 4,
        trunk_calls: int | None = None,
        calls_per_second: float = 100.0,
        now: datetime = MONDAY_NOON,
        trunks: Sequence[TrunkTable] = (),
    ) -> None:
        self.clock = StoppedClock(now)
        main = TrunkTable(
            name="main",
            uri="sip:127.0.0.1:5060",
            max_calls=trunk_calls or lines,
            calls_per_second=calls_per_second,
        )
        self.home = Home(folder, SettingsFile(trunks=tuple(trunks) or (main,)))
        self.scripts = ready.shipped_scripts()
        ready.fresh_database(self.home.database_url)
        self.database = open_database(self.home.database_url)
        self.patients = dict(patients)
        self.line_count = lines
        self.told: list[str] = []
        self._due_at: dict[str, float] = {}  # duty -> virtual seconds
        self.start()

    def start(self) -> Engine:
        """A new engine with new lines over the same home."""
        self.lines = TrunkedLines(
            self.line_count, self.patients, self.clock.seconds, advance=self.clock.pass_seconds
        )
        self.renderer = InstantRenderer()
        trunks = [trunk_of(table, "") for table in self.home.file.trunks]
        self.engine, self.ticks = build_engine(
            self.home,
            self.database,
            self.lines,
            self.renderer,
            trunks,
            self.clock,
            self.told.append,
        )
        return self.engine

    def queue(self, campaign: str, external_id: str, phone: str, **changes: Any) -> None:
        """One contact, due now."""
        values: dict[str, Any] = {
            "campaign": campaign,
            "external_id": external_id,
            "phone": phone,
            "full_name": "Иванова Мария Петровна",
            "language": "ru",
            "time_zone": "Asia/Yekaterinburg",
            "fields": RESULT,
            "digest": external_id,
            "priority": self.scripts[campaign].priority,
        }
        [verdict] = contacts.add(self.database, [NewContact(**(values | changes))], self.clock.now())
        assert verdict == "new"

    def without_jitter(self, campaign: str) -> None:
        """The campaign waits exactly as long as its file says, in a copy of the home's own."""
        own = self.home.own_campaigns
        own.mkdir(parents=True, exist_ok=True)
        lines = find_scripts(LIBRARY)[campaign].read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("  jitter:")]
        assert len(kept) == len(lines) - 1
        (own / f"{campaign}.yaml").write_text("".join(kept))
        self.start()

    def launch(self, *names: str) -> None:
        """Let the engine call."""
        for name in names:
            campaigns.move(self.database, name, "running", self.clock.now())

    def pass_once(self) -> None:
        """One pass of the engine, in which a little time goes by; every duty is due again."""
        for duty in TICKS:
            self.ticks.force(duty)
        self.engine.step(STEP_SECONDS)

    def run_until_idle(self) -> None:
        """As `dialer run --until-idle`; duties are due at their intervals of virtual time."""
        end = self.clock.seconds() + LONGEST_RUN_SECONDS
        while not self.engine.idle(until_idle=True):
            assert self.clock.seconds() < end, "the engine did not come to rest"
            for duty, seconds in TICKS.items():
                if self.clock.seconds() >= self._due_at.get(duty, 0.0):
                    self._due_at[duty] = self.clock.seconds() + seconds
                    self.ticks.force(duty)
            self.engine.step(STEP_SECONDS)
        self.pass_once()  # as a run ends: the last look at what is done

    def contact(self, campaign: str, external_id: str) -> Any:
        """The contact's row."""
        found = contacts.find(self.database, campaign, external_id)
        assert found is not None
        return found

    def played(self) -> list[str]:
        """The texts that were said, in order."""
        return [Path(command.path).stem for command in self.lines.commands if isinstance(command, Play)]

    def report(self, campaign: str) -> dict[str, Any]:
        """The figures as the command prints them."""
        return figures.report(self.database, campaign)

    def open_tasks(self) -> list[tuple[str, str]]:
        """Contact and reason of every open task."""
        return [(task.contact, task.reason) for task in tasks.listing(self.database)]


def one_call(folder: Path, patient: Patient, result: str = "negative") -> World:
    """One contact whose result was to be told, until nothing is left to do."""
    world = World(folder, {NUMBER: patient})
    world.queue(COVID, "A-1", NUMBER, fields=RESULT | {"result": result})
    world.launch(COVID)
    world.run_until_idle()
    return world
