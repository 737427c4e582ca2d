"""The same patients twice: as pretend lines, and as a far end on the wire behind a pool of real lines."""

import contextlib
import math
import struct
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dialer.fake import HANGS_UP as THEN_HANGS_UP
from dialer.fake import FakeLines, Patient
from dialer.lines import Lines
from dialer.messages import Answered, Bridge, Bridged, Dial, Ended, Event
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.dialer.peer import Behaviour, Peer, Request
from tests.dialer.rig import settings

RING_SECONDS = 1.5
PROMPT_SECONDS = 0.5
LINES = 4

PRESSES = "+7000000001"
SILENT = "+7000000002"
BUSY = "+7000000003"
NEVER_ANSWERS = "+7000000004"
HANGS_UP = "+7000000005"
BEEPS = "+7000000006"
DECLINES = "+7000000007"
WRONG = "+7000000008"
BARGES_IN = "+7000000009"
BLOCKS = "+7000000010"
CONGESTED = "+7000000011"
PRESSES_EARLY = "+7000000012"
HOLDS = "+7000000013"
MAY_BE_TRANSFERRED = "+7000000014"
REFUSES_TRANSFER = "+7000000015"
TARGET_IS_BUSY = "+7000000016"
SPEAKS = "+7000000017"
SPEAKS_AND_LEAVES = "+7000000018"
OPERATOR = "sip:101@127.0.0.1"  # at the host of the trunk: it knows where that phone is
HOLD_SECONDS = (0.4, 0.6)  # from the answer, for how long

FAKES = {
    PRESSES: Patient(keys=("1", "1954#"), answer_seconds=0.1, press_seconds=0.4),
    SILENT: Patient(answer_seconds=0.1),
    BUSY: Patient(ends="busy", answer_seconds=0.1),
    NEVER_ANSWERS: Patient(ends="no_answer"),
    HANGS_UP: Patient(answer_seconds=0.1, hangs_up_seconds=1.0),
    BEEPS: Patient(answer_seconds=0.1, beep_seconds=0.6),
    DECLINES: Patient(ends="declined", answer_seconds=0.1),
    WRONG: Patient(ends="wrong_number", answer_seconds=0.1),
    BARGES_IN: Patient(keys=("2",), answer_seconds=0.1, press_seconds=0.2, barges_in=True),
    BLOCKS: Patient(ends="blocked", answer_seconds=0.1),
    CONGESTED: Patient(ends="congestion", answer_seconds=0.1),
    PRESSES_EARLY: Patient(answer_seconds=0.1, presses=((0.2, "1"), (0.35, "9"), (0.45, "5"))),
    HOLDS: Patient(answer_seconds=0.1, holds=(HOLD_SECONDS,)),
    MAY_BE_TRANSFERRED: Patient(answer_seconds=0.1, refer_seconds=0.3),
    REFUSES_TRANSFER: Patient(answer_seconds=0.1, refer_status=603),
    TARGET_IS_BUSY: Patient(answer_seconds=0.1, refer_status=486),
    SPEAKS: Patient(answer_seconds=0.1, says_seconds=(1.0,), says_key="7", press_seconds=0.2),
    SPEAKS_AND_LEAVES: Patient(answer_seconds=0.1, says_seconds=(1.0,), says_key=THEN_HANGS_UP),
    OPERATOR: Patient(answer_seconds=0.1),
}


def alaw(sample: int) -> int:
    """One sample of 16 bit as A-law (ITU-T G.711)."""
    sign, magnitude = (0x80, sample) if sample >= 0 else (0x00, -sample - 1)
    magnitude = min(magnitude, 32767) >> 4
    exponent = max(0, magnitude.bit_length() - 5)
    mantissa = (magnitude >> max(exponent, 1) if exponent > 1 else magnitude >> 1) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


def tone(hertz: float, seconds: float) -> bytes:
    count = int(seconds * 8000)
    return bytes(alaw(int(9000 * math.sin(2 * math.pi * hertz * n / 8000))) for n in range(count))


def vowel(seconds: float) -> bytes:
    """What has the pitch of a voice, in syllables: ten harmonics of 140 Hz."""
    at = [n / 8000 for n in range(int(seconds * 8000))]
    waves = (sum(math.sin(2 * math.pi * 140 * order * t) / order for order in range(1, 11)) for t in at)
    return bytes(
        alaw(int(5000 * wave * abs(math.sin(2 * math.pi * 2 * t)))) for wave, t in zip(waves, at, strict=True)
    )


def told_of_transfer(status_line: str) -> tuple[tuple[float, str, str], ...]:
    """The NOTIFYs of a transfer, RFC 3515 section 2.4.5."""
    return (0.05, "active", "SIP/2.0 100 Trying"), (0.3, "terminated;reason=noresource", status_line)


PEERS = {
    PRESSES: Behaviour(keys=[(0.9, "1"), (1.8, "1"), (2.0, "9"), (2.2, "5"), (2.4, "4"), (2.6, "#")]),
    SILENT: Behaviour(),
    BUSY: Behaviour(status=486, rings=False),
    NEVER_ANSWERS: Behaviour(status=180),
    HANGS_UP: Behaviour(bye_seconds=1.0),
    BEEPS: Behaviour(tones=[(0.6, tone(1000, 0.5))]),
    DECLINES: Behaviour(status=603),
    WRONG: Behaviour(status=404, rings=False),
    BARGES_IN: Behaviour(keys=[(0.2, "2")]),
    BLOCKS: Behaviour(status=403, rings=False),
    CONGESTED: Behaviour(status=503, rings=False),
    PRESSES_EARLY: Behaviour(keys=[(0.2, "1"), (0.35, "9"), (0.45, "5")]),
    HOLDS: Behaviour(
        requests=(
            (HOLD_SECONDS[0], Request("INVITE", sdp="sendonly")),
            (sum(HOLD_SECONDS), Request("INVITE", sdp="sendrecv")),
        )
    ),
    MAY_BE_TRANSFERRED: Behaviour(refer_status=202, notifies=told_of_transfer("SIP/2.0 200 OK")),
    REFUSES_TRANSFER: Behaviour(refer_status=603),
    TARGET_IS_BUSY: Behaviour(refer_status=202, notifies=told_of_transfer("SIP/2.0 486 Busy Here")),
    SPEAKS: Behaviour(tones=[(0.6, vowel(0.9))], keys=[(1.8, "7")]),
    SPEAKS_AND_LEAVES: Behaviour(tones=[(0.6, vowel(0.9))], bye_seconds=1.8),
    "101": Behaviour(),
}


def write_prompt(path: Path, seconds: float = PROMPT_SECONDS, rate_hz: int = 8000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        count = int(rate_hz * seconds)
        file.writeframes(b"".join(struct.pack("<h", int(6000 * math.sin(n / 5))) for n in range(count)))
    return path


@dataclass
class UnderTest:
    lines: Lines
    prompt: Path
    events: list[Event]
    patience: Callable[[], float]

    def until(self, wanted: Callable[[list[Event]], bool], seconds: float = 10.0) -> list[Event]:
        """Receive until the condition holds over all events so far; fails when it does not in time."""
        end = self.patience() + seconds
        while not wanted(self.events):
            assert self.patience() < end, f"not in time; so far {self.events}"
            self.events += self.lines.receive(0.2)
        return self.events

    def until_ended(self, *calls: str) -> list[Event]:
        return self.until(lambda events: {e.call for e in events if isinstance(e, Ended)} >= set(calls))

    def ended(self, call: str) -> Ended:
        found = [e for e in self.events if isinstance(e, Ended) and e.call == call]
        assert len(found) == 1
        return found[0]

    def dial(
        self,
        number: str,
        call: str = "c1",
        limit_seconds: float = 60.0,
        keeps: bool = False,
        beside: str = "",
    ) -> None:
        self.lines.send(Dial(call, "main", number, "", RING_SECONDS, limit_seconds, keeps, beside))

    def answered(
        self,
        number: str,
        call: str = "c1",
        limit_seconds: float = 60.0,
        keeps: bool = False,
        beside: str = "",
    ) -> None:
        self.dial(number, call, limit_seconds, keeps, beside)
        self.until(lambda events: Answered(call) in events)

    def pair(self, keeper: str, other: str, limit_seconds: float = 60.0) -> None:
        """Call the first, then the other beside it ("first" and "other"), and let them hear each other."""
        self.answered(keeper, "first", keeps=True)
        self.answered(other, "other", limit_seconds, beside="first")
        self.lines.send(Bridge("first", "other"))
        self.until(lambda events: Bridged("first", "other") in events)


class Clock:
    """A clock that stands still until virtual time moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@contextlib.contextmanager
def fake_lines(folder: Path) -> Iterator[UnderTest]:
    clock = Clock()
    lines = FakeLines(LINES, FAKES, clock, play_seconds=PROMPT_SECONDS, advance=clock.advance)
    yield UnderTest(lines, write_prompt(folder / "prompt.wav"), [], clock)


@contextlib.contextmanager
def real_lines(folder: Path) -> Iterator[UnderTest]:
    with Peer(PEERS.__getitem__) as peer:
        pool = LinePool(settings(Trunk("main", peer.uri), count=LINES))
        pool.start()
        try:
            yield UnderTest(pool, write_prompt(folder / "prompt.wav"), [], time.monotonic)
        finally:
            pool.stop()
