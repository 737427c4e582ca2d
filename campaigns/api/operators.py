"""Operators over HTTP: who takes connected calls, on which phone, and whether now."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed
from campaigns.api.doorway import Doorway, Here
from campaigns.api.once import Answer, once
from campaigns.api.problems import FieldFault, Problem
from campaigns.api.routes import After, Limit, resource
from campaigns.control.operators import LONGEST_NAME, OperatorFault, new_operator, shown
from campaigns.errors import UnknownOperator
from campaigns.rules.operators import Hindrance
from campaigns.store import staff
from campaigns.words import OperatorState

MOST_NAMES = 100  # of languages or institutions
LONGEST = 200  # letters of an address, an institution, an agent

router = resource("operators")

Supervisor = Annotated[Caller, allowed("operators")]
Either = Annotated[Caller, allowed("operators", "own_state")]
Name = Annotated[str, Path(max_length=LONGEST_NAME, description="The operator's name.", examples=["Anna"])]
Names = Annotated[list[Annotated[str, Field(max_length=LONGEST)]], Field(max_length=MOST_NAMES)]


class NewOperatorIn(BaseModel):
    """Somebody who is to take calls."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "Anna", "address": "sip:101@10.0.0.5", "languages": ["ru"], "group": "main"}
            ]
        },
    )

    name: str = Field(max_length=LONGEST)
    address: str = Field(max_length=LONGEST, description="sip:101@10.0.0.5[:port], or a telephone number.")
    group: str = Field(default="", max_length=LONGEST, description="One of [[groups]] in dialer.toml.")
    languages: Names = Field(default=[], description="Such as ru; without any, all of them.")
    skills: Names = Field(default=[], description="Institutions; without any, all of them.")
    shift: str = Field(default="", max_length=LONGEST, description="7:30-14:00 in the clinic's time.")
    agent: str = Field(default="", max_length=LONGEST, description="As the queue's log says it: PJSIP/101.")


class OperatorOut(BaseModel):
    """An operator, as `dialer operators list --json` shows one; a telephone number is masked."""

    name: str = Field(examples=["Anna"])
    group: str = Field(examples=["main"])
    address: str = Field(examples=["sip:101@10.0.0.5"])
    languages: list[str]
    skills: list[str]
    shift: str | None
    agent: str | None
    state: OperatorState
    state_reason: str | None
    now: Hindrance | str = Field(description="`free`, or why no call comes now.", examples=["free"])
    idle_since: datetime
    free_at: datetime
    misses: int
    calls_today: int


class OperatorPage(BaseModel):
    """Some operators, by name."""

    items: list[OperatorOut]
    next: str | None = Field(description="What to send as `after` for the next page; null on the last one.")


@router.get("/operators", response_model=OperatorPage)
async def list_operators(here: Here, caller: Supervisor, limit: Limit = 100, after: After = None) -> Any:
    """Everybody whom the caller sees: on which phone, for whom, and whether free now."""
    return await asyncio.to_thread(_page, here, caller, limit, after)


@router.post("/operators", response_model=OperatorOut, status_code=201)
async def add(new: NewOperatorIn, request: Request, here: Here, caller: Supervisor) -> Response:
    """Enter an operator, who is off until put on."""
    try:
        entered = await asyncio.to_thread(new_operator, here.home, **new.model_dump())
    except OperatorFault as error:
        raise Problem("invalid", f"{error.field}: {error}.", [FieldFault(error.field, str(error))]) from None

    def work(_session: object) -> Answer:
        staff.enter(here.db, entered, here.clock.now())
        return Answer(201, _named(here, entered.name))

    return await once(request, here, caller, work)


@router.get("/operators/{name}", response_model=OperatorOut)
async def read_operator(name: Name, here: Here, caller: Either) -> Any:
    """One operator; who is an operator sees the one of the own name."""
    return await asyncio.to_thread(_seen, here, caller, name)


@router.post("/operators/{name}/on", response_model=OperatorOut)
async def put_on(name: Name, request: Request, here: Here, caller: Either) -> Response:
    """The operator takes calls from now on, in the shift, whatever the phone missed before."""
    return await _put(name, request, here, caller, "on")


@router.post("/operators/{name}/off", response_model=OperatorOut)
async def put_off(name: Name, request: Request, here: Here, caller: Either) -> Response:
    """The operator takes no more calls; one in progress goes on."""
    return await _put(name, request, here, caller, "off")


@router.post("/operators/{name}/pause", response_model=OperatorOut)
async def pause(name: Name, request: Request, here: Here, caller: Either) -> Response:
    """The operator takes no calls for a while; one in progress goes on."""
    return await _put(name, request, here, caller, "paused")


@router.delete("/operators/{name}", status_code=204)
async def remove(name: Name, request: Request, here: Here, caller: Supervisor) -> Response:
    """Remove an operator; the calls that were taken stay in the figures."""

    def work(_session: object) -> Answer:
        _seen(here, caller, name)
        staff.remove(here.db, name, here.clock.now())
        return Answer(204)

    return await once(request, here, caller, work)


async def _put(name: str, request: Request, here: Doorway, caller: Caller, state: OperatorState) -> Response:
    def work(_session: object) -> Answer:
        _seen(here, caller, name)
        staff.put(here.db, name, state, here.clock.now())
        return Answer(200, _named(here, name))

    return await once(request, here, caller, work)


def _page(here: Doorway, caller: Caller, limit: int, after: str | None) -> Mapping[str, Any]:
    people = shown(here.home.file, here.db, here.clock.now())
    seen = sorted((each for each in people if _is_seen(caller, each)), key=lambda each: str(each["name"]))
    behind = [each for each in seen if after is None or each["name"] > after]
    return {"items": behind[:limit], "next": behind[limit - 1]["name"] if len(behind) > limit else None}


def _seen(here: Doorway, caller: Caller, name: str) -> dict[str, Any]:
    """The operator, whom the caller sees. Raises UnknownOperator."""
    found = _named(here, name)
    own = found["name"].casefold() == caller.name.casefold()
    if not (own or (caller.may("operators") and _is_seen(caller, found))):
        raise _unknown(name)
    return found


def _named(here: Doorway, name: str) -> dict[str, Any]:
    people = shown(here.home.file, here.db, here.clock.now())
    found = next((each for each in people if each["name"].casefold() == name.casefold()), None)
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> UnknownOperator:
    return UnknownOperator(f"There is no operator {name}.")


def _is_seen(caller: Caller, operator: Mapping[str, Any]) -> bool:
    """Who takes calls of all institutions is everybody's."""
    skills = operator["skills"]
    return not skills or any(caller.sees_institution(each) for each in skills)
