"""Contacts read, listed, cancelled and explained over HTTP: who sees which, and what of them."""

from typing import Any

import pytest
from sqlmodel import col, select, update

from campaigns.api.doorway import Doorway
from campaigns.models import Contact, Look
from campaigns.store import contacts
from campaigns.store.database import Database
from tests.api.conftest import Ask
from tests.api.test_queueing import BATCH, ONE, person


@pytest.fixture(autouse=True)
def queued(ask: Ask) -> None:
    """A-1 to A-3 of one laboratory, B/1 of another."""
    rows = [person("A-1"), person("A-2", phone="+79161234567"), person("A-3", result="positive")]
    assert {each["status"] for each in ask("lab").post(BATCH, json=rows).json()} == {201}
    assert ask("lab-2").post(ONE, json=person("B/1")).status_code == 201


def ids(answer: Any) -> list[str]:
    return [each["external_id"] for each in answer.json()["items"]]


@pytest.mark.parametrize(
    ("who", "external_id", "status"),
    [
        ("lab", "A-1", 200),
        ("lab", "B%2F1", 404),
        ("lab-2", "B%2F1", 200),
        ("lab-2", "A-1", 404),
        ("lab", "nobody", 404),
        ("chief", "A-1", 200),
        ("chief", "B/1", 200),
        ("desk", "A-1", 403),
        ("admin", "A-1", 403),
        ("", "A-1", 401),
    ],
)
@pytest.mark.parametrize("what", ["", "/explain"])
def test_each_sees_what_is_its_own(ask: Ask, who: str, external_id: str, status: int, what: str) -> None:
    assert ask(who).get(f"{ONE}/{external_id}{what}").status_code == status


def test_nothing_that_only_few_may_see_is_shown(ask: Ask) -> None:
    for who in ("lab", "chief"):
        answers = [ask(who).get(f"{ONE}/A-1"), ask(who).get(ONE), ask(who).get(f"{ONE}/A-1/explain")]
        for answer in answers:
            assert answer.status_code == 200
            assert not {"4951234567", "Иванова", "negative", "1980"} & set(answer.text.split('"'))
            assert "1234567" not in answer.text
    assert ask("lab").get(f"{ONE}/A-1").json()["phone"] == "+7…67"


def test_a_look_is_written_down(ask: Ask, db: Database) -> None:
    shown = ask("chief").get(f"{ONE}/A-3", params={"reveal": True}).json()
    assert (shown["phone"], shown["fields"]["result"]) == ("+74951234567", "positive")
    assert (shown["full_name"], shown["phones"], shown["answers"]) == ("Иванова Анна", ["+74951234567"], {})
    assert ask("lab").get(f"{ONE}/A-3", params={"reveal": True}).status_code == 403
    with db.read() as session:
        [look] = session.exec(select(Look)).all()
    assert (look.who, look.role, look.campaign, look.contact_id) == (
        "chief",
        "supervisor",
        "covid-results",
        3,
    )


def test_lists_are_read_page_by_page(ask: Ask) -> None:
    first = ask("lab").get(ONE, params={"limit": 2})
    second = ask("lab").get(ONE, params={"limit": 2, "after": first.json()["next"]})
    assert (ids(first), ids(second), second.json()["next"]) == (["A-1", "A-2"], ["A-3"], None)
    assert ids(ask("chief").get(ONE)) == ["A-1", "A-2", "A-3", "B/1"]
    assert ids(ask("lab-2").get(ONE)) == ["B/1"]


@pytest.mark.parametrize(
    ("who", "campaign", "status"),
    [
        ("chief", "service-control", 200),
        ("chief", "nothing", 404),
        ("lab-bound", "service-control", 403),
        ("desk", "covid-results", 403),
    ],
)
def test_lists_of_other_campaigns(ask: Ask, who: str, campaign: str, status: int) -> None:
    assert ask(who).get(f"/api/v1/campaigns/{campaign}/contacts").status_code == status


@pytest.mark.parametrize("after", ["-1", "A", "1.5", "9" * 30, "٣"])
def test_a_cursor_that_is_none(ask: Ask, after: str) -> None:
    answer = ask("lab").get(ONE, params={"after": after})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")


def test_who_is_cancelled_is_called_no_more(ask: Ask, db: Database) -> None:
    first, again = (ask("lab").post(f"{ONE}/A-1/cancel") for _ in range(2))
    assert first.json() == {"id": 1, "external_id": "A-1", "state": "cancelled", "cancellation": "cancelled"}
    assert again.json()["cancellation"] == "closed"
    assert ask("lab-2").post(f"{ONE}/A-2/cancel").status_code == 404
    assert ask("lab-2").post(f"{ONE}/B%2F1/cancel").status_code == 200
    assert ids(ask("chief").get(ONE, params={"state": "cancelled"})) == ["A-1", "B/1"]
    assert [each.state for each in contacts.listing(db, "covid-results")][1:3] == ["waiting", "waiting"]


@pytest.mark.parametrize(
    ("who", "asked", "status", "found"),
    [
        ("lab", {"phone": "8 495 123 45 67"}, 200, ["A-1", "A-3"]),
        ("chief", {"phone": "+74951234567"}, 200, ["A-1", "A-3", "B/1"]),
        ("chief", {"phone": "+74951234567", "campaign": "service-control"}, 200, []),
        ("lab-bound", {"phone": "+74951234567", "campaign": "service-control"}, 403, None),
        ("chief", {"phone": "12"}, 422, None),
        ("chief", {}, 422, None),
        ("admin", {"phone": "+74951234567"}, 403, None),
    ],
)
def test_accounts_of_a_number(
    ask: Ask, who: str, asked: dict[str, str], status: int, found: list[str] | None
) -> None:
    answer = ask(who).post("/api/v1/explain", json=asked)
    assert answer.status_code == status
    if found is not None:
        assert [each["contact"] for each in answer.json()["items"]] == found


def test_who_holds_the_number_is_told_to_those_who_see_it(ask: Ask, here: Doorway) -> None:
    with here.db.write() as session:
        session.exec(update(Contact).where(col(Contact.external_id) == "B/1").values(leased=True))
    lab, chief = (ask(who).get(f"{ONE}/A-1/explain").text for who in ("lab", "chief"))
    assert "held by another contact" in lab
    assert "B/1" not in lab
    assert "held by B/1" in chief
