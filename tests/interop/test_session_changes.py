"""What a far end may do with a session: early media, hold, move, late offer, UPDATE, PRACK."""

import time
import wave
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from dialer.messages import (
    Answered,
    Collect,
    Collected,
    Command,
    EarlyMedia,
    Ended,
    Event,
    HangUp,
    Held,
    Play,
    Played,
    Record,
)
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import numbered
from tests.sipp.acts import (
    Acts,
    Media,
    Plays,
    Press,
    Receives,
    Requests,
    Responds,
    Silence,
    Step,
    Tones,
    Waits,
    answered,
)
from tests.sipp.far_audio import LOUD, FarAudio
from tests.sipp.patients import SippPatients, needs_sipp

pytestmark = [pytest.mark.sipp, needs_sipp()]

PROMPT_MS = 1000  # of one prompt; two are played one after the other
PROMPTS = 2
HOLD_MS = 1500
BEFORE_MS = 500  # of the first prompt, until the far end changes something
RINGING = Responds(180, "Ringing")
RELIABLE = ("Require: 100rel", "RSeq: 5")
ANNOUNCEMENT = Tones("1", 900, 100)  # in the early media; a key of the trunk's, not of the patient's
EARS = {name: FarAudio() for name in ("hold", "old hold", "inactive", "first", "moved", "late", "update")}


def hold(ear: str, first: Media, *back: Step) -> Acts:
    """Hold in the middle of the first prompt, and back."""
    return answered(
        *(Waits(BEFORE_MS), Requests("INVITE", first), Waits(HOLD_MS)),
        *(back or (Requests("INVITE", Media(port=EARS[ear].port)),)),
        media=Media(port=EARS[ear].port),
    )


def early(*steps: Step, headers: tuple[str, ...] = ()) -> Acts:
    """183 with sound, then `steps`."""
    acknowledged: tuple[Step, ...] = (Receives("PRACK"),) if headers else ()
    return Acts(
        (
            Responds(183, "Session Progress", Media(event_type=None), headers),
            *acknowledged,
            Plays((ANNOUNCEMENT,), then_ms=200),
            *steps,
        )
    )


ANSWERS: tuple[Step, ...] = (
    Responds(200, "OK", Media(), retransmitted=True),
    Receives("ACK"),
    Plays((Silence(3500), Press("6"))),
)


@dataclass(frozen=True)
class Case:
    """What the far end does, and how often it is held; `ears` hear the prompts, each so much of them."""

    patient: Acts
    ears: tuple[str, ...] = ()
    held: int = 0


CASES: dict[str, Case] = {
    "hold": Case(hold("hold", Media(port=EARS["hold"].port, direction="sendonly")), ("hold",), 1),
    "old hold": Case(
        hold("old hold", Media(port=EARS["old hold"].port, address="0.0.0.0", direction="sendonly")),
        *(("old hold",), 1),
    ),
    "inactive": Case(
        hold("inactive", Media(port=EARS["inactive"].port, direction="inactive")), ("inactive",), 1
    ),
    "hold by UPDATE": Case(
        answered(
            *(Waits(BEFORE_MS), Requests("UPDATE", Media(port=EARS["update"].port, direction="sendonly"))),
            *(Waits(HOLD_MS), Requests("UPDATE", Media(port=EARS["update"].port))),
            media=Media(port=EARS["update"].port),
        ),
        *(("update",), 1),
    ),
    "moved": Case(
        answered(
            *(Waits(BEFORE_MS), Requests("INVITE", Media(port=EARS["moved"].port))),
            media=Media(port=EARS["first"].port),
        ),
        ("first", "moved"),
    ),
    "late offer": Case(
        answered(
            *(Waits(BEFORE_MS), Requests("INVITE", ack_media=Media(port=EARS["late"].port))),
            media=Media(port=EARS["late"].port),
        ),
        ("late",),
    ),
    "empty UPDATE": Case(answered(Waits(BEFORE_MS), Requests("UPDATE"), sounds=(Silence(2500), Press("6")))),
    "re-INVITE for nothing": Case(
        answered(
            *(Waits(BEFORE_MS), Requests("INVITE", Media()), Waits(300), Requests("INVITE", Media())),
            sounds=(Silence(2500), Press("6")),
        )
    ),
    "early media, answer": Case(early(Waits(1200), *ANSWERS)),
    "early media, refusal": Case(early(Waits(1200), Responds(486, "Busy Here", retransmitted=True))),
    "PRACK": Case(early(Waits(1200), *ANSWERS, headers=RELIABLE)),
    "PRACK, two of them": Case(
        early(
            *(Responds(180, "Ringing", headers=("Require: 100rel", "RSeq: 6")), Receives("PRACK")),
            *(Waits(1200), *ANSWERS),
            headers=RELIABLE,
        )
    ),
}
NUMBERS = numbered(CASES)
IN_TALK = [name for name, case in CASES.items() if name not in ("early media, refusal",)]


@pytest.fixture(scope="module")
def sipp() -> Iterator[SippPatients]:
    with ExitStack() as stack:
        for ear in EARS.values():
            stack.enter_context(ear)
        yield stack.enter_context(SippPatients({NUMBERS[name]: case.patient for name, case in CASES.items()}))


@dataclass(frozen=True)
class Told:
    """What happened to a call, and when (monotonic seconds)."""

    events: list[Event]
    at: list[float]

    def all(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def seconds(self, kind: type[Event], index: int = -1) -> float:
        return [at for event, at in zip(self.events, self.at, strict=True) if isinstance(event, kind)][index]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture(scope="module")
def calls(sipp: SippPatients, make_desk: MakeDesk, prompt: str, recordings: Path) -> dict[str, Told]:
    """All cases, side by side: two prompts and a question each, then we hang up."""
    desk = make_desk(Trunk("sipp", sipp.uri), count=len(CASES))
    times: dict[str, list[float]] = {number: [] for number in NUMBERS.values()}

    def talk(event: Event, number: str) -> Iterable[Command]:
        times[number].append(time.monotonic())
        match event:
            case Answered(call=call):
                return (
                    Play(call, "first", prompt),
                    Play(call, "second", prompt),
                    Collect(call, "question", 3, "", 2.0, 1.0),
                )
            case EarlyMedia(call=call):
                return (
                    Record(call, str(recordings / f"{number}.wav")),
                    Play(call, "over the announcement", prompt),
                )
            case Collected(call=call):
                return (HangUp(call),)
            case _:
                return ()

    events = desk.together(dict.fromkeys(NUMBERS.values(), "sipp"), talk)
    return {name: Told(events[number], times[number]) for name, number in NUMBERS.items()}


def spoken(told: Told) -> list[tuple[str, bool]]:
    return [(event.prompt, event.finished) for event in told.events if isinstance(event, Played)]


@pytest.mark.parametrize("name", CASES)
def test_each_call_ends_as_it_should(calls: dict[str, Told], name: str) -> None:
    (ended,) = calls[name].all(Ended)
    assert isinstance(ended, Ended)
    expected = ("answered", 200) if name in IN_TALK else ("busy", 486)
    assert (ended.cause, ended.sip_status) == expected


@pytest.mark.parametrize("name", IN_TALK)
def test_no_prompt_is_lost(calls: dict[str, Told], name: str) -> None:
    first = [("over the announcement", True)] if calls[name].all(EarlyMedia) else []
    assert spoken(calls[name]) == [*first, ("first", True), ("second", True)]


@pytest.mark.parametrize("name", IN_TALK)
def test_hold_is_told_once_and_so_is_its_end(calls: dict[str, Told], name: str) -> None:
    call = calls[name].events[0]
    told = [event.on for event in calls[name].events if isinstance(event, Held)]
    assert told == [True, False] * CASES[name].held, call


@pytest.mark.parametrize("name", [name for name in IN_TALK if CASES[name].ears])
def test_the_far_end_hears_every_prompt_whole(calls: dict[str, Told], name: str) -> None:
    heard = {ear: EARS[ear].loud_ms() for ear in CASES[name].ears}
    assert sum(heard.values()) == pytest.approx(PROMPTS * PROMPT_MS, abs=160), heard


@pytest.mark.parametrize("name", [name for name in IN_TALK if CASES[name].held])
def test_nothing_is_said_into_a_hold(calls: dict[str, Told], name: str) -> None:
    told, (ear,) = calls[name], CASES[name].ears
    begun, over = (told.seconds(Held, index) for index in (0, 1))
    assert over - begun == pytest.approx(HOLD_MS / 1000, abs=0.3)
    assert EARS[ear].loud_ms(begun + 0.1, over - 0.1) == 0
    until_said = told.seconds(Played) - told.seconds(Answered)
    assert until_said == pytest.approx((PROMPTS * PROMPT_MS + HOLD_MS) / 1000, abs=0.4)


def test_sound_goes_to_where_it_moved(calls: dict[str, Told]) -> None:
    assert EARS["first"].loud_ms() == pytest.approx(BEFORE_MS, abs=160)
    moved_at = EARS["moved"].packets[0].at
    assert EARS["first"].loud_ms(since=moved_at + 0.1) == 0


@pytest.mark.parametrize("name", [name for name in IN_TALK if not CASES[name].ears])
def test_keys_are_heard_after_the_change(calls: dict[str, Told], name: str) -> None:
    assert [event.keys for event in calls[name].events if isinstance(event, Collected)] == ["6"]


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].patient.steps[0] != RINGING])
def test_an_announcement_is_recorded_and_not_spoken_over(
    calls: dict[str, Told], recordings: Path, name: str
) -> None:
    told = calls[name]
    assert isinstance(told.events[0], EarlyMedia)
    assert 0.7 < loud_seconds(recordings / f"{NUMBERS[name]}.wav", until_seconds=1.1) <= 1.0
    if name in IN_TALK:
        assert told.seconds(Played, 0) - told.seconds(Answered) > 0.9
    else:
        assert spoken(told) == [("over the announcement", False)]


def test_sipp_found_nothing_to_complain_about(calls: dict[str, Told], sipp: SippPatients) -> None:
    report = sipp.report()
    assert (report.failed, report.successful) == (0, len(calls)), sipp.complaints()


def loud_seconds(recording: Path, until_seconds: float) -> float:
    """How much of the beginning of a recording is sound, by tenths of a second."""
    with wave.open(str(recording)) as file:
        tenth = file.getframerate() // 10
        samples = np.frombuffer(file.readframes(round(until_seconds * 10) * tenth), "<i2")
    tenths = np.abs(samples[: samples.size // tenth * tenth].reshape(-1, tenth).astype(int)).mean(axis=1)
    return float((tenths > LOUD).sum()) / 10
