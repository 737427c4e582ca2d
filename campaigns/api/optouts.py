"""Opt-outs over HTTP: numbers that no campaign, or not every campaign, may call."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed
from campaigns.api.doorway import Doorway, Here
from campaigns.api.once import Answer, once
from campaigns.api.problems import FieldFault, Problem
from campaigns.api.routes import After, Limit, resource
from campaigns.api.visible import campaign_of
from campaigns.control.masking import masked
from campaigns.control.refusing import close_refused, readable
from campaigns.intake.phones import parse_phone
from campaigns.models import OptOut
from campaigns.store import campaigns, looks, optouts
from campaigns.store.optouts import Place

HOW = "api"
REMOVED = "removed an opt-out"
"""What stands in the audit log: it lets a person be called who did not want that."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,9})")  # of `Place`: nothing of a number stands in an address

router = resource("optouts")

Supervisor = Annotated[Caller, allowed("optouts")]


class Number(BaseModel):
    """A telephone number."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"phone": "+79123456789"}]})

    phone: str = Field(max_length=100, description="As people write it.")


class Refusal(Number):
    """A number, and which campaign may not call it."""

    campaign: str | None = Field(
        default=None, min_length=1, max_length=100, description="Of this one alone; without it, of all."
    )


class OptOutOut(BaseModel):
    """A number that is not called, as far as everybody may see it."""

    phone: str = Field(examples=["+7…89"])
    campaign: str | None = Field(description="Null: by no campaign.")
    at: datetime
    how: str = Field(examples=["key"])


class OptOutPage(BaseModel):
    """Some opt-outs, the oldest first."""

    items: list[OptOutOut]
    next: str | None = Field(description="What to send as `after` for the next page; null on the last one.")


class Found(BaseModel):
    """The opt-outs of one number."""

    items: list[OptOutOut]


class Removed(BaseModel):
    """Whether there was one to remove, and which are left of this number."""

    removed: bool
    left: list[OptOutOut]


@router.get("/optouts", response_model=OptOutPage)
async def list_optouts(
    here: Here,
    caller: Supervisor,
    campaign: Annotated[str | None, Query(max_length=100, description="Those that hold for it.")] = None,
    limit: Limit = 100,
    after: After = None,
) -> Any:
    """Every number that opted out, when and how, and of what; numbers are masked."""
    only = caller.campaigns if campaign is None else frozenset({campaign})
    if campaign is not None:
        campaign_of(caller, campaign)
    return await asyncio.to_thread(_page, here, only, limit, None if after is None else _place(after))


@router.post("/optouts", response_model=OptOutOut, status_code=201, responses={200: {"model": OptOutOut}})
async def add(refusal: Refusal, request: Request, here: Here, caller: Supervisor) -> Response:
    """Never call this number again; it holds at once, also for who is queued. 200 when it stood already."""
    phone, campaign = await asyncio.to_thread(_read, here, caller, refusal)
    scripts = await asyncio.to_thread(readable, here.db, here.script_of)

    def work(session: Session) -> Answer:
        now = here.clock.now()
        new = optouts.add(here.db, phone, HOW, now, campaign)
        close_refused(here.db, scripts, now, phone)
        return Answer(201 if new else 200, _shown(session.get_one(OptOut, (phone, campaign))))

    return await once(request, here, caller, work)


@router.post("/optouts:find", response_model=Found)
async def find(number: Number, here: Here, caller: Supervisor) -> Any:
    """The opt-outs of one number; it stands in the body, as addresses are written down in many places."""
    phone = _phone(here, number)
    found = await asyncio.to_thread(optouts.of_numbers, here.db, [phone])
    return {"items": [_shown(each) for each in found if _is_seen(caller, each)]}


@router.post("/optouts:remove", response_model=Removed)
async def remove(refusal: Refusal, request: Request, here: Here, caller: Supervisor) -> Response:
    """Allow calls to this number again; contacts that were closed stay closed. It is written down who did."""
    phone, campaign = await asyncio.to_thread(_read, here, caller, refusal)

    def work(session: Session) -> Answer:
        known = optouts.remove(here.db, phone, campaign)
        if known:
            looks.note(session, caller, REMOVED, here.clock.now(), campaign=campaign)
        left = [_shown(each) for each in optouts.of_numbers(here.db, [phone]) if _is_seen(caller, each)]
        return Answer(200, {"removed": known, "left": left})

    return await once(request, here, caller, work)


def _read(here: Doorway, caller: Caller, refusal: Refusal) -> tuple[str, str]:
    """The number in E.164 and the campaign, "" for all. Raises Problem."""
    phone, name = _phone(here, refusal), refusal.campaign
    if name is None:
        if caller.campaigns:
            what = "You are bound to campaigns: name one of them as campaign."
            raise Problem("forbidden", what, [FieldFault("campaign", "is missing")])
        return phone, ""
    campaign_of(caller, name)
    if name not in here.script_names() and campaigns.find(here.db, name) is None:
        raise Problem("invalid", "There is no such campaign.", [FieldFault("campaign", "is no campaign")])
    return phone, name


def _phone(here: Doorway, number: Number) -> str:
    try:
        return parse_phone(number.phone, here.country)
    except ValueError as error:
        raise Problem("invalid", f"{str(error).capitalize()}.", [FieldFault("phone", str(error))]) from None


def _is_seen(caller: Caller, entry: OptOut) -> bool:
    return not entry.campaign or caller.sees_campaign(entry.campaign)


def _page(here: Doorway, only: frozenset[str], limit: int, after: Place | None) -> Mapping[str, Any]:
    entries, following = optouts.page(here.db, only, after, limit)
    cursor = None if following is None else f"{(following.at - EPOCH) // MICROSECOND}.{following.passed}"
    return {"items": [_shown(each) for each in entries], "next": cursor}


def _place(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    try:
        if found is None:
            raise ValueError(cursor)
        return Place(EPOCH + int(found[1]) * MICROSECOND, int(found[2]))
    except (ValueError, OverflowError):
        fault = FieldFault("after", "is not the `next` of a page of opt-outs")
        raise Problem("invalid", f"{fault.field}: {fault.detail}.", [fault]) from None


def _shown(entry: OptOut) -> dict[str, Any]:
    return {
        "phone": masked(entry.phone),
        "campaign": entry.campaign or None,
        "at": entry.at.isoformat(),
        "how": entry.how,
    }
