"""Keys that SIPp sends in every way, of our own making and of its own, are heard, each once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from dialer.messages import Answered, Collect, Collected, Command, Ended, Event, HangUp, Play, Played
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import numbered
from tests.sipp.acts import (
    PLAY_DTMF_TYPE,
    Acts,
    Media,
    PlaysDtmf,
    Press,
    Requests,
    Silence,
    Sound,
    Step,
    Tones,
    Waits,
    answered,
)
from tests.sipp.behaviours import Answers, Behaviour
from tests.sipp.patients import SippPatients, needs_sipp

pytestmark = [pytest.mark.sipp, needs_sipp()]

NEXT_KEY_SECONDS = 2.5
MOST_KEYS = 12  # of the last question of a call: more than are pressed, so that one too many is heard
RELAY, PLAIN = "application/dtmf-relay", "application/dtmf"
THEN, SOON, LATER = Silence(300), Silence(100), Silence(1200)


@dataclass(frozen=True)
class Case:
    """What the far end does, and the answers to as many questions; "" where nothing is heard in time."""

    patient: Behaviour
    answers: tuple[str, ...]
    end_key: str = ""
    first_key_seconds: float = 2.5


def presses(*sounds: Sound, event_type: int | None = 101) -> Acts:
    return answered(media=Media(event_type=event_type), sounds=(LATER, *sounds))


def sends_info(content_type: str, *bodies: str) -> Acts:
    steps: list[Step] = [Waits(1200)]
    for body in bodies:
        steps += [Requests("INFO", content=(content_type, body)), Waits(300)]
    return answered(*steps)


def relay(key: str) -> str:
    return f"Signal={key}\nDuration=160\n"


BOTH_WAYS = answered(
    *(Waits(1200), Requests("INFO", content=(RELAY, relay("4")))),
    *(Waits(700), Requests("INFO", content=(RELAY, relay("2")))),
    sounds=(LATER, Press("4"), Silence(540), Press("2")),
)
FAINT = Tones("159", level_dbm0=-24, twist_db=3)
SLOWLY = ((1500, "1"), (1500, "9"))
CASES: dict[str, Case] = {
    # RFC 4733, as it should be
    "two questions": Case(Answers(keys=SLOWLY), ("1", "9")),
    "type 96": Case(Answers(keys=SLOWLY, payload_type=96), ("1", "9")),
    "type 97": Case(Answers(keys=SLOWLY, payload_type=97), ("1", "9")),
    "type 120": Case(Answers(keys=SLOWLY, payload_type=120), ("1", "9")),
    "mu-law": Case(Answers(keys=SLOWLY, codec="PCMU"), ("1", "9")),
    "40 ms": Case(Answers(keys=SLOWLY, press_ms=40), ("1", "9")),
    "900 ms": Case(Answers(keys=SLOWLY, press_ms=900), ("1", "9")),
    "four keys": Case(Answers(keys=((1200, "1"), (200, "9"), (200, "8"), (200, "4"))), ("1984",)),
    "end key": Case(Answers(keys=((1200, "1"), (100, "1"), (100, "1"), (100, "#"))), ("111",), "#"),
    "star and nought": Case(Answers(keys=((1200, "*"), (400, "0"), (400, "#"))), ("*0",), "#"),
    "no end key": Case(Answers(keys=((1200, "1"), (200, "9"))), ("19",), "#"),
    "nothing": Case(Answers(), ("",)),
    "into the prompt": Case(answered(sounds=(Silence(400), Press("5"))), ("5",)),
    # RFC 4733, as it comes
    "all ends lost": Case(presses(Press("5", end_packets=0), THEN, Press("5", end_packets=0)), ("55",)),
    "one end of three": Case(presses(Press("5", end_packets=1), THEN, Press("6", end_packets=1)), ("56",)),
    "ends repeated": Case(presses(Press("5", end_packets=12), SOON, Press("6", end_packets=12)), ("56",)),
    "only ends": Case(presses(Press("5", updates=False), THEN, Press("6", updates=False)), ("56",)),
    "an update after the end": Case(presses(Press("5", swapped=((4, 6),)), THEN, Press("6")), ("56",)),
    "an end first": Case(presses(Press("5", swapped=((0, 7),)), THEN, Press("5")), ("55",)),
    "the first ones mixed": Case(presses(Press("5", swapped=((0, 1), (2, 4))), THEN, Press("6")), ("56",)),
    "two at once": Case(presses(Press("1"), SOON, Press("1"), SOON, Press("2")), ("112",)),
    "in segments": Case(presses(Press("5", 1800, segment_ms=600), THEN, Press("6")), ("56",)),
    "9 seconds": Case(presses(Press("5", 9000, segment_ms=8180), THEN, Press("6")), ("5", "6"), "", 9.5),
    "A to D": Case(presses(*(Press(key) for key in "ABCD"), THEN, Press("1")), ("1",)),
    "hook flash": Case(presses(Press("!"), THEN, Press("7"), THEN, Press("!")), ("7",)),
    # SIPp's own
    "the same key later": Case(
        answered(
            *(Waits(1500), PlaysDtmf("1"), Waits(3500), PlaysDtmf("1954"), Waits(4500), PlaysDtmf("1")),
            media=Media(event_type=PLAY_DTMF_TYPE),
            rtp=False,
        ),
        ("1", "1954", "1"),
        first_key_seconds=6.0,
    ),
    "another key between": Case(
        answered(
            *(Waits(1500), PlaysDtmf("2"), Waits(1000), PlaysDtmf("1"), Waits(1000), PlaysDtmf("2")),
            media=Media(event_type=PLAY_DTMF_TYPE),
            rtp=False,
        ),
        ("212",),
    ),
    "twice in one go": Case(
        answered(Waits(1500), PlaysDtmf("1155"), media=Media(event_type=PLAY_DTMF_TYPE), rtp=False),
        ("1155",),
    ),
    # SIP INFO (RFC 6086 and what was there before it)
    "dtmf-relay": Case(sends_info(RELAY, relay("1"), relay("1"), relay("#")), ("11",), "#"),
    "plain dtmf": Case(sends_info(PLAIN, "3", "*", "3"), ("3*3",)),
    "INFO of A": Case(sends_info(RELAY, relay("A"), relay("2")), ("2",)),
    "RTP and INFO at once": Case(BOTH_WAYS, ("42",)),
    # tones in the audio (Q.23)
    "tones": Case(presses(Tones("1", 120), LATER, Tones("9", 120), event_type=None), ("19",)),
    "all tones": Case(presses(Tones("1234567890*", 80, 80), event_type=None), ("1234567890*",)),
    "faint tones with twist": Case(
        presses(Tones("159", level_dbm0=-24, twist_db=3), event_type=None), ("159",)
    ),
    "40 ms tones": Case(presses(Tones("26", 45, 45), event_type=None), ("26",)),
    "tones beside events": Case(presses(Tones("8"), THEN, Press("3")), ("3",)),
}
NUMBERS = numbered(CASES)


AT_A_SIPP = 24  # cases, so that its scenario stays within what SIPp reads


@pytest.fixture(scope="module")
def sipps() -> Iterator[list[SippPatients]]:
    patients = [(NUMBERS[name], case.patient) for name, case in CASES.items()]
    with (
        SippPatients(dict(patients[:AT_A_SIPP])) as first,
        SippPatients(dict(patients[AT_A_SIPP:])) as second,
    ):
        yield [first, second]


@pytest.fixture(scope="module")
def calls(sipps: list[SippPatients], make_desk: MakeDesk, prompt: str) -> dict[str, list[Event]]:
    """All cases, side by side."""
    desk = make_desk(*(Trunk(f"sipp{index}", sipp.uri) for index, sipp in enumerate(sipps)), count=len(CASES))
    trunks = {number: f"sipp{index // AT_A_SIPP}" for index, number in enumerate(NUMBERS.values())}
    cases = {NUMBERS[name]: case for name, case in CASES.items()}

    def ask(event: Event, number: str) -> Iterable[Command]:
        """A question at the answer, and after each answer the next one; then hang up."""
        if not isinstance(event, Answered | Collected):
            return ()
        case = cases[number]
        collected = sum(isinstance(seen, Collected) for seen in desk.seen[event.call])
        if collected == len(case.answers):
            return (HangUp(event.call),)
        last = collected + 1 == len(case.answers)
        most, seconds = MOST_KEYS if last else len(case.answers[collected]), case.first_key_seconds
        question = f"question{collected}"
        return (
            Play(event.call, question, prompt),
            Collect(event.call, question, most, case.end_key, seconds, NEXT_KEY_SECONDS),
        )

    events = desk.together(trunks, ask)
    return {name: events[number] for name, number in NUMBERS.items()}


@pytest.mark.parametrize("name", CASES)
def test_each_press_is_one_key(calls: dict[str, list[Event]], name: str) -> None:
    heard = [event.keys for event in calls[name] if isinstance(event, Collected)]
    assert heard == list(CASES[name].answers)


@pytest.mark.parametrize(("name", "ended_by"), [("end key", "end_key"), ("no end key", "timeout")])
def test_a_question_tells_how_it_ended(calls: dict[str, list[Event]], name: str, ended_by: str) -> None:
    assert [event.ended_by for event in calls[name] if isinstance(event, Collected)] == [ended_by]


def test_nobody_was_lost(calls: dict[str, list[Event]]) -> None:
    endings = [event for events in calls.values() for event in events if isinstance(event, Ended)]
    assert {(ended.cause, ended.answered) for ended in endings} == {("answered", True)}


@pytest.mark.parametrize(("name", "finished"), [("nothing", [True]), ("into the prompt", [False])])
def test_a_prompt_is_played_to_its_end_or_to_the_first_key(
    calls: dict[str, list[Event]], name: str, finished: list[bool]
) -> None:
    assert [event.finished for event in calls[name] if isinstance(event, Played)] == finished


def test_sipp_found_nothing_to_complain_about(
    calls: dict[str, list[Event]], sipps: list[SippPatients]
) -> None:
    reports = [sipp.report() for sipp in sipps]
    assert [report.failed for report in reports] == [0, 0], [sipp.complaints() for sipp in sipps]
    assert sum(report.successful for report in reports) == len(calls)
