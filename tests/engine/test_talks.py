"""What a talk of an operator and a patient was worth: with a machine, too short, on hold, never begun."""

from pathlib import Path

import pytest

from dialer.fake import Patient
from dialer.messages import Bridge, Command, HangUp, Play, StopPlaying
from tests.engine.desk import ANNA, BORIS, FIELDS, TAKES, TALKS, WANTS, DeskWorld
from tests.engine.world import CALLBACK, NUMBER
from tests.store import invariants

OPERATOR_FIRST, PATIENT_FIRST = "{mode: operator_first}", "{mode: patient_first}"
AT_ONCE = {
    "start: callback": "start: person",
    "then: person}": "then: busy}",
    "nobody: busy": "nobody: callback",
}
BRANCHED = {
    "start: callback": "start: route",
    "  queue: {": "  kind: {type: choice, values: [cardio, other, neither], private: false}\n  queue: {",
    "steps:\n": "steps:\n  route:\n    branch: kind\n"
    "    cases: {cardio: cardiologist, other: callback, neither: not_needed}\n",
    "  sorry:": "  cardiologist:\n    connect: hold_on\n    whisper: cardio\n    nobody: busy\n  sorry:",
    "  busy:\n    ru:": "  cardio:\n    ru: Кардиология. Чтобы принять, нажмите {key:1}.\n"
    "    en: Cardiology. To take it, press {key:1}.\n  busy:\n    ru:",
}


def patients_call(world: DeskWorld) -> str:
    return next(dial.call for dial in world.lines.dials if dial.number == NUMBER)


@pytest.mark.parametrize(("kind", "whisper"), [("cardio", "cardio"), ("other", "whisper")])
def test_the_whisper_is_that_of_the_step_which_the_contact_comes_to(
    tmp_path: Path, kind: str, whisper: str
) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS}, edits=BRANCHED)
    world.callback(fields=FIELDS | {"kind": kind})
    world.run_until_idle()
    assert world.heard_by("op-1")[:2] == [whisper, "connecting"]
    assert world.results() == ["talked"]


def test_whom_no_step_connects_is_called_by_the_robot(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS}, edits=BRANCHED)
    world.callback(fields=FIELDS | {"kind": "neither"})
    world.run_until_idle()
    assert world.lines.dialled == [NUMBER]
    assert world.contact(CALLBACK, NUMBER).state == "done"


def test_an_operator_who_cannot_be_told_is_let_go_and_the_engine_goes_on(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES, BORIS: TAKES}, {NUMBER: WANTS}, PATIENT_FIRST)
    world.callback()
    world.run_until(lambda: len(world.lines.dials) == 2)
    [leg] = world.engine._floor._connecting.legs
    leg.clips = {name: clip for name, clip in leg.clips.items() if name != "whisper"}
    world.run_until_idle()
    assert world.results() == ["failed", "talked"]


@pytest.mark.parametrize(
    ("operator", "patient"),
    [
        (Patient(keys=("1",), talks_seconds=12.0), Patient(answer_seconds=4.0, beep_seconds=6.0)),
        (TAKES, Patient(answer_seconds=4.0, beep_seconds=6.0, talks_seconds=20.0)),
    ],
)
def test_a_machine_with_which_an_operator_talks_is_called_again(
    tmp_path: Path, operator: Patient, patient: Patient
) -> None:
    world = DeskWorld(tmp_path, {ANNA: operator}, {NUMBER: patient})
    world.callback()
    world.run_until_released()
    contact = world.contact(CALLBACK, NUMBER)
    assert (contact.state, contact.outcome, contact.attempts_used) == ("waiting", "voicemail", 1)
    assert contact.delivered_at is None
    assert world.results() == ["patient_unreached"]
    assert world.open_tasks() == []
    invariants.check(world.database)


def test_a_beep_long_before_the_end_was_no_machine(tmp_path: Path) -> None:
    patient = Patient(answer_seconds=4.0, beep_seconds=6.0, talks_seconds=60.0)
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: patient})
    world.callback()
    world.run_until_idle()
    assert world.contact(CALLBACK, NUMBER).outcome == "completed"
    assert world.results() == ["talked"]


@pytest.mark.parametrize(
    ("rules", "patient"),
    [
        (OPERATOR_FIRST, Patient(answer_seconds=4.0, talks_seconds=0.5)),
        (PATIENT_FIRST, Patient(keys=("1",), answer_seconds=4.0, talks_seconds=4.0)),
    ],
)
def test_who_hangs_up_at_once_was_not_served(tmp_path: Path, rules: str, patient: Patient) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: patient}, rules)
    world.callback()
    world.run_until_released()
    contact = world.contact(CALLBACK, NUMBER)
    assert (contact.state, contact.outcome, contact.delivered_at) == ("waiting", "hung_up", None)
    assert world.results() == ["patient_gone"]
    invariants.check(world.database)


def test_a_phone_that_was_on_hold_before_the_talk_leaves_no_silence(tmp_path: Path) -> None:
    world = DeskWorld(
        tmp_path,
        {ANNA: Patient(keys=("1",), holds=((6.0, 20.0),))},
        {NUMBER: Patient(answer_seconds=10.0, talks_seconds=60.0)},
    )
    world.callback()
    world.run_until_idle()
    patient = patients_call(world)
    heard = [type(each) for each in world.lines.commands if getattr(each, "call", "") == patient]
    assert heard[heard.index(Bridge) :][:3] == [Bridge, Play, StopPlaying]
    assert world.heard_by(patient) == ["music"]


class Killed(BaseException):
    """The engine dies in this moment."""


def test_who_was_never_joined_although_it_stands_in_the_record_is_a_task(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: TALKS})
    send = world.lines.send

    def dies(command: Command) -> None:
        if isinstance(command, Bridge):
            raise Killed
        send(command)

    world.lines.send = dies  # type: ignore[method-assign]
    world.callback()
    with pytest.raises(Killed):
        world.run_until(world.talking)
    world.start()
    world.run_until_idle()
    assert world.open_tasks() == [(NUMBER, "connection_lost")]
    assert world.contact(CALLBACK, NUMBER).outcome == "completed"
    invariants.check(world.database)


@pytest.mark.parametrize(("status", "results"), [(200, ["transferred"]), (603, ["talked"])])
def test_patience_does_not_run_while_the_far_end_connects(
    tmp_path: Path, status: int, results: list[str]
) -> None:
    slow = Patient(
        keys=("1",), answer_seconds=4.0, talks_seconds=60.0, refer_status=status, refer_seconds=25.0
    )
    rules = "{mode: patient_first, transfer: true, answer: 10 s, patience: 20 s}"
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: slow}, rules)
    world.callback()
    world.run_until_idle()
    assert world.results() == results
    assert world.open_tasks() == []


def test_a_machine_that_waits_for_an_operator_is_not_connected(tmp_path: Path) -> None:
    machine = Patient(keys=("",), answer_seconds=4.0, beep_seconds=2.0)
    world = DeskWorld(tmp_path, {ANNA: TAKES}, {NUMBER: machine}, PATIENT_FIRST, edits=AT_ONCE)
    world.callback()
    world.run_until_released()
    assert not world.talking()
    assert world.results() == ["patient_gone"]
    assert world.contact(CALLBACK, NUMBER).outcome == "voicemail"
    assert isinstance(world.lines.commands[-1], HangUp)
