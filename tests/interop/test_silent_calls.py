"""Far ends that send no RTP, or stop sending it, end as a matter of media; those that only pause do not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from dialer.messages import Answered, Cause, Command, Ended, Event, Play
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk, numbered
from tests.sipp.acts import Acts, Gap, HangsUp, Media, Plays, Press, Requests, Silence, Sound, Waits, answered
from tests.sipp.patients import SippPatients, needs_sipp

pytestmark = [pytest.mark.sipp, needs_sipp()]

NO_RTP_SECONDS = 5.0  # an answer without a packet is given up after so long
LOST_RTP_SECONDS = 15.0  # and a call whose packets stop
BEYOND_MS = 15_800  # longer than any of these
ON_HOLD = Media(direction="sendonly")


def sends(*sounds: Sound, hangs_up_ms: int = 60_000) -> Acts:
    """These sounds and then no packet; hangs up so long after the answer."""
    return answered(Plays(sounds, then_ms=0), Waits(hangs_up_ms), HangsUp(), rtp=False)


@dataclass(frozen=True)
class Case:
    """What the far end does, the ending, and how long the call lasted."""

    patient: Acts
    cause: Cause
    talk_seconds: float


CASES: dict[str, Case] = {
    "stops midway": Case(sends(Silence(500)), "media", 0.5 + LOST_RTP_SECONDS),
    "held without a packet": Case(
        answered(
            *(Waits(200), Requests("INVITE", ON_HOLD), Waits(BEYOND_MS), Requests("INVITE", Media())),
            *(Waits(200), HangsUp()),
            rtp=False,
        ),
        "answered",
        BEYOND_MS / 1000 + 0.4,
    ),
    "nothing at all": Case(answered(Waits(60_000), rtp=False), "media", NO_RTP_SECONDS),
    "begins late": Case(sends(Gap(4000), Silence(2500), hangs_up_ms=6500), "answered", 6.5),
    "pauses": Case(sends(Silence(500), Gap(8000), Silence(500), hangs_up_ms=9000), "answered", 9.0),
    "presses keys alone": Case(
        sends(Gap(3000), Press("1"), Gap(4500), Press("2"), hangs_up_ms=9500), "answered", 9.5
    ),
    "only listens": Case(
        answered(Waits(7000), HangsUp(), media=Media(direction="recvonly"), rtp=False), "answered", 7.0
    ),
    "every tenth is lost": Case(sends(Silence(4000, one_lost_of=10), hangs_up_ms=4200), "answered", 4.2),
    "none is lost": Case(sends(Silence(4000), hangs_up_ms=4200), "answered", 4.2),
}
NUMBERS = numbered(CASES)


@pytest.fixture(scope="module")
def endings(make_desk: MakeDesk, prompt: str) -> Iterator[dict[str, Ended]]:
    """All cases, side by side; each is told something."""

    def speak(event: Event, number: str) -> Iterable[Command]:
        return (Play(event.call, "prompt", prompt),) if isinstance(event, Answered) else ()

    with SippPatients({NUMBERS[name]: case.patient for name, case in CASES.items()}) as sipp:
        desk: Desk = make_desk(Trunk("sipp", sipp.uri), count=12)
        events = desk.together(dict.fromkeys(NUMBERS.values(), "sipp"), speak)
        yield {name: desk.ended(events[number]) for name, number in NUMBERS.items()}


@pytest.mark.parametrize("name", CASES)
def test_silence_ends_a_call_only_when_it_is_too_long(endings: dict[str, Ended], name: str) -> None:
    ended, case = endings[name], CASES[name]
    assert (ended.cause, ended.sip_status, ended.answered) == (case.cause, 200, True)
    assert ended.talk_seconds == pytest.approx(case.talk_seconds, abs=1.3)


def test_one_way_audio_is_told(endings: dict[str, Ended]) -> None:
    one_way = [name for name, ended in endings.items() if ended.quality.one_way]
    assert one_way == ["held without a packet", "nothing at all", "only listens"]


def test_loss_is_measured_and_heard(endings: dict[str, Ended]) -> None:
    lossy, clean = endings["every tenth is lost"].quality, endings["none is lost"].quality
    assert lossy.lost_percent == pytest.approx(10.0, abs=1.5)
    assert clean.packets == pytest.approx(200, abs=5)
    assert clean.lost_percent == 0.0
    assert 1.0 < lossy.mos < clean.mos <= 4.5
    assert clean.jitter_ms < 20.0
