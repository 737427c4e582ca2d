"""`dialer plan` and `dialer simulate-load` as people type them."""

import json
import os
import signal
import tempfile
from pathlib import Path

import pytest

from campaigns.cli import simulating
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


def test_a_simulation_that_is_ended_leaves_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    seen: list[Path] = []

    def ended(*_: object) -> None:
        seen.extend(scratch.iterdir())
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(simulating, "run_day", ended)
    plan_of = {"contacts": 4, "lines": 2, "seed": 1, "day": None, "speed": None}
    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # without the mend nobody ends this test but itself
    try:
        with pytest.raises(SystemExit):
            simulating.simulate(desk.home, "covid-results", plan_of, None, as_json=True)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(seen) == 1
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2101-01-01"])
def test_a_day_that_no_calendar_knows_is_wrong_use(desk: Desk, day: str) -> None:
    refused = desk.run("simulate-load", "covid-results", "--day", day, code=2)
    assert "name a day of the years 2000 to 2100" in " ".join(refused.stderr.split())
