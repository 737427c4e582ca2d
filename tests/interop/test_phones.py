"""Simulated phones and our lines talk to each other over real SIP and RTP, and tell the same story."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.errors import LinesNotStarted
from dialer.messages import (
    Answered,
    Cause,
    Collect,
    Collected,
    Command,
    Ended,
    Event,
    HangUp,
    Heard,
    Play,
    Played,
)
from dialer.phones import BEHAVIOURS, Patient, PhoneCall, Phones, read_log
from dialer.phones.call_log import most_at_once
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk
from tests.sipp.ports import free_sip_port

PORTS = (free_sip_port(), free_sip_port())
RTP_FIRST, RTP_LAST = 34000, 34399
PROMPT_SECONDS = 1.0
LINES = 6  # the phones at each of the two ports take no more than four calls at once
RING_SECONDS = 3.0  # patients here answer within two
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
    return make_desk(*(Trunk(f"port{index}", uri) for index, uri in enumerate(phones.uris)), count=LINES)


def last_call(desk: Desk, log_path: Path, number: str, count: int = 1) -> PhoneCall:
    """What the phone wrote about its `count`-th call, once it has."""
    for _ in range(50):
        found = [call for call in read_log(log_path) if call.number == number]
        if len(found) >= count:
            return found[-1]
        desk.pump(0.1)
    raise AssertionError("the phone wrote nothing about its call")


@dataclass(frozen=True)
class Talk:
    """What we do in a call: so many keys are asked for, then prompts are played, then we hang up."""

    number: str
    most_keys: tuple[int, ...] = ()
    prompts: int = 0
    first_key_seconds: float = 8.0

    def react(self, event: Event, seen: Sequence[Event], prompt: str) -> Iterable[Command]:
        """At the answer and after each question the next one; a machine gets a message after its beep."""
        call = getattr(event, "call", "")
        if isinstance(event, Heard):
            return (Play(call, "message", prompt),)
        if isinstance(event, Played) and event.prompt == "message":
            return (HangUp(call),)
        if not isinstance(event, Answered | Collected):
            return ()
        asked = sum(isinstance(earlier, Collected) for earlier in seen)
        if asked < len(self.most_keys):
            most, question = self.most_keys[asked], f"question{asked}"
            return (
                Play(call, question, prompt),
                Collect(call, question, most, "", self.first_key_seconds, 3.0),
            )
        if self.prompts:
            return tuple(Play(call, f"long{index}", prompt) for index in range(self.prompts))
        return (HangUp(call),)


CONFIRMS = Talk("+79990000001", (1, 4, 1))
WRONG_FIRST = Talk("+79990000002", (1, 1))
NO_KEY = Talk("+79990000003", (1,), first_key_seconds=2.0)
HANGS_UP = Talk("+79990000004", (1,), prompts=6)
BUSY, NEVER, DECLINES, NOBODY = (Talk(f"+799900000{last}") for last in ("05", "06", "07", "99"))
MACHINE = Talk("+79990000008", prompts=1)
TALKS = (CONFIRMS, MACHINE, WRONG_FIRST, HANGS_UP, NO_KEY, NEVER, BUSY, DECLINES, NOBODY)


@pytest.fixture(scope="module")
def calls(desk: Desk, prompt: str) -> dict[str, list[Event]]:
    """All talks, side by side, over both ports."""
    talks = {talk.number: talk for talk in TALKS}
    trunks = {number: f"port{index % len(PORTS)}" for index, number in enumerate(talks)}

    def react(event: Event, number: str) -> Iterable[Command]:
        return talks[number].react(event, desk.seen[getattr(event, "call", "")], prompt)

    return desk.together(trunks, react, ring_seconds=RING_SECONDS)


def keys(events: Sequence[Event]) -> list[str]:
    return [event.keys for event in events if isinstance(event, Collected)]


def test_a_patient_presses_turn_by_turn(calls: dict[str, list[Event]], desk: Desk, log_path: Path) -> None:
    events = calls[CONFIRMS.number]
    assert keys(events) == ["1", "1984", "5"]
    told = last_call(desk, log_path, CONFIRMS.number)
    assert (told.behaviour, told.status, told.answered, told.ended_by) == ("confirms", 200, True, "caller")
    assert (told.keys, told.key_count) == (("1", "1984", "5"), 6)
    assert told.seconds == pytest.approx(desk.ended(events).talk_seconds, abs=0.3)
    assert told.first_speech_seconds is not None
    assert told.first_speech_seconds < 0.5


def test_a_wrong_key_comes_before_the_right_one(calls: dict[str, list[Event]]) -> None:
    assert keys(calls[WRONG_FIRST.number]) == ["7", "1"]


def test_who_presses_nothing_stays_on_the_line(
    calls: dict[str, list[Event]], desk: Desk, log_path: Path
) -> None:
    assert keys(calls[NO_KEY.number]) == [""]
    told = last_call(desk, log_path, NO_KEY.number)
    assert (told.keys, told.ended_by) == ((), "caller")
    assert told.speech_seconds == pytest.approx(PROMPT_SECONDS, abs=0.35)


def test_someone_hangs_up_in_the_middle_of_a_prompt(
    calls: dict[str, list[Event]], desk: Desk, log_path: Path
) -> None:
    events = calls[HANGS_UP.number]
    assert keys(events) == ["1"]
    ended = desk.ended(events)
    assert (ended.cause, ended.answered) == ("answered", True)
    told = last_call(desk, log_path, HANGS_UP.number)
    assert (told.ended_by, told.keys) == ("phone", ("1",))


@pytest.mark.parametrize(
    ("talk", "cause", "status", "ended_by"),
    [
        (BUSY, "busy", 486, "refused"),
        (NEVER, "no_answer", 0, "cancelled"),
        (DECLINES, "declined", 603, "refused"),
        (NOBODY, "wrong_number", 404, "refused"),
    ],
)
def test_who_does_not_answer(
    calls: dict[str, list[Event]],
    desk: Desk,
    log_path: Path,
    talk: Talk,
    cause: Cause,
    status: int,
    ended_by: str,
) -> None:
    assert desk.ended(calls[talk.number]).cause == cause
    told = last_call(desk, log_path, talk.number)
    assert (told.answered, told.status, told.ended_by, told.seconds) == (False, status, ended_by, 0.0)


def test_a_machine_records_what_is_said_after_its_beep(
    calls: dict[str, list[Event]], desk: Desk, log_path: Path
) -> None:
    events = calls[MACHINE.number]
    assert [event.what for event in events if isinstance(event, Heard)] == ["beep"]
    assert [event.finished for event in events if isinstance(event, Played)] == [True, True]
    told = last_call(desk, log_path, MACHINE.number)
    assert (told.answered, told.keys, told.ended_by) == (True, (), "caller")
    assert told.speech_seconds == pytest.approx(PROMPT_SECONDS, abs=0.35)


def test_two_calls_at_once_to_one_number_are_noticed(
    calls: dict[str, list[Event]], desk: Desk, log_path: Path
) -> None:
    number = NO_KEY.number
    last_call(desk, log_path, number)
    before = [call for call in read_log(log_path) if call.number == number]
    both = [desk.dial(number, trunk) for trunk in ("port0", "port1")]
    for call in both:
        desk.wait(call, Answered)
    for call in both:
        desk.send(HangUp(call))
        desk.wait(call, Ended)
    last_call(desk, log_path, number, len(before) + 2)
    assert most_at_once(read_log(log_path), number) == 2


def test_a_taken_port_is_one_plain_sentence(phones: Phones, tmp_path: Path) -> None:
    others = Phones(PATIENTS, PORTS[:1], RTP_FIRST, RTP_LAST, tmp_path / "log")
    with pytest.raises(LinesNotStarted, match=f"SIP port {PORTS[0]}"):
        others.start()
    assert others.pids == ()
