"""Campaigns over HTTP: which there are, what came of them, and whether they call."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed
from campaigns.api.doorway import Doorway, Here
from campaigns.api.once import Answer, once
from campaigns.api.problems import Problem
from campaigns.api.routes import After, CampaignName, Limit, resource
from campaigns.api.visible import campaign_of
from campaigns.control.launching import Step, held_back_by, not_agreed, to_launch, to_resume
from campaigns.errors import UnknownCampaign
from campaigns.flows.approval import texts_said
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.models import Campaign
from campaigns.store import approvals, campaigns, figures
from campaigns.words import CampaignState, PauseReason
from prompts.errors import PromptError

MOST_FIRST = 1_000_000  # calls on trial; more is no trial

_VOICES = ThreadPoolExecutor(1, "voices")
"""One campaign is spoken at a time, and never by a thread for which other requests wait."""

router = resource("campaigns")

Reader = Annotated[Caller, allowed("report")]
Supervisor = Annotated[Caller, allowed("campaigns")]


class CampaignOut(BaseModel):
    """A campaign, and why it does not call."""

    campaign: str = Field(examples=["covid-results"])
    state: CampaignState
    why: str = Field(description="What holds it back, in plain words; empty for nothing.", examples=[""])
    reason: PauseReason = Field(description="The same as a word.", examples=[""])
    first_left: int | None = Field(description="Calls that it may still make before somebody approves.")
    changed_at: datetime | None = Field(description="Null for one that was never queued for or launched.")


class CampaignPage(BaseModel):
    """Some campaigns, by name."""

    items: list[CampaignOut]
    next: str | None = Field(description="What to send as `after` for the next page; null on the last one.")


class Report(BaseModel):
    """What came of a campaign so far; as `dialer campaign report --json`."""

    campaign: str
    state: CampaignState
    contacts: dict[str, int] = Field(description="By state, and in total.")
    attempts: int = Field(description="Calls placed.")
    endings: dict[str, int] = Field(description="Ended calls by cause.")
    outcomes: dict[str, int] = Field(description="Ended calls by what they meant.")
    quality: dict[str, float | None] = Field(description="Of the calls that were measured on the wire.")
    answers: dict[str, dict[str, int]] = Field(description="Question -> value -> contacts.")
    tasks: dict[str, int] = Field(description="How many are open and closed.")


class Stopped(BaseModel):
    """Which campaigns were stopped."""

    stopped: list[str]


class Agreement(BaseModel):
    """Whether texts that changed are approved with it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"approve": True}]})

    approve: bool = Field(default=False, strict=True, description="Call with texts that changed.")


class Launch(Agreement):
    """How it is launched."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"first": 20}]})

    first: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=MOST_FIRST,
        description="So many calls, then wait for approve.",
    )


class _SpeakFirst(Exception):
    """What the campaign says is not spoken yet; nothing was changed."""


@router.get("/campaigns", response_model=CampaignPage)
async def list_campaigns(here: Here, caller: Reader, limit: Limit = 100, after: After = None) -> Any:
    """The campaigns that the caller sees."""
    return await asyncio.to_thread(_listing, here, caller, limit, after)


@router.post("/campaigns:stop", response_model=Stopped)
async def stop_all(request: Request, here: Here, caller: Supervisor) -> Response:
    """Hold back all calls of every campaign that the caller sees; running calls go on."""
    work = _answered(lambda: {"stopped": campaigns.stop_all(here.db, here.clock.now(), caller.campaigns)})
    return await once(request, here, caller, work)


@router.get("/campaigns/{name}", response_model=CampaignOut)
async def read_campaign(name: CampaignName, here: Here, caller: Reader) -> Any:
    """One campaign, and why it does not call."""
    return await asyncio.to_thread(_one, here, caller, name)


@router.get("/campaigns/{name}/report", response_model=Report)
async def report(name: CampaignName, here: Here, caller: Reader) -> Any:
    """What came of it so far, in figures."""

    def read() -> Mapping[str, Any]:
        _demand_met(here, caller, name)
        return figures.report(here.db, name)

    return await asyncio.to_thread(read)


@router.post("/campaigns/{name}/launch", response_model=CampaignOut)
async def launch(
    name: CampaignName, request: Request, here: Here, caller: Supervisor, asked: Launch | None = None
) -> Response:
    """Speak what the campaign says, then let the engine call its contacts. The first time takes a while."""
    wanted = asked or Launch()
    script = await asyncio.to_thread(_script, here, caller, name)

    def work(spoken: bool) -> None:
        step = to_launch(here.db, script, wanted.first)
        if _goes_on(script, step, wanted.approve, spoken):
            approvals.launch(here.db, name, texts_said(script), wanted.first, here.clock.now())

    return await _spoken_first(request, here, caller, name, work)


@router.post("/campaigns/{name}/resume", response_model=CampaignOut)
async def resume(
    name: CampaignName, request: Request, here: Here, caller: Supervisor, asked: Agreement | None = None
) -> Response:
    """Go on after a pause."""
    wanted = asked or Agreement()
    script = await asyncio.to_thread(_script, here, caller, name)

    def work(spoken: bool) -> None:
        if _goes_on(script, to_resume(here.db, script), wanted.approve, spoken):
            approvals.resume(here.db, name, texts_said(script), here.clock.now())

    return await _spoken_first(request, here, caller, name, work)


@router.post("/campaigns/{name}/approve", response_model=CampaignOut)
async def approve(name: CampaignName, request: Request, here: Here, caller: Supervisor) -> Response:
    """Approve what the campaign says now and its first calls; where it waited for that, it goes on."""
    script = await asyncio.to_thread(_script, here, caller, name)

    def work(spoken: bool) -> None:
        if not spoken:
            raise _SpeakFirst
        approvals.approve(here.db, name, texts_said(script), here.clock.now())

    return await _spoken_first(request, here, caller, name, work)


@router.post("/campaigns/{name}/pause", response_model=CampaignOut)
async def pause(name: CampaignName, request: Request, here: Here, caller: Supervisor) -> Response:
    """Hold back the next call; running calls go on."""
    return await _held_back(name, request, here, caller, "paused")


@router.post("/campaigns/{name}/stop", response_model=CampaignOut)
async def stop(name: CampaignName, request: Request, here: Here, caller: Supervisor) -> Response:
    """Hold back all calls until it is launched again; running calls go on."""
    return await _held_back(name, request, here, caller, "stopped")


async def _held_back(
    name: str, request: Request, here: Doorway, caller: Caller, to: CampaignState
) -> Response:
    """It must work also when the campaign's file is wrong or gone."""
    await asyncio.to_thread(_demand_met, here, caller, name)

    def work() -> Mapping[str, Any]:
        if campaigns.state_of(here.db, name) != to:
            campaigns.move(here.db, name, to, here.clock.now())
        return _shown(name, campaigns.find(here.db, name))

    return await once(request, here, caller, _answered(work))


async def _spoken_first(
    request: Request, here: Doorway, caller: Caller, name: str, work: Callable[[bool], None]
) -> Response:
    """Do it at once where that needs nothing to be spoken, else once it is, outside of any transaction."""

    def done(spoken: bool) -> Callable[[], Mapping[str, Any]]:
        def do() -> Mapping[str, Any]:
            work(spoken)
            return _shown(name, campaigns.find(here.db, name))

        return do

    try:
        return await once(request, here, caller, _answered(done(False)))
    except _SpeakFirst:
        await _speak(here, name)
        return await once(request, here, caller, _answered(done(True)))


async def _speak(here: Doorway, name: str) -> None:
    """Raises Problem, or an error of ours that says what cannot be spoken."""
    try:
        await asyncio.get_running_loop().run_in_executor(_VOICES, here.render, name)
    except ScriptError:
        raise _faulty(name) from None
    except PromptError as error:
        raise Problem("conflict", str(error)) from None


def _goes_on(script: Script, step: Step, agreed: bool, spoken: bool) -> bool:
    """Whether there is something to write down. Raises Problem, or `_SpeakFirst`."""
    if step.changed and not agreed:
        raise Problem("conflict", f"{not_agreed(script, step.changed)}; read them, then send approve: true.")
    if step.renders and not spoken:
        raise _SpeakFirst
    return not step.done


def _listing(here: Doorway, caller: Caller, limit: int, after: str | None) -> Mapping[str, Any]:
    rows = {row.name: row for row in campaigns.every(here.db)}
    names = sorted({*rows, *here.script_names()})
    seen = [name for name in names if caller.sees_campaign(name) and (after is None or name > after)]
    items = [_shown(name, rows.get(name)) for name in seen[:limit]]
    return {"items": items, "next": seen[limit - 1] if len(seen) > limit else None}


def _one(here: Doorway, caller: Caller, name: str) -> Mapping[str, Any]:
    _demand_met(here, caller, name)
    return _shown(name, campaigns.find(here.db, name))


def _script(here: Doorway, caller: Caller, name: str) -> Script:
    _demand_met(here, caller, name)
    try:
        return here.script_of(name)
    except UnknownCampaign:
        raise Problem("conflict", f"{name} has no file any more: put it back, then ask again.") from None
    except ScriptError:
        raise _faulty(name) from None


def _faulty(name: str) -> Problem:
    return Problem("conflict", f"The file of {name} cannot be used: dialer campaign check {name} says why.")


def _demand_met(here: Doorway, caller: Caller, name: str) -> None:
    """It has a file, or is known since it had one, and the caller sees it."""
    campaign_of(caller, name)
    if name not in here.script_names() and campaigns.find(here.db, name) is None:
        raise Problem("not-found", f"There is no campaign {name}.")


def _shown(name: str, row: Campaign | None) -> dict[str, Any]:
    return {
        "campaign": name,
        "state": "draft" if row is None else row.state,
        "why": held_back_by(row),
        "reason": "" if row is None else row.pause_reason,
        "first_left": None if row is None else row.first_left,
        "changed_at": None if row is None else row.changed_at.isoformat(),
    }


def _answered(work: Callable[[], Mapping[str, Any]]) -> Callable[[Any], Answer]:
    """Work of a transaction that answers 200 with what it made."""
    return lambda _session: Answer(200, dict(work()))
