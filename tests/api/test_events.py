"""Server-sent events: who is told of what, from where, and for how long."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select

from campaigns.access.caller import Caller
from campaigns.api import event_feed
from campaigns.api import events as events_api
from campaigns.api.doorway import Doorway
from campaigns.api.event_feed import Feed, feed_of
from campaigns.api.events import MEDIA_TYPE, as_lines, scope_of
from campaigns.api.problems import Problem
from campaigns.errors import NotRecognized, TooMany
from campaigns.models import Contact
from campaigns.store import contacts, events
from campaigns.store.database import Database
from campaigns.store.event_log import Told
from tests.api.conftest import Ask
from tests.store.people import person

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PATH = "/api/v1/events"


def _happened(db: Database, name: str, queued_by: str = "", institution: str = "") -> None:
    """A contact is closed, and a task of it raised."""
    contacts.add(db, [person(name, queued_by=queued_by, institution=institution)], NOW)
    with db.write() as session:
        contact = session.exec(select(Contact).where(Contact.external_id == name)).one()
        events.tell_closed(session, contact, NOW)
        events.tell(session, "task.raised", NOW, contact.campaign, contact)


def _told(text: str) -> list[tuple[int, str, Any]]:
    """Number, kind and data of each event; comments and the pause before a new try are none."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in lines:
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("lab", [("contact.closed", "A")]),
        ("lab-bound", []),
        ("desk", [("task.raised", "B")]),
        ("chief", [(kind, name) for name in "AB" for kind in ("contact.closed", "task.raised")]),
    ],
)
def test_each_is_told_of_what_it_may_see(
    ask: Ask, db: Database, caller: str, expected: Sequence[Any]
) -> None:
    _happened(db, "A", queued_by="lab")
    _happened(db, "B", queued_by="lab-2", institution="Clinic 1")
    answer = ask(caller).get(PATH, params={"after": 0, "follow": False})
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{MEDIA_TYPE}; charset=utf-8")
    assert [(kind, data["data"]["contact"]) for _, kind, data in _told(answer.text)] == expected


def test_it_goes_on_where_a_listener_stopped_and_begins_with_what_comes(ask: Ask, db: Database) -> None:
    for name in "AB":
        _happened(db, name)
    chief = ask("chief")
    assert _told(chief.get(PATH, params={"follow": False}).text) == []
    for asked in (
        {"params": {"after": 2, "follow": False}},
        {"params": {"after": 0, "follow": False}, "headers": {"Last-Event-ID": "2"}},
    ):
        told = _told(chief.get(PATH, **asked).text)
        assert [(number, data["data"]["contact"]) for number, _, data in told] == [(3, "B"), (4, "B")]
    only = {"after": 0, "follow": False, "kind": ["task.raised"]}
    assert [kind for _, kind, _ in _told(chief.get(PATH, params=only).text)] == ["task.raised"] * 2


@pytest.mark.parametrize(
    ("caller", "asked", "status"),
    [
        ("", {}, 401),
        ("admin", {}, 403),
        ("chief", {"headers": {"Last-Event-ID": "x1"}}, 422),
        ("chief", {"params": {"after": -1}}, 422),
        ("chief", {"params": {"after": 3}}, 409),
        ("chief", {"headers": {"Last-Event-ID": "3"}, "params": {"after": 0}}, 409),
        ("chief", {"params": {"kind": "nothing"}}, 422),
    ],
)
def test_who_is_not_told(ask: Ask, caller: str, asked: Any, status: int) -> None:
    answer = ask(caller).get(PATH, **asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_an_event_is_one_line_of_json() -> None:
    told = Told(7, "k1", NOW, "contact.closed", {"contact": "A\nid: 9"})
    lines = as_lines(told).decode().splitlines()
    assert lines[:2] == ["id: 7", "event: contact.closed"]
    assert json.loads(lines[2].removeprefix("data: "))["data"] == {"contact": "A\nid: 9"}
    assert lines[3:] == [""]


def test_what_is_asked_for_gives_nobody_more() -> None:
    lab = Caller("lab", "key", "laboratory", frozenset({"covid-results"}))
    scope = scope_of(lab, frozenset({"task.raised", "contact.closed"}))
    assert (scope.kinds, scope.campaigns, scope.queued_by) == (
        frozenset({"contact.closed"}),
        frozenset({"covid-results"}),
        "lab",
    )


async def _following(app: FastAPI, word: str) -> AsyncIterator[bytes]:
    """What a listener gets who stays, until it goes away."""
    got: asyncio.Queue[bytes | None] = asyncio.Queue()
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        await got.put(message.get("body", b""))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "path": PATH,
        "raw_path": PATH.encode(),
        "root_path": "",
        "scheme": "https",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {word}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 443),
    }
    answer = asyncio.create_task(app(scope, receive, send))
    answer.add_done_callback(lambda _: got.put_nowait(None))
    try:
        while (part := await asyncio.wait_for(got.get(), 20)) is not None:
            yield part
    finally:
        gone.set()
        await answer


def test_news_reach_who_listens_and_it_ends_with_the_process(app: FastAPI, db: Database) -> None:
    async def listen() -> bytes:
        heard = b""
        async for part in _following(app, "chief"):
            if b"nothing new" in part:
                await asyncio.to_thread(_happened, db, "A")
            heard += part
            if b"task.raised" in heard:
                feed_of(app).close()
        return heard

    heard = asyncio.run(asyncio.wait_for(listen(), 30)).decode()
    assert heard.startswith("retry: 3000\n\n: nothing new\nid: 0\n\n")
    assert [number for number, _, _ in _told(heard)] == [1, 2]


def test_a_key_that_is_not_good_any_more_hears_no_more(
    app: FastAPI, here: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_api, "CHECKS_EVERY_SECONDS", 0.01)

    def too_many(*_: object) -> Caller:
        raise TooMany("Too much that was wrong came from this address.", 6.0)

    def revoked(*_: object) -> Caller:
        raise NotRecognized("Nobody knows this key.")

    async def listen() -> bytes:
        heard = b""
        async for part in _following(app, "chief"):
            heard += part
            if b"nothing new" in part:
                monkeypatch.setattr(here.keeper, "at_hand", too_many)
                monkeypatch.setattr(here.keeper, "watched_key", revoked)
        return heard

    assert b"nothing new" in asyncio.run(asyncio.wait_for(listen(), 15))


def test_only_so_many_listen(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_feed, "MOST_OF_ONE", 1)
    monkeypatch.setattr(event_feed, "MOST_STREAMS", 2)

    async def listen() -> None:
        feed = Feed(db)
        async with feed.listening("lab"):
            with pytest.raises(Problem, match="Too many streams"):
                async with feed.listening("lab"):
                    pass
            async with feed.listening("other"):
                with pytest.raises(Problem, match="Too many streams"):
                    async with feed.listening("third"):
                        pass
        async with feed.listening("lab"):
            pass

    asyncio.run(listen())
