"""Operators over HTTP: entered, put on and off, and by whom."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaigns.store import staff
from campaigns.store.database import Database
from campaigns.store.staff import NewOperator
from tests.api.conftest import Ask

OPERATORS = "/api/v1/operators"
ANNA = NewOperator("Anna", "sip:101@127.0.0.1", "main")


def entered(db: Database, *people: NewOperator) -> None:
    for each in people:
        staff.enter(db, each, datetime.now(UTC))


def test_an_operator_from_the_first_day_to_the_last(ask: Ask, db: Database) -> None:
    chief, new = ask("chief"), {"name": " Anna ", "address": "101@127.0.0.1", "languages": ["RU", "ru"]}
    made = chief.post(OPERATORS, json={**new, "skills": ["Clinic 1"]})
    assert (made.status_code, made.json()["name"], made.json()["languages"]) == (201, "Anna", ["ru"])
    assert (made.json()["address"], made.json()["now"]) == ("sip:101@127.0.0.1", "off")
    assert chief.post(OPERATORS, json=new).status_code == 409
    for deed, now in (("on", "free"), ("pause", "paused"), ("off", "off")):
        assert chief.post(f"{OPERATORS}/anna/{deed}").json()["now"] == now
    assert chief.delete(f"{OPERATORS}/Anna").status_code == 204
    assert chief.delete(f"{OPERATORS}/Anna").status_code == 404
    assert staff.listing(db) == []


def test_a_telephone_number_is_masked(ask: Ask) -> None:
    made = ask("chief").post(OPERATORS, json={"name": "Boris", "address": "8 912 345-67-89"})
    assert made.json()["address"] == "+7…89"
    assert "3456" not in ask("chief").get(OPERATORS).text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "A" * 61}, "name"),
        ({"address": ""}, "address"),
        ({"address": "sip:101@10.0.0.9"}, "address"),
        ({"languages": ["russian"]}, "languages"),
        ({"languages": "ru"}, "languages"),
        ({"shift": "morning"}, "shift"),
        ({"group": "north"}, "group"),
        ({"phone": "101"}, "phone"),
    ],
)
def test_what_cannot_be_used_is_named(ask: Ask, db: Database, change: dict[str, object], field: str) -> None:
    answer = ask("chief").post(OPERATORS, json={"name": "Anna", "address": "sip:101@127.0.0.1", **change})
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, [field])
    assert staff.listing(db) == []


def test_who_is_an_operator_sees_and_puts_on_none_but_the_own_name(ask: Ask, db: Database) -> None:
    entered(db, replace(ANNA, name="Desk"), replace(ANNA, name="Boris", address="sip:102@127.0.0.1"))
    desk = ask("desk")
    assert desk.post(f"{OPERATORS}/desk/on").json()["state"] == "on"
    assert desk.get(f"{OPERATORS}/desk").status_code == 200
    assert desk.post(f"{OPERATORS}/boris/on").status_code == desk.get(f"{OPERATORS}/boris").status_code == 404
    for method, path in (("GET", OPERATORS), ("POST", OPERATORS), ("DELETE", f"{OPERATORS}/desk")):
        assert desk.request(method, path, json={"name": "x", "address": "y"}).status_code == 403


@pytest.mark.parametrize("who", ["lab", "admin"])
def test_other_roles_see_nobody(ask: Ask, who: str) -> None:
    assert ask(who).get(OPERATORS).status_code == ask(who).post(f"{OPERATORS}/x/on").status_code == 403


def test_who_is_bound_to_institutions_sees_whom_they_need(ask: Ask, db: Database) -> None:
    entered(
        db,
        ANNA,
        NewOperator("Boris", "sip:102@127.0.0.1", "main", skills=("Clinic 1",)),
        NewOperator("Vera", "sip:103@127.0.0.1", "main", skills=("Clinic 2",)),
    )
    bound = ask("chief-bound")
    assert [each["name"] for each in bound.get(OPERATORS).json()["items"]] == ["Anna", "Boris"]
    assert (
        bound.post(f"{OPERATORS}/Vera/on").status_code == bound.delete(f"{OPERATORS}/Vera").status_code == 404
    )
    assert len(ask("chief").get(OPERATORS).json()["items"]) == 3


def test_the_pages_make_up_the_list(ask: Ask, db: Database) -> None:
    names = ["Anna", "Boris", "Vera"]
    entered(db, *(NewOperator(name, f"sip:{name}@127.0.0.1", "main") for name in reversed(names)))
    first = ask("chief").get(OPERATORS, params={"limit": 2}).json()
    second = ask("chief").get(OPERATORS, params={"limit": 2, "after": first["next"]}).json()
    assert [each["name"] for each in (*first["items"], *second["items"])] == names
    assert second["next"] is None
