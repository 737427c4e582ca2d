"""What a supervisor does, against somebody else's SIP: SIPp is the trunk and the patients."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.store import attempts
from campaigns.store.database import open_database
from tests.sipp.behaviours import BUSY, DECLINES, Answers, Behaviour, Rings
from tests.sipp.patients import Seen, SippPatients, needs_sipp
from tests.system.commands import Desk

pytestmark = [pytest.mark.sipp, needs_sipp()]

YEAR = ((1500, "1"), (300, "9"), (300, "5"), (300, "4"))
HEARS_AND_MARKS = Answers(keys=((1500, "1"), *YEAR, (2500, "2"), (1500, "5")))
HANGS_UP_EARLY = Answers(keys=((1500, "1"),), hang_up_ms=500)
NOBODY_THERE = "sip:127.0.0.1:15999"
LINES = "[lines]\nsip_ports = [14700, 14899]\nrtp_ports = [18000, 19999]\n"
NUMBERS = [f"+7912345670{n}" for n in range(6)]


def answered(seen: tuple[Seen, ...]) -> int:
    """How many patients have picked up so far."""
    return sum(line.what == "answered" for line in seen)


def test_the_main_job(tmp_path: Path) -> None:
    patients: dict[str, Behaviour] = {
        NUMBERS[0]: HEARS_AND_MARKS,
        NUMBERS[1]: BUSY,
        NUMBERS[2]: Rings(),
        NUMBERS[3]: DECLINES,
        NUMBERS[4]: HANGS_UP_EARLY,
    }
    with SippPatients(patients) as sipp:
        desk = Desk(tmp_path, sipp.uri, settings=LINES)
        said = desk.queue([f"A-{n},{number}" for n, number in enumerate(NUMBERS)] + ["A-9,12"])
        assert "6 queued, 0 known already, 1 rejected" in said
        desk.run("campaign", "launch", "covid-results")
        run = desk.run("run", "--until-idle")
        report = sipp.report()
    figures = desk.report()
    quality = figures.pop("quality")
    assert quality["measured"] <= 2
    assert quality["one_way"] == 0
    assert figures == {
        "campaign": "covid-results",
        "state": "running",
        "contacts": {"total": 6, "waiting": 4, "calling": 0, "done": 1, "exhausted": 1, "cancelled": 0},
        "attempts": 6,
        "endings": {"answered": 2, "busy": 1, "no_answer": 1, "declined": 1, "wrong_number": 1},
        "outcomes": {"completed": 1, "unanswered": 4, "hung_up": 1},
        "answers": {"mark": {"5": 1}},
        "tasks": {"open": 1, "closed": 0},
    }
    [task] = desk.data("tasks", "list")
    assert (task["contact"], task["reason"], task["state"]) == ("A-5", "never_reached", "open")
    assert report.calls == 6
    assert "covid-results: 4 wait (retry)" in run.stdout
    for secret in (*NUMBERS, "Иванова", "1954", "negative"):
        assert secret not in run.stdout + run.stderr


def test_a_dead_trunk_is_said_plainly_and_costs_no_attempt(tmp_path: Path) -> None:
    desk = Desk(tmp_path, NOBODY_THERE, settings=LINES)
    desk.queue([f"A-1,{NUMBERS[0]}"])
    desk.run("campaign", "launch", "covid-results")
    run = desk.run("run", "--until-idle", code=1)
    assert "no attempt of a patient was used up" in run.stderr
    report = desk.report()
    assert report["endings"] == {"unreachable": 1}
    assert report["contacts"]["waiting"] == 1
    [contact] = desk.data("contacts", "list", "covid-results")
    assert (contact["attempts_used"], contact["waits_for"]) == (0, "own_failure")


def test_without_a_launch_nobody_is_called_and_the_run_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, NOBODY_THERE, settings=LINES)
    desk.queue([f"A-1,{NUMBERS[0]}"])
    said = desk.run("run", "--until-idle").stdout
    assert "No campaign is running" in said
    assert "covid-results: 1 wait (queued), as the campaign is draft." in said
    assert desk.report()["attempts"] == 0


def test_a_trunk_that_does_not_resolve_is_refused_before_any_call(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "sip:no-such-host.invalid:5060")
    run = desk.run("run", "--until-idle", code=1)
    assert "no-such-host.invalid does not resolve" in run.stderr


def test_after_a_kill_everything_is_taken_over(tmp_path: Path) -> None:
    with SippPatients(dict.fromkeys(NUMBERS[:4], HEARS_AND_MARKS)) as sipp:
        desk = Desk(tmp_path, sipp.uri, settings=LINES)
        desk.queue([f"A-{n},{number}" for n, number in enumerate(NUMBERS[:4])])
        desk.run("campaign", "launch", "covid-results")
        engine = desk.start("run", "--until-idle")
        sipp.wait_until(lambda seen: answered(seen) == 4, 30)
        sipp.wait_until(lambda seen: any(line.what == "pressed 2" for line in seen), 30)
        engine.kill()
        engine.communicate()
        run = desk.run("run", "--until-idle")
        seen = sipp.report()
    report = desk.report()
    assert "calls were open when the engine ended" in run.stderr
    assert report["contacts"]["done"] == 4
    assert report["attempts"] == seen.calls
    assert report["endings"].get("line_lost") == 4
    again = seen.calls - 4
    assert report["endings"].get("answered", 0) == again
    assert sum(report["outcomes"].get(outcome, 0) for outcome in ("delivered", "completed")) == 4


def test_sigterm_lets_calls_end_and_places_no_more(tmp_path: Path) -> None:
    numbers = [f"+791234567{n:02d}" for n in range(12)]
    with SippPatients(dict.fromkeys(numbers, HEARS_AND_MARKS)) as sipp:
        desk = Desk(tmp_path, sipp.uri, settings=LINES)
        desk.queue([f"A-{n},{number}" for n, number in enumerate(numbers)])
        desk.run("campaign", "launch", "covid-results")
        engine = desk.start("run", "--until-idle")
        sipp.wait_until(lambda seen: answered(seen) >= 4, 30)
        engine.send_signal(signal.SIGTERM)
        engine.communicate(timeout=60)
        seen = sipp.report()
    report = desk.report()
    assert engine.returncode == 0
    assert report["contacts"]["calling"] == 0
    assert 4 <= report["attempts"] == seen.calls < 12
    assert report["outcomes"] == {"completed": report["attempts"]}


def test_a_pause_holds_within_a_second(tmp_path: Path) -> None:
    numbers = [f"+791234567{n:02d}" for n in range(40)]
    with SippPatients(dict.fromkeys(numbers, HANGS_UP_EARLY)) as sipp:
        desk = Desk(tmp_path, sipp.uri, settings=LINES)
        desk.queue([f"A-{n},{number}" for n, number in enumerate(numbers)])
        desk.run("campaign", "launch", "covid-results")
        engine = desk.start("run", "--until-idle")
        sipp.wait_until(lambda seen: answered(seen) >= 4, 30)
        desk.run("campaign", "pause", "covid-results")
        paused_at = datetime.now(UTC)
        engine.communicate(timeout=60)
        seen = sipp.report()
    report = desk.report()
    assert report["attempts"] == seen.calls < 40
    placed = attempts.listing(open_database(f"sqlite:///{desk.home / 'dialer.db'}"), "covid-results")
    assert max(attempt.started_at for attempt, _ in placed) < paused_at + timedelta(seconds=1)


def test_two_engines_on_one_home_are_refused(tmp_path: Path) -> None:
    with SippPatients({NUMBERS[0]: Rings()}) as sipp:
        desk = Desk(tmp_path, sipp.uri, settings=LINES)
        desk.queue([f"A-1,{NUMBERS[0]}"])
        desk.run("campaign", "launch", "covid-results")
        engine = desk.start("run")
        sipp.wait_until(lambda seen: bool(seen), 30)
        assert "Another engine runs" in desk.run("run", code=1).stderr
        engine.send_signal(signal.SIGINT)
        engine.send_signal(signal.SIGTERM)  # another one, as two of a kind may arrive as one
        engine.communicate(timeout=30)
    report = desk.report()
    assert report["endings"] == {"line_lost": 1}
    assert report["contacts"]["waiting"] == 1
