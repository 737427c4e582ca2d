"""FHIR as laboratories send it: orders, patients, references within Bundles, and what is no body at all."""

from pathlib import Path
from typing import Any

import pytest

from campaigns.intake.fhir.bundle import entries_of
from campaigns.intake.fhir.page import alone
from campaigns.intake.fhir.reading import read_again, read_pulled
from campaigns.intake.fhir.resource import Unreadable
from campaigns.intake.lab.codes import lab_codes
from tests.intake.fhir_reading import bundle, desk, faults, header, read, result
from tests.intake.lab_reports import (
    PCR,
    Resource,
    apart,
    as_bytes,
    coded,
    observation,
    patient,
    report,
)

# ------------------------------------------------------------ which test, which order


def test_a_test_that_the_mapping_passes_over_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "lab-codes.yaml").write_text('tests: {ignored: {LOINC: ["58410-2"]}}', encoding="utf-8")
    made = report(code=coded("58410-2", "http://loinc.org"))
    observation(made)["code"] = made["code"]
    reading = read(made, codes=lab_codes(tmp_path / "lab-codes.yaml")).reading
    assert (reading.results, reading.ignored, reading.faults) == ((), 1, ())


def test_the_report_may_say_the_test_where_its_one_observation_does_not() -> None:
    made = report()
    observation(made)["code"] = {"text": "Результат"}
    assert result(made).cells["result"] == "negative"


def test_panels_and_components_are_looked_into() -> None:
    made = report()
    panel = {"resourceType": "Observation", "id": "panel", "status": "final", "code": {"text": "панель"}}
    made["contained"].append({**panel, "hasMember": [{"reference": "#pcr"}]})
    made["result"] = [{"reference": "#panel"}]
    assert result(made).cells["result"] == "negative"
    value = observation(made)["valueCodeableConcept"]
    made["contained"][2] = {**panel, "component": [{"code": PCR, "valueCodeableConcept": value}]}
    assert result(made).cells["result"] == "negative"


@pytest.mark.parametrize(
    ("changes", "order"),
    [
        ({"identifier": [{"value": "P", "type": coded("PLAC")}, {"value": "F", "type": coded("FILL")}]}, "F"),
        ({"identifier": [{"value": "P", "type": coded("PLAC")}, {"value": "O"}]}, "O"),
        ({"identifier": [{"value": "P", "type": coded("PLAC")}]}, "P"),
        ({"identifier": [{"value": "O", "use": "old"}], "basedOn": [{"identifier": {"value": "B"}}]}, "B"),
    ],
)
def test_the_order_is_the_fillers_number_else_the_placers(changes: Resource, order: str) -> None:
    assert result(report(**changes)).external_id == order


def test_without_a_number_patient_test_and_day_name_it() -> None:
    made = report(identifier=None)
    patient(made)["identifier"] = [{"value": "P-7"}]
    assert result(made).external_id == "P-7 94500-6 2026-03-01"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026-03-01T23:30:00+03:00", "2026-03-01"),
        ("2026-03-01T20:30:00Z", "2026-03-02"),
        ("2026-03", None),
    ],
)
def test_the_day_of_the_sample_is_the_clinics(written: str, day: str | None) -> None:
    assert result(report(effectiveDateTime=written)).cells.get("sample_date") == day


# ------------------------------------------------------------ the patient


@pytest.mark.parametrize(
    ("points", "phones"),
    [
        ([("home", "1", None), ("mobile", "2", None)], ["2", "1"]),
        ([("home", "1", 1), ("mobile", "2", 2)], ["1", "2"]),
        ([("old", "1", None), ("work", "2", None)], ["2"]),
        ([("home", "tel:1", None), ("home", "1", None)], ["1"]),
        ([], []),
    ],
)
def test_numbers_in_the_order_in_which_they_are_tried(points: list[Any], phones: list[str]) -> None:
    made = report()
    patient(made)["telecom"] = [
        {"system": "phone", "use": use, "value": value, **({"rank": rank} if rank else {})}
        for use, value, rank in points
    ]
    cells = result(made).cells
    assert [cells[name] for name in ("phone", "phone_2", "phone_3") if name in cells] == phones


@pytest.mark.parametrize(
    ("names", "language", "name"),
    [
        ([{"family": "Smith", "given": ["Ann", "Jane"]}], "en", "Ann Jane Smith"),
        ([{"family": "Петрова", "given": ["Анна"]}], "ru-RU", "Петрова Анна"),
        ([{"text": "Анна П."}], "ru", "Анна П."),
        ([{"use": "old", "family": "Old"}, {"use": "usual", "family": "New"}], "en", "New"),
    ],
)
def test_names_are_said_as_their_language_has_them(names: list[Resource], language: str, name: str) -> None:
    made = report()
    patient(made)["name"] = names
    patient(made)["communication"] = [{"language": {"coding": [{"code": language}]}}]
    assert result(made).cells["full_name"] == name


# ------------------------------------------------------------ Bundles


def together(**addresses: str) -> Resource:
    """A report, its Patient and its Observation as entries; addresses: of what the report refers to."""
    made, others = apart(1)
    person, found = others.values()
    made["subject"] = {"reference": addresses.get("subject", "urn:uuid:1")}
    made["result"] = [{"reference": addresses.get("result", "urn:uuid:2")}]
    return bundle(made, person, found)


@pytest.mark.parametrize(
    "subject", ["urn:uuid:1", "Patient/p1", "Patient?identifier=urn:x|7", "Patient/p1/_history/3"]
)
def test_references_within_a_bundle_are_found(subject: str) -> None:
    whole = together(subject=subject)
    whole["entry"][1]["resource"]["identifier"] = [{"system": "urn:x", "value": "7"}]
    assert result(whole).cells["phone"] == "+74951234567"


def test_relative_references_are_those_of_the_same_server() -> None:
    whole = together(subject="Patient/p1")
    whole["entry"][0]["fullUrl"] = "https://a.example/fhir/DiagnosticReport/1"
    whole["entry"][1]["fullUrl"] = "https://a.example/fhir/Patient/p1"
    assert result(whole).cells["full_name"] == "Иванова Анна Петровна"


def test_two_that_a_reference_may_mean_are_none() -> None:
    whole = together(subject="urn:uuid:1")
    whole["entry"][2]["fullUrl"] = "urn:uuid:1"
    assert "points to nothing that was sent, or to several" in faults(whole)[0]


@pytest.mark.parametrize(
    ("whole", "control_id"),
    [
        (bundle(report(), identifier={"system": "urn:x", "value": "b-1"}, id="same"), "b-1"),
        (bundle(header(), report(), kind="message", id="other"), "m-1"),
    ],
)
def test_what_is_the_same_when_a_bundle_is_sent_again(whole: Resource, control_id: str) -> None:
    assert read(whole).reading.control_id == control_id


def test_without_an_identifier_only_the_same_bytes_are_the_same() -> None:
    one, two = read(bundle(report(), id="same")), read(bundle(report(status="corrected"), id="same"))
    assert one.reading.control_id != two.reading.control_id
    assert one.reading.control_id == read(bundle(report(), id="same")).reading.control_id


LABEL: Resource = {
    "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]
}


@pytest.mark.parametrize(
    "whole",
    [report(meta=LABEL), bundle(report(), meta=LABEL), bundle(header(meta=LABEL), report(), kind="message")],
)
def test_what_is_labelled_as_test_data_is_a_test(whole: Resource) -> None:
    assert read(whole).reading.test


@pytest.mark.parametrize(
    ("whole", "fault"),
    [
        (b"<DiagnosticReport/>", "the body is no JSON from line 1, column 1 on"),
        (b"\xff\xfe", "the body is not UTF-8 text"),
        (b"[" * 100_000, "the body is nested deeper"),
        (b'{"resourceType": "Bundle", "type": "message", "type": "batch"}', "the body has an object"),
        (b'{"resourceType": "Bundle", "total": NaN}', "the body holds NaN"),
        (b'{"resourceType": "Bundle", "id": "\\u0000"}', "the body holds U+0000"),
        (b'{"resourceType": "Bundle", "total": ' + b"1" * 5000 + b"}", "the body holds a number"),
        (b"[]", "the body is no resource"),
        ({"resourceType": "Patient"}, "resourceType is not Bundle or DiagnosticReport"),
        (bundle(report(), kind="batch"), "Bundle.type is not transaction or message"),
        ({"resourceType": "Bundle", "type": "transaction", "entry": {}}, "Bundle.entry must be a list"),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [5]}, "Bundle.entry[0] must be"),
        (bundle(report(), kind="message"), "Bundle.entry[0].resource is no MessageHeader"),
        ({**bundle(), "entry": [{"resource": report()}]}, "Bundle.entry[0].request is missing"),
        (
            {**bundle(), "entry": [{"request": {"method": "DELETE", "url": "DiagnosticReport/1"}}]},
            "Bundle.entry[0].request.method is not POST or PUT",
        ),
        (
            {**bundle(), "entry": [{"resource": report(), "request": {"method": "POST", "url": "Patient"}}]},
            "Bundle.entry[0].request.url is not where",
        ),
    ],
)  # fmt: skip
def test_what_is_no_body_of_ours_is_not_read_at_all(whole: object, fault: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read(whole)
    assert str(raised.value.faults[0]).startswith(fault)


def test_a_bundle_without_a_report_has_a_fault() -> None:
    assert faults(bundle(patient(report()))) == ["Bundle.entry holds no DiagnosticReport: send one"]


@pytest.mark.parametrize("kind", ["Frobnicate", "MedicinalProduct", 5])
def test_what_is_contained_of_other_kinds_is_passed_over(kind: object) -> None:
    made = report()
    made["contained"].append({"resourceType": kind, "id": "x"})
    assert faults(made) == []


def test_what_the_models_cannot_bear_is_a_fault() -> None:
    made = report()
    patient(made)["contained"] = [{"resourceType": "Frobnicate"}]
    assert faults(made) == ["DiagnosticReport holds what is nothing of FHIR R4: correct its form"]


# ------------------------------------------------------------ kept, and read again


def test_a_message_that_was_kept_is_read_again_as_it_was_sent() -> None:
    content = as_bytes(bundle(report()))
    again = read_again(content, "lab", "c-1", desk())
    assert (again.control_id, [each.external_id for each in again.results]) == ("c-1", ["A-1"])


def test_a_pulled_report_is_kept_with_what_it_leads_to_and_known_by_its_id() -> None:
    made, others = apart(1)
    del made["identifier"]
    gathered = entries_of(bundle(made, *others.values(), {"resourceType": "Patient", "id": "stranger"}))
    content = alone(next(gathered.of_kind("DiagnosticReport")), gathered)
    assert b"stranger" not in content
    found = read_pulled(content, "fhir:region", "DiagnosticReport/1/_history/1", desk())
    assert [each.external_id for each in found.results] == ["DiagnosticReport/1"]
    assert read_again(content, "fhir:region", "DiagnosticReport/1/_history/1", desk()) == found
