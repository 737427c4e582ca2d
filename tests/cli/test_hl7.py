"""`dialer hl7`, and `dialer queue` with HL7 messages."""

from pathlib import Path

import pytest

from tests.intake.guides import FOLDER
from tests.system.commands import Desk

GOOD = FOLDER / "03-phl-detected-2.3.1.hl7"
UNKNOWN = FOLDER / "16-analyser-unknown-result-2.3.1.hl7"
NO_PHONE = FOLDER / "15-analyser-without-patient-2.3.1.hl7"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def test_check_says_what_would_become_and_writes_nothing(desk: Desk) -> None:
    said = desk.run("hl7", "check", str(GOOD)).stdout
    assert "(PHL20261119144500-1 of STARLIMS.PHL@PHL): AA" in said
    assert "SID20260001: final, would be queued" in said
    assert "result positive (OBX-5)" in said
    assert not any(value in said for value in ("Кузнецова", "2345678", "1984"))
    assert desk.data("contacts", "list", "covid-results") == []
    told = desk.run(
        "hl7", "check", str(GOOD), str(UNKNOWN), str(FOLDER / "09-clinic-debugging-2.5.1.hl7"), code=1
    )
    assert "OBX-5 is a result that lab-codes.yaml does not know: add it there" in told.stdout
    assert "It is a test message" in told.stdout
    assert desk.data("hl7", "kept") == []


def test_check_as_data_over_a_file_of_many(desk: Desk, tmp_path: Path) -> None:
    many = tmp_path / "batch"
    blocks = b"".join(b"\x0b" + path.read_bytes() + b"\x1c\r" for path in (GOOD, NO_PHONE))
    many.write_bytes(b"FHS|^~\\&|LAB\rBHS|^~\\&|LAB\r" + blocks + b"BTS|2\rFTS|1\r")
    shown = desk.run("hl7", "check", str(many), "--json", code=1).stdout
    assert '"answer": "AA"' in shown
    assert '"place": "PID-13"' in shown
    assert '"phone": "+7…78"' in shown


@pytest.mark.parametrize(
    ("content", "said"), [("id,phone\n", "holds no HL7 message"), (None, "There is no file")]
)
def test_check_of_no_messages(desk: Desk, tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "results.hl7"
    if content is not None:
        path.write_text(content)
    assert said in desk.run("hl7", "check", str(path), code=1).stderr


def test_queue_takes_messages_and_again_those_that_were_kept(desk: Desk) -> None:
    done = desk.run("queue", "covid-results", str(GOOD), str(UNKNOWN), code=1)
    assert f"{GOOD}: 1 queued." in done.stdout
    assert f"{UNKNOWN}: 1 messages refused." in done.stdout
    assert "1 known already." in desk.run("queue", "covid-results", str(GOOD)).stdout
    assert [row["contact"] for row in desk.data("contacts", "list", "covid-results")] == ["SID20260001"]
    (kept,) = desk.data("hl7", "kept")
    assert (kept["control_id"], kept["sender"], kept["format"]) == ("0016", "ES-480@E-LAB", "hl7")
    assert kept["faults"] == ["OBX-5 is a result that lab-codes.yaml does not know: add it there"]
    assert "0 taken now, 1 still refused." in desk.run("hl7", "again", code=1).stdout
    (desk.home / "lab-codes.yaml").write_text('results: {inconclusive: {words: ["reactive, see chart"]}}\n')
    assert desk.data("hl7", "again") == {"taken": 1, "refused": 0}
    assert "No message is kept" in desk.run("hl7", "kept").stdout
    assert len(desk.data("contacts", "list", "covid-results")) == 2


def test_a_mapping_with_a_fault_is_named_with_its_line(desk: Desk) -> None:
    (desk.home / "lab-codes.yaml").write_text("results:\n  positive: 3\n")
    assert "lab-codes.yaml:2: positive must be" in desk.run("hl7", "check", str(GOOD), code=1).stderr
