"""Contacts whose line process dies in the middle of the call are called again, and lose no attempt."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.plan import HURRIED, people
from tests.sipp.patients import SippPatients, needs_sipp
from tests.soak.conftest import ports
from tests.soak.progress import Teller
from tests.system.commands import Desk
from tests.system.families import line_processes

pytestmark = [pytest.mark.soak, needs_sipp(), pytest.mark.timeout(600)]

CONTACTS = 12
CRASHES = 3
CALLS_A_PROCESS = 4  # of pip's wheel
ANSWERED_SECONDS = 60.0  # until calls are up, after the start and after each crash
COMPLETED_SECONDS = 300.0  # a lost call costs its contact a minute, which doubles for whom it hits twice
LOOK_SECONDS = 0.5
REPORT_SECONDS = 5.0  # each look is a command of its own


def wait_until(
    engine: subprocess.Popen[str],
    condition: Callable[[], bool],
    seconds: float,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert engine.poll() is None, engine.communicate()
        assert time.monotonic() < until, f"not seen within {seconds:.0f} s"
        time.sleep(look_seconds)  # the product is another process: there is nothing to wait on


def test_contacts_of_a_dead_line_process_are_called_again(tmp_path: Path, teller: Teller) -> None:
    called = people(CONTACTS)
    sip, rtp = ports("SOAK_SIP_PORTS", (15500, 15990)), ports("SOAK_RTP_PORTS", (20000, 31999))
    lines = f"[lines]\ncount = {CONTACTS}\nsip_ports = {list(sip)}\nrtp_ports = {list(rtp)}\n"
    with SippPatients({person.number: HURRIED for person in called}, seconds=900) as sipp:
        desk = Desk(tmp_path, sipp.uri, settings=lines)
        desk.queue([f"soak-{person.external_id},{person.number}" for person in called])
        desk.run("campaign", "launch", "covid-results")
        engine = desk.start("run")
        try:
            for crash in range(CRASHES):
                least = (crash + 1) * CONTACTS // (CRASHES + 1)
                wait_until(engine, lambda least=least: _answered(sipp) >= least, ANSWERED_SECONDS)  # type: ignore[misc]
                os.kill(line_processes(engine.pid)[0], signal.SIGABRT)
            wait_until(engine, lambda: _completed(desk) == CONTACTS, COMPLETED_SECONDS, REPORT_SECONDS)
        finally:
            engine.send_signal(signal.SIGTERM)
            _, said = engine.communicate(timeout=60)
        report, answered = desk.report(), _answered(sipp)
    endings = report["endings"]
    teller.table("called again", {"crashes": CRASHES, "endings": endings, "outcomes": report["outcomes"]})
    assert "Traceback" not in said
    assert CRASHES <= endings["line_lost"] <= CRASHES * CALLS_A_PROCESS
    assert endings["answered"] == CONTACTS
    assert report["attempts"] == CONTACTS + endings["line_lost"]
    assert CONTACTS < answered <= report["attempts"], "a call that is lost may not have been answered yet"


def _answered(sipp: SippPatients) -> int:
    return sum(seen.what == "answered" for seen in sipp.seen())


def _completed(desk: Desk) -> int:
    return int(desk.report()["outcomes"].get("completed", 0))
