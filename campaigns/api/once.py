"""Requests that change something: in a transaction with others, and once if an Idempotency-Key says so."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from fastapi import Request, Response
from sqlmodel import Session

from campaigns.access.caller import Caller
from campaigns.api.doorway import Doorway
from campaigns.api.problems import FieldFault, Problem
from campaigns.store import stored_answers

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
REPLAYED = "Idempotency-Replayed"  # "true" in an answer that was given before
REMOVED_EVERY = timedelta(minutes=1)
LONG_BODY = 1024 * 1024  # bytes; a digest of more would hold up other requests
JSON = "application/json"

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a request is answered: a body that JSON can hold, None for no body; headers besides its type."""

    status: int
    body: dict[str, Any] | list[Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON


Work = Callable[[Session], Answer]
Ahead = Callable[[], Awaitable[None]]


@dataclass
class UnderWay:
    """What this process does now under keys; one for an application, in `app.state.under_way`."""

    keys: set[tuple[str, str]] = field(default_factory=set)
    removed_at: datetime | None = None  # when old answers were last removed


@dataclass(frozen=True)
class _Claim:
    """A key, and what it is taken for."""

    caller: str
    key: str
    digest: str


async def once(
    request: Request, here: Doorway, caller: Caller, work: Work, ahead: Ahead | None = None
) -> Response:
    """Do `work` in a transaction, and answer when it is kept.

    ahead: what is too much for one transaction, in some of its own before `work`; done again it changes
    nothing, so it is done again where nobody knows how far it came.

    A Problem or CampaignsError that `work` raises leaves nothing behind, and reaches the caller as a problem.
    With an Idempotency-Key the answer is kept in the same transaction: the same request again gets it and
    does nothing. What was refused has done nothing, so the same request again is judged anew.
    """
    key = request.headers.get(HEADER)
    if key is None:
        if ahead is not None:
            await ahead()
        return respond(await kept(here, work))
    if not 0 < len(key) <= LONGEST_KEY or not all("!" <= letter <= "~" for letter in key):
        what = f"{HEADER} must be 1 to {LONGEST_KEY} printable ASCII characters without blanks."
        raise Problem("malformed", what)
    claim = _Claim(caller.name, key, await _digest(request))
    under_way: UnderWay = request.app.state.under_way
    taken = (claim.caller, claim.key)
    if taken in under_way.keys:
        detail = f"A request with this {HEADER} is being worked on: ask again in a moment."
        raise Problem("still-running", detail, headers={"Retry-After": "1"})
    under_way.keys.add(taken)
    try:
        if ahead is not None and not await asyncio.to_thread(_is_known, here, claim):
            await ahead()
        return respond(await kept(here, _claimed(claim, here, under_way, work)))
    finally:
        under_way.keys.discard(taken)


async def kept(here: Doorway, work: Callable[[Session], T]) -> T:
    """What `work` gave, once its transaction is kept; raises what it raised, or DatabaseError."""
    return await asyncio.wrap_future(here.together.submit(work))


def respond(answer: Answer) -> Response:
    """The response that says it."""
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, answer.status, dict(answer.headers), answer.media_type)


async def _digest(request: Request) -> str:
    """Of the method, the path and the body: what makes two requests the same."""
    body = await request.body()
    place = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    content = place + body
    if len(content) > LONG_BODY:
        return (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
    return hashlib.sha256(content).hexdigest()


def _is_known(here: Doorway, claim: _Claim) -> bool:
    """Whether the key was used, for this or another request: then nothing is done under it."""
    with here.db.read() as session:
        return stored_answers.known(session, claim.caller, claim.key, here.clock.now())


def _claimed(claim: _Claim, here: Doorway, under_way: UnderWay, work: Work) -> Work:
    """The work, unless it was done; its answer is kept with it."""

    def run(session: Session) -> Answer:
        now = here.clock.now()
        before = stored_answers.claim(session, claim.caller, claim.key, claim.digest, now)
        if before is not None and before.digest != claim.digest:
            detail = f"This {HEADER} was used for another request: give each request a key of its own."
            raise Problem("key-reused", detail, [FieldFault(HEADER, "belongs to another request")])
        if before is not None:
            headers = {**before.headers, REPLAYED: "true"}
            return Answer(before.status, before.body, headers, headers.pop("Content-Type", JSON))
        answer = work(session)
        headers = {**answer.headers, "Content-Type": answer.media_type}
        stored_answers.fill(session, claim.caller, claim.key, answer.status, answer.body, headers)
        _tidy(session, under_way, now)
        return answer

    return run


def _tidy(session: Session, under_way: UnderWay, now: datetime) -> None:
    """Remove some old answers in passing, while there are many; else once a minute."""
    if under_way.removed_at is not None and now - under_way.removed_at < REMOVED_EVERY:
        return
    removed = stored_answers.remove_old(session, now)
    under_way.removed_at = now if removed < stored_answers.REMOVED_AT_ONCE else None
