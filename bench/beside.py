"""`python -m bench beside`: what calls feel of contacts queued over HTTP, and how soon those are answered."""

import argparse
import tempfile
import threading
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from rich.console import Console

from bench.api import singles
from bench.http_load import Load, load
from bench.lines import CALL_SECONDS, RAMP_SECONDS, Measured, measure, ports_from_environment
from bench.served import Served, served
from bench.tables import Row, table
from bench.wire import percentile

CALLS = 240
A_SECOND = 50.0  # 180,000 an hour: three times what a country's peak day asks of one machine
CONNECTIONS = 50
LOAD_SECONDS = RAMP_SECONDS + CALL_SECONDS + 10.0  # from before the first call until after the last
GAP_RATIO = 1.25  # machines are noisy: more than this is felt


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 when the calls felt nothing."""
    parser = argparse.ArgumentParser(prog="python -m bench beside", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--rate", type=float, default=A_SECOND, help="contacts a second")
    given = parser.parse_args(words)
    console = Console(width=160)
    ports = ports_from_environment()
    console.print(f"{given.calls} calls alone ...", style="dim")
    alone = measure(given.calls, ports=ports)
    console.print(f"{given.calls} calls with {given.rate:.0f} contacts a second ...", style="dim")
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        served(Path(folder), f"sqlite:///{folder}/dialer.db") as server,
    ):
        beside, answers = _together(server, given.calls, given.rate)
    rows = _rows(alone, beside, answers)
    console.print(table("calls beside contacts that are queued over HTTP (SQLite)", rows))
    return 0 if all(met for *_, met in rows) else 1


def _together(server: Served, calls: int, a_second: float) -> tuple[Measured, Load]:
    found: list[Load] = []

    def send() -> None:
        found.append(load(server.port, singles(server.key, count(1)), CONNECTIONS, LOAD_SECONDS, a_second))

    sender = threading.Thread(target=send)
    sender.start()
    measured = measure(calls, ports=ports_from_environment())
    sender.join()
    return measured, found[0]


def _rows(alone: Measured, beside: Measured, answers: Load) -> Sequence[Row]:
    took = [each.seconds for each in answers.answers]
    queued = sum(each.status == 201 for each in answers.answers)
    gaps = [1000 * percentile([each.largest_gap for each in one.reactions], 95) for one in (alone, beside)]
    said = f"50/99 %: {1000 * percentile(took, 50):.0f} / {1000 * percentile(took, 99):.0f} ms"
    completed = [str(one.result["completed"]) for one in (alone, beside)]
    return [
        ("contacts queued, of those sent", f"{queued} of {len(took)}", "all", queued == len(took)),
        ("contacts a second", f"{answers.a_second:.0f}", "", True),
        ("answer to a contact", said, "", True),
        ("calls completed, without and with", " / ".join(completed), "the same", len({*completed}) == 1),
        (
            "largest RTP gap of a call, 95 %, without and with",
            f"{gaps[0]:.0f} / {gaps[1]:.0f} ms",
            f"at most {GAP_RATIO} times",
            gaps[1] <= GAP_RATIO * gaps[0],
        ),
    ]
