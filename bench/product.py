"""Runs the product as its users do, with SIPp as the trunk and the patients, and gathers what is seen."""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.beginnings import Beginnings, read_prompts
from bench.capture import captured
from bench.machine import Spending, watched
from bench.plan import CALLS, CAMPAIGN, people, rows, settings
from bench.wire import WireCall, calls_on, read_capture
from campaigns.demo.stage import zone_at_noon
from dialer.pool import LinePool
from dialer.settings import LineSettings, Trunk
from tests.sipp.patients import Report, SippPatients
from tests.system.commands import Desk

SIP_PORTS = (15500, 15990)
RTP_PORTS = (22000, 23999)
LONGEST_SECONDS = 140.0
QUEUED_ROWS = 100_000
NOBODY = "sip:127.0.0.1:15999"


@dataclass(frozen=True)
class Measured:
    """One campaign: what the product reports, what SIPp saw, what went over the wire, what it cost."""

    report: Any  # `campaign report --json`
    sipp: Report
    wire: Sequence[WireCall]
    spending: Spending
    first_answer_seconds: float  # from the command to the first 200 OK


def call_everybody(folder: Path) -> Measured:
    """Queue, launch and run until idle. Raises CaptureFailed, TimeoutExpired."""
    called = people(CALLS)
    behaviours = {person.number: person.behaviour for person in called}
    with SippPatients(behaviours, seconds=LONGEST_SECONDS + 20) as patients:
        desk = _desk(folder, patients.uri)
        _queue(desk, rows(called, *_when()))
        desk.run("campaign", "launch", CAMPAIGN)
        capture = folder / "wire.pcap"
        with captured(capture, f"port {patients.port} or portrange {RTP_PORTS[0]}-{RTP_PORTS[1]}"):
            begun = time.time()
            spending = _run(desk)
        report, sipp = desk.report(), patients.report()
    known = Beginnings(read_prompts(desk.home / "speech" / "fixed"))
    wire = calls_on(list(read_capture(capture)), known)
    first = min((call.answered_at for call in wire), default=float("nan"))
    return Measured(report, sipp, wire, spending, first - begun)


def _run(desk: Desk) -> Spending:
    engine = desk.start("run", "--until-idle")
    with watched(engine.pid) as spending:
        try:
            engine.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.communicate()
            raise
    return spending


def seconds_to_queue(folder: Path) -> float:
    """How long `dialer queue` takes for a large file."""
    desk = _desk(folder, NOBODY)
    text = rows(people(QUEUED_ROWS), *_when())
    begun = time.monotonic()
    said = _queue(desk, text)
    if f"{QUEUED_ROWS} queued" not in said:
        raise ValueError(f"not all rows were queued: {said}")
    return time.monotonic() - begun


def seconds_to_start(lines: int) -> float:
    """How long all line processes take until they can place calls."""
    pool = LinePool(LineSettings((Trunk("nobody", NOBODY),), lines, *SIP_PORTS, *RTP_PORTS))
    begun = time.monotonic()
    try:
        pool.start()
        return time.monotonic() - begun
    finally:
        pool.stop()


def _desk(folder: Path, trunk: str) -> Desk:
    desk = Desk(folder)
    (desk.home / "dialer.toml").write_text(settings(trunk, SIP_PORTS, RTP_PORTS), encoding="utf-8")
    return desk


def _queue(desk: Desk, text: str) -> str:
    path = desk.home.parent / "results.csv"
    path.write_text(text, encoding="utf-8")
    return desk.run("queue", CAMPAIGN, str(path)).stdout


def _when() -> tuple[str, Any]:
    """A time zone in which it is noon, and the day of the samples."""
    now = datetime.now(UTC)
    return zone_at_noon(now), (now - timedelta(days=1)).date()
