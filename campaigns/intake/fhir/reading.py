"""FHIR R4 and STU3 as a laboratory sends it: a Bundle, or one DiagnosticReport, as results (pure)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from campaigns.intake.fhir.bundle import Gathered, Placed, entries_of
from campaigns.intake.fhir.report import REPORT, Eyes, ReportReading, instant, is_test, read_report
from campaigns.intake.fhir.resource import (
    LOOKED_INTO,
    Release,
    Resource,
    Unreadable,
    faults_of,
    many,
    one,
    parsed,
    text,
)
from campaigns.intake.lab.codes import LabCodes
from campaigns.intake.lab.result import Fault, LabReading

BUNDLE, HEADER = "Bundle", "MessageHeader"
TYPES: Final = ("transaction", "message")
PULLED: Final = "collection"  # of a Bundle that we made of one report from a server
_METHODS: Final = ("POST", "PUT")


@dataclass(frozen=True)
class Sent:
    """A body, read, and what an answer must know of it.

    orders: of each report the place of its resource ("Bundle.entry[1].resource") -> its external_id, "" of
    one that is passed over or cannot be used.
    """

    kind: Literal["transaction", "message", "report"]
    release: Release
    resource: Resource
    reading: LabReading
    orders: Mapping[str, str]


@dataclass(frozen=True)
class Desk:
    """What bodies are read with. zone: the clinic's, in which a day begins. now: when the body came."""

    codes: LabCodes
    zone: ZoneInfo
    now: datetime


def read_fhir(content: bytes, release: Release | None, sender: str, desk: Desk, kind: str = "") -> Sent:
    """What a body holds. release: as its type says; None: R4, unless it is valid in STU3 alone.

    kind: the one type of resource that is taken where it was sent to; "" for either. What is wrong with
    reports stands in the faults of the reading. Raises Unreadable of what is no such body at all.
    """
    resource = parsed(content)
    found, known = text(resource, "resourceType"), (kind,) if kind else (BUNDLE, REPORT)
    if found not in known:
        raise Unreadable(Fault("resourceType", f"is not {' or '.join(known)}, which alone is taken here"))
    gathered = entries_of(resource) if found == BUNDLE else Gathered([Placed(resource, REPORT)])
    release = release or _release_of(gathered)
    if found == BUNDLE:
        _demand_bundle(resource, release)
    return _read(content, release, sender, desk, resource, gathered)


def read_pulled(content: bytes, sender: str, control_id: str, desk: Desk) -> LabReading:
    """A report that was read from a server, in a Bundle with what it leads to. Raises Unreadable.

    control_id: which version of which report it is; "" where the server does not say.
    """
    gathered = entries_of(parsed(content))
    eyes = Eyes(_release_of(gathered), desk.codes, desk.zone, desk.now, lasting=True)
    reports = {each.place: read_report(each, gathered, eyes) for each in gathered.of_kind(REPORT)}
    return _reading(reports, sender, control_id, content)


def read_again(content: bytes, sender: str, control_id: str, desk: Desk) -> LabReading:
    """A message that was kept, read anew as it was sent or found. Raises Unreadable."""
    if text(parsed(content), "type") == PULLED:
        return read_pulled(content, sender, control_id, desk)
    return replace(read_fhir(content, None, sender, desk).reading, control_id=control_id)


def _reading(
    reports: Mapping[str, ReportReading],
    sender: str,
    control_id: str,
    content: bytes,
    more_faults: Sequence[Fault] = (),
) -> LabReading:
    """The reading of a message that holds these reports, by where each stands."""
    results = tuple(each.result for each in reports.values() if each.result)
    return LabReading(
        sender=sender,
        control_id=control_id or hashlib.sha256(content).hexdigest(),
        format="fhir",
        test=any(each.test for each in reports.values()),
        results=results,
        ignored=sum(1 for each in reports.values() if each.result is None and not each.faults),
        faults=(*(fault for each in reports.values() for fault in each.faults), *more_faults),
        content=content,
    )


def _read(
    content: bytes, release: Release, sender: str, desk: Desk, resource: Resource, gathered: Gathered
) -> Sent:
    eyes = Eyes(release, desk.codes, desk.zone, desk.now, _sent_at(resource, gathered))
    reports = {each.place: read_report(each, gathered, eyes) for each in gathered.of_kind(REPORT)}
    none = () if reports else (Fault(f"{BUNDLE}.entry", f"holds no {REPORT}: send one"),)
    reading = _reading(reports, sender, _control_id(resource, gathered), content, none)
    labelled = (resource, *(each.resource for each in gathered.of_kind(HEADER)))
    test = reading.test or any(map(is_test, labelled))
    orders = {place: each.result.external_id if each.result else "" for place, each in reports.items()}
    return Sent(_kind_of(resource), release, resource, replace(reading, test=test), orders)


def _sent_at(resource: Resource, gathered: Gathered) -> datetime | None:
    """When a Bundle says that it was made; in STU3 the header of a message says it."""
    headers = (text(each.resource, "timestamp") for each in gathered.of_kind(HEADER))
    return next(filter(None, map(instant, (text(resource, "timestamp"), *headers))), None)


def _kind_of(resource: Resource) -> Literal["transaction", "message", "report"]:
    if text(resource, "resourceType") == REPORT:
        return "report"
    return "transaction" if text(resource, "type") == "transaction" else "message"


def _release_of(gathered: Gathered) -> Release:
    """R4, unless all is valid in STU3 alone: senders in a region of STU3 often do not say so."""

    def fits(release: Release) -> bool:
        return not any(each.faults(release) for each in gathered.entries if each.kind in LOOKED_INTO)

    return "3.0" if not fits("4.0") and fits("3.0") else "4.0"


def _demand_bundle(bundle: Resource, release: Release) -> None:
    """The Bundle itself is right; its resources are looked into when they are needed. Raises Unreadable."""
    bare = {**bundle}
    if isinstance(entries := bundle.get("entry"), list):
        bare["entry"] = [_without_resources(each) for each in entries]
    if faults := faults_of(bare, BUNDLE, BUNDLE, release):
        raise Unreadable(*faults)
    match text(bundle, "type"):
        case "transaction":
            found = _faults_of_transaction(bundle)
        case "message":
            found = _faults_of_message(bundle)
        case _:
            found = [Fault(f"{BUNDLE}.type", f"is not {' or '.join(TYPES)}: send one of these")]
    if found:
        raise Unreadable(*found)


def _without_resources(entry: object) -> object:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if name not in ("resource", "response")}


def _faults_of_transaction(bundle: Resource) -> list[Fault]:
    faults = []
    for number, entry in enumerate(many(bundle, "entry")):
        place = f"{BUNDLE}.entry[{number}]"
        kind, request = text(entry, "resource", "resourceType"), one(entry, "request")
        if not request:
            faults.append(Fault(f"{place}.request", "is missing: a transaction says what is to be done"))
        elif text(request, "method") not in _METHODS:
            what = "is not POST or PUT: a report that is withdrawn is sent again with its status"
            faults.append(Fault(f"{place}.request.method", what))
        elif not kind:
            faults.append(Fault(f"{place}.resource", "is missing: POST and PUT need one"))
        elif text(request, "url").split("?")[0].split("/")[0] != kind:
            faults.append(Fault(f"{place}.request.url", "is not where a resource of this type goes"))
    return faults


def _faults_of_message(bundle: Resource) -> list[Fault]:
    if text(bundle, "entry", 0, "resource", "resourceType") == HEADER:
        return []
    return [Fault(f"{BUNDLE}.entry[0].resource", f"is no {HEADER}: a message begins with it")]


def _control_id(resource: Resource, gathered: Gathered) -> str:
    """What is the same when it is sent again: a message's id; a transaction's identifier, if it has one.

    The id of a transaction's Bundle is no such thing: senders may give all of them the same.
    """
    if text(resource, "resourceType") != BUNDLE:
        return ""
    identifier = text(resource, "identifier", "value")
    header = next(gathered.of_kind(HEADER), None)
    if header is None or text(resource, "type") != "message":
        return identifier
    return text(header.resource, "id") or header.url or identifier or text(resource, "id")
