"""`/api/v1/session`: a human logs in with a password, asks who is logged in, and leaves."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final, get_args

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from campaigns.access.caller import Caller
from campaigns.access.roles import Deed
from campaigns.access.secrets import LONGEST
from campaigns.access.sessions import LONGEST_SESSION, csrf_of
from campaigns.api.callers import COOKIE, allowed
from campaigns.api.doorway import Here
from campaigns.api.problems import MEDIA_TYPE, Problem
from campaigns.api.routes import resource
from campaigns.words import Role

router = resource("session")

LONGEST_NAME: Final = 100  # letters; no account has a longer one

Anybody = Annotated[Caller, allowed(*get_args(Deed))]
"""Of a route's parameter: whoever is known, of any role."""


def _refused(what: str) -> dict[str, Any]:
    return {
        "description": what,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    401: _refused("The name and the password do not belong together; nothing tells which is wrong."),
    403: _refused("The user may not come from this address."),
    429: _refused("The name is locked after failed logins, or too much that was wrong came from there."),
}


class NewSession(BaseModel):
    """Who logs in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "anna", "password": "a long one of her own"}]},
    )

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    password: str = Field(min_length=1, max_length=LONGEST, json_schema_extra={"format": "password"})


class SessionView(BaseModel):
    """Who is known. campaigns, institutions: what it is bound to; [] is all of them."""

    name: str = Field(examples=["anna"])
    role: Role
    campaigns: list[str] = Field(examples=[["covid-results"]])
    institutions: list[str]
    csrf: str | None = Field(
        description="What unsafe methods send as X-CSRF-Token; null for a key, which needs none.",
        examples=["5f0c2f…"],
    )


class BegunSession(SessionView):
    """The same, and how long it may last; half an hour without a request ends it as well."""

    ends_at: datetime


@router.post("/session", status_code=201, responses=_REFUSALS)
async def log_in(request: Request, response: Response, here: Here, wanted: NewSession) -> BegunSession:
    """Begin a session: its cookie is `__Host-dialer`.

    Five failed logins in a row lock a name for 15 minutes.
    """
    address = request.client.host if request.client else ""
    begun = await asyncio.to_thread(here.keeper.log_in, wanted.name, wanted.password, address)
    seconds = int(LONGEST_SESSION.total_seconds())
    response.set_cookie(COOKIE, begun.token, seconds, secure=True, httponly=True, samesite="strict")
    return BegunSession(**_view(begun.caller, begun.csrf), ends_at=begun.ends_at)


@router.get("/session")
async def who_is_logged_in(request: Request, caller: Anybody) -> SessionView:
    """Who asks, by key or by session."""
    token = request.cookies.get(COOKIE) if caller.kind == "user" else None
    return SessionView(**_view(caller, csrf_of(token) if token else None))


@router.delete("/session", status_code=204)
async def log_out(request: Request, here: Here, caller: Anybody) -> Response:
    """End the session; nothing that was shown for it is good any more."""
    token = request.cookies.get(COOKIE)
    if caller.kind != "user" or token is None:
        raise Problem("forbidden", "A key has no session to end: revoke it with dialer keys revoke.")
    await asyncio.to_thread(here.keeper.log_out, token)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    return response


def _view(caller: Caller, csrf: str | None) -> dict[str, Any]:
    return {
        "name": caller.name,
        "role": caller.role,
        "campaigns": sorted(caller.campaigns),
        "institutions": sorted(caller.institutions),
        "csrf": csrf,
    }
