"""Two engines with lines of their own over one PostgreSQL and one stopped clock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session

from campaigns.engine.engine import TICKS, Engine
from campaigns.errors import DatabaseUnusable
from campaigns.settings import DatabaseTable, EngineTable, Home, SettingsFile, TrunkTable
from campaigns.store.database import Database, connect
from dialer.fake import Patient
from tests.engine.world import STEP_SECONDS, World


class LooseDatabase(Database):
    """A database whose cable can be pulled."""

    pulled = False

    @contextmanager
    def read(self) -> Iterator[Session]:
        self._ask()
        with super().read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        self._ask()
        with super().write() as session:
            yield session

    def _ask(self) -> None:
        if self.pulled:
            raise DatabaseUnusable("The database cannot be reached.")


class NodeWorld(World):
    """One engine of several; `database` is its own connection to the one they share."""

    database: LooseDatabase

    def __init__(
        self, folder: Path, url: str, name: str, patients: Mapping[str, Patient], trunk: TrunkTable
    ) -> None:
        self._at = url, name, trunk
        super().__init__(folder, patients)

    def pass_once(self) -> None:
        """One pass of the engine; its duties are due at their intervals of virtual time."""
        for duty, seconds in TICKS.items():
            if self.clock.seconds() >= self._due_at.get(duty, 0.0):
                self._due_at[duty] = self.clock.seconds() + seconds
                self.ticks.force(duty)
        self.engine.step(STEP_SECONDS)

    def start(self) -> Engine:
        url, name, trunk = self._at
        table, node = DatabaseTable(url=url), EngineTable(node=name)
        self.home = Home(self.home.folder, SettingsFile(trunks=(trunk,), database=table, engine=node))
        engine, _ = connect(url)
        self.database.close()
        self.database = LooseDatabase(engine, "postgresql")
        return super().start()


def pair(
    folder: Path, url: str, patients: Mapping[str, Patient], trunk: TrunkTable
) -> tuple[NodeWorld, NodeWorld]:
    """Two nodes; time passes for both when either waits."""
    worlds = []
    for name in ("a", "b"):
        (folder / name).mkdir()
        worlds.append(NodeWorld(folder / name, url, name, patients, trunk))
    first, second = worlds
    second.clock = first.clock
    second.start()
    return first, second


def passes(world: World, count: int) -> None:
    """So many passes of one engine, in each of which a little time goes by."""
    for _ in range(count):
        world.pass_once()


def seconds_pass(world: World, seconds: float) -> None:
    """One engine works for so long, with a pass in every second."""
    until = world.clock.seconds() + seconds
    while world.clock.seconds() < until:
        world.pass_once()
        world.clock.pass_seconds(1.0)
