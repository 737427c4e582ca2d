"""`python -m bench mllp`: results queued a second by HL7 v2 over MLLP, on both databases."""

import argparse
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from rich.console import Console

from bench import hl7_load
from bench.api import kept_contacts
from bench.http_load import Load
from bench.served import await_port, free_port, served
from bench.store import DATABASES, database_url
from bench.tables import Row, table
from bench.wire import percentile

SENDERS = (1, 50)  # one laboratory that awaits each answer, and many at once
SECONDS = 10.0  # of each
WARM_SECONDS = 1.0  # the script and the codes are read
AIM = 500.0  # a second, of many at once; one alone waits for the disk each time
_TABLES = """\
[mllp]
listen = "127.0.0.1:{port}"
campaign = "covid-results"
"""


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 when nothing was lost and the aim was met."""
    parser = argparse.ArgumentParser(prog="python -m bench mllp", description=__doc__)
    parser.add_argument("--only", choices=DATABASES, help="one database instead of both")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"with so many senders ({SECONDS:g})")
    given = parser.parse_args(words)
    console = Console(width=160)
    rows: list[Row] = []
    for name in DATABASES if given.only is None else (given.only,):
        console.print(f"{name} ...", style="dim")
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, database_url(name, folder) as url:
            rows += measure(name, Path(folder), url, given.seconds)
    console.print(table("results queued by MLLP", rows))
    return 0 if all(met for *_, met in rows) else 1


def measure(name: str, folder: Path, url: str, seconds: float) -> Sequence[Row]:
    """One sender, then many; and whether all that was answered AA is there."""
    port, numbers = free_port(), count(1)
    messages = (hl7_load.message(number) for number in numbers)
    rows: list[Row] = []
    with served(folder, url, _TABLES.format(port=port)) as server:
        await_port(port, server.process)
        done = [hl7_load.load(port, messages, 1, WARM_SECONDS)]
        for senders in SENDERS:
            cpu = server.cpu_seconds()
            done.append(hl7_load.load(port, messages, senders, seconds))
            rows.append(load_row(name, senders, done[-1], server.cpu_seconds() - cpu))
    accepted = sum(answer.status == 0 for load in done for answer in load.answers)
    kept = kept_contacts(url)
    return [*rows, (f"{name}: kept, of those answered AA", str(kept), str(accepted), kept == accepted)]


def load_row(name: str, senders: int, load: Load, cpu_seconds: float) -> Row:
    """What so many senders got; every answer has to be AA."""
    took = [answer.seconds for answer in load.answers]
    spread = f"answer 50/99 %: {1000 * percentile(took, 50):.0f} / {1000 * percentile(took, 99):.0f} ms"
    cpu = f"{1_000_000 * cpu_seconds / max(len(took), 1):.0f} us of CPU each"
    refused = sum(answer.status != 0 for answer in load.answers)
    aim = AIM if senders > 1 else 0.0
    met = not refused and load.a_second >= aim
    what = f"{load.a_second:.0f} a second, {spread}, {cpu}" + (f", {refused} not AA" if refused else "")
    return f"{name}: {senders} senders", what, f"{aim:.0f}" if aim else "", met
