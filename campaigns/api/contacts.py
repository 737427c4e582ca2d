"""Contacts over HTTP: read, listed, cancelled, explained."""

import asyncio
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed
from campaigns.api.contact_view import (
    Accounts,
    Cancelled,
    ContactPage,
    ContactWithCalls,
    revealed,
    veiled,
    with_calls,
)
from campaigns.api.doorway import Doorway, Here
from campaigns.api.once import Answer, kept, once
from campaigns.api.problems import FieldFault, Problem
from campaigns.api.routes import After, CampaignName, Limit, resource
from campaigns.api.visible import campaign_of, script_for
from campaigns.control.closing import closing_one
from campaigns.control.explaining import as_phone, explained
from campaigns.models import Contact
from campaigns.store import arrivals, campaigns, corrections, dossier, looks
from campaigns.store.arrivals import Record, Wanted
from campaigns.store.contacts import answers_of
from campaigns.words import ContactState

MOST_EXPLAINED = 50  # contacts of one number; one takes some milliseconds
PAGE = 100
GREATEST_ID = 2**31 - 1  # no row of the database has a greater one

router = resource("contacts")

ExternalId = Annotated[
    str, Path(max_length=200, description="The sender's own number of it.", examples=["A-1"])
]
State = Annotated[ContactState | None, Query(description="Only those in this state.")]
Reveal = Annotated[
    bool,
    Query(description="Show the whole numbers, the name, the fields and answers; the look is written down."),
]
Reader = Annotated[Caller, allowed("read", "read_own")]
Explainer = Annotated[Caller, allowed("explain")]
Canceller = Annotated[Caller, allowed("cancel")]


class Asked(BaseModel):
    """Whose contacts are explained."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"phone": "+7 495 123-45-67"}]})

    phone: str = Field(max_length=100, description="As people write it.")
    campaign: str | None = Field(default=None, max_length=100, description="Only there.")


@router.get("/campaigns/{name}/contacts", response_model=ContactPage)
async def list_contacts(
    name: CampaignName,
    here: Here,
    caller: Reader,
    state: State = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Any:
    """The contacts of a campaign that the caller sees, masked, in the order in which they were queued."""
    campaign_of(caller, name)
    whose = None if caller.may("read") else caller.name
    wanted = Wanted(name, state, whose, caller.institutions or None, _behind(after))
    found = await asyncio.to_thread(arrivals.page, here.db, wanted, limit + 1)
    if not found and name not in here.script_names() and campaigns.find(here.db, name) is None:
        raise Problem("not-found", "There is no campaign of this name.")
    shown = found[:limit]
    return {
        "items": [veiled(contact) for contact in shown],
        "next": str(shown[-1].id) if len(found) > limit else None,
    }


@router.get("/campaigns/{name}/contacts/{external_id:path}/explain", response_model=Accounts)
async def explain_one(name: CampaignName, external_id: ExternalId, here: Here, caller: Explainer) -> Any:
    """Why it was called then, why it is not called, and when it will be."""

    def account() -> Any:
        with here.db.read() as session:
            contact = _seen(session, caller, name, external_id).contact
        return _explained(here, caller, [contact.id])

    return await asyncio.to_thread(account)


@router.get("/campaigns/{name}/contacts/{external_id:path}", response_model=ContactWithCalls)
async def read_contact(
    name: CampaignName, external_id: ExternalId, here: Here, caller: Reader, reveal: Reveal = False
) -> Any:
    """One contact with every call."""
    if not reveal:
        return await asyncio.to_thread(_read, here, caller, name, external_id)
    if not caller.may("reveal"):
        raise Problem("forbidden", f"The role {caller.role} may not see this: leave out reveal.")
    return await kept(here, lambda session: _reveal(here, session, caller, name, external_id))


@router.post("/campaigns/{name}/contacts/{external_id:path}/cancel", response_model=Cancelled)
async def cancel(
    name: CampaignName, external_id: ExternalId, request: Request, here: Here, caller: Canceller
) -> Response:
    """Call it no more; work that remains of it becomes a task."""
    close = closing_one(here.db, script_for(here, caller, name))

    def work(session: Session) -> Answer:
        contact = _seen(session, caller, name, external_id).contact
        [verdict] = corrections.cancel(here.db, name, [external_id], here.clock.now(), close)
        body = {"id": contact.id, "external_id": external_id, "state": contact.state, "cancellation": verdict}
        return Answer(200, body)

    return await once(request, here, caller, work)


@router.post("/explain", response_model=Accounts)
async def explain_number(asked: Asked, here: Here, caller: Explainer) -> Any:
    """The accounts of every contact with a number, which stands in no address that is logged."""
    phone = as_phone(asked.phone, here.country)
    if phone is None:
        raise Problem("invalid", "phone is no telephone number.", [FieldFault("phone", "is no number")])
    if asked.campaign is not None:
        campaign_of(caller, asked.campaign)
    return await asyncio.to_thread(_explain_number, here, caller, phone, asked.campaign)


def _read(here: Doorway, caller: Caller, name: str, external_id: str) -> dict[str, Any]:
    with here.db.read() as session:
        return with_calls(_seen(session, caller, name, external_id))


def _reveal(here: Doorway, session: Session, caller: Caller, name: str, external_id: str) -> dict[str, Any]:
    record = _seen(session, caller, name, external_id)
    contact_id = record.contact.id
    looks.note(session, caller, "contact", here.clock.now(), campaign=name, contact_id=contact_id)
    return revealed(record, answers_of(session, contact_id))


def _explain_number(here: Doorway, caller: Caller, phone: str, campaign: str | None) -> dict[str, Any]:
    found = dossier.find(here.db, "", phone, campaign)
    with here.db.read() as session:
        contacts = [session.get_one(Contact, id_) for id_ in found]
    return _explained(here, caller, [each.id for each in contacts if _sees(caller, each)][:MOST_EXPLAINED])


def _explained(here: Doorway, caller: Caller, ids: list[int]) -> dict[str, Any]:
    file, now = here.home.file, here.clock.now()
    whole = caller.may("read") and not caller.campaigns and not caller.institutions
    accounts = explained(file, here.db, ids, here.script_of, now, names_others=whole)
    return {"items": [each.as_json() for each in accounts]}


def _seen(session: Session, caller: Caller, name: str, external_id: str) -> Record:
    """The contact. Raises Problem where there is none, or none for this caller."""
    record = arrivals.record(session, name, external_id)
    if record is None or not _sees(caller, record.contact):
        raise Problem("not-found", "There is no contact with this external_id in the campaign.")
    return record


def _sees(caller: Caller, contact: Contact) -> bool:
    return caller.sees_contact(contact.campaign, contact.institution, contact.queued_by)


def _behind(after: str | None) -> int:
    """The id that a page comes after. Raises Problem."""
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit()) or len(after) > len(str(GREATEST_ID)):
        raise Problem("invalid", "after is no `next` of a page.", [FieldFault("after", "is no `next`")])
    return min(int(after), GREATEST_ID)
