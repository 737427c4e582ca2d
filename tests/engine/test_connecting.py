"""Operators and patients brought together: the operator first."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from campaigns.store import optouts
from campaigns.store.attempts import listing
from dialer.fake import Patient
from dialer.messages import Bridge
from tests.engine.desk import ANNA, BORIS, TAKES, TALKS, DeskWorld
from tests.engine.world import CALLBACK, COVID, HEARS_AND_MARKS, NUMBER
from tests.store import invariants


def test_the_operator_takes_the_call_before_the_patient_is_called(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS})
    world.callback()
    world.run_until_idle()
    assert world.lines.dialled == [ANNA, NUMBER]
    operator, patient = world.lines.dials
    assert (operator.call, operator.keeps, patient.beside) == ("op-1", True, "op-1")
    assert world.lines.bridged == [(patient.call, "op-1")]
    assert world.heard_by("op-1") == ["whisper", "connecting", "music", "operator_patient_gone"]
    assert world.heard_by(patient.call) == []
    [call] = world.operator_calls()
    assert (call.result, call.attempt_id, call.mode) == ("talked", int(patient.call), "operator_first")
    assert call.talk_seconds == pytest.approx(60.0, abs=0.2)
    contact = world.contact(CALLBACK, NUMBER)
    assert (contact.state, contact.outcome, contact.attempts_used) == ("done", "completed", 1)
    assert contact.delivered_at is not None
    assert world.operator("anna").held_by == ""
    assert world.open_tasks() == []
    invariants.check(world.database)


@pytest.mark.parametrize(
    ("phone", "result", "state"),
    [
        (Patient(keys=("",)), "not_taken", "on"),  # keeps silent
        (Patient(keys=("2",)), "refused", "on"),
        (Patient(keys=("!",)), "refused", "on"),
        (Patient(ends="busy"), "busy", "on"),
        (Patient(ends="no_answer"), "no_answer", "on"),
        (Patient(ends="declined"), "refused", "on"),
        (Patient(ends="wrong_number"), "failed", "on"),
    ],
)
def test_who_does_not_take_it_makes_way_for_the_next_operator(
    tmp_path: Path, phone: Patient, result: str, state: str
) -> None:
    world = DeskWorld(tmp_path, {ANNA: phone, BORIS: TAKES}, {NUMBER: TALKS})
    world.callback()
    world.run_until_idle()
    assert world.lines.dialled == [ANNA, BORIS, NUMBER]
    assert world.results() == [result, "talked"]
    assert world.operator("anna").state == state
    assert world.contact(CALLBACK, NUMBER).attempts_used == 1


def test_a_phone_that_nobody_answers_is_paused_after_two_and_nothing_is_lost(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: Patient(ends="no_answer")}, {NUMBER: TALKS})
    world.callback()
    world.run_until(lambda: world.operator("anna").state == "paused")
    assert world.lines.dialled == [ANNA, ANNA]
    [told] = [sentence for sentence in world.told if "anna" in sentence]
    assert "paused" in told
    contact = world.contact(CALLBACK, NUMBER)
    assert (contact.state, contact.attempts_used) == ("waiting", 0)
    world.run_until_idle()
    assert world.report(CALLBACK)["attempts"] == 0


@pytest.mark.parametrize("ends", ["busy", "no_answer", "wrong_number"])
def test_a_patient_who_is_not_reached_is_told_of_to_the_operator(tmp_path: Path, ends: str) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: Patient(ends=ends)})  # type: ignore[arg-type]
    world.callback()
    world.run_until_released()
    assert world.heard_by("op-1") == ["whisper", "connecting", "music", "operator_unreached"]
    assert world.results() == ["patient_unreached"]
    [(attempt, contact)] = listing(world.database, CALLBACK)
    assert (attempt.outcome, attempt.cause) == ("unanswered", ends)
    assert contact.attempts_used == 1


def test_the_patients_call_ends_with_an_operator_who_goes_while_it_rings(tmp_path: Path) -> None:
    world = DeskWorld(
        tmp_path,
        {ANNA: Patient(keys=("1",), hangs_up_seconds=6.0)},
        {NUMBER: Patient(answer_seconds=20.0)},
    )
    world.callback()
    world.run_until_released()
    assert world.results() == ["refused"]
    contact = world.contact(CALLBACK, NUMBER)
    assert (contact.state, contact.attempts_used) == ("waiting", 0)
    assert not world.talking()
    invariants.check(world.database)


@pytest.mark.parametrize(
    ("operator", "tasks", "heard"),
    [
        (Patient(keys=("1",), talks_seconds=60.0), [], []),
        (Patient(keys=("1",), talks_seconds=2.0), ["connection_lost"], ["connection_lost"]),
        (Patient(keys=("1",), media_lost_seconds=40.0), ["connection_lost"], ["connection_lost"]),
    ],
)
def test_a_patient_who_is_left_before_anything_was_said_is_told_and_called_by_a_human(
    tmp_path: Path, operator: Patient, tasks: list[str], heard: list[str]
) -> None:
    world = DeskWorld(tmp_path, {ANNA: operator}, {NUMBER: Patient(answer_seconds=4.0)})
    world.callback()
    world.run_until_idle()
    [patient] = [dial.call for dial in world.lines.dials if dial.number == NUMBER]
    assert world.heard_by(patient) == heard
    assert [reason for _, reason in world.open_tasks()] == tasks
    contact = world.contact(CALLBACK, NUMBER)
    assert (contact.state, contact.outcome) == ("done", "completed")
    assert world.results() == ["talked"]


def test_a_line_process_that_dies_in_a_talk_leaves_a_task(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: Patient(answer_seconds=4.0, line_dies_seconds=20.0)})
    world.callback()
    world.run_until_idle()
    assert [reason for _, reason in world.open_tasks()] == ["connection_lost"]
    assert world.results() == ["talked"]
    assert world.contact(CALLBACK, NUMBER).state == "done"
    assert world.operator("anna").held_by == ""


def test_whoever_holds_the_patient_leaves_no_silence(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: Patient(keys=("1",), holds=((20.0, 10.0),))}, {NUMBER: TALKS})
    world.callback()
    world.run_until_idle()
    [patient] = [dial.call for dial in world.lines.dials if dial.number == NUMBER]
    assert world.heard_by(patient) == ["music"]
    assert world.results() == ["talked"]


def test_one_operator_calls_back_one_after_the_other_with_a_rest(tmp_path: Path) -> None:
    phones = [f"+7912000000{n}" for n in range(1, 4)]
    brief = Patient(answer_seconds=4.0, talks_seconds=10.0)
    rules = "{mode: operator_first, wrap_up: 10 s}"
    world = DeskWorld(tmp_path, {ANNA: TAKES}, dict.fromkeys(phones, brief), rules)
    world.callback(*phones)
    world.run_until_idle()
    assert world.results() == ["talked"] * 3
    calls = world.operator_calls()
    for earlier, later in pairwise(calls):
        assert earlier.ended_at is not None
        assert later.started_at >= earlier.ended_at + timedelta(seconds=10)
    assert world.report(CALLBACK)["contacts"]["done"] == 3


def test_no_more_patients_are_leased_than_there_are_operators(tmp_path: Path) -> None:
    phones = [f"+7912000000{n}" for n in range(1, 7)]
    world = DeskWorld(tmp_path, {ANNA: TAKES, BORIS: TAKES}, dict.fromkeys(phones, TALKS))
    world.callback(*phones)
    world.run_until(lambda: len(world.lines.bridged) == 2)
    assert world.report(CALLBACK)["contacts"]["calling"] == 2
    assert world.lines.busiest == 4
    assert sum(isinstance(command, Bridge) for command in world.lines.commands) == 2


def test_who_opted_out_while_the_operator_listened_is_not_called(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS})
    world.callback()
    world.run_until(lambda: "whisper" in world.played())
    optouts.add(world.database, NUMBER, "command", world.clock.now())
    world.run_until_idle()
    assert world.lines.dialled == [ANNA]
    assert world.heard_by("op-1")[-1] == "operator_unreached"
    assert world.results() == ["patient_unreached"]


@pytest.mark.parametrize(("lines", "trunk_calls"), [(1, 1), (4, 1)])
def test_where_there_are_no_two_lines_others_are_called_all_the_same(
    tmp_path: Path, lines: int, trunk_calls: int
) -> None:
    other = "+79120000002"
    people = {NUMBER: TALKS, other: HEARS_AND_MARKS}
    world = DeskWorld(tmp_path, {ANNA: TAKES}, people, lines=lines, trunk_calls=trunk_calls)
    world.callback()
    world.queue(COVID, "A-1", other)
    world.launch(COVID)
    world.run_until(lambda: world.report(COVID)["contacts"]["done"] == 1)
    assert world.lines.dialled == [other]
