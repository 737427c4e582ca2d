"""`dialer contacts cancel|correct` and `dialer queue --dry-run`."""

import json
from pathlib import Path

import pytest

from tests.system.commands import Desk

HEADER = "external_id,phone,full_name,language,birth_year,result,sample_date,clinic\n"
ANNA = "A,8 (912) 345-67-89,Иванова Мария,ru,1954,negative,2026-11-20,Поликлиника № 5\n"
IVAN = "B,8 (912) 345-67-90,Иванов Иван,ru,1955,positive,2026-11-20,Поликлиника № 5\n"
NAME = "covid-results"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def written(desk: Desk, content: str) -> str:
    path = desk.home.parent / "people.csv"
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_a_dry_run_queues_nothing(desk: Desk) -> None:
    path = written(desk, HEADER + ANNA + IVAN + "C,12,x,ru,1,x,x,x\n")
    said = desk.run("queue", NAME, path, "--dry-run").stdout
    assert "2 would be queued, 0 are known already, 1 would be rejected." in said
    assert "line 4: " in said
    [found] = desk.data("queue", NAME, path, "--dry-run")
    assert (found["queued"], found["known"], found["rejected"][0]["line"]) == (2, 0, 4)
    assert desk.data("contacts", "list", NAME) == []
    assert not (desk.home.parent / "people.rejects.csv").exists()
    desk.run("queue", NAME, written(desk, HEADER + "C,12,x,ru,1,x,x,x\n"), "--dry-run", code=1)


def test_contacts_are_corrected_and_cancelled(desk: Desk) -> None:
    desk.run("queue", NAME, written(desk, HEADER + ANNA + IVAN))
    path = written(desk, HEADER + ANNA.replace("1954", "1955") + IVAN)
    assert desk.run("contacts", "correct", NAME, path).stdout == ("1 are corrected.\n1 were right already.\n")
    assert desk.data("contacts", "correct", NAME, path) == {
        "corrected": 0,
        "in_call": 0,
        "told": 0,
        "closed": 0,
        "same": 2,
        "rejected": 0,
        "rejects": None,
    }
    cancelled = desk.run("contacts", "cancel", NAME, "B", "X")
    assert cancelled.stdout == "1 are cancelled.\n"
    assert cancelled.stderr == f"There is no contact X in {NAME}.\n"
    [task] = desk.data("tasks", "list")
    assert (task["contact"], task["reason"]) == ("B", "doctor_positive_result")
    ids = written(desk, "external_id\nA\nB\n")
    assert desk.data("contacts", "cancel", NAME, "--file", ids)["closed"] == 1
    assert {row["state"] for row in desk.data("contacts", "list", NAME)} == {"cancelled"}


def test_what_helps_nobody_is_a_failure(desk: Desk) -> None:
    path = written(desk, HEADER + ANNA)
    rejected = desk.run("contacts", "correct", NAME, path, code=1).stdout
    assert "1 are rejected; what is wrong stands in" in rejected
    desk.run("contacts", "cancel", NAME, "A", code=1)
    desk.run("contacts", "cancel", NAME, code=2)
    desk.run("contacts", "cancel", NAME, "A", "--file", path, code=2)


def test_requests_in_json_are_tried_and_queued(desk: Desk) -> None:
    names = HEADER.strip().split(",")
    right = dict(zip(names, ANNA.strip().split(","), strict=True))
    path = desk.home.parent / "requests.json"
    path.write_text(json.dumps([right, right | {"phone": 12}]), encoding="utf-8")
    said = desk.run("queue", NAME, str(path), "--dry-run").stdout
    assert "1 would be queued, 0 are known already, 1 would be rejected." in said
    assert "element 2: phone is not" in said
    [found] = desk.data("queue", NAME, str(path))
    assert (found["queued"], found["rejected"], found["rejects"]) == (
        1,
        1,
        str(path.with_suffix(".rejects.jsonl")),
    )
