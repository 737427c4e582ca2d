"""Reports as laboratories send them: of our test, small, and changed at will."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from campaigns.api.fhir_description import REPORT_EXAMPLE

Resource = dict[str, Any]
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
PCR = {"coding": [{"system": LOINC, "code": "94500-6"}]}
RESULTS = {"positive": "260373001", "negative": "260415000", "inconclusive": "419984006"}


def coded(code: str, system: str = SNOMED) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def report(**changes: object) -> Resource:
    """A final report of our test with Patient and Observation contained; `None` takes an element away."""
    return changed(copy.deepcopy(dict(REPORT_EXAMPLE)), changes)


def patient(whole: Resource) -> Resource:
    found: Resource = whole["contained"][0]
    return found


def observation(whole: Resource) -> Resource:
    found: Resource = whole["contained"][1]
    return found


def changed(resource: Resource, changes: Mapping[str, object]) -> Resource:
    for name, value in changes.items():
        if value is None:
            resource.pop(name, None)
        else:
            resource[name] = value
    return resource


def apart(number: int = 1, base: str = "", **changes: object) -> tuple[Resource, dict[str, Resource]]:
    """The same with Patient and Observation as resources of their own, by "Patient/1"."""
    whole = report(id=str(number), **changes)
    person, found = whole.pop("contained")
    person, found = {**person, "id": f"p{number}"}, {**found, "id": f"o{number}"}
    whole["subject"] = {"reference": f"{base}Patient/p{number}"}
    whole["result"] = [{"reference": f"{base}Observation/o{number}"}]
    whole.setdefault("meta", {"versionId": "1", "lastUpdated": f"2026-11-20T07:{number:02}:00+00:00"})
    whole["identifier"] = [{"value": f"A-{number}"}]
    return whole, {f"Patient/p{number}": person, f"Observation/o{number}": found}


def as_bytes(resource: object) -> bytes:
    return json.dumps(resource, ensure_ascii=False).encode()
