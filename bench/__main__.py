"""`python -m bench`: 32 simultaneous calls against SIPp, measured on the wire; one table."""

import os
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.calls import Driver, Plan, Result
from bench.capture import CaptureFailed, captured
from bench.machine import Cost, cost_of
from bench.wire import WireCall, calls_on, percentile, read_capture
from dialer.errors import DialerError
from dialer.pool import LinePool
from dialer.settings import LineSettings, Trunk
from tests.dialer_listen.sounds import speech
from tests.sipp.behaviours import Answers
from tests.sipp.patients import Report, SippPatients

LINES = 32
CALLS = 128
CALLS_PER_SECOND = 8.0
LONGEST_SECONDS = 90.0
KEYS = (
    (2600, "1"),
    (2200, "5"),
    (2200, "2"),
)  # after each prompt has ended, so that the next one is heard alone
PROMPT_SECONDS = 1.4
AIM_SECONDS = 0.2  # answer -> speech and key -> next prompt, 95th percentile
LINE_SIP_PORTS = (15500, 15990)
LINE_RTP_PORTS = (22000, 23999)
SPEECH_LEVEL_DBFS = -20.0
NOT_OURS = ("sipp", "tcpdump")


@dataclass(frozen=True)
class Measured:
    """One run."""

    result: Result
    sipp: Report
    wire: list[WireCall]
    cpu_seconds: float
    memory: Cost  # with all lines talking


def main() -> int:
    """Measure and print; 0 when nothing was lost and the aims were met."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            measured = measure(Path(folder))
        except (CaptureFailed, DialerError) as error:
            console.print(str(error))
            return 1
    table, good = _table(measured)
    console.print(table)
    return 0 if good else 1


def measure(folder: Path) -> Measured:
    """Run the plan once."""
    numbers = [f"+7999{index:07d}" for index in range(CALLS)]
    prompts = _prompts(folder, len(KEYS) + 1)
    with SippPatients({}, otherwise=Answers(keys=KEYS), seconds=LONGEST_SECONDS + 20) as patients:
        trunk = Trunk("sipp", patients.uri, max_calls=LINES)
        pool = LinePool(LineSettings((trunk,), LINES, *LINE_SIP_PORTS, *LINE_RTP_PORTS))
        plan = Plan(trunk.name, numbers, LINES, CALLS_PER_SECOND, prompts, LONGEST_SECONDS)
        capture, full = folder / "wire.pcap", list[Cost]()
        pool.start()
        try:
            ports = f"port {patients.port} or portrange {LINE_RTP_PORTS[0]}-{LINE_RTP_PORTS[1]}"
            with captured(capture, ports):
                before = _cost()
                result = Driver(pool, plan, lambda: full.append(_cost())).run()
                after = _cost()
        finally:
            pool.stop()
        report = patients.report()
    wire = calls_on(list(read_capture(capture)))
    return Measured(result, report, wire, after.cpu_seconds - before.cpu_seconds, (full or [after])[0])


def _cost() -> Cost:
    return cost_of(os.getpid(), NOT_OURS)


def _prompts(folder: Path, count: int) -> list[str]:
    """Spoken numbers of one length and level."""
    made = []
    for index in range(count):
        samples = speech("ru", f"Сообщение номер {index + 1}, спасибо").astype(np.float64)
        samples = samples[int(np.argmax(np.abs(samples) > 300)) :][: int(PROMPT_SECONDS * 8000)]
        samples *= 32768 * 10 ** (SPEECH_LEVEL_DBFS / 20) / np.sqrt(np.mean(samples**2))
        path = folder / f"prompt{index}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(np.clip(samples, -32767, 32767).astype("<i2").tobytes())
        made.append(str(path))
    return made


def _table(measured: Measured) -> tuple[Table, bool]:
    """What was measured, and whether all of it is as it should be."""
    result, sipp = measured.result, measured.sipp
    sent = sum(sipp.count(f"pressed {key}") for key in {key for _, key in KEYS})
    answers = [s for call in measured.wire if (s := call.first_speech_seconds) is not None]
    keys = [seconds for call in measured.wire for seconds in call.key_to_prompt_seconds()]
    rows = [
        ("calls placed / completed", f"{result.placed} / {result.completed}", result.completed == CALLS),
        ("at once, most", str(result.most_at_once), result.most_at_once == LINES),
        (
            "SIPp: calls / successful / failed",
            f"{sipp.calls} / {sipp.successful} / {sipp.failed}",
            sipp.failed == 0,
        ),
        (
            "digits sent / received",
            f"{sent} / {len(result.keys)}",
            sent == len(result.keys) == CALLS * len(KEYS),
        ),
        _delay("answer -> first speech", answers, CALLS),
        _delay("key -> next prompt", keys, CALLS * len(KEYS)),
        ("CPU seconds a call-second", f"{measured.cpu_seconds / max(result.talk_seconds, 1):.5f}", True),
        ("memory (PSS)", f"{measured.memory.pss_mb:.0f} MB, {measured.memory.processes} processes", True),
        ("false beeps, faults", f"{result.beeps}, {result.faults}", result.beeps == result.faults == 0),
    ]
    table = Table("what", "measured", "as it should be", title=f"{LINES} simultaneous calls against SIPp")
    for what, value, good in rows:
        table.add_row(what, value, "yes" if good else "[bold red]no[/]")
    return table, all(good for _, _, good in rows)


def _delay(what: str, seconds: list[float], expected: int) -> tuple[str, str, bool]:
    """50th and 95th percentile in ms; good when none is missing and the aim was met."""
    half, most = percentile(seconds, 50), percentile(seconds, 95)
    value = f"{1000 * half:.0f} / {1000 * most:.0f} ms (50 / 95 %, n = {len(seconds)})"
    return what, value, len(seconds) == expected and most <= AIM_SECONDS


if __name__ == "__main__":
    sys.exit(main())
