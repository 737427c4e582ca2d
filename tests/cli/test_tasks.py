"""`dialer tasks` as people type it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.flows.turns import TaskRaised
from campaigns.store import contacts, task_raising
from campaigns.store.database import Database, open_database
from campaigns.store.queueing import add
from tests.store.people import person
from tests.system.commands import Desk

CLINIC = "Поликлиника № 5"
TOO_GREAT = str(2**31)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, "sip:127.0.0.1:15998")
    database = open_database(f"sqlite:///{desk.home / 'dialer.db'}")
    raise_two(database)
    database.close()
    return desk


def raise_two(database: Database) -> None:
    """A low mark with a check, and something more urgent."""
    now = datetime.now(UTC)
    add(database, [person("A", institution=CLINIC)], now)
    contact = contacts.find(database, "results", "A")
    assert contact is not None
    work = [
        TaskRaised("low_mark", "normal", (("mark", "1"),), check="problem-check"),
        TaskRaised("call back", "high"),
    ]
    with database.write() as session:
        task_raising.raise_all(session, contact, work, now)


def test_a_task_from_its_taking_to_its_reopening(desk: Desk) -> None:
    olga = ("--as", "olga")
    assert [row["reason"] for row in desk.data("tasks", "list")] == ["call back", "low_mark"]
    assert "Task 2: call back, high, about A of results" in desk.run("tasks", "take", *olga).stdout
    [mine] = desk.data("tasks", "list", "--mine", *olga)
    assert (mine["id"], mine["owner"], mine["state"], mine["institution"]) == (2, "olga", "taken", CLINIC)
    assert "Task 2 is olga's until" in desk.run("tasks", "take", "2", "--as", "ivan", code=1).stderr
    desk.run("tasks", "note", "2", "her sister answers", *olga)
    assert "1 try" in desk.run("tasks", "tried", "2", *olga).stdout
    assert "2 tries" in desk.run("tasks", "tried", "2", "--note", "busy", *olga).stdout
    assert "then goes up" in desk.run("tasks", "wait", "2", "--hours", "500", *olga).stdout
    assert "for the head now" in desk.run("tasks", "escalate", "2", *olga).stdout
    desk.run("tasks", "resolve", "2", "--note", "spoken with", *olga)
    again = desk.run("tasks", "resolve", "2", "--note", "me too", "--as", "ivan", code=1).stderr
    assert "resolved already: by olga" in again
    assert "open again" in desk.run("tasks", "reopen", "2", *olga).stdout
    shown = desk.data("tasks", "show", "2")
    assert [change["event"] for change in shown["changes"]] == [
        *("raised", "taken", "noted", "tried", "tried", "put_off", "escalated", "resolved"),
        *("noted", "reopened"),
    ]
    assert shown["changes"][-2]["note"] == "me too"
    assert "spoken with" in desk.run("tasks", "show", "2").stdout


def test_a_check_that_nobody_runs_is_said_and_nothing_is_closed_without_an_outcome(desk: Desk) -> None:
    assert desk.run("tasks", "resolve", "1", code=2).stderr
    assert "needs an outcome" in desk.run("tasks", "resolve", "1", "--note", " ", code=1).stderr
    done = desk.run("tasks", "resolve", "1", "--note", "the doctor called")
    assert "problem-check asks the person whether it is solved, as task-1-0, by calls until 2" in done.stdout
    assert "dialer campaign launch problem-check" in done.stderr
    [contact] = desk.data("contacts", "list", "problem-check")
    assert (contact["contact"], contact["state"]) == ("task-1-0", "waiting")


def test_a_list_is_as_long_as_asked_for(desk: Desk) -> None:
    first = desk.run("tasks", "list", "--limit", "1", "--json")
    assert "add --after 2" in first.stderr
    assert [row["id"] for row in desk.data("tasks", "list", "--after", "2")] == [1]
    assert desk.data("tasks", "list", "--level", "head") == []
    assert [row["id"] for row in desk.data("tasks", "list", "--institution", CLINIC, "--all")] == [2, 1]


@pytest.mark.parametrize(
    "words",
    [
        ("wait", "1"),
        ("wait", "1", "--hours", "1", "--until", "2030-01-01"),
        ("take", "1", "--as", " "),
        ("take", "1", "--as", "engine"),
        ("list", "--state", "closed"),
        ("list", "--after", TOO_GREAT),
        ("show", TOO_GREAT),
        ("take", TOO_GREAT),
        ("wait", "1", "--until", "0001-01-01"),
        ("wait", "1", "--hours", "nan"),
    ],
)
def test_wrong_use_is_said(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run("tasks", *words, code=2).stderr


@pytest.mark.parametrize(
    "words", [("note", "1", "\udcff"), ("take", "--as", "\udcff"), ("list", "--institution", "\udcff")]
)
def test_what_is_not_utf_8_is_refused_before_anything_is_done(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk.run("tasks", *words, code=2).stderr
    assert said.startswith(f"Word {words.index(chr(0xDCFF)) + 2} of the command is not UTF-8")
    assert {row["state"] for row in desk.data("tasks", "list")} == {"open"}
