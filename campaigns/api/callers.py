"""Who asks: found out before the body of a request is read, and what a route demands of them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.types import ASGIApp, Receive, Scope, Send

from campaigns.access.caller import Caller
from campaigns.access.roles import Deed
from campaigns.api.doorway import Doorway
from campaigns.api.problems import CHALLENGE, Problem

COOKIE = "__Host-dialer"  # RFC 6265bis, 4.1.3.2: Secure, of this host alone, for all paths
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
GUARDED = ("/api/", "/fhir")  # whoever asks for anything under them is known first
OPEN = frozenset({("POST", "/api/v1/session"), ("GET", "/fhir/metadata")})  # to log in; for anybody

# threads of its own: whoever tries wrong keys holds up others at the door, and nobody who is inside
_keepers = ThreadPoolExecutor(4, "keeper")
_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="Made by `dialer keys add NAME`.")
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description=f"Given by POST /api/v1/session; unsafe methods need {CSRF_HEADER} as well.",
)


class KnownCallers:
    """Finds out who asks, before anything else of the request is looked at; in `request.state.caller`."""

    def __init__(self, app: ASGIApp, here: Doorway) -> None:
        self._app = app
        self._here = here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_guarded(scope["method"], scope["path"]):
            scope.setdefault("state", {})["caller"] = await caller_of(Request(scope), self._here)
        await self._app(scope, receive, send)


def _is_guarded(method: str, path: str) -> bool:
    return path.startswith(GUARDED) and (method, path) not in OPEN


async def caller_of(request: Request, here: Doorway, *, listens: bool = False) -> Caller:
    """Who shows a key, or the cookie of a session. Raises Problem (401, 403, 429) or an error of access.

    listens: to a stream that was let in before; that alone keeps no session alive.
    """
    address = request.client.host if request.client else ""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        key = key.strip()
        if listens:
            return await _asked(here.keeper.watched_key, key, address)
        if (at_hand := here.keeper.at_hand(key, address)) is not None:
            return at_hand
        return await _asked(here.keeper.by_key, key, address)
    token = request.cookies.get(COOKIE)
    if token and listens:
        return await asyncio.to_thread(here.keeper.watched, token, address)
    if token:
        csrf, unsafe = request.headers.get(CSRF_HEADER), request.method not in SAFE_METHODS
        return await _asked(partial(here.keeper.by_session, unsafe=unsafe), token, address, csrf)
    detail = "This needs a key: send Authorization: Bearer KEY (dialer keys add)."
    raise Problem("unauthorized", detail, headers=CHALLENGE)


async def _asked(question: Callable[..., Caller], *given: str | None) -> Caller:
    """What the keeper says, in a thread of its own: argon2 takes its time."""
    return await asyncio.get_running_loop().run_in_executor(_keepers, question, *given)


@dataclass(frozen=True)
class Demand:
    """A role that allows one of these deeds; a dependency of routes."""

    deeds: tuple[Deed, ...]

    async def __call__(
        self,
        request: Request,
        _key: Annotated[Any, Security(_bearer)],  # both for the description alone
        _session: Annotated[Any, Security(_cookie)],
    ) -> Caller:
        """The caller. Raises Problem (forbidden)."""
        caller: Caller = request.state.caller
        self.check(caller)
        return caller

    def check(self, caller: Caller) -> None:
        """Raises Problem when the caller's role allows none of them."""
        if not any(map(caller.may, self.deeds)):
            raise Problem("forbidden", f"The role {caller.role} may not do this: use a key of another role.")


def allowed(*deeds: Deed) -> Any:
    """Of a route's parameter: a caller whose role allows one of these: `Annotated[Caller, allowed("queue")]`.

    What the caller is bound to (institutions, contacts of its own) is the route's to look at.
    """
    return Depends(Demand(deeds))
