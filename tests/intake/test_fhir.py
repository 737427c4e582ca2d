"""FHIR as laboratories send it, read into results; what is wrong has its place, and no value."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.intake.fhir.resource import Release
from campaigns.intake.lab.codes import LabCodes, lab_codes
from tests.intake import fhir_examples as examples
from tests.intake.fhir_reading import bundle, faults, read, result
from tests.intake.lab_reports import (
    RESULTS,
    Resource,
    apart,
    coded,
    observation,
    patient,
    report,
)

INTERPRETED = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
EXAMPLE_CODES = """\
tests: {ours: {SNOMED: [104177005]}}
results: {positive: {SNOMED: [3092008, 428763004]}}
"""


def test_a_report_becomes_a_result_with_every_cell_and_its_place() -> None:
    found = result(report())
    assert (found.external_id, found.status) == ("A-1", "final")
    assert found.told_at == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert found.cells == {
        "phone": "+74951234567",
        "full_name": "Иванова Анна Петровна",
        "language": "ru",
        "birth_year": "1980",
        "sample_date": "2026-03-01",
        "result": "negative",
        "clinic": "Clinic 5",
    }
    assert found.places["phone"] == "DiagnosticReport.contained[0].telecom"
    assert found.places["result"] == "DiagnosticReport.contained[1].value"
    assert found.places["external_id"] == "DiagnosticReport.identifier"


# ------------------------------------------------------------ the specification's own examples


@pytest.fixture
def example_codes(tmp_path: Path) -> LabCodes:
    (tmp_path / "lab-codes.yaml").write_text(EXAMPLE_CODES, encoding="utf-8")
    return lab_codes(tmp_path / "lab-codes.yaml")


@pytest.mark.parametrize("said", [True, False], ids=["release said", "release found out"])
@pytest.mark.parametrize(
    ("release", "made", "observed"),
    [
        ("4.0", examples.REPORT_R4, examples.STAPHYLOCOCCUS),
        ("3.0", examples.REPORT_STU3, examples.STAPHYLOCOCCUS_STU3),
    ],
)
def test_the_specifications_own_examples_are_read(
    release: Release, said: bool, made: Resource, observed: Resource, example_codes: LabCodes
) -> None:
    whole = examples.sent({**made, "identifier": [{"value": "f202"}]}, observed)
    sent = read(whole, release if said else None, example_codes)
    assert (sent.release, sent.reading.faults) == (release, ())
    [found] = sent.reading.results
    assert found.told_at == datetime(2013, 3, 11, 9, 28, tzinfo=UTC)
    assert found.cells == {
        "phone": "+31612345678",
        "phone_2": "+31201234567",
        "full_name": "Bor Roelof Olaf",
        "language": "ru",
        "birth_year": "1960",
        "result": "positive",
        "clinic": "AUMC",
    }


def test_the_other_releases_form_is_a_fault_with_its_place(example_codes: LabCodes) -> None:
    found = faults(examples.sent(examples.REPORT_STU3, examples.STAPHYLOCOCCUS), release="4.0")
    assert "Bundle.entry[0].resource.codedDiagnosis is no element of FHIR R4: remove it" in found
    assert "Bundle.entry[0].resource.category must be a list" in found


def test_an_example_of_another_test_is_refused_until_the_mapping_knows_it() -> None:
    whole = examples.sent({**examples.REPORT_R4, "identifier": [{"value": "f202"}]}, examples.STAPHYLOCOCCUS)
    assert faults(whole) == [
        "Bundle.entry[2].resource.code is a test that lab-codes.yaml does not know: "
        "add it to tests, as ours or as ignored"
    ]


# ------------------------------------------------------------ values


@pytest.mark.parametrize(("meaning", "code"), RESULTS.items())
def test_results_by_snomed(meaning: str, code: str) -> None:
    made = report()
    observation(made)["valueCodeableConcept"] = coded(code)
    assert result(made).cells["result"] == meaning


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ({"valueString": "не обнаружено"}, "negative"),
        ({"valueString": "Обнаружено"}, "positive"),
        ({"interpretation": [coded("POS", INTERPRETED)]}, "positive"),
        ({"valueCodeableConcept": {"text": "NEG"}}, "negative"),
        ({"valueQuantity": {"value": 31.5}, "interpretation": [coded("NEG", "")]}, "negative"),
        ({"valueString": "POS", "interpretation": [coded("A", INTERPRETED)]}, "positive"),
        ({"valueString": "NEG", "interpretation": [coded("N", ""), {"text": "в норме"}]}, "negative"),
    ],
)  # fmt: skip
def test_results_in_other_forms(value: Resource, meaning: str) -> None:
    made = report()
    del observation(made)["valueCodeableConcept"]
    observation(made).update(value)
    assert result(made).cells["result"] == meaning


@pytest.mark.parametrize(
    ("meaning", "flag"),
    [("negative", "POS"), ("negative", "A"), ("positive", "NEG"), ("positive", "n"), ("inconclusive", "ND")],
)
def test_an_interpretation_that_says_the_contrary_is_a_fault(meaning: str, flag: str) -> None:
    made = report()
    observation(made).update(
        valueCodeableConcept=coded(RESULTS[meaning]), interpretation=[coded(flag, INTERPRETED)]
    )
    [found] = faults(made)
    assert found.startswith("DiagnosticReport.contained[1].interpretation says something else than the value")


@pytest.mark.parametrize(
    ("subject", "ours"),
    [
        ({"reference": "Patient/p1"}, True),
        ({"reference": "urn:uuid:1"}, True),
        ({"display": "Анна"}, True),
        ({"identifier": {"system": "urn:mrn", "value": "77"}}, True),
        ({"reference": "urn:uuid:4"}, True),
        ({"reference": "urn:uuid:3"}, False),
        ({"reference": "Patient/p9"}, False),
        ({"reference": "https://lab.example/fhir/Patient/p1"}, False),
        ({"identifier": {"system": "urn:mrn", "value": "78"}}, False),
    ],
)
def test_an_observation_of_somebody_else_is_a_fault(subject: Resource, ours: bool) -> None:
    made, others = apart(1)
    person, found = others.values()
    number = [{"system": "urn:mrn", "value": "77"}]
    person["identifier"], found["subject"] = number, subject
    stranger = {"resourceType": "Patient", "id": "p2", "identifier": [{"value": "77"}]}
    again = {"resourceType": "Patient", "identifier": number}
    if "identifier" in subject:
        del again["identifier"]
    said = faults(bundle(made, person, found, stranger, again))
    assert [each.partition(" ")[0] for each in said] == [] if ours else ["Bundle.entry[2].resource.subject"]


def unknown_value(made: Resource) -> None:
    observation(made)["valueCodeableConcept"] = coded("12345")


def two_meanings(made: Resource) -> None:
    observation(made)["valueCodeableConcept"] = {**coded(RESULTS["positive"]), "text": "не обнаружено"}


def no_value(made: Resource) -> None:
    del observation(made)["valueCodeableConcept"]


def two_values(made: Resource) -> None:
    observation(made)["valueString"] = "POS"


def another_observation(made: Resource) -> None:
    other = {
        **copy.deepcopy(observation(made)),
        "id": "two",
        "valueCodeableConcept": coded(RESULTS["positive"]),
    }
    made["contained"].append(other)
    made["result"].append({"reference": "#two"})


def lost_patient(made: Resource) -> None:
    made["subject"] = {"reference": "#somebody"}


def far_patient(made: Resource) -> None:
    made["subject"] = {"reference": "https://lab.example/fhir/Patient/1"}


def conditional_patient(made: Resource) -> None:
    made["subject"] = {"reference": "Patient?identifier=urn:x|77"}


def no_patient(made: Resource) -> None:
    del made["subject"]


def no_person(made: Resource) -> None:
    patient(made)["resourceType"] = "Group"
    patient(made).clear()
    patient(made).update({"resourceType": "Basic", "id": "patient", "code": {"text": "x"}})


def lost_observation(made: Resource) -> None:
    made["result"] = [{"reference": "Observation/7"}]


def dead(made: Resource) -> None:
    patient(made)["deceasedBoolean"] = True


def nameless(made: Resource) -> None:
    del made["identifier"]


def bad_birth(made: Resource) -> None:
    patient(made)["birthDate"] = "17.05.1980"


def unknown_element(made: Resource) -> None:
    made["Ivanova Anna"] = "+74951234567"


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (unknown_value, "DiagnosticReport.contained[1].value is a result that lab-codes.yaml does not know"),
        (two_meanings, "DiagnosticReport.contained[1].value means two results by lab-codes.yaml"),
        (no_value, "DiagnosticReport.contained[1].value is blank"),
        (two_values, "DiagnosticReport.contained[1] has two values of which FHIR R4 allows one"),
        (another_observation, "DiagnosticReport.contained[2].value says something else than another"),
        (lost_patient, "DiagnosticReport.subject points to a contained resource that is not there"),
        (far_patient, "DiagnosticReport.subject points to another server"),
        (conditional_patient, "DiagnosticReport.subject points to nothing that was sent"),
        (no_patient, "DiagnosticReport.subject is missing"),
        (no_person, "DiagnosticReport.subject is no Patient"),
        (lost_observation, "DiagnosticReport.result[0] points to nothing that was sent"),
        (dead, "DiagnosticReport.contained[0].deceased says that the patient has died"),
        (nameless, "DiagnosticReport.identifier is blank"),
        (bad_birth, "DiagnosticReport.contained[0].birthDate is not what FHIR R4 has here"),
        (unknown_element, "DiagnosticReport has an element that FHIR R4 does not know"),
    ],
)
def test_faults_name_their_place_and_hold_no_value(spoil: Callable[[Resource], None], fault: str) -> None:
    made = report()
    spoil(made)
    found = faults(made)
    assert any(each.startswith(fault) for each in found)
    told = " ".join(found)
    for value in ("Иванова", "Ivanova", "4951234567", "1980", "A-1", "somebody", "12345"):
        assert value not in told
