"""FHIR's statuses: what is final, held, corrected or taken back, of which test, and when it was said."""

import copy
from datetime import datetime
from pathlib import Path

import pytest

from campaigns.intake.fhir.report import STATUSES
from campaigns.intake.lab.codes import lab_codes
from tests.intake.fhir_reading import NOW, bundle, faults, header, read, result
from tests.intake.lab_reports import PCR, Resource, coded, observation, report

OTHER = coded("718-7", "http://loinc.org")
EARLY, MIDDLE, LATE = (f"2026-03-02T{hour}:00:00Z" for hour in ("06", "07", "08"))


@pytest.mark.parametrize(("written", "status"), STATUSES.items())
def test_each_of_the_ten_statuses_means_something(written: str, status: str) -> None:
    assert result(report(status=written)).status == status


@pytest.mark.parametrize(
    ("whole", "part", "status"),
    [
        ("final", "preliminary", "preliminary"),
        ("final", "registered", "preliminary"),
        ("final", "cancelled", "not_done"),
        ("final", "entered-in-error", "withdrawn"),
        ("final", "corrected", "corrected"),
        ("corrected", "final", "corrected"),
        ("entered-in-error", "final", "withdrawn"),
    ],
)
def test_a_report_is_no_better_than_the_observation_it_rests_on(whole: str, part: str, status: str) -> None:
    made = report(status=whole)
    observation(made)["status"] = part
    assert result(made).status == status


def test_a_status_that_fhir_does_not_have_is_a_fault() -> None:
    assert faults(report(status="done")) == ["DiagnosticReport.status is none of FHIR's ten statuses"]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "preliminary"])
def test_what_is_taken_back_or_not_final_needs_no_patient_and_no_value(status: str) -> None:
    assert result(report(status=status, subject=None, result=None, contained=None)).external_id == "A-1"


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
@pytest.mark.parametrize(
    ("code", "found"),
    [
        (PCR, {}),
        ({}, {}),
        (OTHER, {"code": PCR}),
        (PCR, {"code": OTHER}),
        ({}, {"code": {}}),
    ],
)
def test_what_is_taken_back_ends_what_is_said_to_be_ours(
    status: str, code: Resource, found: Resource
) -> None:
    made = report(status=status, code=code, **({} if found else {"result": None}))
    observation(made).update(found)
    assert result(made).external_id == "A-1"


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "preliminary"])
@pytest.mark.parametrize("observed", [True, False])
def test_another_test_of_the_same_order_that_is_taken_back_ends_nothing_of_ours(
    status: str, observed: bool, tmp_path: Path
) -> None:
    made = report(status=status, code=OTHER, **({} if observed else {"result": None}))
    observation(made)["code"] = OTHER
    assert "is a test that lab-codes.yaml does not know" in faults(made)[0]
    (tmp_path / "lab-codes.yaml").write_text("tests: {ignored: {LOINC: [718-7]}}", encoding="utf-8")
    reading = read(made, codes=lab_codes(tmp_path / "lab-codes.yaml")).reading
    assert (reading.results, reading.ignored, reading.faults) == ((), 1, ())


@pytest.mark.parametrize("ended", ["entered-in-error", "cancelled"])
@pytest.mark.parametrize("code", [PCR, {"text": "Результат"}])
def test_an_observation_that_holds_no_more_is_left_out_beside_one_that_does(
    ended: str, code: Resource
) -> None:
    made = report()
    other = {**copy.deepcopy(observation(made)), "id": "two", "valueCodeableConcept": coded("260373001")}
    made["contained"].append(other)
    made["result"] = [{"reference": "#pcr"}, {"reference": "#two"}]
    observation(made).update(status=ended, code=code)
    other["code"] = code
    assert (result(made).status, result(made).cells["result"]) == ("final", "positive")
    other["status"] = ended
    assert result(made).status in ("withdrawn", "not_done")


# ------------------------------------------------------------ when it was said


@pytest.mark.parametrize(
    ("issued", "updated", "bundled", "told_at", "sent_at"),
    [
        (EARLY, MIDDLE, LATE, EARLY, MIDDLE),
        (None, MIDDLE, LATE, None, MIDDLE),
        (None, None, LATE, None, LATE),
        (EARLY, None, None, EARLY, EARLY),
        (None, None, None, None, None),
    ],
)
def test_when_it_was_said_and_when_it_was_sent_are_two_things(
    issued: str | None, updated: str | None, bundled: str | None, told_at: str | None, sent_at: str | None
) -> None:
    made = report(issued=issued, meta={"lastUpdated": updated} if updated else None)
    found = result(bundle(made, **({"timestamp": bundled} if bundled else {})))
    assert found.told_at == (datetime.fromisoformat(told_at) if told_at else None)
    assert found.sent_at == (datetime.fromisoformat(sent_at) if sent_at else NOW)


def test_in_stu3_the_header_of_a_message_says_when_it_was_sent() -> None:
    head = {**header(), "event": header()["eventCoding"], "timestamp": LATE}
    del head["eventCoding"]
    found = result(bundle(head, report(), kind="message"), release="3.0")
    assert found.sent_at == datetime.fromisoformat(LATE)


def test_what_is_taken_back_of_ours_is_so_though_only_a_test_that_is_ignored_came_with_it(
    tmp_path: Path,
) -> None:
    made = report(status="entered-in-error")
    observation(made)["code"] = OTHER
    (tmp_path / "lab-codes.yaml").write_text("tests: {ignored: {LOINC: [718-7]}}", encoding="utf-8")
    assert result(made, codes=lab_codes(tmp_path / "lab-codes.yaml")).status == "withdrawn"
