"""`python -m bench store`: queueing a million contacts, leases a second, the planner's share of the CPU."""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bench.planner_share import LINES, Share, planner_share
from bench.store_nodes import leases_a_second
from bench.store_people import launch, queue
from bench.tables import Row, table
from campaigns.store.creation import create_database
from campaigns.store.database import open_database

FEW, MANY = 10_000, 1_000_000
NODES = 4
LEASES_AIM = 2000.0  # a second, on SQLite
SLOWER_AIM = 0.10  # at most, with a hundred times as many waiting
LONGEST_QUEUE_SECONDS = 240.0  # a machine that is slower than that is told so, and measured with what it has
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Leases:
    """Leases a second while so many contacts wait."""

    waiting: int
    nodes: int
    a_second: float


@dataclass(frozen=True)
class Figures:
    """What was measured on one database."""

    database: str
    queued: int
    queue_seconds: float
    leases: Sequence[Leases]


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 when the aims were met."""
    parser = argparse.ArgumentParser(prog="python -m bench store", description=__doc__)
    parser.add_argument("--contacts", type=int, default=MANY, help=f"how many wait in the end ({MANY})")
    parser.add_argument("--only", choices=DATABASES, help="one database instead of both")
    given = parser.parse_args(words)
    console = Console(width=160)
    rows: list[Row] = []
    for name in DATABASES if given.only is None else (given.only,):
        console.print(f"{name} ...", style="dim")
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, database_url(name, folder) as url:
            rows += database_rows(measure(name, url, given.contacts), given.contacts)
    console.print(f"the planner at {LINES} lines ...", style="dim")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        rows += share_rows(planner_share(Path(folder)))
    console.print(table("the store", rows))
    return 0 if all(met for *_, met in rows) else 1


@contextmanager
def database_url(name: str, folder: str) -> Iterator[str]:
    """An empty database; PostgreSQL is a server of our own, as durable as it is by default."""
    if name == "sqlite":
        yield f"sqlite:///{folder}/bench.db"
        return
    from pgserver.postgres_server import get_server  # only where it is asked for

    server = get_server(Path(folder, "data"), cleanup_mode="stop")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def measure(name: str, url: str, contacts: int) -> Figures:
    """Leases with few waiting, then the rest is queued, then leases with all of them."""
    create_database(url)
    database = open_database(url)
    leases = []
    try:
        few = min(FEW, contacts)
        queued, seconds = queue(database, 0, few, LONGEST_QUEUE_SECONDS)
        launch(database)
        for waiting in (few, contacts):
            if waiting > queued:
                more, took = queue(database, queued, waiting - queued, LONGEST_QUEUE_SECONDS - seconds)
                queued, seconds = queued + more, seconds + took
            for nodes in (1, NODES):
                leases.append(Leases(queued, nodes, leases_a_second(url, nodes)))
    finally:
        database.close()
    return Figures(name, queued, seconds, leases)


def database_rows(figures: Figures, contacts: int) -> Sequence[Row]:
    """The aims are for SQLite, with one engine; there is none for the rest."""
    name, whole = figures.database, figures.queued == contacts
    rate = figures.queued / figures.queue_seconds
    value = f"{figures.queue_seconds:.0f} s ({rate:.0f} a second)"
    rows: list[Row] = [(f"{name}: {figures.queued} contacts queued", value, f"{contacts}", whole)]
    for found in figures.leases:
        aimed = name == "sqlite" and found.nodes == 1
        first = next(one for one in figures.leases if one.nodes == found.nodes)
        change = "" if found is first else f" ({found.a_second / first.a_second - 1:+.0%})"
        aim = f"{LEASES_AIM:.0f}" + ("" if found is first else f", {-SLOWER_AIM:.0%}")
        slow = found.a_second < max(LEASES_AIM, first.a_second * (1 - SLOWER_AIM))
        what = f"{name}: leases a second, {found.waiting} waiting, {found.nodes} nodes"
        rows.append((what, f"{found.a_second:.0f}{change}", aim if aimed else "", not (aimed and slow)))
    return rows


def share_rows(share: Share) -> Sequence[Row]:
    """Of one core, by virtual time: what the engine would use while its calls take as long as they do."""
    what = (
        f"the planner's share of a core, {share.at_once} calls at once, {share.starts_a_second:.1f} a second"
    )
    return [
        (what, f"{share.planner:.1%}", "", True),
        ("the whole engine's, without lines", f"{share.engine:.1%}", "", share.at_once == LINES),
    ]
