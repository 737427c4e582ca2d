"""`/api/v1/looks`: the audit log, for administrators."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed
from campaigns.api.doorway import Here
from campaigns.api.problems import FieldFault, Problem
from campaigns.api.routes import After, Limit, Moment, resource
from campaigns.store import looks
from campaigns.store.looks import Seen, Wanted
from campaigns.words import Role

router = resource("looks")

GREATEST = 2**63 - 1  # no row has a greater number

Name = Annotated[str, Query(max_length=200)]
Administrator = Annotated[Caller, allowed("looks")]


class LookView(BaseModel):
    """Somebody saw what not everybody may see, came in, or changed who may; never the value seen."""

    id: int
    at: datetime
    who: str = Field(examples=["anna"])
    role: Role
    address: str = Field(description='Where it was asked from; "" for a command.')
    what: str = Field(examples=["logged in"])
    campaign: str
    external_id: str = Field(description='Of the contact that was looked at; "" for none.')
    task_id: int | None


class Looks(BaseModel):
    """A page of the log, the latest first."""

    items: list[LookView]
    next: str | None = Field(description="`after` of the next page; null on the last one.")


@router.get("/looks")
async def list_looks(
    here: Here,
    caller: Administrator,
    who: Name = "",
    campaign: Name = "",
    external_id: Name = "",
    since: Moment | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Looks:
    """Who saw a full number or a result, who came in, and who changed who may; the latest first."""
    wanted = Wanted(who, campaign, external_id, since, _before(after))
    found = await asyncio.to_thread(looks.listing, here.db, wanted, limit + 1)
    page = found[:limit]
    return Looks(items=[_view(each) for each in page], next=str(page[-1].id) if len(found) > limit else None)


def _view(seen: Seen) -> LookView:
    return LookView(**vars(seen))


def _before(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdigit() and int(after) <= GREATEST):
        fault = FieldFault("after", "is not the `next` of a page of this list")
        raise Problem("invalid", "after is not the `next` of a page of this list: begin without it.", [fault])
    return int(after)
