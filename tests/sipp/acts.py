"""A far end that is out of the ordinary, step by step, as data: its SIP and its RTP."""

from dataclasses import dataclass
from typing import Literal

PLAY_DTMF_TYPE = 96  # of SIPp's own `play_dtmf`


@dataclass(frozen=True)
class Media:
    """What an SDP of the far end says of its audio."""

    codec: str = "PCMA"  # or PCMU; G729 is one that we do not know
    event_type: int | None = 101  # None: no telephone-event (RFC 4733) agreed
    direction: Literal["sendrecv", "sendonly", "recvonly", "inactive"] = "sendrecv"
    port: int | None = None  # None: SIPp's own; else of a `FarAudio`
    address: str = ""  # "" is where the port is; 0.0.0.0 is the old way to hold (RFC 3264 section 8.4)


# ---------------------------------------------------------------- what is sent as RTP, one after the other


@dataclass(frozen=True)
class Silence:
    """Packets of silence."""

    milliseconds: int
    one_lost_of: int = 0  # so many; 0: none is lost


@dataclass(frozen=True)
class Gap:
    """No packet at all, as of far ends that send none in silence."""

    milliseconds: int


@dataclass(frozen=True)
class Press:
    """One key as RFC 4733 events, a packet each 20 ms, perhaps not as the RFC wants it."""

    key: str  # 0-9*#ABCD, or ! for a hook flash
    milliseconds: int = 120
    end_packets: int = 3  # 0: all are lost
    updates: bool = True  # False: only the end packets arrive
    segment_ms: int = 0  # a long press in segments of so long (RFC 4733 section 2.5.1.3); 0: one segment
    swapped: tuple[tuple[int, int], ...] = ()  # these packets arrive in each other's place


@dataclass(frozen=True)
class Tones:
    """Keys as tones in the audio (ITU-T Q.23)."""

    keys: str
    milliseconds: int = 100
    gap_ms: int = 100
    level_dbm0: float = -10.0  # of each of the two tones
    twist_db: float = 0.0  # so much the high tone is louder


Sound = Silence | Gap | Press | Tones

# ---------------------------------------------------------------- steps


@dataclass(frozen=True)
class Responds:
    """A response to the first INVITE."""

    status: int
    reason: str = "Reason"
    media: Media | None = None
    headers: tuple[str, ...] = ()
    retransmitted: bool = False  # until the next request comes (RFC 3261 section 13.3.1.4)


@dataclass(frozen=True)
class Receives:
    """Waits for a request, and answers it unless it is an ACK."""

    method: str
    answered: bool = True
    optional: bool = False  # what comes next may come instead


@dataclass(frozen=True)
class Loses:
    """For so long these requests get lost on their way, however often they come."""

    method: str
    milliseconds: int


@dataclass(frozen=True)
class Requests:
    """A request within the call, and its response; a 200 to an INVITE gets its ACK."""

    method: str
    media: Media | None = None  # the offer; None: no SDP (a late offer, RFC 3261 section 14.2)
    ack_media: Media | None = None  # the answer to a late offer
    headers: tuple[str, ...] = ()
    content: tuple[str, str] | None = None  # content type and body, where it is no SDP
    status: int = 200  # that comes back


@dataclass(frozen=True)
class Waits:
    """Nothing, for so long; BYE or CANCEL ends the call meanwhile."""

    milliseconds: int


@dataclass(frozen=True)
class Plays:
    """Begins to send RTP, and goes on with the next step at once; `then_ms` of silence follow."""

    sounds: tuple[Sound, ...] = ()
    then_ms: int = 20_000


@dataclass(frozen=True)
class PlaysDtmf:
    """SIPp's own `play_dtmf`: payload type 96, each time from one and the same timestamp; does not wait."""

    keys: str


@dataclass(frozen=True)
class HangsUp:
    """BYE; `answered` is False where its 200 may cross something else."""

    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vanishes:
    """Says nothing more, whatever comes."""


Step = Responds | Receives | Loses | Requests | Waits | Plays | PlaysDtmf | HangsUp | Vanishes


@dataclass(frozen=True)
class Acts:
    """The steps after the INVITE; when they are through, it waits for BYE (or CANCEL) and answers it."""

    steps: tuple[Step, ...]


def answered(
    *steps: Step, media: Media | None = None, sounds: tuple[Sound, ...] = (), rtp: bool = True
) -> Acts:
    """Rings, answers, sends RTP from then on, and does the steps meanwhile."""
    agreed = media or Media()
    playing = (Plays(sounds),) if rtp and agreed.port is None else ()
    return Acts(
        (
            Responds(180, "Ringing"),
            Waits(200),
            Responds(200, "OK", agreed, retransmitted=True),
            Receives("ACK"),
            *playing,
            *steps,
        )
    )
