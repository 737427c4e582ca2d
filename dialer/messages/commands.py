"""Commands to a line process: from the engine, but for those that say that they are the pool's."""

from dataclasses import dataclass

from dialer.settings import Trunk


@dataclass(frozen=True)
class Configure:
    """Pool, once, before anything else: what a line process needs to open its endpoint."""

    sip_port: int
    rtp_port_first: int
    rtp_port_last: int
    trunks: tuple[Trunk, ...]
    registrar: bool = (
        False  # this one registers the trunks that want it; the pool names one process at a time
    )


@dataclass(frozen=True)
class Dial:
    """Engine: place one call. Ends with exactly one `Ended`, whatever happens."""

    call: str
    trunk: str
    number: str  # E.164 with plus, or the SIP address of an operator's phone: sip:name@host[:port]
    caller_id: str  # "" leaves it to the trunk
    ring_seconds: float
    limit_seconds: float  # the longest the answered call may last
    keeps: bool = False  # a line of its line process is kept free, for the call to be bridged with it
    beside: str = ""  # the call whose kept line this one takes; without it, it ends as `line_lost`


@dataclass(frozen=True)
class Play:
    """Engine: play a WAV after what still plays. Ends with one `Played`, unless the line process dies."""

    call: str
    prompt: str
    path: str  # PCM 16 bit mono WAV
    repeat: bool = False  # again and again, until something else is to be played or it is stopped


@dataclass(frozen=True)
class StopPlaying:
    """Engine: stop what plays and forget what waits to be played."""

    call: str


@dataclass(frozen=True)
class Collect:
    """Engine: collect key presses. Ends with one `Collected`, unless the call ends or another replaces it.

    The time for the first key starts when nothing plays any more. The first key stops what plays (barge-in).
    """

    call: str
    question: str
    max_keys: int
    end_key: str  # "" for none; alone, it is no key at all
    first_key_seconds: float
    next_key_seconds: float
    escape_key: str = ""  # "" for none; ends the question at once and stands among its keys
    early_keys: bool = False  # keys pressed since the question before has ended count for this one


@dataclass(frozen=True)
class Record:
    """Engine: record both sides from now until the call ends, 8 kHz mono PCM WAV; early media as well.

    Of a bridged call both people are heard in it.
    """

    call: str
    path: str


@dataclass(frozen=True)
class Listen:
    """Engine: record what the far end says, alone, once nothing plays any more; 8 kHz mono PCM WAV.

    It ends with any key (one that is pressed while something still plays stops that), after so long without
    a voice (also when none was heard at all), at its longest, or with the call; then with one `Listened`,
    unless the line process dies, the call ends before anybody spoke, or a question replaces it. Where nobody
    spoke, or a machine was heard, there is no file. Keys pressed before it count for nothing.
    """

    call: str
    question: str
    path: str
    longest_seconds: float
    silence_seconds: float


@dataclass(frozen=True)
class Bridge:
    """Engine: let the people of two answered calls hear each other, until one of the calls ends.

    Both must live in one line process (`Dial.beside`). Ends with one `Bridged`. What plays to either of them
    goes on, and is heard by that one alone. A bridged pair outlives the engine: it ends when either hangs up,
    or at its limit.
    """

    call: str
    other: str


@dataclass(frozen=True)
class Transfer:
    """Engine: ask the far end to call somebody else instead (REFER, RFC 3515). Ends with `Transferred`."""

    call: str
    target: str  # sip:name@host[:port]


@dataclass(frozen=True)
class HangUp:
    """Engine: end the call now, ringing or answered."""

    call: str


@dataclass(frozen=True)
class Probe:
    """Engine: ask a trunk with OPTIONS whether it is there. Ends with one `Probed`."""

    trunk: str


@dataclass(frozen=True)
class Stop:
    """Pool: hang up everything and end the process."""


Command = (
    Configure
    | Dial
    | Play
    | StopPlaying
    | Collect
    | Record
    | Listen
    | Bridge
    | Transfer
    | HangUp
    | Probe
    | Stop
)
