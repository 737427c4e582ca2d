"""What a patient behind SIPp does with a call, as data."""

from dataclasses import dataclass
from pathlib import Path

from tests.sipp.acts import Acts


@dataclass(frozen=True)
class Answers:
    """Rings, answers, presses keys, then waits for the far end's BYE or hangs up."""

    keys: tuple[tuple[int, str], ...] = ()  # (milliseconds since the answer or the key before, key)
    ring_ms: int = 200
    early_media: bool = False  # 183 with SDP instead of 180
    payload_type: int = 101  # of the digits, in the answer and on the wire
    codec: str = "PCMA"  # or PCMU
    speech: Path | None = None  # 8 kHz mono WAV said right after the answer, before the first key
    hang_up_ms: int | None = None  # after the last key; None waits for BYE
    press_ms: int = 120
    listens_ms: int = 20_000  # of silence after the last key; SIPp sends it on when the call is over
    sends_rtp: bool = True  # False: an answer, and then no packet at all


@dataclass(frozen=True)
class Refuses:
    """A final answer other than 200."""

    status: int
    reason: str
    ring_ms: int | None = None  # None: at once, without 180
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rings:
    """180 and nothing more, until CANCEL."""


@dataclass(frozen=True)
class Silent:
    """Never answers any message."""


@dataclass(frozen=True)
class Challenges:
    """Wants digest credentials (RFC 3261 section 22), then behaves as `then`.

    SIPp verifies the response to a 401; of the response to a 407 it is only seen whose it is.
    """

    status: int  # 401 or 407
    username: str
    password: str
    then: Answers


Behaviour = Answers | Refuses | Rings | Silent | Challenges | Acts

BUSY = Refuses(486, "Busy Here", ring_ms=100)
UNAVAILABLE = Refuses(480, "Temporarily Unavailable", ring_ms=100)
DECLINES = Refuses(603, "Decline", ring_ms=100)
WRONG_NUMBER = Refuses(404, "Not Found")
CONGESTION = Refuses(503, "Service Unavailable")


def redirects(to: str) -> Refuses:
    """302 towards another SIP URI."""
    return Refuses(302, "Moved Temporarily", headers=(f"Contact: <{to}>",))
