"""What went over the wire: reads a capture, and measures from SIP, speech and key packets (pure)."""

import re
import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from bench.beginnings import Beginnings, is_speech
from tests.sipp.g711 import decode

ETHERNET, LINUX_COOKED = 1, 113
HEADER_BYTES = {ETHERNET: 14, LINUX_COOKED: 16}
AUDIO = {0: "PCMU", 8: "PCMA"}
QUIET_PACKETS = 5  # so many packets (100 ms) without speech part two prompts
EVENT_TYPES = range(96, 128)
_STATUS = re.compile(rb"^SIP/2.0 (\d{3}) ")
_CSEQ = re.compile(rb"^CSeq:\s*\d+\s+(\w+)", re.MULTILINE | re.IGNORECASE)
_CALL_ID = re.compile(rb"^(?:Call-ID|i):\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_AUDIO_PORT = re.compile(rb"^m=audio (\d+) ", re.MULTILINE)


@dataclass(frozen=True)
class Datagram:
    """One UDP packet."""

    at: float  # UNIX time
    source: int
    target: int
    payload: bytes


@dataclass(frozen=True)
class Sent:
    """One audio packet that we sent."""

    at: float
    loud: bool
    begins: bool = False  # a prompt that is known begins here


@dataclass
class WireCall:
    """One call as its packets tell; all times UNIX, all ports ours."""

    rtp_port: int
    answered_at: float  # 200 OK to the INVITE
    ended_at: float = float("inf")  # 200 OK to the BYE
    sent: list[Sent] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)  # the first packet of each press

    @property
    def first_speech_seconds(self) -> float | None:
        """From the answer to the first packet with speech."""
        return next((packet.at - self.answered_at for packet in self.sent if packet.loud), None)

    def key_to_prompt_seconds(self) -> list[float]:
        """For each key: until the first packet of the next prompt. A key without one is left out."""
        bounds = [*self.keys[1:], self.ended_at]
        found = (self._next_onset(key, bound) for key, bound in zip(self.keys, bounds, strict=True))
        return [seconds for seconds in found if seconds is not None]

    def _next_onset(self, key: float, bound: float) -> float | None:
        """The beginning of a known prompt, which may cut another one short; or speech after a pause."""
        start = bisect_left(self.sent, key, key=_at)
        before = self.sent[max(0, start - QUIET_PACKETS) : start]
        pause = 0 if any(packet.loud for packet in before) else QUIET_PACKETS
        for packet in self.sent[start : bisect_left(self.sent, bound, key=_at)]:
            if packet.begins or (packet.loud and pause >= QUIET_PACKETS):
                return packet.at - key
            pause = 0 if packet.loud else pause + 1
        return None


def _at(packet: Sent) -> float:
    return packet.at


def read_capture(path: Path) -> Iterator[Datagram]:
    """The UDP packets of a pcap file (Ethernet or Linux cooked, IPv4), in order."""
    data = path.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    fraction = 1e9 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1e6
    skip = HEADER_BYTES[struct.unpack_from(order + "I", data, 20)[0]]
    at = 24
    while at + 16 <= len(data):
        seconds, rest, length, _ = struct.unpack_from(order + "IIII", data, at)
        packet = _udp(seconds + rest / fraction, data[at + 16 + skip : at + 16 + length])
        at += 16 + length
        if packet is not None:
            yield packet


def _udp(at: float, ip: bytes) -> Datagram | None:
    if len(ip) < 28 or ip[0] >> 4 != 4 or ip[9] != 17:
        return None
    start = (ip[0] & 15) * 4
    source, target, length = struct.unpack_from("!HHH", ip, start)
    return Datagram(at, source, target, ip[start + 8 : start + length])


def calls_on(datagrams: Sequence[Datagram], known: Beginnings) -> list[WireCall]:
    """The answered calls that we placed, in order, with what was said and pressed in each.

    Our RTP port is in the offer; a port that is used again belongs to the newer call.
    """
    calls: list[WireCall] = []
    offers: dict[bytes, int] = {}
    by_id: dict[bytes, WireCall] = {}
    by_port: dict[int, WireCall] = {}
    presses: dict[int, tuple[int, int]] = {}
    for datagram in datagrams:
        if datagram.source in by_port or datagram.target in by_port:
            _note_rtp(datagram, by_port, presses, known)
            continue
        call_id = _found(_CALL_ID, datagram.payload)
        if not call_id:
            continue
        if datagram.payload.startswith(b"INVITE "):
            offers[call_id] = int(_found(_AUDIO_PORT, datagram.payload) or 0)
        elif _is_ok(datagram.payload, b"INVITE") and call_id in offers and call_id not in by_id:
            call = by_id[call_id] = by_port[offers[call_id]] = WireCall(offers[call_id], datagram.at)
            calls.append(call)
        elif _is_ok(datagram.payload, b"BYE") and call_id in by_id:
            by_id[call_id].ended_at = datagram.at
    return calls


def _note_rtp(
    datagram: Datagram, by_port: dict[int, WireCall], presses: dict[int, tuple[int, int]], known: Beginnings
) -> None:
    if len(datagram.payload) < 13:
        return
    _, second, _, timestamp = struct.unpack_from("!BBHI", datagram.payload)
    kind, body = second & 0x7F, datagram.payload[12:]
    ours = by_port.get(datagram.source)
    if ours is not None and kind in AUDIO and datagram.at < ours.ended_at:
        samples = decode(body, AUDIO[kind])
        loud = is_speech(samples)
        ours.sent.append(Sent(datagram.at, loud, loud and known.holds(samples)))
    theirs = by_port.get(datagram.target)
    press = (timestamp, body[0])
    if theirs is not None and kind in EVENT_TYPES and presses.get(datagram.target) != press:
        presses[datagram.target] = press
        theirs.keys.append(datagram.at)


def most_at_once(calls: Sequence[WireCall]) -> int:
    """How many were answered and not yet ended at one moment."""
    steps = sorted([(call.answered_at, 1) for call in calls] + [(call.ended_at, -1) for call in calls])
    return max(accumulate((step for _, step in steps), initial=0))


def percentile(values: Sequence[float], share: int) -> float:
    """Nearest rank; nan for nothing."""
    if not values:
        return float("nan")
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * share // 100) - 1)]


def _is_ok(payload: bytes, method: bytes) -> bool:
    return _found(_STATUS, payload) == b"200" and _found(_CSEQ, payload) == method


def _found(pattern: re.Pattern[bytes], payload: bytes) -> bytes:
    match = pattern.search(payload)
    return match[1] if match else b""
