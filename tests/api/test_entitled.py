"""Nothing of a body is read that its caller may not send."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import Message

from campaigns.access.caller import Caller
from tests.api.conftest import CALLERS

CONTACTS = "/api/v1/campaigns/{}/contacts"
BATCH = f"{CONTACTS}:batch"


def sent(app: FastAPI, path: str, word: str) -> tuple[int, bool]:
    """The status of the answer, and whether the body was asked for."""
    statuses: list[int] = []
    read = False

    async def receive() -> Message:
        nonlocal read
        read = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    headers = {"authorization": f"Bearer {word}", "content-type": "application/json", "content-length": "99"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "https",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 443),
    }
    asyncio.run(app(scope, receive, send))
    return statuses[0], read


@pytest.mark.parametrize(
    ("path", "word", "status", "read"),
    [
        (BATCH.format("covid-results"), "lab", 400, True),
        (BATCH.format("covid-results"), "desk", 403, False),
        (BATCH.format("covid-results"), "admin", 403, False),
        (BATCH.format("covid-results"), "lab-elsewhere", 403, False),
        (CONTACTS.format("covid-results"), "lab-elsewhere", 403, False),
        ("/fhir", "desk", 403, False),
        ("/fhir", "lab-elsewhere", 403, False),
        ("/fhir/DiagnosticReport", "admin", 403, False),
        ("/fhir/Patient", "lab", 404, False),
        ("/api/v1/nothing:batch", "lab", 404, False),
        ("/nothing:batch", "", 404, False),
    ],
)
def test_who_may_send_a_body(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, path: str, word: str, status: int, read: bool
) -> None:
    elsewhere = Caller("lab-elsewhere", "key", "laboratory", frozenset({"another"}))
    monkeypatch.setitem(CALLERS, elsewhere.name, elsewhere)
    assert sent(app, path, word) == (status, read)
