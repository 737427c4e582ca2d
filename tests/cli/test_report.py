"""`dialer report`, as people type it."""

import time
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from campaigns.cli import options
from campaigns.cli.desk_tables import sentences
from campaigns.models import Contact, Operator, OperatorCall
from campaigns.store import staff
from campaigns.store.database import open_database
from campaigns.store.staff import NewOperator
from tests.store.people import HOUR, NOW
from tests.system.commands import Desk

CAMPAIGN = "abandoned-callback"
REPORT = ("report", "--campaign", CAMPAIGN)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def queue_log(folder: Path, *losses: tuple[str, int]) -> Path:
    """Calls lost now: their numbers, and how long they had waited."""
    log = folder / "queue_log"
    now = int(time.time())
    lines = [
        f"{now - waited}|{place}|desk|NONE|ENTERQUEUE||{number}|1\n"
        f"{now}|{place}|desk|NONE|ABANDON|1|1|{waited}\n"
        for place, (number, waited) in enumerate(losses)
    ]
    log.write_text("".join(lines), encoding="utf-8")
    return log


def lose(desk: Desk, *losses: tuple[str, int]) -> None:
    desk.run("queue", CAMPAIGN, "--from-queue-log", str(queue_log(desk.home.parent, *losses)))


def test_a_desk_that_lost_nothing_says_how_to_begin(desk: Desk) -> None:
    said = desk.run(*REPORT).stdout
    assert f"dialer queue {CAMPAIGN} --from-queue-log" in said
    assert "%" not in said


def test_every_lost_call_stands_in_the_tables(desk: Desk) -> None:
    lose(desk, ("89123456789", 60), ("89123456789", 50), ("89123456780", 2), ("", 30))
    said = desk.run(*REPORT).stdout
    assert "4 calls were lost; 1 callbacks came of them" in said
    for row in ("to be", "joined", "hung up", "withheld"):
        assert [line for line in said.splitlines() if row in line and " 25.0 " in line], row
    assert "100.0" in said
    assert "8 lines read, 0 broken, 0 calls open" in said
    data = desk.data(*REPORT)
    assert data["lost"]["in"] == sum(count for name, count in data["lost"].items() if name != "in") == 4
    assert data["callbacks"]["waiting"] == data["callbacks"]["total"] == 1
    assert "9123456789" not in said + str(data)


def test_one_day_alone(desk: Desk) -> None:
    lose(desk, ("89123456789", 60))
    assert desk.data(*REPORT, "--day", "2020-02-29")["lost"]["in"] == 0
    assert desk.data(*REPORT, "--day", "2020-02-29")["since"] == "2020-02-28T19:00:00+00:00"
    assert "--day" in desk.run(*REPORT, "--day", "yesterday", code=2).stderr


def test_the_page_is_written(desk: Desk, tmp_path: Path) -> None:
    page = tmp_path / "desk.html"
    lose(desk, ("89123456789", 60))
    desk.run(*REPORT, "--html", str(page))
    assert "1 calls were lost" in page.read_text(encoding="utf-8")
    nowhere = str(tmp_path / "nowhere" / "desk.html")
    assert "cannot be written" in desk.run(*REPORT, "--html", nowhere, code=1).stderr


def test_a_campaign_that_is_not_there(desk: Desk) -> None:
    assert "There is no campaign nothing" in desk.run("report", "--campaign", "nothing", code=1).stderr


def test_operators_have_their_hours_in_tables_that_fit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(desk, ("89123456789", 60))
    database = open_database(f"sqlite:///{desk.home / 'dialer.db'}")
    staff.enter(database, NewOperator("Anna [/b]", "sip:101@10.0.0.1", "main"), NOW)
    with database.write() as session:
        whom = session.exec(select(Contact)).one().id
        anna = session.exec(select(Operator)).one().id
        for hour in range(12):
            call: dict[str, Any] = {
                "contact_id": whom,
                "operator_id": anna,
                "campaign": CAMPAIGN,
                "mode": "operator_first",
            }
            at = NOW + hour * HOUR
            session.add(
                OperatorCall(
                    **call, trunk="t", node="", started_at=at, ended_at=at, result="talked", talk_seconds=61
                )
            )
    database.close()
    monkeypatch.setattr(options.console, "width", 80)
    said = desk.run(*REPORT).stdout
    for part in ("Anna [/b]", "12:12", "│ 1:01", "┃ 12 ", "┃ 23 "):
        assert part in said, part
    assert max(len(line) for line in said.splitlines() if line[0] in "│┃┏└") <= 80


def test_how_soon_is_said_in_minutes_and_seconds() -> None:
    data = {
        "campaign": CAMPAIGN,
        "lost": {"in": 9},
        "callbacks": {"total": 8, "called": 7, "connected": 6},
        "called_back": {"callbacks": 7, "p50_seconds": 65.4, "p95_seconds": 3600.0},
        "prompt": {"minutes": 15, "callbacks": 8, "reached": 5, "share": 0.625},
    }
    lost, waits, prompt = sentences(data)
    assert "9 calls were lost; 8 callbacks came of them, of which 7 were called and 6 talked" in lost
    assert "at most 1:05 for it, and 95 % at most 60:00" in waits
    assert prompt == "Within 15 minutes 5 of 8 were spoken with, 62.5 %."


def test_a_survey_has_figures_of_its_own(desk: Desk, tmp_path: Path) -> None:
    survey = ("report", "--campaign", "satisfaction-survey")
    page, rows = tmp_path / "survey.html", tmp_path / "survey.csv"
    desk.run("campaign", "launch", "satisfaction-survey")
    said = desk.run(*survey, "--by", "week", "--html", str(page), "--csv", str(rows)).stdout
    assert "No contact of satisfaction-survey was closed or queued" in said
    assert "AAPOR" in page.read_text(encoding="utf-8")
    assert rows.read_bytes().startswith(b"\xef\xbb\xbf")
    data = desk.data(*survey, "--since", "2026-03-02", "--until", "2026-03-08")
    assert (data["since"], data["until"]) == ("2026-03-01T19:00:00+00:00", "2026-03-08T19:00:00+00:00")
    assert data["everybody_is_asked"] == ["dealt_with", "mark"]
    assert "--until" in desk.run(*survey, "--since", "2026-03-02", "--until", "2026-03-01", code=2).stderr
    assert "--day" in desk.run(*survey, "--since", "2026-03-02", "--day", "2026-03-01", code=2).stderr


def test_the_whole_service_counts_what_files_are_gone(desk: Desk, tmp_path: Path) -> None:
    page = tmp_path / "service.html"
    desk.run("campaign", "launch", "satisfaction-survey")
    own = desk.home / "campaigns" / "satisfaction-survey.yaml"
    own.write_text("name: satisfaction-survey\n", encoding="utf-8")
    answer = desk.run("report", "--html", str(page))
    assert "The file of satisfaction-survey cannot be read" in answer.stderr
    assert "Nothing was done in this time" in answer.stdout
    assert "The service in figures" in page.read_text(encoding="utf-8")
    assert desk.data("report", "--day", "2026-03-02")["reached"]["called"] == 0


def test_a_desk_has_no_spreadsheet(desk: Desk, tmp_path: Path) -> None:
    assert "--csv" in desk.run(*REPORT, "--csv", str(tmp_path / "desk.csv"), code=2).stderr
