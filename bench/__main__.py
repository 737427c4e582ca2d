"""`python -m bench [NAME]`: product, lines, rate, speech, intelligibility, store, tasks, webhooks ...

The first three are measured with SIPp beside, and are all run when none is named.
"""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

from bench import api, beside, intelligibility, mllp, speech, store, tasks, webhooks
from bench.capture import CaptureFailed
from bench.far_end import FarEndFailed
from bench.lines import BARE, DriverFailed, Measured, measure, ports_from_environment
from bench.lines_tables import aims_met, lines_table, rate_table
from bench.rate import FIRST_RATE, LAST_RATE, rising
from bench.whole import product
from dialer.errors import DialerError

SIZES = (32, 120, 240, 480)
WITHOUT_SIPP = {
    "speech": speech.main,
    "intelligibility": intelligibility.main,
    "store": store.main,
    "tasks": tasks.main,
    "webhooks": webhooks.main,
    "api": api.main,
    "mllp": mllp.main,
    "beside": beside.main,
}


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 when nothing was lost and the aims were met."""
    if words and words[0] in WITHOUT_SIPP:
        return WITHOUT_SIPP[words[0]](words[1:])
    console = Console(width=None if sys.stdout.isatty() else 160)
    given = _read(words)
    try:
        match given.part:
            case "product":
                met = product(console)
            case "lines":
                met = lines(console, given.calls or SIZES, bare=not given.no_bare)
            case "rate":
                met = rate(console, given.first, given.last)
            case _:
                parts = (product(console), lines(console, SIZES), rate(console, FIRST_RATE, LAST_RATE))
                met = all(parts)
    except (CaptureFailed, DialerError, DriverFailed, FarEndFailed) as error:
        console.print(str(error))
        return 1
    return 0 if met else 1


def lines(console: Console, sizes: Sequence[int], bare: bool = True) -> bool:
    """Simultaneous calls through the pool and, in the same run, through the bare library."""
    ports = ports_from_environment()
    ours: list[Measured] = []
    plain: list[Measured] = []
    for calls in sizes:
        console.print(f"{calls} calls ...", style="dim")
        ours.append(measure(calls, ports=ports))
        if bare:
            plain.append(measure(calls, BARE, ports))
    console.print(lines_table(ours, plain))
    return aims_met(ours)


def rate(console: Console, first: int, last: int) -> bool:
    """Short calls at rising rates; there is no aim."""
    paces = []
    for pace in rising(ports_from_environment(), first, last):
        console.print(
            f"{pace.calls_per_second} calls a second: {'clean' if pace.clean else 'not clean'}", style="dim"
        )
        paces.append(pace)
    console.print(rate_table(paces))
    return paces[0].clean


def _read(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parts = parser.add_subparsers(dest="part")
    parts.add_parser("product", help="a campaign as users run it, 32 calls at once")
    sizes = parts.add_parser("lines", help="simultaneous calls through the pool")
    sizes.add_argument("calls", nargs="*", type=int, help=f"how many at once (default {SIZES})")
    sizes.add_argument("--no-bare", action="store_true", help="without the bare library beside")
    rates = parts.add_parser("rate", help="the highest steady rate of short calls")
    rates.add_argument("first", nargs="?", type=int, default=FIRST_RATE)
    parts.add_parser("speech", help="how fast each voice speaks, and 1000 contacts rendered ahead")
    parts.add_parser("intelligibility", help="how much of what is said is understood over a bad line")
    parts.add_parser("store", help="queueing a million contacts, leases a second, the planner's share")
    parts.add_parser("tasks", help="a million tasks: a page, taking the most urgent one, the audit")
    parts.add_parser("api", help="contacts queued a second over HTTP, single and in batches")
    parts.add_parser("mllp", help="laboratory messages a second over MLLP")
    parts.add_parser("beside", help="what 240 calls feel of contacts that are queued meanwhile")
    rates.add_argument("last", nargs="?", type=int, default=LAST_RATE)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
