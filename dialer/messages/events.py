"""Events from a line process: to the engine, but for those that say that they are the pool's."""

from dataclasses import dataclass
from typing import Literal

Cause = Literal[
    "answered",
    "busy",
    "no_answer",
    "declined",
    "wrong_number",
    "blocked",
    "redirected",
    "congestion",
    "rate_limited",
    "authentication",
    "unreachable",
    "media",
    "line_lost",
]


@dataclass(frozen=True)
class Ready:
    """Line process, once: the endpoint is up and holds this many calls."""

    calls: int


@dataclass(frozen=True)
class Alive:
    """Line process, every second: the heartbeat, and the memory that the process holds (RSS)."""

    memory_mb: float = 0.0


@dataclass(frozen=True)
class Ringing:
    """Line process: the far end rings (180)."""

    call: str


@dataclass(frozen=True)
class EarlyMedia:
    """Line process: audio before the answer (183)."""

    call: str


@dataclass(frozen=True)
class Answered:
    """Line process: answered, and media is up: prompts can be played."""

    call: str


@dataclass(frozen=True)
class Played:
    """Line process: a prompt ended; `finished` is False when a key or a command cut it short."""

    call: str
    prompt: str
    finished: bool


@dataclass(frozen=True)
class Collected:
    """Line process: a question ended. `keys` is without the end key, "" when nothing was pressed in time."""

    call: str
    question: str
    keys: str
    ended_by: Literal["full", "end_key", "timeout"]


@dataclass(frozen=True)
class Listened:
    """Line process: a `Listen` ended. voice_seconds: from its beginning to the last voice, 0.0: nobody spoke.

    Time on hold is left out, of the file as well. key: the one that ended it, "" for none. left: the call
    ended, its `Ended` is next.
    """

    call: str
    question: str
    voice_seconds: float
    key: str = ""
    left: bool = False


@dataclass(frozen=True)
class Heard:
    """Line process: what was heard on the line; a beep before any key means a machine is recording."""

    call: str
    what: Literal["beep"]


@dataclass(frozen=True)
class Held:
    """Line process: the far end put the answered call on hold, or took it back.

    Prompts stand still meanwhile, and so do the times of a question.
    """

    call: str
    on: bool


@dataclass(frozen=True)
class Bridged:
    """Line process: what became of a `Bridge`; the two hear each other, or they cannot."""

    call: str
    other: str
    joined: bool = True


@dataclass(frozen=True)
class Transferred:
    """Line process: what became of a `Transfer`; our call goes on until somebody hangs it up.

    200-299: the far end has reached the target. Else it refuses REFER, could not reach it, or told nothing in
    time (0).
    """

    call: str
    sip_status: int


@dataclass(frozen=True)
class Fault:
    """Line process: something beside the call failed (a recording), the call goes on. No number, no key.

    With an empty `call` the line process itself failed; only the pool sees that one.
    """

    call: str
    sentence: str


@dataclass(frozen=True)
class Quality:
    """What an answered call was like on the wire; `mos` is 0.0 when nothing could be measured."""

    packets: int = 0  # RTP packets received
    lost_percent: float = 0.0  # of those that the far end sent, 0-100
    jitter_ms: float = 0.0  # mean interarrival jitter, RFC 3550 section 6.4.1
    round_trip_ms: float = 0.0  # 0.0 when the far end sends no RTCP
    far_lost_percent: float = 0.0  # of ours, as the far end's RTCP tells, 0-100
    one_way: bool = False  # we sent and heard nothing
    mos: float = 0.0  # estimate, 1.0-4.5, ITU-T G.107


@dataclass(frozen=True)
class Ended:
    """Line process, or the pool for a process that died: the call is over; the last event of a call."""

    call: str
    cause: Cause
    sip_status: int  # 0: none was received
    rang: bool  # 180 was seen, or it was answered; 183 alone is no ringing
    answered: bool
    talk_seconds: float
    q850: int = 0  # cause in the far end's Reason header (RFC 3326), 0: none
    retry_after_seconds: int = 0  # what the far end asked for with its refusal (RFC 3261 section 20.33)
    quality: Quality = Quality()


@dataclass(frozen=True)
class Probed:
    """Line process: what became of a `Probe`."""

    trunk: str
    sip_status: int  # of the response to OPTIONS; 0: none came
    milliseconds: float


@dataclass(frozen=True)
class Registered:
    """Line process, the one that registers: whenever the state of a trunk's registration changes."""

    trunk: str
    sip_status: int  # 200: registered; 0: the registrar is silent or not there; else its refusal


# ---------------------------------------------------------------- between line process and pool only


@dataclass(frozen=True)
class Clogged:
    """Line process: so many slots are held by far ends that do not answer our hang-up, and are not free."""

    slots: int


@dataclass(frozen=True)
class Refused:
    """Line process: the library had no slot for this call, nothing was sent; the pool tries elsewhere."""

    call: str


CallEvent = (
    Ringing
    | EarlyMedia
    | Answered
    | Played
    | Collected
    | Listened
    | Heard
    | Held
    | Bridged
    | Transferred
    | Fault
    | Ended
)
TrunkEvent = Probed | Registered
Event = Ready | Alive | CallEvent | TrunkEvent
