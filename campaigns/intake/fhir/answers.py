"""What is answered in FHIR's own form: outcomes, responses to Bundles, what this server can do (pure)."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from campaigns.intake.fhir.reading import BUNDLE, HEADER, Sent
from campaigns.intake.fhir.report import REPORT
from campaigns.intake.fhir.resource import NAMES, Release, Resource, many, one, text
from campaigns.intake.lab.result import Fault
from campaigns.words import LabFate

Severity = Literal["fatal", "error", "warning", "information"]
Answer = dict[str, Any]

FULL_VERSIONS: Final[Mapping[Release, str]] = {"4.0": "4.0.1", "3.0": "3.0.2"}
WRITTEN_ON: Final = "2026-11-23"  # when this statement of what it can do last changed
SAFE: Final[Mapping[LabFate, tuple[str, str]]] = {
    "queued": ("201 Created", "The patient will be called."),
    "known": ("200 OK", "This is known: nothing changed."),
    "corrected": ("200 OK", "The patient will be told what it says now."),
    "told": ("200 OK", "The patient has heard what was said before: a human will see to it."),
    "cancelled": ("200 OK", "The patient will not be called for it."),
    "held": ("202 Accepted", "It is not final: nobody is called until it is."),
    "older": ("200 OK", "Something newer is known: nothing changed."),
    "ignored": (
        "200 OK",
        "It is passed over: a test message, or a test of which nobody is told by telephone.",
    ),
}
"""What became of a report: the status of its entry, and what is said of it."""
_READ_ALONG: Final = ("200 OK", "It was read with the reports, and is not kept by itself.")
_ID: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")


def outcome(severity: Severity, code: str, faults: Sequence[Fault]) -> Answer:
    """An OperationOutcome with an issue for each fault. code: of IssueType, such as "processing"."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(severity, code, fault) for fault in faults]}


def refused(code: str, *sentences: str) -> Answer:
    """An OperationOutcome about a request as a whole."""
    return outcome("error", code, [Fault("", sentence) for sentence in sentences])


def noted(sentence: str) -> Answer:
    """An OperationOutcome that all is well."""
    return outcome("information", "informational", [Fault("", sentence)])


def _issue(severity: Severity, code: str, fault: Fault) -> Answer:
    issue: Answer = {"severity": severity, "code": code, "diagnostics": str(fault).strip()}
    if fault.place.startswith((BUNDLE, REPORT)):
        issue["expression"] = [fault.place]
    return issue


def fate_of(sent: Sent, place: str, fates: Mapping[str, LabFate]) -> LabFate:
    """What became of the report that stands there."""
    return fates.get(sent.orders.get(place, ""), "ignored")


def transaction_response(sent: Sent, fates: Mapping[str, LabFate], locations: Mapping[str, str]) -> Answer:
    """The Bundle that answers a transaction that was taken. locations: of what was made, by external_id."""
    entries = []
    for number, entry in enumerate(many(sent.resource, "entry")):
        place = f"{BUNDLE}.entry[{number}].resource"
        report = text(entry, "resource", "resourceType") == REPORT
        fate = fate_of(sent, place, fates)
        status, sentence = SAFE[fate] if report else _READ_ALONG
        response: Answer = {"status": status, "outcome": noted(sentence)}
        if report and fate == "queued" and (location := locations.get(sent.orders[place])):
            response["location"] = location
        entries.append({"response": response})
    return {"resourceType": BUNDLE, "type": "transaction-response", "entry": entries}


def message_response(sent: Sent, endpoint: str, now: datetime) -> Answer:
    """The Bundle that answers a message that was taken. endpoint: our own address."""
    asked = one(one(many(sent.resource, "entry")[0], "resource"), "source")
    request: Resource = one(many(sent.resource, "entry")[0], "resource")
    told_at = now.isoformat(timespec="milliseconds")
    number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{sent.reading.sender} {sent.reading.control_id}"))
    header: Answer = {
        "resourceType": HEADER,
        "id": number,
        **{name: request[name] for name in ("event", "eventCoding", "eventUri") if name in request},
        "source": {"name": "health-dialer", "endpoint": endpoint},
        "response": {"identifier": as_id(sent.reading.control_id), "code": "ok"},
    }
    if address := text(asked, "endpoint"):
        header["destination"] = [{"endpoint": address}]
    bundle: Answer = {"resourceType": BUNDLE, "type": "message", "id": str(uuid.uuid4())}
    if sent.release == "3.0":
        header["timestamp"] = told_at
    else:
        bundle["timestamp"] = told_at
    return {**bundle, "entry": [{"fullUrl": f"urn:uuid:{number}", "resource": header}]}


def as_id(written: str) -> str:
    """The type id: at most 64 letters of some kinds; what does not fit is given another that stays."""
    bare = written.removeprefix("urn:uuid:")
    return (
        bare if 0 < len(bare) <= 64 and _ID.issuperset(bare) else hashlib.sha256(written.encode()).hexdigest()
    )


def capability(release: Release, url: str, version: str) -> Answer:
    """What this server can do, as a CapabilityStatement of this release."""
    report: Answer = {
        "type": REPORT,
        "interaction": [{"code": "create"}],
        "versioning": "no-version",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": True,
    }
    statement: Answer = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": WRITTEN_ON,
        "kind": "instance",
        "software": {"name": "health-dialer", "version": version},
        "implementation": {
            "description": "Takes laboratory results and tells them by telephone.",
            "url": url,
        },
        "fhirVersion": FULL_VERSIONS[release],
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _DOCUMENTATION.format(release=NAMES[release]),
                "security": {"description": "Authorization: Bearer KEY; keys are made by dialer keys add."},
                "resource": [report],
                "interaction": [{"code": "transaction"}],
            }
        ],
    }
    return statement | ({"acceptUnknown": "both"} if release == "3.0" else {})


_DOCUMENTATION: Final = (
    "FHIR {release}; R4 and STU3 are both read (fhirVersion=4.0 or 3.0 in Content-Type). Reports come as a "
    "Bundle of the type transaction or message, or one by one, with Patient and Observation contained or in "
    "the same Bundle. Other resources are read along and not kept. An answer comes when all is safe."
)
