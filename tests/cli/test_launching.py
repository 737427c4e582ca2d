"""`dialer campaign launch|approve|resume|stop`, and why a campaign is held back."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from campaigns.cli import campaign, home, launching
from campaigns.control.launching import held_back_by
from campaigns.errors import CampaignsError, TextsNotApproved
from campaigns.flows.loader import LIBRARY
from campaigns.models import Campaign
from campaigns.settings import read_home
from campaigns.store import campaigns
from campaigns.store.database import open_database
from campaigns.words import CampaignState, PauseReason

NAME = "own"
SHIPPED = "abandoned-callback"
SETTINGS = '[[trunks]]\nname = "main"\nuri = "sip:127.0.0.1:15998"\n'


class Office:
    """The commands of `dialer campaign` in this process, on one home; nothing is spoken."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        home.init(folder)
        (folder / "dialer.toml").write_text(SETTINGS, encoding="utf-8")
        self.file = folder / "campaigns" / f"{NAME}.yaml"
        text = (LIBRARY / f"{SHIPPED}.yaml").read_text(encoding="utf-8")
        self.file.write_text(text.replace(f"name: {SHIPPED}", f"name: {NAME}"), encoding="utf-8")

    def run(self, *words: str, code: int = 0) -> Result:
        done = CliRunner().invoke(campaign.app, [*words, "--home", str(self.home)])
        if isinstance(done.exception, CampaignsError) and code == 1:
            return done
        assert done.exit_code == code, done.output
        return done

    def refused(self, *words: str) -> str:
        return str(self.run(*words, code=1).exception)

    def standing(self) -> tuple[str, str]:
        rows = json.loads(self.run("list", "--json").stdout)
        [row] = [row for row in rows if row["campaign"] == NAME]
        return row["state"], row["why"]

    def reword(self, old: str, new: str) -> None:
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def hold_back(self, why: PauseReason) -> None:
        """As the engine does it."""
        database = open_database(read_home(self.home).database_url)
        assert campaigns.pause_running(database, NAME, why, datetime.now(UTC))
        database.close()


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The campaigns whose texts were rendered."""
    names: list[str] = []
    monkeypatch.setattr(launching, "_render", lambda _settings, name: names.append(name))
    return names


@pytest.fixture
def office(tmp_path: Path, rendered: list[str]) -> Office:
    assert rendered == []
    return Office(tmp_path / "H")


def test_texts_that_changed_are_asked_for_before_the_launch(office: Office, rendered: list[str]) -> None:
    office.run("launch", NAME)
    office.run("stop", NAME)
    office.reword("{institution}", "{institution} !")
    said = office.refused("launch", NAME)
    assert said.startswith(f"The texts of {NAME} changed since they were approved: ")
    assert said.endswith(" ru; read them, then say --approve.")
    assert office.standing() == ("stopped", "by a supervisor")
    assert rendered == [NAME]
    assert office.run("launch", NAME, "--approve").stdout == f"{NAME} is running.\n"
    assert office.run("launch", NAME).stdout == f"{NAME} is running already.\n"
    assert rendered == [NAME, NAME]


@pytest.mark.parametrize(("answer", "state"), [("y\n", "running"), ("n\n", "paused"), ("", "paused")])
def test_on_a_terminal_somebody_reads_them_and_answers(
    office: Office, monkeypatch: pytest.MonkeyPatch, answer: str, state: str
) -> None:
    office.run("launch", NAME)
    office.run("pause", NAME)
    office.reword("{institution}", "{institution} !")
    monkeypatch.setattr(launching, "_terminal", lambda: True)
    done = CliRunner().invoke(campaign.app, ["resume", NAME, "--home", str(office.home)], input=answer)
    assert "{institution} !" in done.output
    assert office.standing()[0] == state
    assert isinstance(done.exception, TextsNotApproved) == (answer == "n\n")


def test_a_campaign_that_runs_is_approved_with_its_new_texts(office: Office) -> None:
    office.run("launch", NAME)
    office.reword("{institution}", "{institution} !")
    said = office.run("approve", NAME).stdout
    assert said.startswith("Approved as they are now: ")
    assert said.endswith(f"{NAME} is approved and running.\n")
    assert office.run("launch", NAME).stdout == f"{NAME} is running already.\n"


def test_first_calls_wait_for_an_approval(office: Office) -> None:
    assert "it waits after 3 calls" in office.run("launch", NAME, "--first", "3").stdout
    assert office.standing() == ("running", "3 calls are left before it waits for approval")
    office.hold_back("approval")
    assert office.standing() == ("paused", "its first calls are made: approve it")
    for word in ("launch", "resume"):
        assert office.refused(word, NAME) == (
            f"The first calls of {NAME} wait for approval: dialer campaign approve {NAME}."
        )
    assert "it waits after 2 calls" in office.run("launch", NAME, "--first", "2").stdout
    office.hold_back("approval")
    assert office.run("approve", NAME).stdout == f"{NAME} is approved and running.\n"
    assert office.standing() == ("running", "")
    office.run("launch", NAME, "--first", "0", code=2)


def test_a_campaign_that_paused_itself_says_why_and_is_resumed(office: Office) -> None:
    office.run("launch", NAME)
    office.hold_back("failures")
    assert office.standing() == ("paused", "too many of its calls failed")
    office.run("resume", NAME)
    assert office.standing() == ("running", "")


def test_all_is_stopped_even_when_a_file_is_wrong(office: Office) -> None:
    office.run("launch", NAME)
    office.run("launch", SHIPPED)
    office.reword("languages:", "langages:")
    assert office.run("stop", "--all").stdout == f"Stopped: {SHIPPED}, {NAME}.\n"
    assert office.standing() == ("stopped", "by a supervisor")
    assert office.run("stop", "--all").stdout == "No campaign was running.\n"
    assert office.run("stop", NAME).stdout == f"{NAME} is stopped already.\n"
    office.run("stop", code=2)
    office.run("stop", NAME, "--all", code=2)


@pytest.mark.parametrize(
    ("state", "reason", "left", "why"),
    [
        ("running", "", None, ""),
        ("running", "", 1, "1 call is left before it waits for approval"),
        ("running", "", 2, "2 calls are left before it waits for approval"),
        ("paused", "texts", None, "its texts changed: approve them"),
        ("paused", "file", None, "its file is wrong"),
        ("paused", "opt_outs", 0, "too many people opted out"),
        ("finished", "", 0, ""),
    ],
)
def test_why_a_campaign_is_held_back_is_told_in_words(
    state: CampaignState, reason: PauseReason, left: int | None, why: str
) -> None:
    row = Campaign(name=NAME, state=state, changed_at=datetime.now(UTC), pause_reason=reason, first_left=left)
    assert held_back_by(row) == why
    assert held_back_by(None) == ""


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("draft", f"{NAME} is approved and draft: begin with dialer campaign launch {NAME}.\n"),
        ("paused", f"{NAME} is approved and paused: let it go on with dialer campaign resume {NAME}.\n"),
        ("stopped", f"{NAME} is approved and stopped: begin with dialer campaign launch {NAME}.\n"),
    ],
)
def test_what_an_approval_alone_does_not_start_is_said(office: Office, state: str, said: str) -> None:
    if state != "draft":
        office.run("launch", NAME)
        office.run({"paused": "pause", "stopped": "stop"}[state], NAME)
    assert office.run("approve", NAME).stdout == said
