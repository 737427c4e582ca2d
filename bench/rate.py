"""The highest steady rate of short calls: rising rates until one is not clean."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.far_end import FarEnd
from bench.lines import LATEST_SECONDS, LINES, START_SECONDS, Ports, driver
from bench.lines_plan import Plan
from bench.marks import write_prompt

SLOTS = 480
CALL_SECONDS = 1.0
STEP_SECONDS = 10.0
FIRST_RATE, STEP, LAST_RATE = 40, 20, 400  # calls a second; 480 slots hold no more of a second than 400
LATE_SECONDS = 0.5  # a call dialled later than so much after its time means that the driver did not keep pace


@dataclass(frozen=True)
class Pace:
    """One rate, and what came of it."""

    calls_per_second: int
    result: Mapping[str, Any]

    @property
    def clean(self) -> bool:
        """Each call answered, heard its prompt and ended as such, and was dialled in time."""
        result = self.result
        return bool(
            result["completed"] == result["placed"]
            and not result["no_free_line"]
            and not result["not_free"]
            and result["latest_seconds"] < LATE_SECONDS
        )


def rising(ports: Ports, first: int = FIRST_RATE, last: int = LAST_RATE) -> Iterator[Pace]:
    """Each rate in turn, in a fresh pool, until one is not clean. Raises DriverFailed, FarEndFailed."""
    for rate in range(first, last + 1, STEP):
        pace = at_rate(rate, ports)
        yield pace
        if not pace.clean:
            return


def at_rate(rate: int, ports: Ports, slots: int = SLOTS) -> Pace:
    """One rate for some seconds."""
    calls = int(rate * STEP_SECONDS)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        prompt = write_prompt(folder / "short.wav", 0, CALL_SECONDS)
        with FarEnd(folder, slots) as far_end:
            uris = tuple(far_end.uris)
            plan = Plan(uris, slots, calls, rate, (prompt,), "", CALL_SECONDS, ports.sip, ports.rtp)
            with driver(LINES, plan) as run:
                run.wait_for("ready", START_SECONDS)
                return Pace(rate, run.wait_for("result", STEP_SECONDS + CALL_SECONDS + LATEST_SECONDS))
