"""`dialer run` calls back, with baresip and SIPp as the phones of operators and patients."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.baresip import Baresip, needs_baresip
from tests.interop.callbacks import Clinic
from tests.sipp.acts import HangsUp, Media, Plays, Press, Requests, Silence, Waits, answered
from tests.sipp.behaviours import BUSY, DECLINES, Answers, Behaviour
from tests.sipp.far_audio import FarAudio
from tests.sipp.patients import SippPatients, needs_sipp

pytestmark = [pytest.mark.sipp, needs_sipp(), needs_baresip(), pytest.mark.timeout(150)]

PATIENT, DESK = "+79990000001", "101"
TALK_SECONDS = 3.0
TAKE = ("sndcode", "1")


@pytest.fixture
def phones() -> Iterator[tuple[Baresip, Baresip]]:
    """The operator's and the patient's; both speak all the time."""
    with Baresip(DESK, speaks=True) as operator, Baresip(PATIENT, speaks=True) as patient:
        yield operator, patient


def address(phone: Baresip) -> str:
    return f"sip:{DESK}@{phone.uri.removeprefix('sip:')}"


def talk(clinic: Clinic, operator: Baresip) -> None:
    """The operator's phone rings, 1 is pressed, and the patient is there."""
    clinic.employ("Anna", address(operator))
    clinic.lose(PATIENT)
    clinic.run()
    clinic.until(lambda: any(call.answered_at for call in clinic.operator_calls()))
    operator.tell(*TAKE)
    clinic.until(clinic.bridged)


def ask_for_a_person(clinic: Clinic, patient: Baresip) -> None:
    """The patient's phone is answered, and 1 is pressed until an operator's rings."""
    clinic.until(lambda: bool(clinic.attempts()))
    patient.wait("CALL_ESTABLISHED")

    def heeded() -> bool:
        patient.tell(*TAKE)
        return bool(clinic.operator_calls())

    clinic.until(heeded, every=1.0)


def test_a_killed_engine_leaves_the_two_connected_and_calls_nobody_twice(
    tmp_path: Path, phones: tuple[Baresip, Baresip]
) -> None:
    operator, patient = phones
    with Clinic(tmp_path, patient.uri) as clinic:
        talk(clinic, operator)
        left = clinic.kill()
        time.sleep(TALK_SECONDS)
        clinic.run("--until-idle")
        clinic.ended()
        assert clinic.results() == ["talked"]
        [attempt] = clinic.attempts()
        assert (attempt.outcome, clinic.contact().state) == ("completed", "done")
        time.sleep(TALK_SECONDS)
        patient.tell("hangup")
        operator.wait("CALL_CLOSED")
        clinic.all_gone(left)
    assert patient.loud_seconds() > 1.5 * TALK_SECONDS
    assert operator.loud_seconds() > 1.5 * TALK_SECONDS


@pytest.mark.soak
def test_a_phone_that_rejects_every_call_costs_nobody_a_callback(tmp_path: Path) -> None:
    behaviours: dict[str, Behaviour] = {
        DESK: DECLINES,
        "102": Answers(keys=((3000, "1"), (3000, "1"))),
        PATIENT: Answers(hang_up_ms=8000),  # who hangs up within 5 s was not served
        "+79990000002": BUSY,
    }
    with SippPatients(behaviours) as sipp, Clinic(tmp_path, sipp.uri) as clinic:
        host = sipp.uri.removeprefix("sip:")
        for name, phone in (("Anna", DESK), ("Boris", "102")):
            clinic.employ(name, f"sip:{phone}@{host}")
        clinic.lose(PATIENT, "+79990000002")
        clinic.run()
        clinic.until(lambda: {"talked", "patient_unreached"} <= set(clinic.results()))
        clinic.stop()
        seen = sipp.report()
        assert not sipp.complaints()
        results = {(call.operator_id, call.result) for call in clinic.operator_calls()}
        assert results == {(1, "refused"), (2, "talked"), (2, "patient_unreached")}
        assert sorted(attempt.outcome or "" for attempt in clinic.attempts()) == ["completed", "unanswered"]
    assert seen.of(DESK)[:2] == ["called", "refused 603"]
    assert seen.of(PATIENT).count("called") == 1
    assert seen.of("102").count("far end hung up") == 2
    assert "Traceback" not in clinic.said


@pytest.mark.soak  # test_bridge has the same without the engine
def test_an_operator_who_holds_comes_back_from_another_port(tmp_path: Path) -> None:
    """Patient first, over SIPp: the patient asks for a person, and hears the tune while it holds."""
    with FarAudio() as desk_ear:
        moved = Media(port=desk_ear.port)
        hold = Requests("INVITE", Media(direction="sendonly"))
        operator = answered(
            *(Plays((Silence(6000), Press("1")), then_ms=4000), Waits(11_000), hold, Waits(2000)),
            *(Requests("INVITE", moved), Waits(4000), HangsUp()),
            rtp=False,  # whoever went on sending from the old port would be answered there
        )
        with (
            Baresip(PATIENT, speaks=True) as patient,
            SippPatients({DESK: operator}) as sipp,
            Clinic(tmp_path, patient.uri, "{mode: patient_first}") as clinic,
        ):
            clinic.employ("Anna", f"sip:{DESK}@{sipp.uri.removeprefix('sip:')}")
            clinic.lose(PATIENT)
            clinic.run("--until-idle")
            ask_for_a_person(clinic, patient)
            clinic.ended()
            assert clinic.results() == ["talked"]
            assert not sipp.complaints()
            assert (clinic.contact().outcome, clinic.tasks()) == ("completed", [])
        assert desk_ear.loud_ms() > 2000, "the patient was heard at the port that the operator moved to"


@pytest.mark.soak
def test_a_patient_who_can_be_transferred_is_and_we_are_out_of_it(tmp_path: Path) -> None:
    """baresip follows our REFER and calls the operator itself."""
    rules = "{mode: patient_first, transfer: true}"
    with Baresip(PATIENT, speaks=True) as patient, Baresip(DESK, speaks=True) as operator:
        with Clinic(tmp_path, patient.uri, rules) as clinic:
            clinic.employ("Anna", address(operator))
            clinic.lose(PATIENT)
            clinic.run("--until-idle")
            ask_for_a_person(clinic, patient)
            clinic.ended()
            assert clinic.results() == ["transferred"]
            assert clinic.contact().outcome == "completed"
        patient.tell("hangup")
        operator.wait("CALL_CLOSED")
        assert operator.loud_seconds() > 0.5, "they talk without us"
