"""`dialer outbox` as people type it."""

import csv
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from campaigns.models import Contact
from campaigns.store import outbox
from campaigns.store.database import open_database
from campaigns.store.events import tell
from campaigns.store.outbox import Result
from tests.store.people import person, queue
from tests.system.commands import Desk

NAMED = person("A-1", "covid-results", full_name="Мария Иванова", institution="=Clinic 5")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """With one dead delivery, one behind it, and one event that no engine has looked at."""
    desk = Desk(tmp_path, "sip:127.0.0.1:15998")
    database = open_database(f"sqlite:///{desk.home / 'dialer.db'}")
    now = datetime.now(UTC)
    queue(database, NAMED, now=now)
    for number in range(3):
        with database.write() as session:
            contact = session.exec(select(Contact)).one()
            tell(session, "contact.closed", now, contact.campaign, contact, answers={"mark": str(number)})
        if number == 1:
            outbox.spread(database, lambda _event: ("registry",), now)
    [claim] = outbox.claim(database, "registry", 1, now)
    outbox.settle(database, [Result(claim, "It answered 410.")], now)
    database.close()
    return desk


def test_how_receivers_stand_and_what_is_dead(desk: Desk) -> None:
    standing = desk.data("outbox", "list")
    assert standing["not_looked_at"] == 1
    [registry] = standing["receivers"]
    assert (registry["receiver"], registry["waiting"], registry["dead"]) == ("registry", 1, 1)
    assert "see dialer outbox list --dead" in desk.run("outbox", "list").stdout
    [dead] = desk.data("outbox", "list", "--dead")
    assert (dead["fault"], dead["behind"], dead["kind"]) == ("It answered 410.", 1, "contact.closed")
    assert "It answered 410." in desk.run("outbox", "list", "--dead").stdout
    assert [line["state"] for line in desk.data("outbox", "list", "--waiting")] == ["dead", "waiting"]
    assert desk.data("outbox", "list", "--waiting", "--receiver", "nobody") == []


def test_what_is_dead_is_tried_again_or_dropped(desk: Desk) -> None:
    assert desk.run("outbox", "retry", "--receiver", "nobody").stdout.startswith("0 deliveries")
    assert desk.run("outbox", "retry", "1").stdout.startswith("1 delivery is")
    assert "--note" in desk.run("outbox", "drop", "1", "--note", " ", code=2).stderr
    desk.run("outbox", "drop", "1", "--note", "told by telephone", "--as", "anna")
    [left] = desk.data("outbox", "list", "--waiting")
    assert (left["number"], left["behind"]) == (2, 0)
    said = desk.run("outbox", "drop", "1", "--note", "again", code=1).stderr
    assert said == "Delivery 1 is dropped already.\n"
    assert "There is no delivery 9" in desk.run("outbox", "retry", "9", code=1).stderr


def test_what_a_receiver_left_that_is_gone_is_named_and_dropped_at_once(desk: Desk) -> None:
    assert "registry is no receiver of dialer.toml any more" in desk.run("outbox", "list").stdout
    assert "name one" in desk.run("outbox", "drop", "--note", "gone", code=2).stderr
    said = desk.run("outbox", "drop", "--receiver", "registry", "--note", "gone", "--as", "anna").stdout
    assert said == "2 deliveries to registry will never be made.\n"
    assert "any more" not in desk.run("outbox", "list").stdout


@pytest.mark.parametrize("words", [(), ("1", "--all"), ("--all", "--receiver", "registry")])
def test_what_to_try_again_is_named_in_one_way(desk: Desk, words: tuple[str, ...]) -> None:
    assert "name one delivery" in desk.run("outbox", "retry", *words, code=2).stderr


def test_what_was_told_as_files(desk: Desk) -> None:
    lines, sheet = desk.home.parent / "told.jsonl", desk.home.parent / "told.csv"
    assert desk.run("outbox", "export", str(lines)).stdout.startswith("3 events are in")
    desk.run("outbox", "export", str(sheet), "--campaign", "covid-results", "--since", "2026-01-01")
    told = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    rows = list(csv.DictReader(sheet.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["key"] for row in rows] == [event["key"] for event in told]
    assert [json.loads(row["answers"]) for row in rows] == [event["answers"] for event in told]
    assert {row["institution"] for row in rows} == {"'=Clinic 5"}
    assert stat.S_IMODE(lines.stat().st_mode) == stat.S_IMODE(sheet.stat().st_mode) == 0o600
    text = lines.read_text(encoding="utf-8") + sheet.read_text(encoding="utf-8")
    assert "Мария" not in text
    assert NAMED.phone not in text


def test_a_file_that_cannot_be_written_is_said(desk: Desk) -> None:
    assert ".csv or .jsonl" in desk.run("outbox", "export", "told.xlsx", code=2).stderr
    place = str(desk.home / "nowhere" / "told.csv")
    assert "cannot be written" in desk.run("outbox", "export", place, code=1).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("drop", "2147483648", "--note", "x"),
        ("retry", "2147483648"),
        ("drop", "1", "--note", "\udcff"),
        ("export", "told.csv", "--since", "0001-01-01"),
    ],
)
def test_what_no_database_can_hold_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run("outbox", *words, code=2).stderr
    assert len(desk.data("outbox", "list", "--waiting")) == 2
