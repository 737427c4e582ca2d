"""A whole engine over pretend lines, instant speech and a stopped clock."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from campaigns.assemble import build_engine
from campaigns.engine.engine import TICKS, Engine
from campaigns.engine.renderer import Clips, Order
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.settings import Home, SettingsFile, TrunkTable
from campaigns.store import campaigns, contacts, figures, tasks
from campaigns.store.creation import create_database
from campaigns.store.database import open_database
from campaigns.store.queueing import NewContact
from dialer.fake import FakeLines, Patient
from dialer.messages import Play
from dialer.settings import Trunk

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

    def stop(self) -> None:
        """Nothing runs."""


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
    ) -> None:
        self.clock = StoppedClock(now)
        trunk = TrunkTable(
            name="main",
            uri="sip:127.0.0.1:5060",
            max_calls=trunk_calls or lines,
            calls_per_second=calls_per_second,
        )
        self.home = Home(folder, SettingsFile(trunks=(trunk,)))
        self.scripts = {name: load_script(path) for name, path in find_scripts(LIBRARY).items()}
        create_database(self.home.database_url)
        self.database = open_database(self.home.database_url)
        self.patients = dict(patients)
        self.line_count = lines
        self.told: list[str] = []
        self.start()

    def start(self) -> Engine:
        """A new engine with new lines over the same home."""
        self.lines = FakeLines(
            self.line_count, self.patients, self.clock.seconds, advance=self.clock.pass_seconds
        )
        self.renderer = InstantRenderer()
        trunks = [
            Trunk(table.name, table.uri, max_calls=table.max_calls, calls_per_second=table.calls_per_second)
            for table in self.home.file.trunks
        ]
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
        """As `dialer run --until-idle`."""
        end = self.clock.seconds() + LONGEST_RUN_SECONDS
        while not self.engine.idle(until_idle=True):
            assert self.clock.seconds() < end, "the engine did not come to rest"
            self.pass_once()

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
