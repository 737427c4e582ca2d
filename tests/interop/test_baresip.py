"""baresip as a patient's phone: another maker's SIP, RTP and keys."""

from collections.abc import Iterator

import pytest

from dialer.messages import Collect, Collected, Ended, HangUp, Held, Play, Played
from dialer.settings import Trunk
from tests.interop.baresip import Baresip, needs_baresip
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk

pytestmark = needs_baresip()

NUMBER = "+79990000001"
PROMPT_SECONDS = 1.0


@pytest.fixture(scope="module")
def phone() -> Iterator[Baresip]:
    with Baresip(NUMBER) as running:
        yield running


@pytest.fixture(scope="module")
def desk(phone: Baresip, make_desk: MakeDesk) -> Desk:
    return make_desk(Trunk("baresip", phone.uri), count=2)


def test_the_patient_listens_presses_and_hangs_up(desk: Desk, phone: Baresip, prompt: str) -> None:
    call = desk.answered(NUMBER, "baresip")
    desk.send(Play(call, "first", prompt), Collect(call, "first", 4, "#", 5.0, 3.0))
    assert desk.wait(call, Played).finished
    for key in "5505#":
        phone.tell("sndcode", key)
    assert desk.wait(call, Collected).keys == "5505"
    phone.tell("hangup")
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.answered) == ("answered", True)
    assert (ended.quality.lost_percent, ended.quality.one_way) == (0.0, False)
    assert ended.quality.mos > 4.0
    phone.wait("CALL_CLOSED")
    assert phone.loud_seconds() == pytest.approx(PROMPT_SECONDS, abs=0.2)


def test_a_key_stops_the_prompt(desk: Desk, phone: Baresip, prompt: str) -> None:
    call = desk.answered(NUMBER, "baresip")
    desk.send(*(Play(call, str(index), prompt) for index in range(8)), Collect(call, "q", 1, "", 5.0, 3.0))
    desk.wait(call, Played)
    phone.tell("sndcode", "9")
    assert desk.wait(call, Collected).keys == "9"
    assert not desk.wait(call, Played, 8).finished
    desk.send(HangUp(call))
    desk.wait(call, Ended)
    phone.wait("CALL_CLOSED", 2)
    assert phone.loud_seconds() < 4 * PROMPT_SECONDS


def test_the_patient_puts_us_on_hold_and_comes_back(desk: Desk, phone: Baresip, prompt: str) -> None:
    call = desk.answered(NUMBER, "baresip")
    desk.send(*(Play(call, str(index), prompt) for index in range(2)))
    phone.wait("CALL_ESTABLISHED", 3)
    phone.tell("hold")
    assert desk.wait(call, Held).on
    phone.tell("resume")
    assert not desk.wait(call, Held, 2).on
    assert desk.wait(call, Played, 2).finished
    desk.send(HangUp(call))
    assert desk.wait(call, Ended).cause == "answered"
    phone.wait("CALL_CLOSED", 3)


def test_the_patient_declines(desk: Desk, phone: Baresip) -> None:
    phone.tell("answermode", "manual")
    call = desk.dial(NUMBER, "baresip")
    phone.wait("CALL_INCOMING")
    phone.tell("hangup")
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.sip_status, ended.answered) == ("busy", 486, False)
