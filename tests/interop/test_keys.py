"""Keys that SIPp sends as RFC 4733 packets of our own making are heard, each once."""

from collections.abc import Iterator

import pytest

from dialer.messages import Collected, Ended, HangUp, Play, Played
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk
from tests.sipp.behaviours import Answers
from tests.sipp.patients import SippPatients, needs_sipp

pytestmark = [pytest.mark.sipp, needs_sipp()]

SLOWLY = ((1500, "1"), (1500, "9"))
NUMBERS = {
    "+79990000001": Answers(keys=SLOWLY),
    "+79990000002": Answers(keys=SLOWLY, payload_type=97),
    "+79990000003": Answers(keys=SLOWLY, payload_type=120),
    "+79990000004": Answers(keys=SLOWLY, codec="PCMU"),
    "+79990000005": Answers(keys=SLOWLY, press_ms=40),
    "+79990000006": Answers(keys=SLOWLY, press_ms=900),
    "+79990000007": Answers(keys=((1200, "1"), (200, "9"), (200, "8"), (200, "4"))),
    "+79990000008": Answers(keys=((1200, "1"), (100, "1"), (100, "1"), (100, "#"))),
    "+79990000009": Answers(keys=((1200, "*"), (400, "0"), (400, "#"))),
    "+79990000010": Answers(),
    "+79990000011": Answers(keys=((600, "5"),)),
}


@pytest.fixture(scope="module")
def sipp() -> Iterator[SippPatients]:
    with SippPatients(NUMBERS) as patients:
        yield patients


@pytest.fixture(scope="module")
def desk(sipp: SippPatients, make_desk: MakeDesk) -> Desk:
    return make_desk(Trunk("sipp", sipp.uri))


@pytest.mark.parametrize("number", [f"+7999000000{index}" for index in range(1, 7)])
def test_two_questions_get_their_two_keys(desk: Desk, number: str, prompt: str) -> None:
    call = desk.answered(number, "sipp")
    assert [desk.ask(call, prompt), desk.ask(call, prompt)] == ["1", "9"]
    desk.send(HangUp(call))
    desk.wait(call, Ended)


@pytest.mark.parametrize(
    ("number", "max_keys", "end_key", "keys", "ended_by"),
    [
        ("+79990000007", 4, "", "1984", "full"),
        ("+79990000008", 8, "#", "111", "end_key"),
        ("+79990000009", 8, "#", "*0", "end_key"),
        ("+79990000007", 8, "#", "1984", "timeout"),
    ],
)
def test_several_keys_are_one_answer(
    desk: Desk, prompt: str, number: str, max_keys: int, end_key: str, keys: str, ended_by: str
) -> None:
    call = desk.answered(number, "sipp")
    assert desk.ask(call, prompt, max_keys, end_key) == keys
    assert desk.wait(call, Collected).ended_by == ended_by
    desk.send(HangUp(call))
    desk.wait(call, Ended)


def test_nothing_pressed_in_time_is_an_empty_answer(desk: Desk, prompt: str) -> None:
    call = desk.answered("+79990000010", "sipp")
    assert desk.ask(call, prompt, first_key_seconds=1.0) == ""
    assert desk.wait(call, Played).finished
    desk.send(HangUp(call))
    desk.wait(call, Ended)


def test_a_key_cuts_the_prompts_short(desk: Desk, prompt: str) -> None:
    call = desk.answered("+79990000011", "sipp")
    desk.send(Play(call, "first", prompt))
    assert desk.ask(call, prompt) == "5"
    played = [event for event in desk.seen[call] if isinstance(event, Played)]
    assert [event.finished for event in played] == [False, False]
    desk.send(HangUp(call))
    desk.wait(call, Ended)


def test_sipp_found_nothing_to_complain_about(desk: Desk, sipp: SippPatients, prompt: str) -> None:
    call = desk.answered("+79990000010", "sipp")
    desk.ask(call, prompt, first_key_seconds=0.5)
    desk.send(HangUp(call))
    desk.wait(call, Ended)
    report = sipp.report()
    assert report.failed == 0, (report, sipp.complaints())
    assert report.calls == report.successful > 0
