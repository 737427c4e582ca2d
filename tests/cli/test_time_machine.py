"""`dialer plan` and `dialer simulate-load` as people type them."""

import json
from pathlib import Path

import pytest

from tests.system.commands import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def test_a_plan_of_nobody_is_one_sentence(desk: Desk) -> None:
    assert "nobody is left to call" in desk.run("plan", "covid-results").stdout
    data = json.loads(desk.run("plan", "covid-results", "--json", "--lines", "3").stdout)
    assert (data["contacts"], data["lines"], data["holds"]) == (0, 3, True)


def test_a_day_is_simulated_beside_the_home(desk: Desk) -> None:
    page = desk.home.parent / "load.html"
    before = (desk.home / "dialer.db").read_bytes()
    asked = ("simulate-load", "covid-results", "--contacts", "4", "--lines", "2", "--day", "2026-03-04")
    data = json.loads(desk.run(*asked, "--html", str(page), "--json").stdout)
    assert (data["kept"], data["contacts"]["total"], data["day"]) == (True, 4, "2026-03-04")
    assert (desk.home / "dialer.db").read_bytes() == before
    assert "Nobody was called" in page.read_text()


@pytest.mark.parametrize("speed", ["fast", "0", "-3", "inf"])
def test_an_impossible_speed_is_wrong_use(desk: Desk, speed: str) -> None:
    refused = desk.run("simulate-load", "covid-results", "--speed", speed, code=2)
    assert "--speed" in refused.stderr
