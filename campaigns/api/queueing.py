"""Contacts sent over HTTP: one, or up to 10,000 with an answer for each."""

import asyncio
from typing import Annotated, Any

from fastapi import Body, Request, Response
from sqlmodel import Session

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed
from campaigns.api.contact_view import Queued, RowResult
from campaigns.api.doorway import Here
from campaigns.api.gathering import gatherer_of
from campaigns.api.once import HEADER, Answer, once, respond
from campaigns.api.problems import Problem
from campaigns.api.routes import CampaignName, resource
from campaigns.api.sent_batch import MOST_ROWS, Batch, elements, is_json, lines
from campaigns.api.sent_rows import SentRows, Told, told
from campaigns.api.visible import script_for

MULTI_STATUS = 207  # RFC 4918 section 11.1: each part has a status of its own

_EXAMPLE = {
    "external_id": "A-1",
    "phone": "+7 495 123-45-67",
    "full_name": "Анна Иванова",
    "language": "ru",
    "birth_year": 1980,
    "sample_date": "2026-03-01",
    "result": "negative",
    "clinic": "Clinic 5",
}
_SCHEMA = {
    "type": "object",
    "description": "The columns of the campaign's files: texts, or numbers that stand for their digits.",
    "required": ["external_id", "phone", "language"],
    "properties": {
        name: {"type": ["string", "number"], "description": what}
        for name, what in {
            "external_id": "The sender's own number of it: the same again is known, and queued once.",
            "phone": "As people write it; the home's country where it names none.",
            "language": "One that the campaign speaks.",
        }.items()
    },
    "additionalProperties": True,
}
_BATCH = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "array", "maxItems": MOST_ROWS, "items": _SCHEMA},
                "example": [_EXAMPLE],
            },
            "application/x-ndjson": {
                "schema": {"type": "string", "description": "One object on each line."},
                "example": '{"external_id": "A-1", "phone": "+74951234567", "language": "ru"}\n',
            },
        },
    }
}

router = resource("contacts")
Sender = Annotated[Caller, allowed("queue")]
Contact = Annotated[
    dict[str, Any],
    Body(json_schema_extra=_SCHEMA, openapi_examples={"result": {"summary": "A result", "value": _EXAMPLE}}),
]


@router.post(
    "/campaigns/{name}/contacts",
    status_code=201,
    response_model=Queued,
    responses={200: {"model": Queued, "description": "It is known just so, and was not queued again."}},
)
async def queue_one(
    name: CampaignName, request: Request, here: Here, caller: Sender, contact: Contact
) -> Response:
    """Queue one contact; sent again it is known, with another content it is refused (409)."""
    rows = SentRows(here, caller, script_for(here, caller, name), here.clock.now())
    read = rows.read(contact)
    if isinstance(read, Problem):
        raise read
    ignored = rows.ignored(contact)
    if HEADER not in request.headers:
        arrived = await gatherer_of(request.app, here).arrive(name, read)
        return respond(_answer(told(read, arrived), ignored))

    def work(session: Session) -> Answer:
        [each] = rows.enter(session, [read])
        return _answer(each, ignored)

    return await once(request, here, caller, work)


@router.post(
    "/campaigns/{name}/contacts:batch",
    status_code=MULTI_STATUS,
    response_model=list[RowResult],
    openapi_extra=_BATCH,
)
async def queue_batch(name: CampaignName, request: Request, here: Here, caller: Sender) -> Response:
    """Queue a JSON list, or JSON lines, of up to 10,000 contacts; one result for each, in their order.

    Each row is queued or refused by itself. After a 503 some may be queued: send the same again.
    """
    script = script_for(here, caller, name)
    read = elements if is_json(request.headers.get("content-type", "")) else lines
    sent = await asyncio.to_thread(read, await request.body())
    batch = Batch(here, SentRows(here, caller, script, here.clock.now()), sent)
    return await once(request, here, caller, lambda _: Answer(MULTI_STATUS, batch.results), batch.queue)


def _answer(told_of: Told | Problem, ignored: list[str]) -> Answer:
    if isinstance(told_of, Problem):
        raise told_of
    return Answer(told_of.status, {**told_of.body, "ignored": ignored} if ignored else told_of.body)
