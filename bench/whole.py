"""The product as its users run it, as one part of the bench: two tables."""

import subprocess
import tempfile
from pathlib import Path

from rich.console import Console

from bench.plan import AT_ONCE
from bench.product import call_everybody, seconds_to_queue, seconds_to_start
from bench.tables import campaign_rows, other_rows, table


def product(console: Console) -> bool:
    """Measure and print; whether nothing was lost and the aims were met. Raises CaptureFailed."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        calls, intake = Path(folder, "calls"), Path(folder, "intake")
        calls.mkdir()
        intake.mkdir()
        try:
            lines_seconds = seconds_to_start(AT_ONCE)
            queue_seconds = seconds_to_queue(intake)
            measured = call_everybody(calls)
        except (subprocess.TimeoutExpired, ValueError) as error:
            console.print(str(error))
            return False
    campaign = campaign_rows(measured)
    others = other_rows(queue_seconds, lines_seconds, measured.first_answer_seconds)
    console.print(table("covid-results, all as users run it, SIPp as trunk and patients", campaign))
    console.print(table("before the calls", others))
    return all(met for *_, met in (*campaign, *others))
