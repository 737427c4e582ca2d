"""`python -m bench`: the product against SIPp as trunk and patients, measured on the wire; two tables."""

import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from bench.capture import CaptureFailed
from bench.plan import AT_ONCE
from bench.product import call_everybody, seconds_to_queue, seconds_to_start
from bench.tables import campaign_rows, other_rows, table
from dialer.errors import DialerError


def main() -> int:
    """Measure and print; 0 when nothing was lost and the aims were met."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        calls, intake = Path(folder, "calls"), Path(folder, "intake")
        calls.mkdir()
        intake.mkdir()
        try:
            lines_seconds = seconds_to_start(AT_ONCE)
            queue_seconds = seconds_to_queue(intake)
            measured = call_everybody(calls)
        except (CaptureFailed, DialerError, subprocess.TimeoutExpired, ValueError) as error:
            console.print(str(error))
            return 1
    campaign = campaign_rows(measured)
    others = other_rows(queue_seconds, lines_seconds, measured.first_answer_seconds)
    console.print(table("covid-results, all as users run it, SIPp as trunk and patients", campaign))
    console.print(table("before the calls", others))
    return 0 if all(met for *_, met in (*campaign, *others)) else 1


if __name__ == "__main__":
    sys.exit(main())
