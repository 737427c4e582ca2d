"""Every refusal in the form of its door: what is raised anywhere in the application becomes an answer."""

import re
import traceback
from collections.abc import Callable, Mapping, Sequence

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.api.bodies import CUT, is_long
from campaigns.api.problems import KINDS, FieldFault, Kind, Problem, problem_of, problem_response
from campaigns.errors import CampaignsError

Form = Callable[[Problem], Response]
MOST_FAULTS = 50  # of one request; who has more sees enough
_FAULT = "This request met a fault of the program, which changed nothing; whoever runs it was told where."
NO_METHOD = 405
_PARAMETER = re.compile(r"{[^}]*}")
_BY_STATUS: Mapping[int, Kind] = {KINDS[kind][0]: kind for kind in reversed(list(KINDS))}


class Refusals:
    """The outermost part of the application. forms: by the beginning of a path; else RFC 9457."""

    def __init__(self, app: ASGIApp, forms: Mapping[str, Form], tell: Callable[[str], None]) -> None:
        self._app = app
        self._forms = forms
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            _demand_text(scope)
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001  the caller gets an answer, the log no value of a patient
            problem = self._problem(error)
            if begun:
                return  # the connection is cut by the server, for the answer is not whole
            if is_long(Headers(scope=scope)):
                problem.headers |= CUT
            await self.respond(scope["path"], problem)(scope, receive, send)

    def respond(self, path: str, problem: Problem) -> Response:
        """The answer in the form of this path."""
        form = next((form for start, form in self._forms.items() if path.startswith(start)), problem_response)
        return form(problem)

    def _problem(self, error: Exception) -> Problem:
        match error:
            case Problem():
                return error
            case CampaignsError():
                return problem_of(error)
            case _:
                self._tell(f"A request met a fault of the program: {_place(error)}.")
                return Problem("fault", _FAULT)


def _demand_text(scope: Scope) -> None:
    """U+0000 is in no name, and a database refuses it."""
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise Problem("malformed", "The address holds U+0000, which is in no name.")


def _place(error: Exception) -> str:
    """The kind of error and where it happened; what it says may hold a value of a patient."""
    frames = traceback.extract_tb(error.__traceback__)
    where = frames[-1] if frames else None
    ours = next((frame for frame in reversed(frames) if "/campaigns/" in frame.filename), where)
    return f"{type(error).__name__} at {ours.filename}:{ours.lineno}" if ours else type(error).__name__


def problem_of_framework(error: Exception) -> Problem:
    """What FastAPI and Starlette refuse by themselves: paths, methods, values that do not validate."""
    match error:
        case RequestValidationError():
            return _invalid(error)
        case HTTPException(__cause__=Problem() as cause):
            return cause
        case HTTPException():
            kind = _BY_STATUS.get(error.status_code, "malformed")
            detail = _DETAILS.get(
                kind, "The request cannot be read: compare it with the description at /docs."
            )
            return Problem(kind, detail, headers=error.headers)
    raise error


_DETAILS: Mapping[Kind, str] = {
    "not-found": "Nothing is here: compare the address with the description at /docs.",
    "method": "Nothing here is done with this method: compare it with the description at /docs.",
}


def _invalid(error: RequestValidationError) -> Problem:
    """What does not validate, without the values that did not."""
    found = error.errors()
    faults = [FieldFault(_field(each["loc"]), _sentence(each["msg"])) for each in found[:MOST_FAULTS]]
    named = faults[0] if faults else FieldFault("body", "cannot be used")
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return Problem("invalid", f"{named.field}: {named.detail}{more}.", faults)


def _field(place: tuple[str | int, ...]) -> str:
    """`body.fields.0` is `fields.0`, `query.limit` is `limit`."""
    inner = place[1:] if len(place) > 1 else place
    return ".".join(str(each) for each in inner)


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:]


async def refused_by_framework(request: Request, error: Exception) -> Response:
    """Of `FastAPI.exception_handlers`: hands it on to `Refusals`, which knows the form."""
    if isinstance(error, HTTPException) and error.status_code == NO_METHOD:
        error.headers = {"Allow": ", ".join(allowed_methods(request))}
    raise problem_of_framework(error) from error


def allowed_methods(request: Request) -> Sequence[str]:
    """What can be done with the address of a request, by the pattern that says most of it (RFC 9110, 10.2.1).

    Starlette names the methods of the first route alone.
    """
    fitting = [
        route
        for route in request.app.routes
        if isinstance(route, APIRoute) and route.matches(request.scope)[0] is not Match.NONE
    ]
    closest = max((route.path_format for route in fitting), key=_said, default="")
    return sorted(
        {method for route in fitting if route.path_format == closest for method in route.methods or ()}
    )


def _said(pattern: str) -> int:
    """Letters of a path's pattern that stand in the path."""
    return len(_PARAMETER.sub("", pattern))
