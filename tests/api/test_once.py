"""A request with an Idempotency-Key is done once, whatever comes back on the way."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from campaigns.access.caller import Caller
from campaigns.api.callers import allowed
from campaigns.api.doorway import Doorway, Here
from campaigns.api.once import Answer, UnderWay, once
from campaigns.api.problems import Problem
from campaigns.api.routes import resource
from campaigns.models import StoredAnswer
from campaigns.store import stored_answers
from campaigns.store.database import Database
from tests.api.conftest import Ask

PATH = "/api/v1/notes"
Work = Callable[[Session], Answer]


class Notes:
    """A resource that counts what it does, in the database and by itself."""

    def __init__(self) -> None:
        self.done = 0
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def add(self, body: dict[str, Any]) -> Work:
        def work(session: Session) -> Answer:
            self.begun.set()
            self.go_on.wait(5)
            self.done += 1
            if "refuse" in body:
                raise Problem("conflict", "It cannot be done as things are.")
            return Answer(201, {"number": self.done}, {"Location": f"{PATH}/{self.done}"})

        return work


@pytest.fixture
def notes(app: FastAPI) -> Notes:
    notes = Notes()
    router = resource("notes")

    @router.post("/notes")
    async def add(
        request: Request, here: Here, caller: Annotated[Caller, allowed("queue")], body: dict[str, Any]
    ) -> Response:
        return await once(request, here, caller, notes.add(body))

    app.include_router(router)
    return notes


def send(client: TestClient, key: str | None, body: object = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(PATH, json=body or {}, headers=headers)


def test_without_a_key_it_is_done_each_time(ask: Ask, notes: Notes) -> None:
    assert [send(ask("lab"), None).json()["number"] for _ in range(2)] == [1, 2]


def test_the_same_request_gets_the_same_answer(ask: Ask, notes: Notes) -> None:
    first, second = (send(ask("lab"), "k1") for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["content-type"] == second.headers["content-type"] == "application/json"
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (
        False,
        "true",
    )
    assert notes.done == 1


def test_a_key_is_its_callers_own(ask: Ask, notes: Notes) -> None:
    assert [send(ask(who), "k1").json()["number"] for who in ("lab", "lab-2", "chief")] == [1, 2, 3]


def test_another_request_under_the_key_is_refused(ask: Ask, notes: Notes) -> None:
    send(ask("lab"), "k1")
    answer = send(ask("lab"), "k1", {"a": 1})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-reused")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert notes.done == 1


def test_what_was_refused_is_judged_anew(ask: Ask, notes: Notes, db: Database) -> None:
    assert [send(ask("lab"), "k1", {"refuse": 1}).status_code for _ in range(2)] == [409, 409]
    assert notes.done == 2
    with db.read() as session:
        assert not session.exec(select(StoredAnswer)).all()


def test_while_it_is_being_worked_on(ask: Ask, notes: Notes) -> None:
    notes.go_on.clear()
    answers: list[int] = []
    with ask("lab") as client:
        first = threading.Thread(target=lambda: answers.append(send(client, "k1").status_code))
        first.start()
        assert notes.begun.wait(5)
        second = send(client, "k1")
        notes.go_on.set()
        first.join(5)
    assert (second.status_code, second.json()["type"]) == (409, "/problems/still-running")
    assert answers == [201]


def test_another_process_finds_the_answer_in_the_database(ask: Ask, notes: Notes, app: FastAPI) -> None:
    send(ask("lab"), "k1")
    app.state.under_way = UnderWay()
    assert send(ask("lab"), "k1").headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_keys_that_are_none(ask: Ask, notes: Notes, key: str) -> None:
    assert send(ask("lab"), key).status_code == 400
    assert notes.done == 0


def test_after_a_day_a_key_is_free_again(ask: Ask, notes: Notes, here: Doorway) -> None:
    send(ask("lab"), "k1")
    later = here.clock.now() + stored_answers.KEPT + timedelta(seconds=1)
    with here.db.write() as session:
        assert stored_answers.claim(session, "lab", "k1", "another", later) is None
        stored_answers.fill(session, "lab", "k1", 200, [], {})
        assert stored_answers.remove_old(session, later) == 0
        assert stored_answers.remove_old(session, later + stored_answers.KEPT * 2) == 1
