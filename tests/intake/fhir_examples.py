"""Examples of the FHIR specification itself, without narratives and what else is not read here.

Source: HL7 FHIR R4 (v4.0.1) and STU3 (v3.0.2), hl7.org/fhir/R4 and hl7.org/fhir/STU3, published under CC0
(public domain): diagnosticreport-example-f202-bloodculture, patient-example-f201-roel,
observation-example-f206-staphylococcus.
"""

from typing import Any

Resource = dict[str, Any]
BASE = "https://example.com/base"
SNOMED = "http://snomed.info/sct"
CULTURE = {
    "coding": [
        {
            "system": SNOMED,
            "code": "104177005",
            "display": "Blood culture for bacteria, including anaerobic screen",
        }
    ]
}
BACTEREMIA = {
    "coding": [{"system": SNOMED, "code": "428763004", "display": "Bacteremia due to staphylococcus"}]
}
ROEL: Resource = {
    "resourceType": "Patient",
    "id": "f201",
    "identifier": [
        {
            "use": "official",
            "type": {"text": "BSN"},
            "system": "urn:oid:2.16.840.1.113883.2.4.6.3",
            "value": "123456789",
        },
        {
            "use": "official",
            "type": {"text": "BSN"},
            "system": "urn:oid:2.16.840.1.113883.2.4.6.3",
            "value": "123456789",
        },
    ],
    "active": True,
    "name": [
        {"use": "official", "text": "Roel", "family": "Bor", "given": ["Roelof Olaf"], "prefix": ["Drs."]}
    ],
    "telecom": [
        {"system": "phone", "value": "+31612345678", "use": "mobile"},
        {"system": "phone", "value": "+31201234567", "use": "home"},
    ],
    "gender": "male",
    "birthDate": "1960-03-13",
    "deceasedBoolean": False,
    "communication": [
        {
            "language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "nl-NL", "display": "Dutch"}]},
            "preferred": True,
        }
    ],
    "managingOrganization": {"reference": "Organization/f201", "display": "AUMC"},
}
STAPHYLOCOCCUS: Resource = {
    "resourceType": "Observation",
    "id": "f206",
    "status": "final",
    "code": {
        "coding": [
            {"system": "http://acmelabs.org", "code": "104177", "display": "Blood culture"},
            {
                "system": "http://loinc.org",
                "code": "600-7",
                "display": "Bacteria identified in Blood by Culture",
            },
        ]
    },
    "subject": {"reference": "Patient/f201", "display": "Roel"},
    "issued": "2013-03-11T10:28:00+01:00",
    "valueCodeableConcept": {
        "coding": [{"system": SNOMED, "code": "3092008", "display": "Staphylococcus aureus"}]
    },
    "interpretation": [
        {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
                    "code": "POS",
                    "display": "Positive",
                }
            ]
        }
    ],
}
REPORT_R4: Resource = {
    "resourceType": "DiagnosticReport",
    "id": "f202",
    "basedOn": [{"reference": "ServiceRequest/req"}],
    "status": "final",
    "category": [{"coding": [{"system": SNOMED, "code": "15220000", "display": "Laboratory test"}]}],
    "code": CULTURE,
    "subject": {"reference": "Patient/f201", "display": "Roel"},
    "issued": "2013-03-11T10:28:00+01:00",
    "performer": [{"reference": "Organization/f201", "display": "AUMC"}],
    "result": [
        {
            "reference": "Observation/f206",
            "display": "Results for staphylococcus analysis on Roel's blood culture",
        }
    ],
    "conclusion": "Blood culture tested positive on staphylococcus aureus",
    "conclusionCode": [BACTEREMIA],
}
REPORT_STU3: Resource = {
    "resourceType": "DiagnosticReport",
    "id": "f202",
    "basedOn": [{"reference": "#req"}],
    "contained": [
        {
            "resourceType": "ProcedureRequest",
            "id": "req",
            "status": "active",
            "intent": "original-order",
            "code": CULTURE,
            "subject": {"reference": "Patient/f201", "display": "Roel"},
            "context": {"reference": "Encounter/f203", "display": "Roel's encounter on March eleventh 2013"},
        }
    ],
    "status": "final",
    "category": {"coding": [{"system": SNOMED, "code": "15220000", "display": "Laboratory test"}]},
    "code": CULTURE,
    "subject": {"reference": "Patient/f201", "display": "Roel"},
    "issued": "2013-03-11T10:28:00+01:00",
    "performer": [{"actor": {"reference": "Organization/f201", "display": "AUMC"}}],
    "result": [
        {
            "reference": "Observation/f206",
            "display": "Results for staphylococcus analysis on Roel's blood culture",
        }
    ],
    "conclusion": "Blood culture tested positive on staphylococcus aureus",
    "codedDiagnosis": [BACTEREMIA],
}
STAPHYLOCOCCUS_STU3: Resource = {**STAPHYLOCOCCUS, "interpretation": STAPHYLOCOCCUS["interpretation"][0]}


def sent(report: Resource, observation: Resource) -> Resource:
    """As one transaction."""
    resources = (report, ROEL, observation)
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"{BASE}/{each['resourceType']}/{each['id']}",
                "resource": each,
                "request": {"method": "PUT", "url": f"{each['resourceType']}/{each['id']}"},
            }
            for each in resources
        ],
    }
