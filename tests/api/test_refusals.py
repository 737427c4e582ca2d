"""Whatever goes wrong, the caller gets a problem of RFC 9457, and nobody a value of a patient."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Response
from pydantic import BaseModel, Field
from starlette.types import Message, Receive, Scope, Send

from campaigns.api.problems import KINDS, MEDIA_TYPE, FieldFault, Problem
from campaigns.api.refusals import Refusals
from campaigns.api.routes import resource
from campaigns.errors import (
    CampaignsError,
    DatabaseUnusable,
    IllegalMove,
    NotAllowed,
    NotRecognized,
    TooMany,
    UnknownContact,
)
from tests.api.conftest import Ask

PHONE = "+79120000001"
PATH = "/api/v1/broken"


class Thing(BaseModel):
    phone: Annotated[str, Field(max_length=5)]
    sizes: list[int] = []


def broken(app: FastAPI, work: Callable[[], Any]) -> None:
    router = resource("broken")

    @router.get("/broken")
    async def fail() -> Any:
        return work()

    @router.post("/broken")
    async def take(thing: Thing, count: int = 1) -> None: ...

    app.include_router(router)


def raising(error: Exception) -> Callable[[], Any]:
    def work() -> Any:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "status", "kind", "header"),
    [
        (UnknownContact("No such contact."), 404, "not-found", None),
        (IllegalMove("It is done already."), 409, "conflict", None),
        (CampaignsError("It cannot be."), 409, "conflict", None),
        (NotRecognized("Nobody knows it."), 401, "unauthorized", ("WWW-Authenticate", "Bearer")),
        (NotAllowed("Not from there."), 403, "forbidden", None),
        (TooMany("Too often.", 1.2), 429, "too-many", ("Retry-After", "2")),
        (DatabaseUnusable("/home/x/dialer.db is locked."), 503, "unavailable", ("Retry-After", "2")),
        (Problem("invalid", "It is wrong.", [FieldFault("phone", "is none")]), 422, "invalid", None),
        (RuntimeError(PHONE), 500, "fault", None),
    ],
)
def test_every_error_is_a_problem(
    ask: Ask, app: FastAPI, error: Exception, status: int, kind: str, header: tuple[str, str] | None
) -> None:
    broken(app, raising(error))
    answer = ask("lab").get(PATH)
    said = answer.json()
    assert (answer.status_code, said["status"], said["type"]) == (status, status, f"/problems/{kind}")
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert header is None or answer.headers[header[0]] == header[1]
    assert "dialer.db" not in answer.text


def test_a_fault_is_told_by_its_place_alone(ask: Ask, app: FastAPI, told: list[str]) -> None:
    broken(app, raising(RuntimeError(PHONE)))
    answer = ask("lab").get(PATH)
    assert PHONE not in answer.text
    (sentence,) = told
    assert "RuntimeError at" in sentence
    assert PHONE not in sentence


def test_what_does_not_validate_is_named_without_its_value(ask: Ask, app: FastAPI) -> None:
    broken(app, Response)
    answer = ask("lab").post(f"{PATH}?count=many", json={"phone": PHONE, "sizes": [1, "x"]})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == ["count", "phone", "sizes.1"]
    assert PHONE not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", PATH, b"{", 400),
        ("POST", PATH, b'{"phone": "1", "phone": "2"}', 400),
        ("POST", PATH, b"[" * 60_000, 400),
        ("POST", PATH, b"", 422),
        ("PUT", PATH, b"{}", 405),
        ("GET", f"{PATH}/%00", b"", 400),
        ("GET", f"{PATH}?after=%00", b"", 400),
        ("GET", f"{PATH}/", b"", 404),
    ],
)
def test_what_is_refused_before_anything_works(
    ask: Ask, app: FastAPI, method: str, path: str, content: bytes, status: int
) -> None:
    broken(app, Response)
    answer = ask("lab").request(method, path, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, MEDIA_TYPE)
    assert ("Allow" in answer.headers) == (status == 405)


def test_an_answer_that_breaks_off_is_never_finished(told: list[str]) -> None:
    sent: list[Message] = []

    async def breaks_off(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        raise RuntimeError(PHONE)

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": PATH, "query_string": b"", "headers": []}
    asyncio.run(Refusals(breaks_off, {}, told.append)(scope, receive, send))
    assert [message.get("more_body") for message in sent] == [None, True]
    assert "RuntimeError at" in told[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_leads_somewhere(ask: Ask, kind: str) -> None:
    answer = ask("").get(f"/problems/{kind}")
    assert answer.json()["type"] == f"/problems/{kind}"


@pytest.mark.parametrize(
    ("path", "policy"),
    [("/health", "default-src 'none'"), ("/nothing", "default-src 'none'"), ("/docs", "script-src")],
)
def test_browsers_keep_it_to_themselves(ask: Ask, path: str, policy: str) -> None:
    headers = ask("").get(path).headers
    assert policy in headers["Content-Security-Policy"]
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")
    assert headers["Strict-Transport-Security"].startswith("max-age=")
