"""What went over the wire: reads a capture, and measures from SIP, speech and key packets (pure)."""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.sipp.g711 import decode

ETHERNET, LINUX_COOKED = 1, 113
HEADER_BYTES = {ETHERNET: 14, LINUX_COOKED: 16}
AUDIO = {0: "PCMU", 8: "PCMA"}
SPEECH_DBFS = -45.0  # a packet louder than this holds speech
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


@dataclass
class WireCall:
    """One call as its packets tell; all times UNIX, all ports ours."""

    rtp_port: int
    answered_at: float  # 200 OK to the INVITE
    ended_at: float = float("inf")  # 200 OK to the BYE
    speech: list[tuple[float, bool]] = field(
        default_factory=list
    )  # each packet that we sent: when, speech or not
    keys: list[float] = field(default_factory=list)  # the first packet of each press

    @property
    def first_speech_seconds(self) -> float | None:
        """From the answer to the first packet with speech."""
        return next((at - self.answered_at for at, loud in self.speech if loud), None)

    def key_to_prompt_seconds(self) -> list[float]:
        """For each key: until the first packet of the next prompt. A key without one is left out."""
        bounds = [*self.keys[1:], self.ended_at]
        found = (self._next_onset(key, bound) for key, bound in zip(self.keys, bounds, strict=True))
        return [seconds for seconds in found if seconds is not None]

    def _next_onset(self, key: float, bound: float) -> float | None:
        """Speech that follows a pause, or that follows the key when nothing was being said at that time."""
        before = [loud for at, loud in self.speech if at < key][-QUIET_PACKETS:]
        pause = 0 if any(before) else QUIET_PACKETS
        for at, loud in self.speech:
            if not key <= at < bound:
                continue
            if loud and pause >= QUIET_PACKETS:
                return at - key
            pause = 0 if loud else pause + 1
        return None


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


def calls_on(datagrams: Sequence[Datagram]) -> list[WireCall]:
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
            _note_rtp(datagram, by_port, presses)
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


def _note_rtp(datagram: Datagram, by_port: dict[int, WireCall], presses: dict[int, tuple[int, int]]) -> None:
    if len(datagram.payload) < 13:
        return
    _, second, _, timestamp = struct.unpack_from("!BBHI", datagram.payload)
    kind, body = second & 0x7F, datagram.payload[12:]
    ours = by_port.get(datagram.source)
    if ours is not None and kind in AUDIO and datagram.at < ours.ended_at:
        ours.speech.append((datagram.at, is_speech(body, AUDIO[kind])))
    theirs = by_port.get(datagram.target)
    press = (timestamp, body[0])
    if theirs is not None and kind in EVENT_TYPES and presses.get(datagram.target) != press:
        presses[datagram.target] = press
        theirs.keys.append(datagram.at)


def is_speech(payload: bytes, codec: str) -> bool:
    """Louder than the noise of a line."""
    samples = decode(payload, codec).astype(np.float64)
    power = float(np.mean(samples * samples)) if samples.size else 0.0
    return power > (32768 * 10 ** (SPEECH_DBFS / 20)) ** 2


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
