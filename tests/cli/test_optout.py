"""`dialer optout` as people type it."""

from pathlib import Path

import pytest

from tests.system.commands import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def test_a_number_opts_out_of_one_campaign_and_of_all(desk: Desk) -> None:
    survey = ("--campaign", "satisfaction-survey")
    assert "by satisfaction-survey." in desk.run("optout", "add", "8 (912) 345-67-89", *survey).stdout
    assert "opted out already" in desk.run("optout", "add", "+79123456789", *survey).stdout
    desk.run("optout", "add", "+79123456789")
    assert [(row["phone"], row["campaign"], row["how"]) for row in desk.data("optout", "list")] == [
        ("+7…89", "satisfaction-survey", "command"),
        ("+7…89", None, "command"),
    ]
    removed = desk.run("optout", "remove", "+79123456789").stdout.splitlines()
    assert removed == [
        "The number may be called again.",
        "It is still not called by satisfaction-survey.",
    ]
    assert desk.data("optout", "list", "--campaign", "covid-results") == []


def test_a_file_of_numbers_is_entered_and_what_is_wrong_lies_beside_it(desk: Desk) -> None:
    path = desk.home.parent / "refused.csv"
    path.write_text("phone,campaign\n9123456789,\n12,\n9123456780,no-such\n", encoding="utf-8")
    [told] = desk.data("optout", "import", str(path))
    rejects = str(path.with_name("refused.rejects.csv"))
    assert told == {"file": str(path), "entered": 1, "known": 0, "rejected": 2, "rejects": rejects}
    said = desk.run("optout", "import", str(path)).stdout
    assert "0 entered, 1 known already, 2 rejected." in said
    assert "file refused.csv" in desk.run("optout", "list").stdout


def test_what_cannot_be_used_is_said_in_a_sentence(desk: Desk) -> None:
    path = desk.home.parent / "numbers.csv"
    path.write_text("number\n9123456789\n", encoding="utf-8")
    assert "has no column phone" in desk.run("optout", "import", str(path), code=1).stderr
    path.write_text("phone\n12\n", encoding="utf-8")
    assert "0 entered" in desk.run("optout", "import", str(path), code=1).stdout
    unknown = desk.run("optout", "add", "9123456789", "--campaign", "no-such", code=1).stderr
    assert "no campaign no-such" in unknown


@pytest.mark.parametrize("way", ["add", "import"])
def test_who_waits_there_is_closed_at_once_with_the_task(desk: Desk, way: str) -> None:
    """No engine runs, and the campaign was never launched: a human hears of a positive result today."""
    path = desk.home.parent / "people.csv"
    path.write_text(
        "external_id,phone,full_name,language,birth_year,result,sample_date,clinic\n"
        "A-1,8 (912) 345-67-89,Иванова Мария,ru,1954,positive,2026-11-20,Поликлиника № 5\n"
        "A-2,8 (912) 345-67-80,Петров Иван,ru,1960,positive,2026-11-20,Поликлиника № 5\n",
        encoding="utf-8",
    )
    desk.run("queue", "covid-results", str(path))
    refused = desk.home.parent / "refused.csv"
    refused.write_text("phone\n9123456789\n", encoding="utf-8")
    desk.run("optout", way, str(refused) if way == "import" else "9123456789")
    states = {row["contact"]: row["state"] for row in desk.data("contacts", "list", "covid-results")}
    assert states == {"A-1": "done", "A-2": "waiting"}
    assert len(desk.data("tasks", "list")) == 1


def test_removing_what_only_one_campaign_holds_says_so(desk: Desk) -> None:
    desk.run("optout", "add", "+79123456789", "--campaign", "satisfaction-survey")
    assert desk.run("optout", "remove", "+79123456789").stdout.splitlines() == [
        "The number had not opted out of all campaigns.",
        "It is still not called by satisfaction-survey.",
    ]
