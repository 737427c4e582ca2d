"""What a body of FHIR is read as, with the shipped codes or others."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.intake.fhir.reading import Desk, Sent, read_fhir
from campaigns.intake.fhir.resource import Release
from campaigns.intake.lab.codes import LabCodes, lab_codes
from campaigns.intake.lab.result import LabResult
from tests.intake.lab_reports import Resource, as_bytes

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@cache
def shipped() -> LabCodes:
    return lab_codes(Path("/nowhere/lab-codes.yaml"))


def desk(codes: LabCodes | None = None, now: datetime = NOW) -> Desk:
    return Desk(codes or shipped(), ZoneInfo("Asia/Yekaterinburg"), now)


def read(resource: object, release: Release | None = None, codes: LabCodes | None = None) -> Sent:
    content = resource if isinstance(resource, bytes) else as_bytes(resource)
    return read_fhir(content, release, "lab", desk(codes))


def result(resource: object, **options: Any) -> LabResult:
    reading = read(resource, **options).reading
    assert reading.faults == ()
    [found] = reading.results
    return found


def faults(resource: object, **options: Any) -> list[str]:
    return [str(fault) for fault in read(resource, **options).reading.faults]


def bundle(*resources: Resource, kind: str = "transaction", **more: object) -> Resource:
    entries: list[Resource] = []
    for number, each in enumerate(resources):
        entry: Resource = {"fullUrl": f"urn:uuid:{number}", "resource": each}
        if kind == "transaction":
            entry["request"] = {"method": "POST", "url": each["resourceType"]}
        entries.append(entry)
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **more}


def header(**more: object) -> Resource:
    event = {"system": "urn:lab:events", "code": "result"}
    source = {"endpoint": "urn:lab"}
    return {"resourceType": "MessageHeader", "id": "m-1", "eventCoding": event, "source": source, **more}
