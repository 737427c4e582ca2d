"""Every route of the application, asked by every role that may not, and by nobody."""

import re
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute

from campaigns.api.app import ROUTERS
from tests.api.conftest import Ask

MAY = {
    r"POST /fhir.*": "lab chief",
    r"\w+ /api/v1/campaigns/{name}/contacts.*": "lab chief",
    r"POST /api/v1/explain": "lab chief",
    r"GET /api/v1/events": "lab desk chief",
    r"\w+ /api/v1/tasks.*": "desk chief",
    r"\w+ /api/v1/operators/{name}(/(on|off|pause))?": "desk chief",
    r"\w+ /api/v1/operators": "chief",
    r"\w+ /api/v1/optouts.*": "chief",
    r"\w+ /api/v1/campaigns(/{name}(/(report|launch|approve|pause|resume|stop))?|:stop)?": "chief",
    r"GET /api/v1/looks": "admin",
    r"(GET|DELETE) /api/v1/session": "lab desk chief admin",
}
"""Which callers a route is for; a route that stands nowhere fails the test."""
REMOVES_OPERATORS = "DELETE /api/v1/operators/{name}"
ANYBODY = {"POST /api/v1/session", "GET /fhir/metadata", "GET /health", "GET /problems/{kind}"}
VALUES = {"number": "1", "kind": "invalid"}


def routes() -> Iterator[str]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods or ():
                yield f"{method} {re.sub(':path}', '}', route.path)}"


GUARDED = sorted(set(routes()) - ANYBODY)


def may(route: str) -> set[str]:
    if route == REMOVES_OPERATORS:
        return {"chief"}
    [who] = [who for pattern, who in MAY.items() if re.fullmatch(pattern, route)]
    return set(who.split())


def ask_for(ask: Ask, caller: str, route: str) -> tuple[int, str]:
    method, _, path = route.partition(" ")
    path = re.sub(r"{(\w+)}", lambda found: VALUES.get(found[1], "covid-results"), path)
    body: dict[str, str] | None = None if method in ("GET", "DELETE") else {}
    answer = ask(caller).request(method, path, json=body)
    return answer.status_code, answer.text


def test_everything_that_is_described_stands_in_the_table(app: FastAPI) -> None:
    described = {
        f"{method.upper()} {path}" for path, item in app.openapi()["paths"].items() for method in item
    }
    assert described == set(GUARDED) | ANYBODY


def test_whoever_may_not_is_refused(ask: Ask) -> None:
    let_in = []
    for route in GUARDED:
        for caller in ("", "no key of ours"):
            if ask_for(ask, caller, route)[0] != 401:
                let_in.append((route, caller))
        for caller in {"lab", "desk", "chief", "admin"} - may(route):
            status, text = ask_for(ask, caller, route)
            if status != 403 or "may not do this" not in text:
                let_in.append((route, caller))
    assert let_in == []
