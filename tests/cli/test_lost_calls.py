"""`dialer queue` with the logs of inbound queues, as people type it."""

import json
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from campaigns.cli.lost_calls import _notices
from campaigns.intake.log_reading import Reading
from campaigns.rules.lost_calls import Folded
from tests.system.commands import Desk

ANNA, IVAN, OLGA = "89123456789", "89123456780", "89123456781"
CAMPAIGN = "abandoned-callback"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def lost(number: str, minutes_ago: float, waited: int = 60, name: str = "") -> str:
    """Two lines: a call that is lost."""
    at = int(time.time() - minutes_ago * 60)
    call = f"{at}.{abs(hash((number, minutes_ago)))}"
    return (
        f"{at - waited}|{call}|desk|NONE|ENTERQUEUE||{number}|1{name}\n"
        f"{at}|{call}|desk|NONE|ABANDON|1|1|{waited}\n"
    )


def connected(number: str, minutes_ago: float) -> str:
    at = int(time.time() - minutes_ago * 60)
    call = f"{at}.77"
    return (
        f"{at - 9}|{call}|desk|NONE|ENTERQUEUE||{number}|1\n"
        f"{at}|{call}|desk|Иванова | Анна|CONNECT|9|{at}.78|3\n"
        f"{at + 1}|{call}|desk|Иванова | Анна|COMPLETECALLER|9|1|1\n"
    )


def took(desk: Desk, *words: str) -> dict[str, Any]:
    """What the only log came to."""
    (told,) = desk.data("queue", CAMPAIGN, *words)
    assert isinstance(told, dict)
    return told


def test_every_lost_call_of_a_queue_log_has_a_fate_and_is_read_once(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_text(
        lost(OLGA, 3000)
        + lost(ANNA, 50, name="|Анна|Мария")
        + "broken\n"
        + lost(ANNA, 40)
        + lost(IVAN, 30)
        + connected(IVAN, 20)
        + lost(OLGA, 10, waited=3)
        + lost("anonymous", 9)
        + lost("7000", 8),
        encoding="utf-8",
    )
    fates = {
        **{"callback": 1, "joined": 1, "got_through": 1, "misdial": 1},
        **{"withheld": 1, "unusable": 1, "too_late": 1},
    }
    trial = took(desk, "--from-queue-log", str(log), "--dry-run")
    assert trial["lost"] == fates
    assert "line 5: it does not begin with the seconds since 1970" in trial["notices"]
    assert desk.data("contacts", "list", CAMPAIGN) == []

    told = took(desk, "--from-queue-log", str(log))
    assert (told["lines"], told["broken"], told["lost"]) == (18, 1, fates)
    assert Path(told["rejects"]).read_text(encoding="utf-8") == (
        f"{log}:5: it does not begin with the seconds since 1970: broken\n"
    )
    again = took(desk, "--from-queue-log", str(log))
    assert (again["lines"], sum(again["lost"].values())) == (0, 0)
    assert len(desk.data("contacts", "list", CAMPAIGN)) == 1


def test_who_gets_through_while_the_callback_waits_is_dropped(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_text(lost(ANNA, 50) + lost(IVAN, 40))
    assert took(desk, "--from-queue-log", str(log))["lost"]["callback"] == 2
    with log.open("a") as file:
        file.write(connected(ANNA, 10))
    assert took(desk, "--from-queue-log", str(log))["dropped"] == 1
    states = sorted(row["state"] for row in desk.data("contacts", "list", CAMPAIGN))
    assert states == ["cancelled", "waiting"]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_two_exchanges_know_of_each_other(desk: Desk, tmp_path: Path, order: tuple[str, str]) -> None:
    """A number lost at one, that got through at the other, whichever log is read first."""
    for name, text in (("a", lost(ANNA, 50)), ("b", connected(ANNA, 20))):
        (tmp_path / name).write_text(text)
    for name in order:
        took(desk, "--from-queue-log", str(tmp_path / name), "--source", f"pbx-{name}")
    assert [
        row["state"] for row in desk.data("contacts", "list", CAMPAIGN) if row["state"] == "waiting"
    ] == []


@pytest.mark.parametrize(("named", "notices"), [(("--source", "pbx"), 0), ((), 1)])
def test_a_log_may_move(desk: Desk, tmp_path: Path, named: tuple[str, ...], notices: int) -> None:
    first, second = tmp_path / "queue_log", tmp_path / "moved"
    first.write_text(lost(ANNA, 50))
    took(desk, "--from-queue-log", str(first), *named)
    first.rename(second)
    told = took(desk, "--from-queue-log", str(second), *named)
    assert (told["lines"], len(told["notices"])) == (0, notices)


@pytest.mark.parametrize(
    ("live", "times"),
    [(False, "have the time of the one before"), (True, "are counted as written when they were read")],
)
def test_a_clock_that_jumped_is_told_with_what_is_done(live: bool, times: str) -> None:
    (notice,) = _notices(Path("queue_log"), Reading(Folded(), None, jumps=2, live=live))
    assert notice == f"The clock of queue_log jumped at 2 lines: they {times}."


@pytest.mark.parametrize(("named", "source"), [((), "{host}:{log}"), (("--source", "pbx"), "pbx")])
def test_a_log_is_known_by_its_host_and_path(
    desk: Desk, tmp_path: Path, named: tuple[str, ...], source: str
) -> None:
    log = tmp_path / "queue_log"
    log.write_text(lost(ANNA, 50))
    took(desk, "--from-queue-log", str(log), *named)
    told = desk.data("report", "--campaign", CAMPAIGN)
    assert isinstance(told, dict)
    host = socket.gethostname()
    assert [each["source"] for each in told["logs"]] == [source.format(host=host, log=log)]


def test_events_of_a_callcenter_and_a_file_do_the_same(desk: Desk, tmp_path: Path) -> None:
    now = int(time.time())
    event = {
        "Event-Subclass": "callcenter::info",
        "CC-Action": "member-queue-end",
        "CC-Cause": "Cancel",
        "CC-Cancel-Reason": "BREAK_OUT",
        "CC-Queue": "desk",
        "CC-Member-Session-UUID": "b77c49c2",
        "CC-Member-Joined-Time": str(now - 90),
        "CC-Member-Leaving-Time": str(now - 30),
        "CC-Member-CID-Number": ANNA,
    }
    events, rows = tmp_path / "events", tmp_path / "lost.csv"
    events.write_text(json.dumps(event) + "\n")
    rows.write_text(f"phone,lost_at,id\n{ANNA},2026-01-01 12:00,A\n{IVAN},soon,B\n")
    told = desk.data("queue", CAMPAIGN, "--from-callcenter", str(events), "--from-lost-calls", str(rows))
    assert [entry["lost"]["callback"] + entry["lost"]["too_late"] for entry in told] == [1, 1]
    assert [entry["broken"] for entry in told] == [0, 1]
    assert Path(told[1]["rejects"]).name == "lost.rejects.csv"
    again = took(desk, "--from-lost-calls", str(rows))
    assert (sum(again["lost"].values()), again["known"]) == (0, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Name a file to queue"),
        (("x.csv", "--from-queue-log", "x"), "with a command each"),
        (("x.csv", "--follow"), "--follow needs a log"),
        (("--from-queue-log", "x", "--follow", "--dry-run"), "--follow needs a log"),
        (("--from-queue-log", "x", "--from-queue-log", "y", "--source", "pbx"), "--source names one log"),
    ],
)
def test_wrong_use_is_said(desk: Desk, words: tuple[str, ...], sentence: str) -> None:
    said = " ".join(desk.run("queue", CAMPAIGN, *words, code=2).stderr.replace("│", " ").split())
    assert sentence in said


def test_what_cannot_be_used_is_said_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text("no log\nat all\n")
    told = desk.run("queue", CAMPAIGN, "--from-queue-log", str(path), code=1).stderr
    assert "is no queue_log of Asterisk: none of its 2 lines has that form" in told
    missing = desk.run("queue", CAMPAIGN, "--from-queue-log", str(tmp_path / "none"), code=1).stderr
    assert "There is no file" in missing
    other = desk.run("queue", "covid-results", "--from-queue-log", str(path), code=1).stderr
    assert "covid-results needs" in other


def test_a_log_is_followed_until_somebody_ends_it(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_text(lost(ANNA, 50))
    process = desk.start("queue", CAMPAIGN, "--from-queue-log", str(log), "--follow")
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        assert "1 calls lost: 1 to be called back" in next(lines)
        assert next(lines).startswith("Waiting for calls that are lost")
        with log.open("a") as file:
            file.write(lost(IVAN, 1))
        assert "1 calls lost: 1 to be called back" in next(lines)
        log.rename(tmp_path / "queue_log.1")
        log.write_text(connected(IVAN, 0))
        assert "1 callbacks dropped" in next(lines)
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
        assert (process.returncode, complaints) == (0, "")
    finally:
        process.kill()
    assert len(desk.data("contacts", "list", CAMPAIGN)) == 2
