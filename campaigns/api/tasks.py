"""Work for humans over HTTP: list it, take it, say what was done, hand it up; who does it is the caller."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed
from campaigns.api.doorway import Doorway, Here
from campaigns.api.once import Answer, kept, once
from campaigns.api.problems import MEDIA_TYPE, FieldFault, Problem
from campaigns.api.routes import After, Limit, Moment, resource
from campaigns.api.task_view import TaskOut, TaskPage, TaskWithHistory, revealed, seen_task, veiled
from campaigns.errors import NoSuchTask
from campaigns.store import tasks
from campaigns.store.tasks import Filter, TaskView
from campaigns.words import Level, TaskState

GREATEST_NUMBER = 2**31 - 1  # no row of the database has a greater one
LONGEST_NOTE = 4000  # letters: more than anybody reads
LONGEST_WAIT = timedelta(hours=10_000)

router = resource("tasks")

Number = Annotated[int, Path(ge=1, le=GREATEST_NUMBER, description="The task's `id`.", examples=[17])]
Reveal = Annotated[
    bool,
    Query(description="Show the whole number, the fields and the answers too; the look is written down."),
]
Text = Annotated[str, Field(max_length=LONGEST_NOTE, description="What there is to say of it.")]
Needed = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE, pattern=r"\S")]
Worker = Annotated[Caller, allowed("tasks")]
Deed = Callable[[Session, datetime], TaskView]


class Wanted(BaseModel):
    """Which task to take."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"institution": "Clinic 5"}]})

    institution: str | None = Field(default=None, max_length=200)
    level: Level | None = None


class Said(BaseModel):
    """A note with what is done."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Line was busy"}]})

    note: Text = ""


class Stated(BaseModel):
    """What is kept with the task: a note, or its outcome."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Told by phone"}]})

    note: Needed


class PutOff(Said):
    """Until when it waits: a moment, or so many hours from now."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"hours": 2, "note": "Asleep"}]}
    )

    hours: float | None = Field(default=None, strict=True, ge=0.01, le=LONGEST_WAIT / timedelta(hours=1))
    until: Moment | None = Field(default=None, description="ISO 8601 with its offset.")


@router.get("/tasks", response_model=TaskPage)
async def list_tasks(
    here: Here,
    caller: Worker,
    campaign: Annotated[str | None, Query(max_length=100)] = None,
    institution: Annotated[str | None, Query(max_length=200)] = None,
    level: Annotated[Level | None, Query()] = None,
    state: Annotated[TaskState | None, Query()] = None,
    mine: Annotated[bool, Query(description="Only those that the caller has, or put off.")] = False,
    overdue: Annotated[bool, Query(description="Only those that are late.")] = False,
    closed: Annotated[bool, Query(description="Closed ones too, the newest first.")] = False,
    limit: Limit = tasks.PAGE,
    after: After = None,
) -> Any:
    """The open tasks that the caller sees, the one that is due first at the top."""
    wanted = Filter(
        campaign,
        institution,
        level,
        state,
        owner=caller.name if mine else None,
        late_at=here.clock.now() if overdue else None,
        everything=closed or state in tasks.CLOSED,
        campaigns=caller.campaigns,
        institutions=caller.institutions,
    )
    return await asyncio.to_thread(_page, here, wanted, _behind(after), limit)


@router.post(
    "/tasks:take", response_model=TaskOut, responses={204: {"description": "Nothing is to be taken."}}
)
async def take_next(request: Request, here: Here, caller: Worker, wanted: Wanted | None = None) -> Response:
    """Take the task that is due first of those that nobody has."""
    asked, seen = wanted or Wanted(), _seen_by(caller)

    def work(_session: Session) -> Answer:
        now = here.clock.now()
        try:
            task = tasks.take(here.db, caller.name, now, None, asked.institution, asked.level, seen)
        except NoSuchTask:
            return Answer(204)
        return Answer(200, veiled(here, task))

    return await once(request, here, caller, work)


@router.get("/tasks/{number}", response_model=TaskWithHistory)
async def read_task(number: Number, here: Here, caller: Worker, reveal: Reveal = False) -> Any:
    """One task, and all that happened to it."""
    if not reveal:
        return await asyncio.to_thread(_read, here, caller, number)
    if not caller.may("reveal"):
        raise Problem("forbidden", f"The role {caller.role} may not see this: leave out reveal.")
    return await kept(here, lambda session: _reveal(here, session, caller, number))


@router.post("/tasks/{number}/take", response_model=TaskOut)
async def take(number: Number, request: Request, here: Here, caller: Worker) -> Response:
    """Have this task; who has it already has it for longer. 409 says who has it."""
    return await _done(
        request, here, caller, number, lambda _, now: tasks.take(here.db, caller.name, now, number)
    )


@router.post("/tasks/{number}/return", response_model=TaskOut)
async def give_back(
    number: Number, request: Request, here: Here, caller: Worker, said: Said | None = None
) -> Response:
    """Let somebody else take it."""
    return await _noted(tasks.give_back, request, here, caller, number, said)


@router.post("/tasks/{number}/note", response_model=TaskOut)
async def note_down(number: Number, request: Request, here: Here, said: Stated, caller: Worker) -> Response:
    """Keep what there is to say of it."""
    return await _noted(tasks.note, request, here, caller, number, said)


@router.post("/tasks/{number}/tried", response_model=TaskOut)
async def tried(
    number: Number, request: Request, here: Here, caller: Worker, said: Said | None = None
) -> Response:
    """The caller tried to reach the person, and did not."""
    return await _noted(tasks.tried, request, here, caller, number, said)


@router.post("/tasks/{number}/wait", response_model=TaskOut)
async def wait(number: Number, request: Request, here: Here, said: PutOff, caller: Worker) -> Response:
    """Put it off: it comes back by itself, and still is due when it was."""
    until = _until(said, here.clock.now())
    return await _done(
        request,
        here,
        caller,
        number,
        lambda _, now: tasks.put_off(here.db, number, caller.name, until, said.note, now),
    )


@router.post("/tasks/{number}/resolve", response_model=TaskOut)
async def resolve(number: Number, request: Request, here: Here, said: Stated, caller: Worker) -> Response:
    """Close it with its outcome. Of one that is closed already that is kept as a note, and 409 says so."""

    def work(session: Session) -> Answer:
        seen_task(session, caller, number)
        now = here.clock.now()
        task, closed = tasks.resolve_or_note(here.db, number, caller.name, said.note, now)
        if closed:
            return Answer(409, Problem("conflict", closed).as_data(), media_type=MEDIA_TYPE)
        return Answer(200, veiled(here, task))

    return await once(request, here, caller, work)


@router.post("/tasks/{number}/escalate", response_model=TaskOut)
async def escalate(
    number: Number, request: Request, here: Here, caller: Worker, said: Said | None = None
) -> Response:
    """Hand it up: to the head of the institution, and from there to the authority."""
    return await _noted(tasks.escalate, request, here, caller, number, said)


@router.post("/tasks/{number}/reopen", response_model=TaskOut)
async def reopen(
    number: Number, request: Request, here: Here, caller: Worker, said: Said | None = None
) -> Response:
    """It was closed too early."""
    return await _noted(tasks.reopen, request, here, caller, number, said)


async def _noted(
    deed: Callable[..., TaskView],
    request: Request,
    here: Doorway,
    caller: Caller,
    number: int,
    said: Said | Stated | None,
) -> Response:
    text = "" if said is None else said.note
    return await _done(
        request, here, caller, number, lambda _, now: deed(here.db, number, caller.name, text, now)
    )


async def _done(request: Request, here: Doorway, caller: Caller, number: int, deed: Deed) -> Response:
    """Do it with a task that the caller sees; the task as it is then."""

    def work(session: Session) -> Answer:
        seen_task(session, caller, number)
        return Answer(200, veiled(here, deed(session, here.clock.now())))

    return await once(request, here, caller, work)


def _page(here: Doorway, wanted: Filter, behind: int | None, limit: int) -> Mapping[str, Any]:
    try:
        page = tasks.page(here.db, wanted, behind, limit)
    except NoSuchTask:
        raise _strange_cursor() from None
    following = None if page.after is None else str(page.after)
    return {"items": [veiled(here, task) for task in page.tasks], "next": following}


def _read(here: Doorway, caller: Caller, number: int) -> Mapping[str, Any]:
    with here.db.read() as session, here.db.joined(session):
        seen_task(session, caller, number)
        return {**veiled(here, tasks.find(here.db, number)), "changes": _history(here, number)}


def _reveal(here: Doorway, session: Session, caller: Caller, number: int) -> Mapping[str, Any]:
    task, view = seen_task(session, caller, number), tasks.find(here.db, number)
    return {**revealed(here, session, caller, task, view), "changes": _history(here, number)}


def _history(here: Doorway, number: int) -> list[dict[str, Any]]:
    columns = ("at", "who", "event", "state", "level", "note")
    return [{name: getattr(one, name) for name in columns} for one in tasks.history(here.db, number)]


def _seen_by(caller: Caller) -> Filter:
    return Filter(campaigns=caller.campaigns, institutions=caller.institutions)


def _behind(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdigit() and 0 < int(after) <= GREATEST_NUMBER):
        raise _strange_cursor()
    return int(after)


def _strange_cursor() -> Problem:
    return _unusable("after", "is not the `next` of a page of tasks")


def _unusable(field: str, why: str) -> Problem:
    return Problem("invalid", f"{field}: {why}.", [FieldFault(field, why)])


def _until(said: PutOff, now: datetime) -> datetime:
    if (said.hours is None) == (said.until is None):
        raise _unusable("until", "goes not with hours: send one of the two")
    if said.hours is not None:
        return now + timedelta(hours=said.hours)
    if said.until is None or not now < said.until <= now + LONGEST_WAIT:
        raise _unusable("until", f"is not within the next {LONGEST_WAIT.days} days")
    return said.until.astimezone(UTC)
