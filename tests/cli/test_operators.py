"""`dialer operators` as people type it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from campaigns.cli.operators import app
from tests.system.commands import Desk

PHONE = ("--address", "sip:101@127.0.0.1:5081")
TWO_SITES = '[[groups]]\nname = "north"\ntrunk = "trunk0"\n[[groups]]\nname = "south"\ntrunk = "trunk0"\n'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def test_an_operator_from_the_first_day_to_the_last(desk: Desk) -> None:
    entered = desk.run(
        *("operators", "add", " Anna [day] ", *PHONE, "--language", "RU", "--language", "ru"),
        *("--skill", "Clinic 5", "--shift", "00:00-23:59", "--agent", "PJSIP/101"),
    )
    assert "Operator Anna [day] is entered, and off" in entered.stdout
    [anna] = desk.data("operators", "list")
    expected = {
        "name": "Anna [day]",
        "group": "main",
        "address": "sip:101@127.0.0.1:5081",
        "languages": ["ru"],
        "skills": ["Clinic 5"],
        "shift": "0:00-23:59",
        "agent": "PJSIP/101",
        "state": "off",
        "state_reason": None,
        "now": "off",
        "misses": 0,
        "calls_today": 0,
    }
    assert {name: anna[name] for name in expected} == expected
    assert "Operator Anna [day] is paused." in desk.run("operators", "pause", "anna [DAY]").stdout
    assert desk.data("operators", "list")[0]["state_reason"] == "operator"
    assert "takes calls from now on" in desk.run("operators", "on", "Anna [day]").stdout
    desk.run("operators", "off", "Anna [day]")
    assert desk.data("operators", "list")[0]["state"] == "off"
    assert "Operator Anna [day] is removed." in desk.run("operators", "remove", "Anna [day]").stdout
    assert desk.data("operators", "list") == []
    assert "There are no operators yet" in desk.run("operators", "list").stdout


def test_the_help_names_the_tables_of_the_groups() -> None:
    assert "[[groups]]" in CliRunner().invoke(app, ["add", "--help"]).stdout


def test_the_table_says_who_is_free_and_shows_no_whole_number(desk: Desk) -> None:
    desk.run("operators", "add", "Anna [day]", *PHONE)
    desk.run("operators", "add", "Boris", "--address", "8 912 345-67-89", "--language", "en")
    desk.run("operators", "on", "Boris")
    shown = desk.run("operators", "list").stdout
    for part in ("Anna [day]", "sip:101@127.0.0.1:5081", "always", "all", "off", "Boris", "+7…89", "free"):
        assert part in shown
    assert "3456" not in shown
    assert "3456" not in str(desk.data("operators", "list"))


def test_an_operator_who_is_put_on_outside_the_shift_hears_of_it(desk: Desk) -> None:
    desk.run("operators", "add", "Anna", *PHONE, "--shift", "0:00-0:01")
    told = desk.run("operators", "on", "Anna")
    assert "takes calls from now on" in told.stdout
    now = desk.data("operators", "list")[0]["now"]
    assert (now == "shift") == ("not the operator's shift now (0:00-0:01)" in told.stderr)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("Anna",), "the address is missing"),
        (("Anna", "--address", ""), "the address is missing"),
        (("Anna", "--address", "101"), "neither a SIP address nor a telephone number"),
        (("Anna", "--address", "sip:101@10.0.0.9"), "the phone cannot be called over trunk trunk0"),
        ((" ", *PHONE), "the name is blank"),
        (("A" * 61, *PHONE), "longer than 60 letters"),
        (("Anna\x1b[31m", *PHONE), "cannot be printed"),
        (("Anna", *PHONE, "--shift", "morning"), "is not of the form 7:30-14:00"),
        (("Anna", *PHONE, "--language", "russian"), "is not of two letters, such as ru"),
        (("Anna", *PHONE, "--group", "north"), 'there is no group "north": name one of main'),
    ],
)
def test_what_cannot_be_used_is_wrong_use(desk: Desk, words: tuple[str, ...], complaint: str) -> None:
    refused = desk.run("operators", "add", *words, code=2).stderr
    assert complaint in " ".join(refused.replace("│", " ").split())
    assert desk.data("operators", "list") == []


def test_two_operators_need_two_phones(desk: Desk) -> None:
    desk.run("operators", "add", "Anna", *PHONE)
    same = desk.run("operators", "add", "Boris", *PHONE, code=1).stderr
    assert same == "Operator Anna has this address already: two operators need two phones.\n"
    assert "There is an operator Anna already" in desk.run("operators", "add", "anna", *PHONE, code=1).stderr


@pytest.mark.parametrize("act", ["on", "off", "pause", "remove"])
def test_who_is_not_there_is_said(desk: Desk, act: str) -> None:
    told = desk.run("operators", act, "nobody", code=1).stderr
    assert told == "There is no operator nobody: see dialer operators list.\n"


def test_of_several_groups_one_is_to_be_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "sip:127.0.0.1:15998", settings=TWO_SITES)
    told = desk.run("operators", "add", "Anna", *PHONE, code=2).stderr
    assert "the group is missing: name one of north, south" in " ".join(told.replace("│", " ").split())
    desk.run("operators", "add", "Anna", *PHONE, "--group", "south")
    assert desk.data("operators", "list")[0]["group"] == "south"
