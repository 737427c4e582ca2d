"""Commands as people type them: what they print, how they end, and one sentence when something is wrong."""

import json
import sqlite3
from pathlib import Path

import pytest

from campaigns.flows.loader import LIBRARY, find_scripts
from campaigns.store.creation import create_database
from tests.system.commands import Desk

TRUNK = "sip:127.0.0.1:15998"
HEADER = "external_id,phone,full_name,language,birth_year,result,sample_date,clinic"
RIGHT = "A-1,8 (912) 345-67-89,Иванова Мария,ru,1954,negative,2026-11-20,Поликлиника № 5"
ON_NO_TRUNK = ("campaign", "report", "covid-results")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, TRUNK)


def test_init_makes_a_home_once(tmp_path: Path) -> None:
    desk, home = Desk(tmp_path, TRUNK), tmp_path / "another"
    assert "is ready" in desk.run("init", home=home).stdout
    changed = (home / "dialer.toml").read_text() + "# mine\n"
    (home / "dialer.toml").write_text(changed)
    assert "nothing was overwritten" in desk.run("init", home=home).stdout
    assert (home / "dialer.toml").read_text() == changed
    assert (home / "campaigns").is_dir()
    for path, mode in [
        (home, 0o700),
        (home / "campaigns", 0o700),
        (home / "dialer.toml", 0o600),
        (home / "dialer.db", 0o600),
    ]:
        assert path.stat().st_mode & 0o777 == mode, path


def test_a_file_is_queued_once_and_what_is_wrong_is_written_beside_it(desk: Desk) -> None:
    path = desk.home.parent / "results.csv"
    wrong = "A-2,12,Петров Иван,ru,1960,negative,2026-11-20,Поликлиника № 5"
    path.write_text(f"{HEADER}\n{RIGHT}\n{wrong}\n", encoding="utf-8")
    first = desk.run("queue", "covid-results", str(path))
    again = desk.data("queue", "covid-results", str(path))
    assert "1 queued, 0 known already, 1 rejected" in first.stdout
    assert [(row["queued"], row["known"], row["rejected"]) for row in again] == [(0, 1, 1)]
    rejects = (desk.home.parent / "results.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rejects[0] == f"{HEADER},line,reason"
    assert rejects[1].startswith(f"{wrong},3,")


def test_a_file_in_which_nothing_is_right_is_a_failure(desk: Desk) -> None:
    path = desk.home.parent / "results.csv"
    path.write_text(f"{HEADER}\nA-2,12,Петров,ru,1960,negative,2026-11-20,x\n", encoding="utf-8")
    assert "0 queued" in desk.run("queue", "covid-results", str(path), code=1).stdout


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("a,b\n1,2\n", "external_id"), ("", "empty"), (HEADER.replace("result,", "") + "\n", "result")],
)
def test_a_file_without_the_needed_columns_is_refused_in_one_sentence(
    desk: Desk, content: str, complaint: str
) -> None:
    path = desk.home.parent / "results.csv"
    path.write_text(content, encoding="utf-8")
    said = desk.run("queue", "covid-results", str(path), code=1).stderr
    assert complaint in said
    assert str(path) in said


def test_a_campaign_can_be_launched_paused_resumed_and_stopped(desk: Desk) -> None:
    for move, state in [
        ("launch", "running"),
        ("launch", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("stop", "stopped"),
        ("launch", "running"),
    ]:
        desk.run("campaign", move, "covid-results")
        assert desk.report()["state"] == state


def test_a_draft_cannot_be_paused(desk: Desk) -> None:
    said = desk.run("campaign", "pause", "covid-results", code=1).stderr
    assert said.startswith("The campaign covid-results is draft and cannot become paused: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(("moves", "state"), [((), "draft"), (("launch", "stop"), "stopped")])
def test_only_a_paused_campaign_is_resumed(desk: Desk, moves: tuple[str, ...], state: str) -> None:
    for move in moves:
        desk.run("campaign", move, "covid-results")
    said = desk.run("campaign", "resume", "covid-results", code=1).stderr
    assert said == f"The campaign covid-results is {state} and not paused: launch it first.\n"
    assert desk.report()["state"] == state


@pytest.mark.parametrize(
    "words",
    [
        ("contacts", "list", "covid"),
        ("contacts", "show", "covid", "A"),
        ("tasks", "list", "--campaign", "covid"),
    ],
)
def test_lists_of_an_unknown_campaign_are_refused(desk: Desk, words: tuple[str, ...]) -> None:
    assert "There is no campaign covid; " in desk.run(*words, code=1).stderr


def test_contacts_are_listed_when_the_campaigns_file_is_gone(desk: Desk) -> None:
    own = desk.home / "campaigns" / "own.yaml"
    shipped = (LIBRARY / "covid-results.yaml").read_text(encoding="utf-8")
    own.write_text(shipped.replace("name: covid-results", "name: own"), encoding="utf-8")
    path = desk.home.parent / "own.csv"
    path.write_text(f"{HEADER}\n{RIGHT}\n", encoding="utf-8")
    desk.run("queue", "own", str(path))
    own.unlink()
    assert [row["contact"] for row in desk.data("contacts", "list", "own")] == ["A-1"]


def test_commands_that_place_no_call_need_no_password(desk: Desk) -> None:
    settings = desk.home / "dialer.toml"
    settings.write_text(
        settings.read_text().replace(
            f'uri = "{TRUNK}"', f'uri = "{TRUNK}"\npassword_env = "NOT_SET_ANYWHERE"'
        )
    )
    desk.run("tasks", "list")
    desk.run("campaign", "launch", "covid-results")
    desk.run("campaign", "pause", "covid-results")
    assert "NOT_SET_ANYWHERE, which is not set" in desk.run("run", "--until-idle", code=1).stderr


@pytest.mark.parametrize(
    "words",
    [
        (*ON_NO_TRUNK, "--html"),
        ("campaign", "simulate", "covid-results", "--golden"),
        ("prompts", "say", "Здравствуйте!", "-o"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence(desk: Desk, words: tuple[str, ...]) -> None:
    for place, reason in [
        (desk.home / "nowhere" / "x", "No such file or directory"),
        (desk.home, "Is a directory"),
    ]:
        said = desk.run(*words, str(place), typed="!hangup\n", code=1).stderr
        assert said == f"{place} cannot be written ({reason}): name another place, or make room.\n"


def test_an_unknown_campaign_is_named_with_the_known_ones(desk: Desk) -> None:
    said = desk.run("campaign", "launch", "covid", code=1).stderr
    assert f"no campaign covid; there are {', '.join(sorted(find_scripts(LIBRARY)))}" in said


def test_a_faulty_campaign_file_is_refused_with_file_and_line(desk: Desk) -> None:
    path = desk.home / "campaigns" / "my-survey.yaml"
    path.write_text("name: my-survey\ntitle: x\nlanguages: [ru]\nstart: nowhere\n", encoding="utf-8")
    said = desk.run("campaign", "check", "my-survey", code=1).stderr
    assert f"{path}:" in said
    desk.run("campaign", "launch", "my-survey", code=1)
    desk.run("campaign", "check", "covid-results")


def test_a_call_can_be_played_with_the_keyboard(desk: Desk) -> None:
    golden = desk.home.parent / "talk.yaml"
    done = desk.run(
        *("campaign", "simulate", "covid-results", "--value", "result=positive", "--golden", str(golden)),
        typed="1\n1954\n2\n5\n",
    )
    assert "completed" in done.stdout
    assert "doctor_positive_result" in done.stdout
    assert golden.read_text(encoding="utf-8")


def test_a_home_of_a_newer_version_is_left_alone(desk: Desk) -> None:
    with sqlite3.connect(desk.home / "dialer.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    for words in [("run", "--until-idle"), ("init",), ("db", "upgrade"), ("tasks", "list")]:
        said = desk.run(*words, code=1).stderr
        assert said.count("\n") == 1
        assert "belongs to a newer version" in said


def test_an_empty_database_is_never_filled(desk: Desk) -> None:
    (desk.home / "dialer.db").write_bytes(b"")
    for words in [("run", "--until-idle"), ("init",), ("db", "upgrade"), ("tasks", "list")]:
        said = desk.run(*words, code=1).stderr
        assert said.count("\n") == 1
        assert "is empty: restore it from a backup, or remove it and run dialer init" in said
    (desk.home / "dialer.db").unlink()
    desk.run("db", "upgrade", code=1)
    desk.run("init")
    assert desk.data("tasks", "list") == []


def test_a_home_that_is_none_says_how_to_make_one(desk: Desk) -> None:
    said = desk.run(*ON_NO_TRUNK, home=desk.home.parent / "elsewhere", code=1).stderr
    assert "dialer init --home" in said


def test_a_place_that_cannot_be_written_is_refused(desk: Desk) -> None:
    blocked = desk.home.parent / "file"
    blocked.write_text("")
    said = desk.run("init", home=blocked / "H", code=1).stderr
    assert said.count("\n") == 1
    assert str(blocked) in said


def test_wrong_use_ends_with_two(desk: Desk) -> None:
    desk.run("campaign", "dance", code=2)
    desk.run("campaign", "launch", code=2)


def test_numbers_opt_out_and_in(desk: Desk) -> None:
    desk.run("optout", "add", "8 (912) 345-67-89")
    assert "+7…89" in desk.run("optout", "list").stdout
    assert "may be called again" in desk.run("optout", "remove", "+79123456789").stdout
    assert "had not opted out" in desk.run("optout", "remove", "+79123456789").stdout
    desk.run("optout", "add", "12", code=2)


def test_lists_are_data_when_asked(desk: Desk) -> None:
    assert {row["campaign"] for row in desk.data("campaign", "list")} >= {"covid-results"}
    assert desk.data("tasks", "list") == []
    assert desk.data("contacts", "list", "covid-results") == []
    assert "09:00-20:00" in desk.run("campaign", "show", "covid-results").stdout


def test_a_sentence_can_be_heard(desk: Desk) -> None:
    wav = desk.home.parent / "hello.wav"
    desk.run("prompts", "say", "Здравствуйте! Нажмите {key:1}.", "-o", str(wav))
    assert wav.read_bytes()[:4] == b"RIFF"


def test_an_upgrade_of_a_current_database_changes_nothing(desk: Desk) -> None:
    create_database(f"sqlite:///{desk.home / 'dialer.db'}")
    assert "up to date" in desk.run("db", "upgrade").stdout


def test_the_report_is_a_page_too(desk: Desk) -> None:
    page = desk.home.parent / "page.html"
    done = desk.run(*ON_NO_TRUNK, "--html", str(page), "--json")
    assert json.loads(done.stdout)["contacts"]["total"] == 0
    assert "<svg" in page.read_text(encoding="utf-8")
