"""A FHIR server as it is used: its reports are read by a real `dialer run`, called, and answered there."""

import signal
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from campaigns.demo.stage import zone_at_noon
from campaigns.intake.fhir.person import ZONE
from tests.courier.receivers import closed_port
from tests.doors.test_senders import HEARS_AND_MARKS, LINES, PATIENCE_SECONDS, Running
from tests.fhir_server import Fhir, fhir_server
from tests.intake.lab_reports import apart
from tests.sipp.patients import SippPatients, needs_sipp
from tests.system.commands import Desk

PATIENT, CANCELLED = "+79123456700", "+79123456701"
TABLE = """
[[fhir_servers]]
name = "region"
url = "{url}"
campaign = "covid-results"
every_seconds = 5
networks = ["127.0.0.0/8"]
communication = true
"""


def publish(fhir: Fhir, number: int, phone: str, status: str = "final") -> None:
    """A report of this moment, with what it refers to on the same server."""
    now = datetime.now(UTC)
    meta = {"versionId": str(time.monotonic_ns()), "lastUpdated": now.isoformat(timespec="seconds")}
    report, others = apart(
        number, meta=meta, effectiveDateTime=now.date().isoformat(), issued=None, status=status
    )
    person = others[f"Patient/p{number}"]
    person["telecom"] = [{"system": "phone", "value": phone}]
    person["birthDate"] = "1954-05-17"
    person["extension"] = [{"url": ZONE, "valueCode": zone_at_noon(now)}]
    fhir.others |= others
    fhir.reports.append(report)


def until(found: Callable[[], bool], run: Running) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < end, "".join(run.said)
        Event().wait(0.05)


@pytest.mark.soak
@pytest.mark.sipp
@pytest.mark.timeout(400)
@needs_sipp()
def test_a_report_is_read_called_and_answered_and_one_that_is_withdrawn_is_not_called(tmp_path: Path) -> None:
    with (
        fhir_server() as fhir,
        SippPatients({PATIENT: HEARS_AND_MARKS}, seconds=4 * PATIENCE_SECONDS) as sipp,
    ):
        doors = f'[api]\nlisten = "127.0.0.1:{closed_port()}"\n' + TABLE.format(url=fhir.url)
        desk = Desk(tmp_path, sipp.uri, settings=LINES + doors)
        with closing(Running(desk)) as run:
            run.wait_for("reports of the FHIR server region")
            until(lambda: bool(fhir.asked), run)
            publish(fhir, 1, PATIENT)
            publish(fhir, 2, CANCELLED)
            until(lambda: len(desk.data("contacts", "list", "covid-results")) == 2, run)
            fhir.reports.pop()
            publish(fhir, 2, CANCELLED, status="entered-in-error")
            until(lambda: len(fhir.written) == 1, run)
            desk.run("campaign", "launch", "covid-results")
            until(lambda: len(fhir.written) == 2, run)
            assert run.end(signal.SIGTERM) == 0
        seen = sipp.report()
    told = {each["about"][0]["reference"]: each["status"] for each in fhir.written.values()}
    assert told == {"DiagnosticReport/1": "completed", "DiagnosticReport/2": "not-done"}
    assert len(fhir.writes) == 2
    assert [line for line in seen.of(PATIENT) if line == "answered"] == ["answered"]
    assert seen.of(CANCELLED) == []
    said = "".join(run.said)
    assert "Traceback" not in said
    for secret in ("Иванова", "+7912", "1954"):
        assert secret not in said
