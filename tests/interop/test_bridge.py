"""Two baresip phones, bridged, put on hold and transferred: another maker's re-INVITE, REFER and NOTIFY."""

from collections.abc import Iterator

import pytest

from dialer.messages import (
    Bridge,
    Bridged,
    Ended,
    HangUp,
    Held,
    Play,
    StopPlaying,
    Transfer,
    Transferred,
)
from dialer.settings import Trunk
from tests.interop.baresip import Baresip, needs_baresip
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk

pytestmark = needs_baresip()

OPERATOR, PATIENT, COLLEAGUE = "101", "+79990000001", "102"
TALK_SECONDS = 2.0


@pytest.fixture
def phones() -> Iterator[tuple[Baresip, Baresip]]:
    """The operator's and the patient's; both speak all the time."""
    with Baresip(OPERATOR, speaks=True) as operator, Baresip(PATIENT, speaks=True) as patient:
        yield operator, patient


@pytest.fixture
def desk(phones: tuple[Baresip, Baresip], make_desk: MakeDesk) -> Desk:
    operator, patient = phones
    return make_desk(Trunk("desk", operator.uri), Trunk("town", patient.uri), count=4)


def talk(desk: Desk, operator: Baresip) -> tuple[str, str]:
    """The operator's phone is called by its SIP address, then the patient; they hear each other."""
    first = desk.answered(f"sip:{OPERATOR}@{operator.uri.removeprefix('sip:')}", "desk", keeps=True)
    second = desk.answered(PATIENT, "town", beside=first)
    desk.send(Bridge(second, first))
    assert desk.wait(second, Bridged).joined
    return first, second


def test_they_hear_each_other(desk: Desk, phones: tuple[Baresip, Baresip]) -> None:
    operator, patient = phones
    first, second = talk(desk, operator)
    desk.run(TALK_SECONDS)
    patient.tell("hangup")
    assert desk.wait(second, Ended).cause == "answered"
    desk.run(0.5)
    assert not desk.over(first), "who is left can be told what happened"
    desk.send(HangUp(first))
    ended = desk.wait(first, Ended)
    operator.wait("CALL_CLOSED")
    assert (ended.cause, ended.quality.one_way) == ("answered", False)
    assert operator.loud_seconds() > 0.75 * TALK_SECONDS
    assert patient.loud_seconds() > 0.75 * TALK_SECONDS


def test_the_operator_looks_something_up(desk: Desk, phones: tuple[Baresip, Baresip], prompt: str) -> None:
    operator, patient = phones
    first, second = talk(desk, operator)
    operator.wait("CALL_ESTABLISHED")
    operator.tell("hold")
    assert desk.wait(first, Held).on
    desk.send(Play(second, "tune", prompt, repeat=True))
    desk.run(TALK_SECONDS)
    operator.tell("resume")
    assert not desk.wait(first, Held, 2).on
    desk.send(StopPlaying(second))
    desk.run(TALK_SECONDS)
    desk.send(HangUp(first), HangUp(second))
    for phone in phones:
        phone.wait("CALL_CLOSED")
    assert patient.loud_seconds() > 1.5 * TALK_SECONDS, "the tune, then the operator again"


def test_the_patient_is_transferred_to_a_colleague(desk: Desk, phones: tuple[Baresip, Baresip]) -> None:
    operator, patient = phones
    with Baresip(COLLEAGUE, speaks=True) as colleague:
        first, second = talk(desk, operator)
        patient.wait("CALL_ESTABLISHED")
        desk.send(Transfer(second, f"sip:{COLLEAGUE}@{colleague.uri.removeprefix('sip:')}"))
        assert desk.wait(second, Transferred).sip_status == 200
        colleague.wait("CALL_ESTABLISHED")
        desk.send(HangUp(first), HangUp(second))
        desk.wait(first, Ended)
        desk.run(TALK_SECONDS)
        patient.tell("hangup")
        colleague.wait("CALL_CLOSED")
        assert colleague.loud_seconds() > 0.5 * TALK_SECONDS, "they talk without us"
