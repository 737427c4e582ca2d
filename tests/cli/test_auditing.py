"""`dialer tasks audit` as people type it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.flows.turns import Delivered, Fact, Replied, TaskRaised
from campaigns.store import attempts
from campaigns.store.database import Database, open_database
from tests.store import people
from tests.system.commands import Desk

MARK = Replied("mark", "1")
LOW = TaskRaised("low_mark", "normal")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def talked(desk: Desk, campaign: str, name: str, *facts: Fact) -> None:
    """One completed call in which that was found out."""
    now = datetime.now(UTC)
    database: Database = open_database(f"sqlite:///{desk.home / 'dialer.db'}")
    people.queue(database, people.person(name, campaign, institution="Clinic 5"), now=now)
    [contact] = people.take(database, 1, now)
    attempt = people.begun(database, contact, now)
    attempts.record(database, attempt, facts, "partial", now)
    assert people.finish(database, attempt, contact, now=now)
    database.close()


def test_what_was_proved_is_said_in_one_sentence(desk: Desk) -> None:
    talked(desk, "covid-results", "A-1", Delivered(), MARK, LOW)
    done = desk.run("tasks", "audit")
    assert done.stdout.startswith("Nothing ended without a person: low marks 1, broken promises 0")
    assert "1 open tasks of Clinic 5 have no head who can be told" in done.stderr
    found = desk.data("tasks", "audit")
    assert (found["clean"], found["holes"], found["examined"]["low_mark"]) == (True, [], 1)
    assert [each["kind"] for each in found["warnings"]] == ["no_head", "no_authority"]


def test_what_has_no_person_is_listed_and_fails(desk: Desk) -> None:
    talked(desk, "covid-results", "A-1", Delivered(), MARK)
    talked(desk, "covid-results", "A-2")
    shown = desk.run("tasks", "audit", code=1)
    for words in ("A-1", "covid-results", "a task for a low mark", "the person never heard"):
        assert words in " ".join(shown.stdout.split())
    said = shown.stdout.splitlines()
    assert said[-2] == "2 have neither a person nor a recorded reason."
    assert said[-1].startswith("Telephone whoever has no task")
    found = json.loads(desk.run("tasks", "audit", "--campaign", "covid-results", "--json", code=1).stdout)
    assert [(hole["kind"], hole["contact"]) for hole in found["holes"]] == [
        ("low_mark", "A-1"),
        ("undelivered", "A-2"),
    ]
    for private in ("Иванова", "+79", '"1"'):
        assert private not in shown.stdout + shown.stderr + json.dumps(found, ensure_ascii=False)


def test_of_a_campaign_whose_file_is_gone_or_faulty_no_answer_is_proved(desk: Desk) -> None:
    talked(desk, "gone-by", "A-1", Delivered(), MARK)
    talked(desk, "own-one", "B-1", MARK)
    (desk.home / "campaigns" / "own-one.yaml").write_text("name: own-one\n", encoding="utf-8")
    done = desk.run("tasks", "audit", code=1)
    assert "gone-by is gone: nothing is proved of its 1 answer; put it back as campaigns/" in done.stderr
    assert "own-one is faulty: nothing is proved of its 1 answer; mend it, see dialer campaign" in done.stderr
    assert done.stdout == "Nothing is proved of 2 answers: the files of their campaigns are gone or faulty.\n"
    found = json.loads(desk.run("tasks", "audit", "--json", code=1).stdout)
    assert (found["clean"], found["holes"]) == (False, [])
    assert found["files"] == {"gone-by": "gone", "own-one": "faulty"}
    assert found["unproved"] == {"gone-by": 1, "own-one": 1}
    talked(desk, "gone-by", "A-2")
    [hole] = json.loads(desk.run("tasks", "audit", "--campaign", "gone-by", "--json", code=1).stdout)["holes"]
    assert (hole["kind"], hole["contact"]) == ("undelivered", "A-2")
