"""FHIR over HTTP: Bundles and single reports become contacts; and what this server can do."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Annotated, Final
from urllib.parse import parse_qsl, quote

from fastapi import Header, Request, Response
from sqlmodel import Session

from campaigns.access.caller import Caller
from campaigns.api import fhir_description as described
from campaigns.api.callers import allowed
from campaigns.api.doorway import Doorway, Here
from campaigns.api.fhir_forms import release_sent, release_wanted, respond
from campaigns.api.once import kept
from campaigns.api.problems import AGAIN_SECONDS, Problem
from campaigns.api.routes import resource
from campaigns.api.visible import script_for
from campaigns.errors import UnknownCampaign
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.intake.fhir import answers as answers
from campaigns.intake.fhir.reading import BUNDLE, Desk, Sent, read_fhir
from campaigns.intake.fhir.report import REPORT
from campaigns.intake.fhir.resource import Unreadable, many, text
from campaigns.intake.lab.codes import LabCodes
from campaigns.intake.lab.result import LabReading, LabVerdict
from campaigns.models import Contact
from campaigns.store import lab_messages, rows
from campaigns.words import LabFate

IF_NONE_EXIST: Final = "If-None-Exist"
WHOLE_BODY: Final = "the body"  # what cannot be read at all is malformed (400), the rest invalid (422)

router = resource("fhir", prefix="/fhir")
Sender = Annotated[Caller, allowed("queue")]
Condition = Annotated[
    str | None,
    Header(
        alias=IF_NONE_EXIST,
        max_length=1000,
        description="`identifier=SYSTEM|NUMBER`: nothing is done where a report of this number is known.",
    ),
]


@router.get("/metadata", response_class=Response, responses=described.METADATA)
async def metadata(request: Request) -> Response:
    """What this server can do: a CapabilityStatement of R4, or of STU3 where that is asked for."""
    release = release_wanted(request) or "4.0"
    url = f"{_base(request)}/fhir"
    return respond(200, answers.capability(release, url, version("health-dialer")), release)


@router.post("", response_class=Response, responses=described.OF_BUNDLE, openapi_extra=described.BUNDLE_BODY)
async def take_bundle(request: Request, here: Here, caller: Sender) -> Response:
    """Take the reports of a transaction or a message: all of them, or none."""
    release_wanted(request)
    script = _script(here, caller)
    sent = await _sent(request, here, caller, BUNDLE)
    if isinstance(sent, Response):
        return sent
    _demand_institutions(caller, script, sent.reading)
    conditions = {
        f"{BUNDLE}.entry[{number}].resource": condition
        for number, entry in enumerate(many(sent.resource, "entry"))
        if (condition := text(entry, "request", "ifNoneExist"))
        and text(entry, "resource", "resourceType") == REPORT
    }
    verdict = await _received(here, caller, sent, conditions)
    if verdict.answer != "AA":
        return _refused(sent, verdict)
    fates = _fates(verdict)
    if sent.kind == "message":
        answer = answers.message_response(sent, f"{_base(request)}/fhir", here.clock.now())
    else:
        locations = {name: _location(request, here, name) for name in fates}
        answer = answers.transaction_response(sent, fates, locations)
    return respond(200, answer, sent.release)


@router.post(
    "/DiagnosticReport",
    status_code=201,
    response_class=Response,
    responses=described.OF_REPORT,
    openapi_extra=described.REPORT_BODY,
)
async def take_report(request: Request, here: Here, caller: Sender, condition: Condition = None) -> Response:
    """Take one report, with its Patient and Observations contained."""
    release_wanted(request)
    script = _script(here, caller)
    sent = await _sent(request, here, caller, REPORT)
    if isinstance(sent, Response):
        return sent
    _demand_institutions(caller, script, sent.reading)
    verdict = await _received(here, caller, sent, {REPORT: condition} if condition else {})
    if verdict.answer != "AA":
        return _refused(sent, verdict)
    fates = _fates(verdict)
    status, sentence = answers.SAFE[answers.fate_of(sent, REPORT, fates)]
    code = int(status.split()[0])
    headers = {"Location": _location(request, here, sent.orders[REPORT])} if code == 201 else {}
    return respond(code, answers.noted(sentence), sent.release, headers)


async def _sent(request: Request, here: Doorway, caller: Caller, kind: str) -> Sent | Response:
    """The body, read beside other requests; or the answer that it cannot be."""
    release, content = release_sent(request), await request.body()
    desk = Desk(_codes(here), here.zone, here.clock.now())
    try:
        return await asyncio.to_thread(read_fhir, content, release, caller.name, desk, kind)
    except Unreadable as error:
        malformed = any(fault.place == WHOLE_BODY for fault in error.faults)
        code, status = ("structure", 400) if malformed else ("invalid", 422)
        return respond(status, answers.outcome("error", code, error.faults), release or "4.0")


async def _received(here: Doorway, caller: Caller, sent: Sent, conditions: Mapping[str, str]) -> LabVerdict:
    """What became of it, once that is kept. conditions: of reports, by where they stand."""
    wanted = {place: _number_of(condition) for place, condition in conditions.items()}

    def work(session: Session) -> LabVerdict:
        campaign, reading = here.fhir_campaign, sent.reading
        there = lab_messages.orders(session, campaign, sorted(set(wanted.values()))) if wanted else {}
        passed = {
            sent.orders.get(place, "")
            for place, number in wanted.items()
            if number in there and _is_there(session, caller, there[number])
        }
        rest = tuple(each for each in reading.results if each.external_id not in passed)
        verdict = here.lab_desk.receive(
            session,
            campaign,
            replace(reading, results=rest),
            caller.name,
            here.clock.now(),
            partial(caller.sees_contact, campaign),
        )
        known: list[tuple[str, LabFate, int | None]] = [(name, "known", None) for name in passed - {""}]
        return replace(verdict, fates=(*verdict.fates, *known))

    try:
        return await kept(here, work)
    except (ScriptError, UnknownCampaign):  # the campaign's file was changed since it was looked at
        _script(here, caller)
        headers = {"Retry-After": str(AGAIN_SECONDS)}
        raise Problem("unavailable", "The campaign was being changed: try again.", headers=headers) from None


def _is_there(session: Session, caller: Caller, told: lab_messages.Told) -> bool:
    """Whether the caller may know of a report; one that nobody is called for is there for its sender."""
    number = told.order.contact_id
    contact = None if number is None else rows.find(session, Contact, number)
    if contact is None:
        return told.sender == caller.name
    return caller.sees_contact(contact.campaign, contact.institution, contact.queued_by)


def _number_of(condition: str) -> str:
    """The identifier of a conditional create (FHIR R4, section 3.1.0.8.1). Raises Problem."""
    asked = parse_qsl(condition.partition("?")[2] or condition)
    if [name for name, _ in asked] != ["identifier"]:
        detail = f"{IF_NONE_EXIST} is not identifier=SYSTEM|NUMBER: by nothing else reports are known here."
        raise Problem("malformed", detail)
    return asked[0][1].rpartition("|")[2].strip()


def _refused(sent: Sent, verdict: LabVerdict) -> Response:
    if verdict.answer == "AR":
        headers = {"Retry-After": str(AGAIN_SECONDS)}
        return respond(503, answers.outcome("error", "transient", verdict.faults), sent.release, headers)
    return respond(422, answers.outcome("error", "processing", verdict.faults), sent.release)


def _fates(verdict: LabVerdict) -> Mapping[str, LabFate]:
    """What became of each report, by its external_id; of what was accepted before, nothing more."""
    return {name: "known" if verdict.again else fate for name, fate, _ in verdict.fates}


def _script(here: Doorway, caller: Caller) -> Script:
    return script_for(here, caller, here.fhir_campaign)


def _codes(here: Doorway) -> LabCodes:
    try:
        return here.codes()
    except ScriptError as error:
        here.tell(str(error))
        detail = "The list of laboratories' codes is faulty: whoever runs the program was told where."
        raise Problem("unavailable", detail) from None


def _demand_institutions(caller: Caller, script: Script, reading: LabReading) -> None:
    """Raises Problem when a result is of a clinic that the caller is not bound to."""
    if not caller.institutions or not script.institution:
        return
    clinics = {each.cells.get(script.institution, "") for each in reading.results}
    if not all(map(caller.sees_institution, clinics)):
        raise Problem("forbidden", "The caller is not bound to the institution of a report.")


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _location(request: Request, here: Doorway, external_id: str) -> str:
    """Where it can be read what became of a report: there is no reading it as FHIR."""
    name, campaign = quote(external_id, safe=""), quote(here.fhir_campaign, safe="")
    return f"{_base(request)}/api/v1/campaigns/{campaign}/contacts/{name}"
