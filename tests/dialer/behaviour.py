"""What a far end of the tests does with a call, and one call as it sees it."""

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Behaviour:
    """What a far end does with a call. Times in seconds after the INVITE or the answer."""

    status: int = 200  # 0: never responds; 180: rings for ever
    rings: bool = True
    early_media: bool = False
    progress: Sequence[tuple[int, bool]] = ()  # (status, with SDP) instead of these two, one after the other
    progress_gap_seconds: float = 0.1
    early_tones: Sequence[tuple[float, bytes]] = ()  # (seconds after the 183, PCMA bytes)
    headers: tuple[str, ...] = ()  # of the final response
    bye_headers: tuple[str, ...] = ()
    answer_seconds: float = 0.05
    keys: Sequence[tuple[float, str]] = ()  # (seconds after the ACK, key)
    answer_event_type: int | None = 101  # payload type of telephone-event in the answer
    event_type: int = 101  # what is really sent
    bye_seconds: float | None = None  # hangs up so long after the ACK
    tones: Sequence[tuple[float, bytes]] = ()  # (seconds after the ACK, PCMA bytes)
    answers_bye: bool = True
    answers_cancel: bool = True
    cancel_crosses: bool = False  # its 200 and our CANCEL cross on the way
    bye_crosses: bool = False  # it hangs up before it has seen our ACK
    silences: Sequence[tuple[float, float]] = ()  # (from, until) seconds after the ACK: no RTP but keys
    comfort_noise: bool = False  # payload type 13 once a second in these silences
    loses_every: int = 0  # each so-manieth packet is lost on its way; 0: none
    rtcp_lost: int | None = None  # sends RTCP: so many of our packets were lost, round trip 80 ms
    sdp: bool = True
    direction: str = "sendrecv"  # in the answer
    codec: int = 8
    contact: str = ""
    challenges: bool = False  # 407 to an INVITE without credentials
    requests: Sequence[tuple[float, "Request"]] = ()  # (seconds after the ACK, what it sends within the call)
    events: Sequence[tuple[float, "EventPacket"]] = ()  # (seconds after the ACK, one RTP packet)
    refer_status: int = 0  # what it answers to REFER; 0: nothing
    notifies: Sequence[tuple[float, str, str]] = ()  # (seconds after REFER, state, status line or "")


@dataclass(frozen=True)
class EventPacket:
    """One packet of RFC 4733, as it goes over the wire; a timestamp from the begin of the media."""

    event: int
    timestamp_ms: int
    duration_ms: int = 20
    ended: bool = False
    kind: int = 101


@dataclass(frozen=True)
class Request:
    """A request within a call; `sdp` is a direction attribute such as "sendonly"."""

    method: str
    headers: tuple[str, ...] = ()
    body: str = ""
    sdp: str = ""
    moves: bool = False  # with a new address for RTP


@dataclass
class Call:
    """One call as the far end sees it."""

    invite: str
    address: tuple[str, int]
    tag: str
    number: str
    behaviour: Behaviour
    answered: bool = False
    acked: bool = False
    over: bool = False
    remote_rtp: tuple[str, int] | None = None
    started: float = field(default_factory=time.monotonic)
    sequence: int = 1
    cseq: int = 1
    answered_at: float = 0.0  # when the 200 was sent
    pressed_at: float = 0.0  # when the last key was sent
    responses: list[str] = field(default_factory=list)
    rtp: list[tuple[float, bytes]] = field(default_factory=list)
    media: "socket.socket | None" = None
    sdp_version: int = 0
    reported: tuple[float, int] | None = None  # when our RTCP came, and what it said the time was
    ticks: int = 0  # of 20 ms since its RTP began
    late_offers: set[str] = field(default_factory=set)  # CSeq numbers of re-INVITEs without SDP
