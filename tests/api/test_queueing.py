"""Contacts sent over HTTP, one or many."""

import json
from typing import Any

import pytest

from campaigns.api.sent_batch import MOST_ROWS, ROWS_AT_ONCE
from campaigns.store import contacts
from campaigns.store.database import Database
from tests.api.conftest import Ask

ONE = "/api/v1/campaigns/covid-results/contacts"
BATCH = f"{ONE}:batch"
LINES = {"Content-Type": "application/x-ndjson"}


def person(external_id: str = "A-1", **changes: Any) -> dict[str, Any]:
    whole = {
        "external_id": external_id,
        "phone": "8 (495) 123-45-67",
        "full_name": "Иванова Анна",
        "language": "ru",
        "birth_year": 1980,
        "sample_date": "2026-03-01",
        "result": "negative",
        "clinic": "Поликлиника 3",
    }
    return {name: value for name, value in (whole | changes).items() if value != "leave out"}


def names(db: Database) -> list[str]:
    return [contact.external_id for contact in contacts.listing(db, "covid-results")]


def test_one_is_queued_once(ask: Ask, db: Database) -> None:
    first, again = (ask("lab").post(ONE, json=person()) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"id": 1, "external_id": "A-1", "state": "waiting"}
    [contact] = contacts.listing(db, "covid-results")
    assert (contact.phone, contact.queued_by, contact.fields["birth_year"]) == ("+74951234567", "lab", "1980")


def test_other_values_are_refused_and_change_nothing(ask: Ask, db: Database) -> None:
    ask("lab").post(ONE, json=person())
    answer = ask("lab").post(ONE, json=person(result="positive"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "external_id")
    [contact] = contacts.listing(db, "covid-results")
    assert contact.fields["result"] == "negative"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"phone": "12"}, ["phone"]),
        ({"phone": "leave out"}, ["phone"]),
        ({"phone": None, "language": "xx"}, ["phone", "language"]),
        ({"result": True}, ["result"]),
        ({"result": ["negative"]}, ["result"]),
        ({"deadline": "2020-01-01"}, ["deadline"]),
        ({"consent_source": "form"}, ["consent_source"]),
        ({"sample_date": "2026-02-30"}, ["sample_date"]),
    ],
)
def test_what_is_wrong_is_named_without_its_value(
    ask: Ask, db: Database, change: dict[str, Any], fields: list[str]
) -> None:
    answer = ask("lab").post(ONE, json=person(**change))
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == fields
    assert not any(str(value) in answer.text for value in change.values() if isinstance(value, str))
    assert names(db) == []


@pytest.mark.parametrize("body", [[], "A-1", 7, None])
def test_one_contact_is_an_object(ask: Ask, body: object) -> None:
    assert ask("lab").post(ONE, json=body).status_code == 422


@pytest.mark.parametrize(
    ("who", "campaign", "status"),
    [
        ("", "covid-results", 401),
        ("desk", "covid-results", 403),
        ("admin", "covid-results", 403),
        ("lab-bound", "service-control", 403),
        ("lab", "nothing", 404),
        ("chief", "covid-results", 201),
    ],
)
def test_who_may_queue_where(ask: Ask, who: str, campaign: str, status: int) -> None:
    assert ask(who).post(f"/api/v1/campaigns/{campaign}/contacts", json=person()).status_code == status


def test_members_of_no_use_are_named(ask: Ask) -> None:
    answer = ask("lab").post(ONE, json=person(not_befor="2026-03-05"))
    assert (answer.status_code, answer.json()["ignored"]) == (201, ["not_befor"])


def test_the_same_key_does_it_once(ask: Ask, db: Database) -> None:
    def post(row: dict[str, Any]) -> Any:
        return ask("lab").post(ONE, json=row, headers={"Idempotency-Key": "k-1"})

    first, again, other = post(person()), post(person()), post(person("A-2"))
    assert [each.status_code for each in (first, again, other)] == [201, 201, 422]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert names(db) == ["A-1"]


def test_every_row_of_a_batch_has_its_result(ask: Ask, db: Database) -> None:
    rows = [
        person("A-1"),
        person("A-2", phone="12"),
        person("A-1"),
        person("A-1", result="positive"),
        7,
        person("A-3", deadline="2020-01-01"),
        person("A-4"),
    ]
    answer = ask("lab").post(BATCH, json=rows)
    results = answer.json()
    assert answer.status_code == 207
    assert [each["row"] for each in results] == list(range(1, 8))
    assert [each["status"] for each in results] == [201, 422, 200, 409, 422, 422, 201]
    assert results[1]["problem"]["errors"][0]["field"] == "phone"
    assert (results[3]["external_id"], results[6]["id"]) == ("A-1", 2)
    assert names(db) == ["A-1", "A-4"]


def test_lines_are_read_one_by_one(ask: Ask, db: Database) -> None:
    body = "\n".join(["", json.dumps(person("A-1")), "{", '{"a": 1, "a": 2}', json.dumps(person("A-2"))])
    answer = ask("lab").post(BATCH, content=body, headers=LINES)
    assert [each["status"] for each in answer.json()] == [201, 400, 400, 201]
    assert names(db) == ["A-1", "A-2"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("{}", {"Content-Type": "application/json"}, 422),
        ("[", {"Content-Type": "application/json"}, 400),
        ("[]", {"Content-Type": "application/json"}, 207),
        ("", LINES, 207),
        (f"[{'1,' * MOST_ROWS}1]", {"Content-Type": "application/json; charset=utf-8"}, 413),
        ("1\n" * (MOST_ROWS + 1), LINES, 413),
        ("a,b", {"Content-Type": "text/csv"}, 415),
    ],
)
def test_what_is_no_batch(ask: Ask, db: Database, body: str, headers: dict[str, str], status: int) -> None:
    assert ask("lab").post(BATCH, content=body, headers=headers).status_code == status


def test_a_long_batch_is_queued_in_pieces_and_once(ask: Ask, db: Database) -> None:
    rows = [person(f"A-{number}") for number in range(ROWS_AT_ONCE + 5)]
    key = {"Idempotency-Key": "batch-1"}
    first, again = (ask("lab").post(BATCH, json=rows, headers=key) for _ in range(2))
    other = ask("lab").post(BATCH, json=[person("B")], headers=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.status_code == 207, first.text
    assert {each["status"] for each in first.json()} == {201}
    assert [each["row"] for each in first.json()] == list(range(1, len(rows) + 1))
    assert (other.status_code, names(db)) == (422, [row["external_id"] for row in rows])
