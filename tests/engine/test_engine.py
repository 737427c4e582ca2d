"""Whole campaigns over pretend lines: the records say what patients did, and nobody is called twice."""

import logging
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from campaigns.store import campaigns, optouts
from campaigns.store.attempts import listing
from dialer.fake import Patient
from dialer.messages import Cause
from tests.engine.world import CALLBACK, COVID, HEARS_AND_MARKS, NUMBER, RESULT, SURVEY, World, one_call

PAUSE = timedelta(minutes=5)  # of the shipped results
REQUEST = {"request_id": "1", "service": "home visit", "clinic": "No. 5", "served_on": "2026-02-27"}


def test_a_result_is_told_marked_and_reported(tmp_path: Path) -> None:
    world = one_call(tmp_path, HEARS_AND_MARKS)
    assert world.report(COVID) == {
        "campaign": COVID,
        "state": "finished",
        "contacts": {"total": 1, "waiting": 0, "calling": 0, "done": 1, "exhausted": 0, "cancelled": 0},
        "attempts": 1,
        "endings": {"answered": 1},
        "outcomes": {"completed": 1},
        "quality": {"measured": 0, "median_mos": None, "one_way": 0},
        "answers": {"mark": {"5": 1}},
        "tasks": {"open": 0, "closed": 0},
    }
    assert world.renderer.forgotten == [str(world.contact(COVID, "A-1").id)]


@pytest.mark.parametrize(
    ("patient", "state", "outcome", "hours"),
    [
        (Patient(ends="busy"), "waiting", "unanswered", 10 / 60),
        (Patient(ends="no_answer"), "waiting", "unanswered", 1),
        (Patient(ends="declined"), "waiting", "unanswered", 3),
        (Patient(keys=("2",)), "waiting", "not_here", 2),
        (Patient(keys=("!",)), "waiting", "hung_up", 1),
        (Patient(keys=("", "", "")), "waiting", "silent", 2),
    ],
)
def test_who_was_not_reached_waits_by_the_cause(
    tmp_path: Path, patient: Patient, state: str, outcome: str, hours: float
) -> None:
    world = World(tmp_path, {NUMBER: patient})
    world.without_jitter(COVID)
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    world.run_until_idle()
    contact = world.contact(COVID, "A-1")
    assert (contact.state, contact.outcome, contact.attempts_used) == (state, outcome, 1)
    [(attempt, _)] = listing(world.database, COVID)
    assert attempt.ended_at is not None
    assert contact.next_at - attempt.ended_at == timedelta(hours=hours)


def test_a_number_that_does_not_exist_is_not_called_again(tmp_path: Path) -> None:
    world = one_call(tmp_path, Patient(ends="wrong_number"))
    assert world.contact(COVID, "A-1").state == "exhausted"
    assert world.open_tasks() == [("A-1", "never_reached")]


@pytest.mark.parametrize("ends", ["unreachable", "congestion", "blocked", "authentication"])
def test_failures_of_our_own_use_up_no_attempt_and_do_not_hold_the_run(tmp_path: Path, ends: Cause) -> None:
    world = one_call(tmp_path, Patient(ends=ends))
    contact = world.contact(COVID, "A-1")
    assert (contact.state, contact.attempts_used, contact.wait_reason) == ("waiting", 0, "own_failure")
    assert contact.next_at - world.clock.now() > timedelta(seconds=50)
    assert world.engine.summary.own_failures == 1


@pytest.mark.parametrize("keys", [("9",), ("3",), ("1", "1900", "1900", "1900")])
def test_a_positive_result_ends_with_a_doctor_whatever_happens(tmp_path: Path, keys: tuple[str, ...]) -> None:
    world = one_call(tmp_path, Patient(keys=keys), result="positive")
    assert world.contact(COVID, "A-1").state == "done"
    assert ("A-1", "doctor_positive_result") in world.open_tasks()


def test_wrong_years_are_counted_over_all_calls(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: Patient(keys=("1", "1900", "!"))})
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    world.run_until_idle()
    assert world.contact(COVID, "A-1").verification_failures == 1
    world.clock.pass_seconds(1.2 * 3600)
    world.patients[NUMBER] = Patient(keys=("1", "1900", "1900"))
    world.start()
    world.run_until_idle()
    assert world.contact(COVID, "A-1").outcome == "unverified"
    assert ("A-1", "unverified") in world.open_tasks()


def test_an_opt_out_stops_other_campaigns_but_swallows_no_positive_result(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: Patient(keys=("9",))}, lines=1)
    world.queue(
        SURVEY,
        "S-1",
        NUMBER,
        fields=REQUEST,
    )
    world.launch(SURVEY)
    world.run_until_idle()
    world.queue(COVID, "A-1", NUMBER, fields=RESULT | {"result": "positive"})
    world.launch(COVID)
    world.run_until_idle()
    assert optouts.has(world.database, NUMBER)
    assert world.report(COVID)["attempts"] == 0
    assert world.contact(COVID, "A-1").state == "done"
    assert world.open_tasks() == [("A-1", "doctor_positive_result")]


def test_two_people_with_one_number_are_called_one_after_the_other_with_a_pause(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS})
    world.queue(COVID, "A-1", NUMBER)
    world.queue(COVID, "A-2", NUMBER)
    world.launch(COVID)
    world.run_until_idle()
    assert world.report(COVID)["contacts"]["done"] == 1
    world.clock.pass_seconds(PAUSE.total_seconds())
    world.run_until_idle()
    first, second = (attempt for attempt, _ in listing(world.database, COVID))
    assert first.ended_at is not None
    assert second.started_at >= first.ended_at + PAUSE
    assert world.report(COVID)["contacts"]["done"] == 2


def test_a_machine_hears_nothing_but_who_and_where(tmp_path: Path) -> None:
    world = one_call(tmp_path, Patient(beep_seconds=4))
    assert world.contact(COVID, "A-1").outcome == "voicemail"
    played = world.played()
    assert played[-1] == "machine"
    assert not {"negative", "year_question"} & set(played)


def test_nobody_is_called_at_night(tmp_path: Path) -> None:
    midnight = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)  # 00:00 in Asia/Yekaterinburg
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS}, now=midnight)
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    world.run_until_idle()
    contact = world.contact(COVID, "A-1")
    assert world.report(COVID)["attempts"] == 0
    assert contact.wait_reason == "hours"
    assert contact.next_at == datetime(2026, 3, 3, 4, 0, tzinfo=UTC)


def test_a_pause_holds_back_the_next_call_and_running_ones_go_on(tmp_path: Path) -> None:
    world = World(tmp_path, {f"+7912000000{n}": HEARS_AND_MARKS for n in range(6)}, lines=2)
    for n in range(6):
        world.queue(COVID, f"A-{n}", f"+7912000000{n}")
    world.launch(COVID)
    while world.report(COVID)["contacts"]["calling"] < 2:
        world.pass_once()
    campaigns.move(world.database, COVID, "paused", world.clock.now())
    world.run_until_idle()
    assert world.report(COVID)["contacts"] == {
        "total": 6, "waiting": 4, "calling": 0, "done": 2, "exhausted": 0, "cancelled": 0
    }  # fmt: skip
    campaigns.move(world.database, COVID, "running", world.clock.now())
    world.run_until_idle()
    assert world.report(COVID)["contacts"]["done"] == 6


def test_the_first_signal_lets_calls_end_and_the_second_ends_them(tmp_path: Path) -> None:
    world = World(tmp_path, {f"+7912000000{n}": HEARS_AND_MARKS for n in range(4)}, lines=2)
    for n in range(4):
        world.queue(COVID, f"A-{n}", f"+7912000000{n}")
    world.launch(COVID)
    while world.report(COVID)["contacts"]["calling"] < 2:
        world.pass_once()
    world.engine.cut()
    while not world.engine.idle(until_idle=False):
        world.pass_once()
    report = world.report(COVID)
    assert report["endings"] == {"line_lost": 2}
    assert report["contacts"]["waiting"] == 4
    assert all(world.contact(COVID, f"A-{n}").attempts_used == 0 for n in range(4))


def test_a_trunk_that_fails_again_and_again_rests_and_the_run_ends(tmp_path: Path) -> None:
    numbers = [f"+7912000{n:04d}" for n in range(30)]
    world = World(tmp_path, dict.fromkeys(numbers, Patient(ends="unreachable")), lines=2)
    for n, number in enumerate(numbers):
        world.queue(COVID, f"A-{n}", number)
    world.launch(COVID)
    world.run_until_idle()
    assert 5 <= world.report(COVID)["attempts"] < 10
    assert all(world.contact(COVID, f"A-{n}").attempts_used == 0 for n in range(30))


def test_whoever_passes_the_deadline_is_closed_with_a_task_even_when_paused(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS})
    world.queue(COVID, "A-1", NUMBER, deadline=world.clock.now() + timedelta(hours=1))
    world.clock.pass_seconds(3601)
    world.pass_once()
    assert world.contact(COVID, "A-1").state == "exhausted"
    assert world.open_tasks() == [("A-1", "never_reached")]


def test_a_trunk_is_never_given_more_calls_than_it_takes(tmp_path: Path) -> None:
    numbers = [f"+7912000{n:04d}" for n in range(12)]
    world = World(tmp_path, dict.fromkeys(numbers, HEARS_AND_MARKS), lines=8, trunk_calls=3)
    for n, number in enumerate(numbers):
        world.queue(COVID, f"A-{n}", number)
    world.launch(COVID)
    world.run_until_idle()
    assert world.lines.busiest == 3
    assert world.report(COVID)["contacts"]["done"] == 12


def test_calls_start_no_faster_than_the_trunk_allows(tmp_path: Path) -> None:
    numbers = [f"+7912000{n:04d}" for n in range(6)]
    world = World(tmp_path, dict.fromkeys(numbers, HEARS_AND_MARKS), lines=8, calls_per_second=2.0)
    for n, number in enumerate(numbers):
        world.queue(COVID, f"A-{n}", number)
    world.launch(COVID)
    world.run_until_idle()
    starts = [attempt.started_at for attempt, _ in listing(world.database, COVID)]
    assert all(later - earlier >= timedelta(seconds=0.5) for earlier, later in pairwise(starts))


def test_a_campaign_that_comes_while_the_engine_runs_is_called(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: Patient(keys=("1",))})
    world.pass_once()
    world.queue(CALLBACK, "C-1", NUMBER, fields={"called_at": "2026-03-02T11:05:00+05:00"})
    world.launch(CALLBACK)
    world.pass_once()
    world.run_until_idle()
    assert world.open_tasks() == [("C-1", "callback")]


def test_the_log_tells_of_attempts_and_of_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    one_call(tmp_path, HEARS_AND_MARKS)
    assert "attempt.ended attempt=1 cause=answered outcome=completed" in caplog.text
    for secret in (NUMBER, NUMBER[1:], "Иванова", "1954", "negative"):
        assert secret not in caplog.text


def test_an_opt_out_by_command_during_a_call_closes_the_contact_after_it(tmp_path: Path) -> None:
    world = World(tmp_path, {NUMBER: Patient(keys=("", "", ""))})
    world.queue(COVID, "A-1", NUMBER, fields=RESULT | {"result": "positive"})
    world.launch(COVID)
    while not world.played():
        world.pass_once()
    optouts.add(world.database, NUMBER, "command", world.clock.now())
    world.run_until_idle()
    assert world.contact(COVID, "A-1").state == "done"
    assert world.open_tasks() == [("A-1", "doctor_positive_result")]
