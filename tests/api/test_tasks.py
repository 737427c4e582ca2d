"""Tasks over HTTP: whose they are for whom, what is done with them, and what is hidden."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns.api.task_view import REVEALED
from campaigns.flows.turns import TaskRaised
from campaigns.store import campaigns, looks, tasks
from campaigns.store.database import Database
from campaigns.store.task_raising import raise_all, raise_of_campaign
from campaigns.words import Urgency
from tests.api.conftest import Ask
from tests.store.people import person, queue, seen

TASKS = "/api/v1/tasks"
COVID = "covid-results"
NUMBER = "+79123456789"


def raised(db: Database, external_id: str, institution: str = "Clinic 1", urgency: Urgency = "normal") -> int:
    """A task about a new contact of this institution."""
    now = datetime.now(UTC)
    fields = {"result": "positive", "clinic": institution}
    queue(db, person(external_id, COVID, phone=NUMBER, fields=fields, institution=institution), now=now)
    details = (("result", "positive"), ("clinic", institution), ("outcome", "unverified"))
    with db.write() as session:
        contact = seen(db, external_id, COVID)
        raise_all(session, contact, [TaskRaised("not_reached", urgency, details)], now)
    return tasks.listing(db)[-1].id if urgency == "normal" else tasks.listing(db)[0].id


def test_an_operator_sees_the_tasks_of_the_own_institution(ask: Ask, db: Database) -> None:
    mine, other = raised(db, "A-1"), raised(db, "A-2", "Clinic 2")
    assert [each["id"] for each in ask("desk").get(TASKS).json()["items"]] == [mine]
    assert [each["id"] for each in ask("chief").get(TASKS).json()["items"]] == [mine, other]
    assert ask("desk").get(f"{TASKS}/{other}").status_code == 404
    for deed in ("take", "return", "tried", "escalate", "reopen"):
        assert ask("desk").post(f"{TASKS}/{other}/{deed}").status_code == 404
    assert tasks.find(db, other).state == "open"
    assert ask("desk").post(f"{TASKS}:take").json()["id"] == mine
    assert ask("desk").post(f"{TASKS}:take").status_code == 204
    assert ask("chief-bound").get(TASKS, params={"institution": "Clinic 2"}).json()["items"] == []


def test_one_of_the_whole_campaign_is_for_those_who_see_all(ask: Ask, db: Database) -> None:
    campaigns.move(db, COVID, "running", datetime.now(UTC))
    with db.write() as session:
        raise_of_campaign(session, COVID, TaskRaised("too_many_failures", "high"), datetime.now(UTC))
    [task] = ask("chief").get(TASKS).json()["items"]
    assert ask("desk").get(f"{TASKS}/{task['id']}").status_code == 404
    assert ask("chief").get(f"{TASKS}/{task['id']}?reveal=true").json()["person"] is None


@pytest.mark.parametrize("who", ["lab", "admin"])
def test_other_roles_have_no_tasks(ask: Ask, who: str) -> None:
    assert ask(who).get(TASKS).status_code == 403
    assert ask(who).get(f"{TASKS}/1").status_code == 403
    assert ask(who).post(f"{TASKS}/1/take").status_code == 403


def test_what_is_private_is_shown_to_who_asks_and_that_is_written_down(ask: Ask, db: Database) -> None:
    number = raised(db, "A-1")
    shown = ask("desk").get(f"{TASKS}/{number}")
    assert shown.json()["details"] == {"result": None, "clinic": None, "outcome": "unverified"}
    assert shown.json()["person"] is None
    assert "positive" not in shown.text
    assert NUMBER not in ask("desk").get(TASKS).text
    assert looks.listing(db, looks.Wanted(), 10) == []
    answer = ask("desk").get(f"{TASKS}/{number}", params={"reveal": True}).json()
    assert answer["details"]["result"] == "positive"
    assert (answer["person"]["phone"], answer["person"]["fields"]["result"]) == (NUMBER, "positive")
    [look] = looks.listing(db, looks.Wanted(), 10)
    assert (look.who, look.what, look.external_id, look.task_id) == ("desk", REVEALED, "A-1", number)


def test_a_task_from_the_first_try_to_its_end(ask: Ask, db: Database) -> None:
    number = raised(db, "A-1")
    desk = ask("desk")
    for deed, said, state in (
        ("take", None, "taken"),
        ("tried", {"note": "busy"}, "taken"),
        ("note", {"note": "a neighbour answered"}, "taken"),
        ("wait", {"hours": 2}, "waiting"),
        ("take", None, "taken"),
        ("return", {}, "open"),
        ("resolve", {"note": "told in person"}, "resolved"),
        ("reopen", {"note": "another person"}, "reopened"),
        ("escalate", None, "reopened"),
    ):
        answer = desk.post(f"{TASKS}/{number}/{deed}", json=said)
        assert (answer.status_code, answer.json()["state"]) == (200, state), deed
    whole = desk.get(f"{TASKS}/{number}").json()
    assert whole["level"] == "head"
    assert {each["who"] for each in whole["changes"]} == {"engine", "desk"}
    assert [each["note"] for each in whole["changes"]][2:4] == ["busy", "a neighbour answered"]


def test_who_comes_second_is_told_who_has_it(ask: Ask, db: Database) -> None:
    number = raised(db, "A-1")
    assert ask("desk").post(f"{TASKS}/{number}/take").json()["owner"] == "desk"
    refused = ask("chief").post(f"{TASKS}/{number}/take")
    assert (refused.status_code, "is desk's until" in refused.json()["detail"]) == (409, True)
    assert ask("chief").post(f"{TASKS}/{number}/wait", json={"hours": 1}).status_code == 409


def test_the_second_outcome_is_kept_as_a_note(ask: Ask, db: Database) -> None:
    number = raised(db, "A-1")
    ask("desk").post(f"{TASKS}/{number}/resolve", json={"note": "told"})
    again = ask("chief").post(f"{TASKS}/{number}/resolve", json={"note": "told as well"})
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")
    assert "Your note is kept with it." in again.json()["detail"]
    last = tasks.history(db, number)[-1]
    assert (last.event, last.who, last.note) == ("noted", "chief", "told as well")


def test_the_same_deed_with_a_key_is_done_once(ask: Ask, db: Database) -> None:
    number = raised(db, "A-1")
    desk, key = ask("desk"), {"Idempotency-Key": "k-1"}
    answers = [desk.post(f"{TASKS}/{number}/tried", json={"note": "busy"}, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert [each.event for each in tasks.history(db, number)] == ["raised", "tried"]


@pytest.mark.parametrize(
    ("deed", "said", "field"),
    [
        ("note", {}, "note"),
        ("note", {"note": " "}, "note"),
        ("resolve", {"note": ""}, "note"),
        ("resolve", {"note": "x" * 4001}, "note"),
        ("tried", {"remark": "x"}, "remark"),
        ("wait", {}, "until"),
        ("wait", {"hours": 1, "until": "2030-01-01T00:00:00Z"}, "until"),
        ("wait", {"hours": 0}, "hours"),
        ("wait", {"hours": "1"}, "hours"),
        ("wait", {"until": "2020-01-01T00:00:00Z"}, "until"),
        ("wait", {"until": "9999-12-31T23:59:59-12:00"}, "until"),
        ("wait", {"until": "0001-01-01T00:00:00+12:00"}, "until"),
        ("wait", {"until": "2030-01-01T00:00:00"}, "until"),
    ],
)
def test_what_cannot_be_used_is_named(
    ask: Ask, db: Database, deed: str, said: dict[str, Any], field: str
) -> None:
    number = raised(db, "A-1")
    answer = ask("desk").post(f"{TASKS}/{number}/{deed}", json=said)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert len(tasks.history(db, number)) == 1


def test_it_waits_until_a_moment(ask: Ask, db: Database) -> None:
    number = raised(db, "A-1")
    until = datetime.now(UTC) + timedelta(hours=3)
    ask("desk").post(f"{TASKS}/{number}/wait", json={"until": until.isoformat()})
    assert tasks.find(db, number).wake_at == until


def test_the_pages_make_up_the_list(ask: Ask, db: Database) -> None:
    numbers = [raised(db, f"A-{place}") for place in range(5)]
    found: list[int] = []
    after: str | None = ""
    while after is not None:
        page = ask("desk").get(TASKS, params={"limit": 2, **({"after": after} if after else {})}).json()
        found += [each["id"] for each in page["items"]]
        after = page["next"]
    assert found == numbers
    for strange in ("x", "0", "99", "9" * 30, "٣"):
        assert ask("desk").get(TASKS, params={"after": strange}).status_code == 422


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["A-2", "A-1"]),
        ({"mine": True}, ["A-2"]),
        ({"state": "resolved"}, ["A-3"]),
        ({"closed": True}, ["A-3", "A-2", "A-1"]),
        ({"overdue": True}, []),
        ({"level": "head"}, []),
        ({"campaign": COVID, "institution": "Clinic 1"}, ["A-2", "A-1"]),
        ({"campaign": "other"}, []),
    ],
)
def test_the_list_is_what_was_asked_for(
    ask: Ask, db: Database, asked: dict[str, Any], found: list[str]
) -> None:
    raised(db, "A-1")
    urgent = raised(db, "A-2", urgency="high")
    ask("desk").post(f"{TASKS}/{urgent}/take")
    done = raised(db, "A-3")
    ask("desk").post(f"{TASKS}/{done}/resolve", json={"note": "told"})
    assert [each["contact"] for each in ask("desk").get(TASKS, params=asked).json()["items"]] == found
