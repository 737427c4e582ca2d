"""`python -m bench api`: contacts queued a second over HTTP, one by one and in batches, on both databases."""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from rich.console import Console

from bench.http_load import Load, load, request
from bench.served import Served, served
from bench.store import DATABASES, database_url
from bench.tables import Row, table
from bench.wire import percentile
from campaigns.store.database import open_database

CONNECTIONS = 50
SINGLE_SECONDS = 10.0
WARM_SECONDS = 2.0  # the key is looked at by argon2 once, scripts are read
BATCHES, BATCH_ROWS = 4, 10_000
SINGLE_AIM, BATCH_AIM = 500.0, 5000.0  # contacts a second
PATH = "/api/v1/campaigns/covid-results/contacts"
LINES = "application/x-ndjson"


@dataclass(frozen=True)
class Part:
    """One way to send: what was answered, the contacts in it, and the server's own time."""

    way: str
    load: Load
    contacts: int
    cpu_seconds: float
    aim: float

    @property
    def a_second(self) -> float:
        """Contacts."""
        return self.contacts / self.load.seconds


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 when nothing was lost and the aims were met."""
    parser = argparse.ArgumentParser(prog="python -m bench api", description=__doc__)
    parser.add_argument("--only", choices=DATABASES, help="one database instead of both")
    parser.add_argument("--seconds", type=float, default=SINGLE_SECONDS, help="of single contacts")
    parser.add_argument("--batches", type=int, default=BATCHES, help=f"of {BATCH_ROWS} contacts each")
    given = parser.parse_args(words)
    console = Console(width=160)
    rows: list[Row] = []
    for name in DATABASES if given.only is None else (given.only,):
        console.print(f"{name} ...", style="dim")
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, database_url(name, folder) as url:
            rows += measure(name, Path(folder), url, given.seconds, given.batches)
    console.print(table("contacts queued over HTTP", rows))
    return 0 if all(met for *_, met in rows) else 1


def measure(name: str, folder: Path, url: str, seconds: float, batches: int) -> Sequence[Row]:
    """All ways to send, one after the other, and whether all of it is there."""
    numbers = count(1)
    with served(folder, url) as server:
        load(server.port, singles(server.key, numbers), CONNECTIONS, WARM_SECONDS)
        parts = [
            _part(server, "single", singles(server.key, numbers), CONNECTIONS, seconds, SINGLE_AIM),
            _part(server, "batch", _batches(server.key, numbers, batches, lines=False), 1, 600.0, BATCH_AIM),
            _part(server, "lines", _batches(server.key, numbers, batches, lines=True), 1, 600.0, BATCH_AIM),
        ]
    kept, sent = kept_contacts(url), next(numbers) - 1
    return [
        *(_row(name, part) for part in parts),
        (f"{name}: kept, of those sent", str(kept), str(sent), kept == sent),
    ]


def _part(
    server: Served, way: str, requests: Iterator[bytes], connections: int, seconds: float, aim: float
) -> Part:
    cpu = server.cpu_seconds()
    done = load(server.port, requests, connections, seconds)
    refused = [answer.status for answer in done.answers if answer.status not in (201, 207)]
    if refused:
        raise RuntimeError(
            f"{len(refused)} of {len(done.answers)} were refused, the first with {refused[0]}."
        )
    contacts = len(done.answers) if way == "single" else sum(_queued(one.body) for one in done.answers)
    return Part(way, done, contacts, server.cpu_seconds() - cpu, aim)


def _queued(body: bytes) -> int:
    return sum(each["status"] == 201 for each in json.loads(body))


def singles(key: str, numbers: Iterator[int]) -> Iterator[bytes]:
    while True:
        yield request(PATH, key, json.dumps(_person(next(numbers)), ensure_ascii=False).encode())


def _batches(key: str, numbers: Iterator[int], batches: int, *, lines: bool) -> Iterator[bytes]:
    for _ in range(batches):
        people = [_person(next(numbers)) for _ in range(BATCH_ROWS)]
        if lines:
            text = "\n".join(json.dumps(one, ensure_ascii=False) for one in people)
            yield request(f"{PATH}:batch", key, text.encode(), LINES)
        else:
            yield request(f"{PATH}:batch", key, json.dumps(people, ensure_ascii=False).encode())


def _person(number: int) -> dict[str, str]:
    return {
        "external_id": f"bench-{number}",
        "phone": f"+79{number:09d}",
        "full_name": "Иванова Мария Петровна",
        "language": "ru",
        "birth_year": "1954",
        "result": "negative",
        "sample_date": "2026-02-28",
        "clinic": "Поликлиника № 5",
    }


def kept_contacts(url: str) -> int:
    """How many there are in this database."""
    database = open_database(url)
    try:
        with database.read() as session:
            connection = session.connection()
            return int(connection.exec_driver_sql("SELECT count(*) FROM contact").scalar_one())
    finally:
        database.close()


def _row(name: str, part: Part) -> Row:
    took = [answer.seconds for answer in part.load.answers]
    spread = f"answer 50/99 %: {1000 * percentile(took, 50):.0f} / {1000 * percentile(took, 99):.0f} ms"
    cpu = f"{1_000_000 * part.cpu_seconds / max(part.contacts, 1):.0f} us of CPU each"
    met = part.a_second >= part.aim
    return (f"{name}: {part.way}", f"{part.a_second:.0f} a second, {spread}, {cpu}", f"{part.aim:.0f}", met)
