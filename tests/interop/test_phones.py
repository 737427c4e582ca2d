"""Simulated phones and our lines talk to each other over real SIP and RTP, and tell the same story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.errors import LinesNotStarted
from dialer.messages import Answered, Cause, Ended, HangUp, Heard, Play, Played
from dialer.phones import BEHAVIOURS, Patient, PhoneCall, Phones, read_log
from dialer.phones.call_log import most_at_once
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk
from tests.sipp.ports import free_sip_port

PORTS = (free_sip_port(), free_sip_port())
RTP_FIRST, RTP_LAST = 34000, 34399
PROMPT_SECONDS = 1.0
PATIENTS = (
    Patient("+79990000001", BEHAVIOURS["confirms"], ("1", "1984", "5")),
    Patient("+79990000002", BEHAVIOURS["wrong key first"], ("7", "1")),
    Patient("+79990000003", BEHAVIOURS["no key"]),
    Patient("+79990000004", BEHAVIOURS["hangs up"], ("1",)),
    Patient("+79990000005", BEHAVIOURS["busy"]),
    Patient("+79990000006", BEHAVIOURS["never answers"]),
    Patient("+79990000007", BEHAVIOURS["declines"]),
    Patient("+79990000008", BEHAVIOURS["machine"]),
)


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("phones") / "calls.jsonl"


@pytest.fixture(scope="module")
def phones(log_path: Path) -> Iterator[Phones]:
    with Phones(PATIENTS, PORTS, RTP_FIRST, RTP_LAST, log_path) as running:
        yield running


@pytest.fixture(scope="module")
def desk(phones: Phones, make_desk: MakeDesk) -> Desk:
    return make_desk(*(Trunk(f"port{index}", uri) for index, uri in enumerate(phones.uris)))


def last_call(desk: Desk, log_path: Path, number: str, count: int = 1) -> PhoneCall:
    """What the phone wrote about its `count`-th call, once it has."""
    for _ in range(50):
        found = [call for call in read_log(log_path) if call.number == number]
        if len(found) >= count:
            return found[-1]
        desk.pump(0.1)
    raise AssertionError("the phone wrote nothing about its call")


def hang_up(desk: Desk, call: str) -> Ended:
    desk.send(HangUp(call))
    return desk.wait(call, Ended)


def test_a_patient_presses_turn_by_turn(desk: Desk, log_path: Path, prompt: str) -> None:
    call = desk.answered("+79990000001", "port0")
    assert [desk.ask(call, prompt), desk.ask(call, prompt, 4), desk.ask(call, prompt)] == ["1", "1984", "5"]
    ended = hang_up(desk, call)
    told = last_call(desk, log_path, "+79990000001")
    assert (told.behaviour, told.status, told.answered, told.ended_by) == ("confirms", 200, True, "caller")
    assert (told.keys, told.key_count) == (("1", "1984", "5"), 6)
    assert told.seconds == pytest.approx(ended.talk_seconds, abs=0.3)
    assert told.first_speech_seconds is not None
    assert told.first_speech_seconds < 0.5


def test_a_wrong_key_comes_before_the_right_one(desk: Desk, prompt: str) -> None:
    call = desk.answered("+79990000002", "port1")
    assert [desk.ask(call, prompt), desk.ask(call, prompt)] == ["7", "1"]
    hang_up(desk, call)


def test_who_presses_nothing_stays_on_the_line(desk: Desk, log_path: Path, prompt: str) -> None:
    call = desk.answered("+79990000003", "port0")
    assert desk.ask(call, prompt, first_key_seconds=2.0) == ""
    hang_up(desk, call)
    told = last_call(desk, log_path, "+79990000003")
    assert (told.keys, told.ended_by) == ((), "caller")
    assert told.speech_seconds == pytest.approx(PROMPT_SECONDS, abs=0.35)


def test_someone_hangs_up_in_the_middle_of_a_prompt(desk: Desk, log_path: Path, prompt: str) -> None:
    call = desk.answered("+79990000004", "port1")
    assert desk.ask(call, prompt) == "1"
    for index in range(6):
        desk.send(Play(call, f"long{index}", prompt))
    ended = desk.wait(call, Ended)
    assert (ended.cause, ended.answered) == ("answered", True)
    told = last_call(desk, log_path, "+79990000004")
    assert (told.ended_by, told.keys) == ("phone", ("1",))


@pytest.mark.parametrize(
    ("number", "cause", "status", "ended_by"),
    [
        ("+79990000005", "busy", 486, "refused"),
        ("+79990000006", "no_answer", 0, "cancelled"),
        ("+79990000007", "declined", 603, "refused"),
        ("+79990000099", "wrong_number", 404, "refused"),
    ],
)
def test_who_does_not_answer(
    desk: Desk, log_path: Path, number: str, cause: Cause, status: int, ended_by: str
) -> None:
    ended = desk.wait(desk.dial(number, "port1", ring_seconds=3.0), Ended)
    told = last_call(desk, log_path, number)
    assert ended.cause == cause
    assert (told.answered, told.status, told.ended_by, told.seconds) == (False, status, ended_by, 0.0)


def test_a_machine_records_what_is_said_after_its_beep(desk: Desk, log_path: Path, prompt: str) -> None:
    call = desk.answered("+79990000008", "port0")
    desk.send(Play(call, "over the greeting", prompt))
    assert desk.wait(call, Heard).what == "beep"
    desk.send(Play(call, "message", prompt))
    assert desk.wait(call, Played, 2).finished
    hang_up(desk, call)
    told = last_call(desk, log_path, "+79990000008")
    assert (told.answered, told.keys, told.ended_by) == (True, (), "caller")
    assert told.speech_seconds == pytest.approx(PROMPT_SECONDS, abs=0.35)


def test_two_calls_at_once_to_one_number_are_noticed(desk: Desk, log_path: Path) -> None:
    number = "+79990000003"
    before = [call for call in read_log(log_path) if call.number == number]
    calls = [desk.dial(number, trunk) for trunk in ("port0", "port1")]
    for call in calls:
        desk.wait(call, Answered)
    for call in calls:
        hang_up(desk, call)
    last_call(desk, log_path, number, len(before) + 2)
    assert most_at_once(read_log(log_path), number) == 2


def test_a_taken_port_is_one_plain_sentence(phones: Phones, tmp_path: Path) -> None:
    others = Phones(PATIENTS, PORTS[:1], RTP_FIRST, RTP_LAST, tmp_path / "log")
    with pytest.raises(LinesNotStarted, match=f"SIP port {PORTS[0]}"):
        others.start()
    assert others.pids == ()
