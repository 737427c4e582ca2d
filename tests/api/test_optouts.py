"""Opt-outs over HTTP: a number is refused at once, found, and allowed again."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.store import contacts, looks, optouts
from campaigns.store.database import Database
from tests.api.conftest import Ask
from tests.store.people import person, queue

OPTOUTS = "/api/v1/optouts"
COVID, SURVEY = "covid-results", "satisfaction-survey"
NUMBER = "+79123456789"


def test_a_number_opts_out_is_found_and_comes_back(ask: Ask, db: Database) -> None:
    chief, written = ask("chief"), {"phone": "8 (912) 345-67-89"}
    answers = [chief.post(OPTOUTS, json=written) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 200]
    assert (answers[0].json()["phone"], answers[0].json()["campaign"]) == ("+7…89", None)
    assert answers[0].json() == answers[1].json()
    chief.post(OPTOUTS, json={**written, "campaign": COVID})
    assert len(chief.post(f"{OPTOUTS}:find", json=written).json()["items"]) == 2
    gone = chief.post(f"{OPTOUTS}:remove", json=written).json()
    assert (gone["removed"], [each["campaign"] for each in gone["left"]]) == (True, [COVID])
    assert chief.post(f"{OPTOUTS}:remove", json=written).json()["removed"] is False
    assert [(each.phone, each.campaign) for each in optouts.listing(db)] == [(NUMBER, COVID)]
    [look] = looks.listing(db, looks.Wanted(), 10)
    assert (look.who, look.what) == ("chief", "removed an opt-out")


def test_who_waits_there_is_closed_at_once(ask: Ask, db: Database) -> None:
    queue(db, person("A-1", COVID, phone=NUMBER), now=datetime.now(UTC))
    ask("chief").post(OPTOUTS, json={"phone": NUMBER})
    contact = contacts.find(db, COVID, "A-1")
    assert contact is not None
    assert (contact.state, contact.outcome) == ("done", "opted_out")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"phone": ""}, "phone"),
        ({}, "phone"),
        ({"phone": 79123456789}, "phone"),
        ({"phone": NUMBER, "campaign": "nothing"}, "campaign"),
        ({"phone": NUMBER, "campaign": ""}, "campaign"),
        ({"phone": NUMBER, "why": "x"}, "why"),
    ],
)
def test_what_cannot_be_used_is_named_without_its_value(
    ask: Ask, db: Database, said: dict[str, object], field: str
) -> None:
    answer = ask("chief").post(OPTOUTS, json=said)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, [field])
    assert NUMBER not in answer.text
    assert optouts.listing(db) == []


@pytest.mark.parametrize("who", ["lab", "desk", "admin"])
def test_other_roles_neither_see_nor_change_them(ask: Ask, who: str) -> None:
    assert ask(who).get(OPTOUTS).status_code == 403
    for what in ("", ":find", ":remove"):
        assert ask(who).post(f"{OPTOUTS}{what}", json={"phone": NUMBER}).status_code == 403


def test_who_is_bound_to_a_campaign_speaks_for_no_other(ask: Ask, db: Database) -> None:
    now = datetime.now(UTC)
    for name in ("", COVID, SURVEY):
        optouts.add(db, NUMBER, "key", now, name)
    bound = ask("chief-bound")
    assert {each["campaign"] for each in bound.get(OPTOUTS).json()["items"]} == {None, COVID}
    assert bound.get(OPTOUTS, params={"campaign": SURVEY}).status_code == 403
    assert bound.post(f"{OPTOUTS}:remove", json={"phone": NUMBER}).status_code == 403
    assert bound.post(f"{OPTOUTS}:remove", json={"phone": NUMBER, "campaign": SURVEY}).status_code == 403
    gone = bound.post(f"{OPTOUTS}:remove", json={"phone": NUMBER, "campaign": COVID}).json()
    assert (gone["removed"], [each["campaign"] for each in gone["left"]]) == (True, [None])
    assert len(optouts.listing(db)) == 2


def test_the_pages_make_up_the_list(ask: Ask, db: Database) -> None:
    """Also of numbers that were entered at one moment."""
    now = datetime.now(UTC)
    entered = [optouts.Refusal(f"+7912345670{place}", "file", now) for place in range(5)]
    later = [optouts.Refusal(f"+7912345680{place}", "file", now + timedelta(seconds=1)) for place in range(3)]
    optouts.add_all(db, [*later, *entered], now)
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = ask("chief").get(OPTOUTS, params={"limit": 2, **({"after": after} if after else {})}).json()
        found += [each["phone"][-2:] for each in page["items"]]
        after = page["next"]
    assert found == ["00", "01", "02", "03", "04", "00", "01", "02"]
    for strange in ("x", "1", "1.x", "9" * 18 + ".1"):
        assert ask("chief").get(OPTOUTS, params={"after": strange}).status_code == 422


def test_those_that_hold_for_a_campaign(ask: Ask, db: Database) -> None:
    for place, name in enumerate(("", COVID, SURVEY)):
        optouts.add(db, f"+7912345670{place}", "key", datetime.now(UTC), name)
    found = ask("chief").get(OPTOUTS, params={"campaign": COVID}).json()["items"]
    assert [each["campaign"] for each in found] == [None, COVID]
