"""baresip as a patient's phone: another maker's SIP, RTP and keys."""

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dialer.messages import Collect, Collected, Ended, HangUp, Held, Listen, Listened, Play, Played
from dialer.settings import Trunk
from tests.dialer_listen.sounds import silence, speech
from tests.interop.baresip import Baresip, needs_baresip
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk
from tests.sipp.far_audio import LOUD

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


def test_what_the_patient_says_is_kept_alone(desk: Desk, phone: Baresip, prompt: str, tmp_path: Path) -> None:
    said = speech("ru", "Врач не пришёл, хотя я ждала его весь день.")[:12000]
    phone.will_say(np.concatenate([silence(PROMPT_SECONDS + 0.7), said]))
    call = desk.answered(NUMBER, "baresip")
    answer = tmp_path / "answers" / "why.wav"
    desk.send(Play(call, "why", prompt), Listen(call, "why", str(answer), 20.0, 1.0))
    listened = desk.wait(call, Listened)
    phone.tell("hangup")
    assert desk.wait(call, Ended).cause == "answered"
    assert (listened.key, listened.left) == ("", False)
    assert listened.voice_seconds == pytest.approx(0.7 + said.size / 8000, abs=0.5)
    with wave.open(str(answer)) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert level_db(heard) == pytest.approx(level_db(said), abs=1.0)
    assert loud_seconds(heard) == pytest.approx(loud_seconds(said), abs=0.2)


def level_db(samples: NDArray[np.int16]) -> float:
    return float(10 * np.log10(np.square(samples.astype(np.float64)).sum()))


def loud_seconds(samples: NDArray[np.int16]) -> float:
    (loud,) = np.nonzero(np.abs(samples.astype(int)) > LOUD)
    return float(loud[-1] - loud[0]) / 8000


def test_the_patient_declines(desk: Desk, phone: Baresip) -> None:
    phone.tell("answermode", "manual")
    call = desk.dial(NUMBER, "baresip")
    phone.wait("CALL_INCOMING")
    phone.tell("hangup")
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.sip_status, ended.answered) == ("busy", 486, False)
