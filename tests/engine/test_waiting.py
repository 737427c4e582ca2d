"""Operators and patients brought together: the patient first, and the robot first."""

from pathlib import Path

import pytest

from campaigns.store import optouts, staff
from dialer.fake import Patient
from dialer.messages import Transfer
from tests.engine.desk import ANNA, BORIS, TAKES, TALKS, WANTS, DeskWorld
from tests.engine.world import CALLBACK, NUMBER
from tests.store import invariants

PATIENT_FIRST = "{mode: patient_first}"
ROBOT_FIRST = "{mode: robot_first}"
TRANSFER = "{mode: patient_first, transfer: true}"


@pytest.mark.parametrize("rules", [PATIENT_FIRST, ROBOT_FIRST])
def test_who_wants_a_person_hears_a_tune_and_then_the_person(tmp_path: Path, rules: str) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: WANTS}, rules)
    world.callback()
    world.run_until_idle()
    assert world.lines.dialled == [NUMBER, ANNA]
    patient, operator = world.lines.dials
    assert (patient.keeps, operator.beside) == (True, patient.call)
    assert world.lines.bridged == [(patient.call, "op-1")]
    assert world.heard_by(patient.call)[-2:] == ["hold_on", "music"]
    assert world.heard_by("op-1") == ["whisper", "operator_patient_gone"]
    assert world.results() == ["talked"]
    contact = world.contact(CALLBACK, NUMBER)
    assert (contact.state, contact.outcome) == ("done", "completed")
    assert world.open_tasks() == []
    invariants.check(world.database)


@pytest.mark.parametrize("rules", [PATIENT_FIRST, ROBOT_FIRST])
@pytest.mark.parametrize(
    ("phone", "result"),
    [
        (Patient(keys=("2",)), "refused"),
        (Patient(ends="no_answer"), "no_answer"),
        (Patient(ends="busy"), "busy"),
    ],
)
def test_whom_nobody_takes_hears_a_sentence_and_a_human_gets_a_task(
    tmp_path: Path, rules: str, phone: Patient, result: str
) -> None:
    world = DeskWorld(tmp_path, {ANNA: phone}, {NUMBER: WANTS}, rules)
    world.callback()
    world.run_until_idle()
    assert world.results() == [result]
    [patient] = [dial.call for dial in world.lines.dials if dial.number == NUMBER]
    assert world.heard_by(patient)[-2:] == ["busy", "we_will_call"]
    assert world.open_tasks() == [(NUMBER, "callback")]
    assert world.contact(CALLBACK, NUMBER).state == "done"


def test_the_next_operator_is_called_while_the_patient_waits(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: Patient(ends="busy"), BORIS: TAKES}, {NUMBER: WANTS}, PATIENT_FIRST)
    world.callback()
    world.run_until_idle()
    assert world.lines.dialled == [NUMBER, ANNA, BORIS]
    assert world.results() == ["busy", "talked"]
    assert world.played().count("hold_on") == 1


def test_patience_has_an_end_even_while_a_phone_rings(tmp_path: Path) -> None:
    silent = Patient(ends="no_answer")
    rules = "{mode: patient_first, answer: 15 s, patience: 20 s}"
    world = DeskWorld(tmp_path, {ANNA: silent, BORIS: silent}, {NUMBER: WANTS}, rules)
    world.callback()
    world.run_until_idle()
    assert world.results() == ["no_answer", "patient_gone"]
    assert world.open_tasks() == [(NUMBER, "callback")]
    assert world.operator("boris").misses == 0


def test_a_patient_who_hangs_up_while_waiting_lets_the_operator_go(tmp_path: Path) -> None:
    impatient = Patient(keys=("1",), hangs_up_seconds=8.0)
    world = DeskWorld(tmp_path, {ANNA: Patient(answer_seconds=8.0)}, {NUMBER: impatient}, PATIENT_FIRST)
    world.callback()
    world.run_until_released()
    assert world.results() == ["patient_gone"]
    assert world.operator("anna").misses == 0
    invariants.check(world.database)


def test_progressive_calls_no_more_patients_than_operators_are_free(tmp_path: Path) -> None:
    phones = [f"+7912000000{n}" for n in range(1, 5)]
    brief = Patient(keys=("1",), answer_seconds=4.0, talks_seconds=10.0)
    rules = "{mode: patient_first, wrap_up: 1 s}"
    world = DeskWorld(tmp_path, {ANNA: TAKES, BORIS: TAKES}, dict.fromkeys(phones, brief), rules)
    world.callback(*phones)
    most = 0

    def all_called() -> bool:
        nonlocal most
        most = max(most, sum(call.state != "connected" for call in world.engine.live))
        return len(world.lines.bridged) == 4 and not world.engine.live

    world.run_until(all_called)
    world.run_until_released(4)
    assert most == 2
    assert world.results() == ["talked"] * 4
    assert world.open_tasks() == []


def test_without_any_operator_the_robot_calls_and_that_is_said_once(tmp_path: Path) -> None:
    phones = [f"+7912000000{n}" for n in range(1, 4)]
    world = DeskWorld(tmp_path, {}, dict.fromkeys(phones, WANTS))
    world.callback(*phones)
    world.run_until_idle()
    assert world.lines.dialled == phones
    assert not any(dial.keeps for dial in world.lines.dials)
    assert "hold_on" not in world.played()
    assert [reason for _, reason in world.open_tasks()] == ["callback"] * 3
    assert len([told for told in world.told if "No operator is registered" in told]) == 1


@pytest.mark.parametrize("state", ["off", "pause"])
def test_while_nobody_is_on_nobody_is_called(tmp_path: Path, state: str) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS})
    staff.put(world.database, "anna", "off" if state == "off" else "paused", world.clock.now())
    world.callback()
    world.run_until_idle()
    assert world.lines.dialled == []
    staff.put(world.database, "anna", "on", world.clock.now())
    world.run_until_idle()
    assert world.results() == ["talked"]


@pytest.mark.parametrize(
    ("status", "dialled", "result"), [(200, 1, "transferred"), (603, 2, "talked"), (0, 2, "talked")]
)
def test_the_far_end_is_asked_to_connect_them_and_if_it_refuses_we_do(
    tmp_path: Path, status: int, dialled: int, result: str
) -> None:
    patient = Patient(keys=("1",), answer_seconds=4.0, talks_seconds=60.0, refer_status=status)
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: patient}, TRANSFER)
    world.callback()
    world.run_until_idle()
    [asked] = [command for command in world.lines.commands if isinstance(command, Transfer)]
    assert asked.target == ANNA
    assert len(world.lines.dialled) == dialled
    assert world.results() == [result]
    assert world.contact(CALLBACK, NUMBER).outcome == "completed"


def test_the_lines_are_free_again_whatever_happened(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: Patient(keys=("2",))}, {NUMBER: WANTS}, PATIENT_FIRST)
    world.callback()
    world.run_until_idle()
    assert world.lines.free == world.lines.calls
    assert world.engine.live == []
    assert not optouts.has(world.database, NUMBER)
