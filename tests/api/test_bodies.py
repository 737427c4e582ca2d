"""Bodies are bounded before they are read: in size, in time, in type, and all together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from campaigns.access.caller import Caller
from campaigns.api import bodies
from campaigns.api.bodies import KIB, MIB, UNTAKEN, Bodies
from campaigns.api.problems import Problem

SINGLE, BATCH, FHIR = "/api/v1/campaigns/c/contacts", "/api/v1/campaigns/c/contacts:batch", "/fhir"


class Echo:
    """An application that keeps what it was given."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        assert not message["more_body"]
        self.bodies.append(message["body"])
        assert (await receive())["type"] == "http.disconnect"


class Untouched:
    """An application that answers without the body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        return


def scope(path: str, **headers: str) -> Scope:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "POST", "path": path, "headers": pairs}


def coming(*pieces: bytes, then: Callable[[], Awaitable[Message]] | None = None) -> Receive:
    waiting: Iterator[bytes] = iter(pieces)
    left = len(pieces)

    async def receive() -> Message:
        nonlocal left
        if not left:
            return await then() if then else {"type": "http.disconnect"}
        left -= 1
        return {"type": "http.request", "body": next(waiting), "more_body": bool(left) or then is not None}

    return receive


async def nothing_sent(_: Any) -> None:
    raise AssertionError("it answers by an exception")


def give(scope: Scope, receive: Receive, app: Echo | None = None) -> Echo:
    app = app or Echo()
    asyncio.run(Bodies(app)(scope, receive, nothing_sent))
    return app


def refused(scope: Scope, receive: Receive) -> Problem:
    with pytest.raises(Problem) as caught:
        give(scope, receive)
    return caught.value


async def never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def unread() -> Receive:
    async def receive() -> Message:
        raise AssertionError("nothing of the body may be read")

    return receive


def test_pieces_become_one_body() -> None:
    app = give(
        scope(SINGLE, content_type="application/json", content_length="7"), coming(b'{"a"', b": ", b"1}")
    )
    assert app.bodies == [b'{"a": 1}']


@pytest.mark.parametrize(
    ("path", "most", "kind"),
    [(SINGLE, 64 * KIB, "application/json"), (BATCH, 32 * MIB, "application/x-ndjson"), (FHIR, 16 * MIB, "")],
)
def test_how_much_is_taken(path: str, most: int, kind: str) -> None:
    announced = refused(scope(path, content_type=kind, content_length=str(most + 1)), unread())
    chunked = scope(path, content_type=kind, transfer_encoding="chunked")
    found = refused(chunked, coming(b"x" * most, b"x"))
    assert (announced.status, found.status) == (413, 413)
    assert announced.headers["Connection"] == "close"
    assert len(give(chunked, coming(b"x" * most)).bodies[0]) == most


@pytest.mark.parametrize(
    ("path", "kind", "taken"),
    [
        (SINGLE, "application/json", True),
        (SINGLE, "Application/JSON; charset=UTF-8", True),
        (SINGLE, "application/json; charset=windows-1251", False),
        (SINGLE, "text/xml", False),
        (SINGLE, "", False),
        (SINGLE, "application/x-ndjson", False),
        (BATCH, "application/x-ndjson", True),
        (BATCH, "text/csv", False),
        (FHIR, "application/fhir+xml", True),  # it says so itself, as FHIR has it
    ],
)
def test_types_that_are_read(path: str, kind: str, taken: bool) -> None:
    asked = scope(path, content_type=kind, content_length="2")
    if taken:
        assert give(asked, coming(b"{}")).bodies == [b"{}"]
    else:
        assert refused(asked, unread()).status == 415


def test_a_body_that_stops_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "QUIET_SECONDS", 0.02)
    slow = scope(SINGLE, content_type="application/json", content_length="10")
    assert refused(slow, coming(b"{", then=never)).status == 408


def test_a_body_that_trickles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "QUIET_SECONDS", -1.0)  # as if its first seconds were over
    slow = scope(BATCH, content_type="application/json", transfer_encoding="chunked")
    assert refused(slow, coming(b"[", b"1", then=never)).status == 408


def test_a_caller_who_goes_away() -> None:
    asked = scope(SINGLE, content_type="application/json", content_length="10")

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert refused(asked, coming(b"{", then=gone)).kind == "malformed"


@pytest.mark.parametrize(
    ("bounds", "first_of", "size", "status"),
    [
        ({"MOST_HELD": 100}, "other", 60, 503),
        ({"MOST_OF_ONE": 100}, "lab", 60, 429),
        ({"MOST_OF_ONE": 100}, "other", 60, None),
        ({"MOST_HELD": 100, "MOST_OF_ONE": 100, "USUAL_MOST": 60}, "lab", 60, None),
    ],
    ids=["all", "one caller", "another caller", "small ones do not count"],
)
def test_large_bodies_together(
    monkeypatch: pytest.MonkeyPatch, bounds: dict[str, int], first_of: str, size: int, status: int | None
) -> None:
    for name, bound in {"USUAL_MOST": 10, **bounds}.items():
        monkeypatch.setattr(bodies, name, bound)
    door = Bodies(Echo())

    def asked(name: str) -> Scope:
        plain = scope(BATCH, content_type="application/json", content_length=str(size))
        return {**plain, "state": {"caller": Caller(name, "key", "laboratory")}}

    async def two() -> BaseException | None:
        held = asyncio.Event()

        async def first_waits() -> Message:
            held.set()
            return await never()

        body = b"x" * size
        first = asyncio.create_task(door(asked(first_of), coming(body, then=first_waits), nothing_sent))
        await held.wait()
        (result,) = await asyncio.gather(
            door(asked("lab"), coming(body), nothing_sent), return_exceptions=True
        )
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await door(asked("lab"), coming(body), nothing_sent)  # what was held is let go of
        return result

    problem = asyncio.run(two())
    if status is None:
        assert problem is None
    else:
        assert isinstance(problem, Problem)
        assert (problem.status, problem.headers["Retry-After"]) == (status, "2")


def test_what_no_route_takes_is_not_read() -> None:
    door = Bodies(Untouched())
    asked = {**scope(BATCH, content_type="application/json", content_length="9"), "state": {UNTAKEN: True}}
    asyncio.run(door(asked, unread(), nothing_sent))
