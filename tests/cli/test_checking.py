"""What is said of campaigns that check tasks, and of marks that nobody watches."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.cli.checking import advice, check_faults, checks_of, not_asking
from campaigns.cli.home import init
from campaigns.flows.script import Script
from campaigns.library import script_named
from campaigns.settings import Home, read_home
from campaigns.store import campaigns
from campaigns.store.database import open_database
from tests.flows.scripts import spoiled

SETTINGS = '[[trunks]]\nname = "main"\nuri = "sip:127.0.0.1:15998"\n'


def home_with(folder: Path, *changes: tuple[str, str]) -> tuple[Home, Script]:
    """A home whose own campaign `trial` is the right one with these changes."""
    init(folder)
    (folder / "dialer.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "campaigns" / "trial.yaml").write_text(spoiled(*changes), encoding="utf-8")
    home = read_home(folder)
    return home, script_named(home, "trial")


def checked_by(name: str) -> tuple[str, str]:
    return "    urgency: high\n", f"    urgency: high\n    check: {name}\n"


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ("problem-check", ""),
        ("problem-chek", "problem-chek is to ask whether a task is solved, and there is no such campaign"),
        ("trial", "trial is to ask whether a task is solved, and none of its rules has a verdict"),
    ],
)
def test_a_check_is_a_campaign_that_gives_verdicts(tmp_path: Path, check: str, fault: str) -> None:
    home, script = home_with(tmp_path, checked_by(check))
    found = list(check_faults(home, script, Path("trial.yaml")))
    assert [(str(each.file), each.sentence) for each in found] == ([("trial.yaml", fault)] if fault else [])
    assert [each.line for each in found] == ([script.afterwards[0].line] if fault else [])


def test_a_scale_without_low_marks_is_advised_on_and_not_refused(tmp_path: Path) -> None:
    _, script = home_with(tmp_path)
    [hint] = advice(script)
    assert hint.startswith('trial: no mark of "mark" is low, so a bad one may end without a person')
    home = read_home(tmp_path)
    assert list(advice(script_named(home, "satisfaction-survey"))) == []


def test_who_launches_is_told_which_campaign_has_to_run_too(tmp_path: Path) -> None:
    home, script = home_with(tmp_path, checked_by("problem-check"))
    database = open_database(home.database_url)
    try:
        assert checks_of(script).keys() == {"problem-check"}
        assert "dialer campaign launch problem-check" in next(not_asking(database, script))
        campaigns.move(database, "problem-check", "running", datetime.now(UTC))
        assert list(not_asking(database, script)) == []
    finally:
        database.close()
