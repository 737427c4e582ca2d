"""The audit log over the application."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from campaigns.store import looks
from campaigns.store.database import Database
from campaigns.store.looks import Clerk
from tests.api.conftest import Ask

LOOKS = "/api/v1/looks"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def write(db: Database, count: int) -> None:
    with db.write() as session:
        for number in range(count):
            who = Clerk(f"user {number % 2}", "operator", "192.0.2.7")
            looks.note(session, who, f"look {number}", NOON + timedelta(minutes=number), campaign="flu")


def test_the_log_is_read_page_by_page_from_its_end(ask: Ask, db: Database) -> None:
    write(db, 5)
    admin, seen, after = ask("admin"), [], ""
    for _ in range(3):
        page = admin.get(f"{LOOKS}?limit=2{after}").json()
        seen += [each["what"] for each in page["items"]]
        after = f"&after={page['next']}"
    assert seen == [f"look {number}" for number in (4, 3, 2, 1, 0)]
    assert page["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=user+1", ["look 3", "look 1"]),
        (f"since={quote((NOON + timedelta(minutes=2)).isoformat())}", ["look 3", "look 2"]),
        ("campaign=flu&limit=1", ["look 3"]),
        ("campaign=covid-results", []),
        ("external_id=C1", []),
    ],
)
def test_what_is_wanted(ask: Ask, db: Database, query: str, found: list[str]) -> None:
    write(db, 4)
    assert [each["what"] for each in ask("admin").get(f"{LOOKS}?{query}").json()["items"]] == found


def test_a_line_says_who_and_from_where(ask: Ask, db: Database) -> None:
    write(db, 1)
    [line] = ask("admin").get(LOOKS).json()["items"]
    del line["id"]
    assert line == {
        "at": "2026-03-02T12:00:00Z",
        "who": "user 0",
        "role": "operator",
        "address": "192.0.2.7",
        "what": "look 0",
        "campaign": "flu",
        "external_id": "",
        "task_id": None,
    }


@pytest.mark.parametrize("role", ["lab", "desk", "chief"])
def test_only_an_administrator_reads_it(ask: Ask, role: str) -> None:
    assert ask(role).get(LOOKS).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=-1",
        "after=%D9%A1",
        "after=9" + "9" * 30,
        "after=",
        "limit=0",
        "since=2026-03-02T12:00",
    ],
)
def test_what_is_no_page_is_told(ask: Ask, query: str) -> None:
    refused = ask("admin").get(f"{LOOKS}?{query}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == query.partition("=")[0]
