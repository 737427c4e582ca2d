"""Keys that SIPp sends as RFC 4733 packets, of our own making and of its own, are heard, each once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.messages import Collected, Ended, HangUp, Play, Played
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk
from tests.sipp.behaviours import Answers
from tests.sipp.patients import SippPatients, needs_sipp
from tests.sipp.sip_text import BYE, answer, sdp

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


class PlayingSipp(SippPatients):
    """Its patient plays keys with SIPp's `play_dtmf`: type 96, each time from one and the same timestamp."""

    def __init__(self, *plays: tuple[int, str]) -> None:
        super().__init__({})
        self._plays = plays

    def _command(self, scenario: Path) -> list[str]:
        parts = [RECEIVE_INVITE, answer(180, "Ringing")]
        parts += [
            answer(200, "OK", sdp(Answers(payload_type=96)), retransmitted=True),
            '<recv request="ACK"/>',
        ]
        for pause_ms, keys in self._plays:
            parts.append(f'<pause milliseconds="{pause_ms}"/>')
            parts.append(f'<nop><action><exec play_dtmf="{keys}"/></action></nop>')
        parts += ['<pause milliseconds="3000"/>', BYE, '<recv response="200"/>']
        text = '<?xml version="1.0"?>\n<scenario name="plays keys">\n' + "\n".join(parts) + "\n</scenario>\n"
        scenario.write_text(text)
        return super()._command(scenario)


RECEIVE_INVITE = """<recv request="INVITE" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="callee"/>
</action></recv>"""


@pytest.mark.parametrize(
    ("plays", "answers"),
    [
        (((1500, "1"), (2000, "1954"), (4500, "1")), ["1", "1954", "1"]),
        (((1500, "9"), (1400, "9")), ["99"]),
        (((1500, "2"), (1000, "1"), (1000, "2")), ["212"]),
        (((1500, "1155"),), ["1155"]),
    ],
    ids=["the same key later", "the same key soon", "another key between", "twice in one go"],
)
def test_keys_whose_timestamps_come_again(
    make_desk: MakeDesk, prompt: str, plays: tuple[tuple[int, str], ...], answers: list[str]
) -> None:
    with PlayingSipp(*plays) as sipp:
        desk = make_desk(Trunk("plays", sipp.uri), count=1)
        call = desk.answered("+79990000001", "plays")
        assert [desk.ask(call, prompt, max_keys=len(keys)) for keys in answers] == answers
        desk.wait(call, Ended)
