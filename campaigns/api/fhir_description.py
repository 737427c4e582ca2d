"""How the description at /openapi.json tells of FHIR: bodies, answers, examples."""

from collections.abc import Mapping
from typing import Any, Final

from campaigns.api.fhir_forms import TYPE
from campaigns.intake.fhir.answers import capability, noted, refused

Described = dict[int | str, dict[str, Any]]

_LOINC, _SNOMED = "http://loinc.org", "http://snomed.info/sct"
_PCR: Final = {"coding": [{"system": _LOINC, "code": "94500-6"}]}
_PATIENT: Final = {
    "resourceType": "Patient",
    "id": "patient",
    "name": [{"family": "Иванова", "given": ["Анна", "Петровна"]}],
    "telecom": [{"system": "phone", "use": "mobile", "value": "+74951234567"}],
    "birthDate": "1980-05-17",
    "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "ru"}]}}],
    "managingOrganization": {"display": "Clinic 5"},
}
_OBSERVATION: Final = {
    "resourceType": "Observation",
    "id": "pcr",
    "status": "final",
    "code": _PCR,
    "valueCodeableConcept": {"coding": [{"system": _SNOMED, "code": "260415000"}]},
}
REPORT_EXAMPLE: Final = {
    "resourceType": "DiagnosticReport",
    "contained": [_PATIENT, _OBSERVATION],
    "identifier": [{"system": "urn:lab:orders", "value": "A-1"}],
    "status": "final",
    "code": _PCR,
    "subject": {"reference": "#patient"},
    "effectiveDateTime": "2026-03-01",
    "issued": "2026-03-02T09:30:00+05:00",
    "result": [{"reference": "#pcr"}],
}
BUNDLE_EXAMPLE: Final = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [
        {
            "fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
            "resource": REPORT_EXAMPLE,
            "request": {"method": "POST", "url": "DiagnosticReport"},
        }
    ],
}
_ANSWERED: Final = {
    "resourceType": "Bundle",
    "type": "transaction-response",
    "entry": [{"response": {"status": "201 Created", "outcome": noted("The patient will be called.")}}],
}
_OUTCOME: Final = {"$ref": "#/components/schemas/OperationOutcome"}
_REFUSED: Final = refused("processing", "A plain sentence: what is wrong, where, what to do.")
_NOT_SO: Final = "It cannot be answered in the form that was asked for."


def _resource(kind: str) -> Mapping[str, Any]:
    return {
        "type": "object",
        "title": kind,
        "required": ["resourceType"],
        "properties": {"resourceType": {"const": kind}},
    }


def _answer(description: str, schema: Mapping[str, Any], example: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {TYPE: {"schema": schema, "example": example}}}


def _body(kind: str, example: Mapping[str, Any]) -> dict[str, Any]:
    content = {TYPE: {"schema": _resource(kind), "example": example}}
    return {"requestBody": {"required": True, "content": content}}


BUNDLE_BODY: Final = _body("Bundle", BUNDLE_EXAMPLE)
REPORT_BODY: Final = _body("DiagnosticReport", REPORT_EXAMPLE)
OF_BUNDLE: Final[Described] = {
    200: _answer("All of it is safe: a Bundle that answers each entry.", _resource("Bundle"), _ANSWERED),
    406: _answer(_NOT_SO, _OUTCOME, _REFUSED),
}
OF_REPORT: Final[Described] = {
    200: _answer("It is safe, and nobody new is called.", _OUTCOME, noted("This is known: nothing changed.")),
    201: _answer("The patient will be called.", _OUTCOME, noted("The patient will be called.")),
    202: _answer("It is not final: nobody is called until it is.", _OUTCOME, noted("It is not final.")),
    406: _answer(_NOT_SO, _OUTCOME, _REFUSED),
}
METADATA: Final[Described] = {
    200: _answer(
        "What this server can do.",
        _resource("CapabilityStatement"),
        capability("4.0", "http://127.0.0.1:8080/fhir", "1.0"),
    ),
    406: _answer(_NOT_SO, _OUTCOME, _REFUSED),
}
