"""Bodies of requests: taken whole before anything works on them, within bounds of size, time and memory."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.access.caller import Caller
from campaigns.api.problems import AGAIN_SECONDS, Problem

KIB: Final = 1024
MIB: Final = 1024 * KIB
USUAL_MOST: Final = 64 * KIB  # a contact has some hundred bytes
MOST_OF: Final[Sequence[tuple[str, int]]] = ((":batch", 32 * MIB), ("/fhir", 16 * MIB))
"""By the end of a path: a batch of 10,000 contacts, a Bundle."""
MOST_HELD: Final = 256 * MIB  # of large bodies at once, so that no crowd of callers takes all memory
MOST_OF_ONE: Final = 64 * MIB  # of one caller: two full batches; the others find room
QUIET_SECONDS: Final = 10.0  # in which more of a body must come
LEAST_RATE: Final = 16 * KIB  # bytes a second over the whole of it, beyond the first seconds

JSON: Final = "application/json"
_LINES: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_READ: Final[Sequence[tuple[str, Sequence[str]]]] = ((":batch", (JSON, *_LINES)), ("", (JSON,)))
"""By the end of a path: types of content. What /fhir reads is FHIR's own affair."""
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
UNTAKEN: Final = "untaken"  # in the state of a request that no route takes
CUT: Final[Mapping[str, str]] = {"Connection": "close"}  # what is left of the body is not waited for


class Bodies:
    """Gives the application a body only when it is there as a whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._held: Counter[str] = Counter()  # bytes, by whose they are

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope, headers := Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        path = scope["path"].rstrip("/")
        most = next((most for end, most in MOST_OF if _ends(path, end)), USUAL_MOST)
        announced = _length(headers)
        if announced is not None and announced > most:
            raise _too_large(most)
        if not path.startswith("/fhir"):
            _demand_type(path, headers)
        whose = _name_of(scope)
        reading = _Reading(partial(self._hold, whose), receive, most)
        try:
            body = await reading.whole()
            await self._app(scope, _given(body, receive), send)
        finally:
            self._let_go(whose, reading.held)

    def _hold(self, whose: str, count: int) -> None:
        """So many bytes more of a large body are in memory. Raises Problem when that is too much."""
        self._held[whose] += count
        headers = {"Retry-After": str(AGAIN_SECONDS), **CUT}
        if self._held[whose] > MOST_OF_ONE:
            detail = "Too many large requests of this caller are being worked on: send them one by one."
            raise Problem("too-many", detail, headers=headers)
        if self._held.total() > MOST_HELD:
            detail = "Too many large requests are being read: send it again in a moment."
            raise Problem("unavailable", detail, headers=headers)

    def _let_go(self, whose: str, count: int) -> None:
        self._held[whose] -= count
        if not self._held[whose]:
            del self._held[whose]


class _Reading:
    """One body as it comes; `held` of it counts until the request is done: all of a large one, else nothing.

    A crowd of small ones is bounded by the connections.
    """

    def __init__(self, hold: Callable[[int], None], receive: Receive, most: int) -> None:
        self._hold = hold
        self._receive = receive
        self._most = most
        self.size = 0
        self.held = 0

    async def whole(self) -> bytes:
        """All of it. Raises Problem when it is too large or comes too slowly, or the caller is gone."""
        pieces: list[bytes] = []
        began = time.monotonic()
        while True:
            message = await self._next(began)
            if message["type"] == "http.disconnect":
                raise Problem("malformed", "The body ended before it was whole.", headers=CUT)
            piece: bytes = message.get("body", b"")
            self.size += len(piece)
            if self.size > self._most:
                raise _too_large(self._most)
            if self.size > USUAL_MOST:
                more, self.held = self.size - self.held, self.size
                self._hold(more)
            pieces.append(piece)
            if not message.get("more_body", False):
                return b"".join(pieces)

    async def _next(self, began: float) -> Message:
        allowed = QUIET_SECONDS + self.size / LEAST_RATE - (time.monotonic() - began)
        try:
            async with asyncio.timeout(min(QUIET_SECONDS, max(allowed, 0.0))):
                return await self._receive()
        except TimeoutError:
            detail = f"The body came too slowly: send it within {QUIET_SECONDS:.0f} seconds, or faster."
            raise Problem("too-slow", detail, headers=CUT) from None


def _given(body: bytes, receive: Receive) -> Receive:
    """Tells the application of the body once, then of what comes behind it."""
    told = False

    async def next_message() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return next_message


def _name_of(scope: Scope) -> str:
    """Who sends it; "" for whoever is about to log in."""
    caller: Caller | None = scope.get("state", {}).get("caller")
    return caller.name if caller else ""


def _ends(path: str, end: str) -> bool:
    return path.endswith(end) or (end.startswith("/") and path.startswith(f"{end}/"))


def _has_body(scope: Scope, headers: Headers) -> bool:
    """Whether there is one that anything here reads."""
    if scope["method"] not in WITH_BODY or UNTAKEN in scope.get("state", {}):
        return False
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def is_long(headers: Headers) -> bool:
    """Whether what is left of a body may be too much to be read and thrown away."""
    return "transfer-encoding" in headers or (_length(headers) or 0) > USUAL_MOST


def _length(headers: Headers) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _too_large(most: int) -> Problem:
    unit = f"{most // MIB} MiB" if most >= MIB else f"{most // KIB} KiB"
    return Problem("too-large", f"The body is larger than {unit}: send it in parts.", headers=CUT)


def _demand_type(path: str, headers: Headers) -> None:
    """What the body is must be said, and be read here. Raises Problem."""
    given, _, parameters = headers.get("content-type", "").partition(";")
    known = next(types for end, types in _READ if path.endswith(end))
    if given.strip().lower() not in known:
        detail = f"Content-Type must be {' or '.join(known)}."
        raise Problem("media-type", detail, headers={"Accept-Post": ", ".join(known), **CUT})
    name, _, value = parameters.strip().partition("=")
    if name.lower() == "charset" and value.strip('" ').lower() not in ("utf-8", "utf8"):
        raise Problem("media-type", "JSON is UTF-8: send it so, or leave charset out.", headers=CUT)
