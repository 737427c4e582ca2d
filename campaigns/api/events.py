"""`GET /api/v1/events`: what happens, as server-sent events, from where a listener stopped."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final, get_args

import anyio.to_thread
from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed, caller_of
from campaigns.api.doorway import Doorway, Here
from campaigns.api.event_feed import Feed, feed_of
from campaigns.api.problems import MEDIA_TYPE as PROBLEM_TYPE
from campaigns.api.problems import FieldFault, Problem
from campaigns.api.routes import resource
from campaigns.errors import DatabaseError, NotAllowed, NotRecognized
from campaigns.store import event_log
from campaigns.store.event_log import Scope, Told
from campaigns.words import EventKind

MEDIA_TYPE: Final = "text/event-stream"
BEATS_EVERY_SECONDS = 15.0  # proxies cut connections on which nothing comes for a minute or half of one
CHECKS_EVERY_SECONDS = 2.0  # whether the key is good yet
RETRY_MS = 3000  # after which a browser connects again
MOST_AT_ONCE = 200  # events read at once, some milliseconds
GREATEST = 2**31 - 1  # no event has a greater number

_OF_CONTACTS: frozenset[EventKind] = frozenset(
    {"contact.delivered", "contact.not_delivered", "contact.closed", "contact.opted_out"}
)
_OF_TASKS: frozenset[EventKind] = frozenset({"task.raised", "task.changed", "task.escalated"})
_EXAMPLE = (
    'id: 1041\nevent: contact.closed\ndata: {"id": "6f1c2d", "type": "contact.closed", "timestamp": '
    '"2026-11-22T09:30:00+00:00", "data": {"campaign": "covid-results", "contact": "lab-991", "state": '
    '"done", "outcome": "completed"}}\n\n'
)
_EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "Its number, for Last-Event-ID."},
        "event": {"type": "string", "enum": list(get_args(EventKind))},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events in the order of their numbers, and a comment every 15 s while there are none.",
        "content": {MEDIA_TYPE: {"schema": _EVENT, "example": _EXAMPLE}},
    },
    409: {
        "description": "The last known event is not there: the database was put back. Begin without one.",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}

router = resource("events")

Number = Annotated[int | None, Query(ge=0, le=GREATEST, description="The last event that is known; 0: none.")]
LastEventId = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=20, description="The same, as browsers send it.")
]
Kinds = Annotated[Sequence[EventKind], Query(max_length=7, description="Only these; none: all.")]
Follow = Annotated[bool, Query(description="False: end once all that has happened is told.")]


@router.get("/events", response_class=StreamingResponse, responses=_ANSWERS)
async def events(
    request: Request,
    here: Here,
    caller: Annotated[Caller, allowed("events")],
    after: Number = None,
    kind: Kinds = (),
    follow: Follow = True,
    last_event_id: LastEventId = None,
) -> StreamingResponse:
    """What happens to contacts and tasks that the caller may see, as it happens.

    The last known event (the header goes before `after`) is where it goes on; without one it begins with what
    happens from now on. A laboratory is told of contacts that it queued, an operator of the tasks of its
    institutions. Every event comes at least once and in order; `id` in its data is the same for ever.
    """
    feed = feed_of(request.app)
    known = _number(last_event_id) if last_event_id else after
    await feed.look()
    if known is not None and known > feed.newest:
        raise Problem("conflict", _NOT_THERE)
    stream = _Stream(request, here, feed, caller, scope_of(caller, frozenset(kind)), known)
    async with feed.listening(caller.name):
        pass  # refused before the answer begins
    return StreamingResponse(stream.lines(follow=follow), media_type=MEDIA_TYPE, headers=_HEADERS)


_NOT_THERE = (
    "The last known event is not there: the database was put back to an older state. Begin with what happens "
    "from now on: send neither Last-Event-ID nor after."
)
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def scope_of(caller: Caller, kinds: frozenset[EventKind] = frozenset()) -> Scope:
    """Which events a caller is told of; kinds: which of them are wanted, none is all."""
    seen: frozenset[EventKind] = frozenset()
    if caller.may("read") or caller.may("read_own"):
        seen |= _OF_CONTACTS
    if caller.may("tasks"):
        seen |= _OF_TASKS
    own = None if caller.may("read") or not caller.may("read_own") else caller.name
    return Scope(seen & kinds if kinds else seen, caller.campaigns, caller.institutions, own)


class _Stream:
    """One listener. `at` is the last number that it need not be told of; None: begin with what comes."""

    def __init__(
        self, request: Request, here: Doorway, feed: Feed, caller: Caller, scope: Scope, at: int | None
    ) -> None:
        self._request, self._here, self._feed, self._caller = request, here, feed, caller
        self._scope, self._at = scope, at
        self._checked_at = time.monotonic()

    async def lines(self, *, follow: bool) -> AsyncIterator[bytes]:
        """The bytes of the answer, until the listener goes, its key is revoked or the process ends."""
        async with self._feed.listening(self._caller.name):
            yield f"retry: {RETRY_MS}\n\n".encode()
            beat_at = 0.0
            while not self._feed.closed and await self._is_known():
                told = await self._next()
                if told:
                    yield b"".join(map(as_lines, told))
                elif self._is_behind():
                    continue
                elif not follow and self._at is not None:
                    return
                elif time.monotonic() - beat_at >= BEATS_EVERY_SECONDS:
                    beat_at = time.monotonic()
                    yield b": nothing new\n" + (b"" if self._at is None else b"id: %d\n" % self._at) + b"\n"
                else:
                    await self._feed.news(CHECKS_EVERY_SECONDS)

    async def _next(self) -> list[Told]:
        """Some more events, [] when there are none, or the database is away."""
        settled = self._feed.settled
        if self._at is None:
            self._at = settled
        if settled is None or self._at is None or self._at >= settled:
            return []
        try:
            page = await anyio.to_thread.run_sync(
                event_log.after, self._here.db, self._scope, self._at, settled, MOST_AT_ONCE
            )
        except DatabaseError:
            await self._feed.news(CHECKS_EVERY_SECONDS)
            return []
        self._at = page.reached
        return list(page.events)

    def _is_behind(self) -> bool:
        settled = self._feed.settled
        return settled is not None and self._at is not None and self._at < settled

    async def _is_known(self) -> bool:
        """Whether the caller may listen yet; while the database is away nobody can tell."""
        now = time.monotonic()
        if now - self._checked_at < CHECKS_EVERY_SECONDS:
            return True
        self._checked_at = now
        try:
            await caller_of(self._request, self._here, listens=True)
        except (NotRecognized, NotAllowed):
            return False
        except DatabaseError:
            return True
        return True


def as_lines(told: Told) -> bytes:
    """One event: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6."""
    data = {"id": told.key, "type": told.kind, "timestamp": told.at.isoformat(), "data": told.body}
    text = json.dumps(data, ensure_ascii=False)  # in one line: JSON has no line breaks of its own
    return f"id: {told.id}\nevent: {told.kind}\ndata: {text}\n\n".encode()


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= GREATEST:
        return int(text)
    fault = FieldFault("Last-Event-ID", "must be the number of an event")
    raise Problem("invalid", "Last-Event-ID must be the number of an event.", [fault])
