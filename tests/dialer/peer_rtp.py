"""The RTP of a far end: what it sends, keeps to itself and hears."""

import contextlib
import re
import socket
import struct
import time
from collections.abc import Callable, Iterable, Mapping

from tests.dialer.behaviour import Behaviour, Call, EventPacket

PCMA_SILENCE = b"\xd5" * 160
PACKET_SECONDS = 0.02
RTCP_TICKS = 10
COMFORT_NOISE_TYPE = 13
COMFORT_NOISE_TICKS = 50
ROUND_TRIP_SECONDS = 0.08
SENDER_REPORT, RECEIVER_REPORT = 200, 201


def open_media(call: Call, moves: bool = False) -> int:
    """The port that the far end wants RTP at; another one when it moves."""
    if call.media is None or moves:
        call.media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        call.media.bind(("127.0.0.1", 0))
        call.media.settimeout(0.005)
    return int(call.media.getsockname()[1])


def find_remote(call: Call) -> bool:
    """Where RTP has to be sent to, from the INVITE."""
    port = re.search(r"m=audio (\d+)", call.invite)
    address = re.search(r"c=IN IP4 (\S+)", call.invite)
    if port is not None and address is not None:
        call.remote_rtp = (address[1], int(port[1]))
    return call.remote_rtp is not None and call.media is not None


def frames_of(tones: Iterable[tuple[float, bytes]]) -> dict[int, bytes]:
    """Tones cut into packets, by their number."""
    frames = {}
    for at, samples in tones:
        for index in range(len(samples) // 160):
            frames[round(at / PACKET_SECONDS) + index] = samples[index * 160 : index * 160 + 160]
    return frames


def send_audio(call: Call, tick: int, frames: Mapping[int, bytes]) -> None:
    """One packet of audio, unless the far end is silent now."""
    behaviour, at = call.behaviour, tick * PACKET_SECONDS
    if not any(begin <= at < end for begin, end in behaviour.silences):
        send(call, behaviour.codec, call.ticks * 160, frames.get(tick, PCMA_SILENCE))
    elif behaviour.comfort_noise and tick % COMFORT_NOISE_TICKS == 0:
        send(call, COMFORT_NOISE_TYPE, call.ticks * 160, b"\x40")
    if behaviour.rtcp_lost is not None and tick % RTCP_TICKS == RTCP_TICKS - 1:
        report(call, behaviour.rtcp_lost)


def listen(call: Call, until: float, over: Callable[[], bool]) -> None:
    """Keep what comes until then."""
    while time.monotonic() < until and not over():
        assert call.media is not None
        with contextlib.suppress(TimeoutError, OSError):
            packet = call.media.recv(2048)
            if packet[1] == SENDER_REPORT:
                call.reported = (time.monotonic(), struct.unpack("!I", packet[10:14])[0])
            else:
                call.rtp.append((time.monotonic(), packet))


def press(call: Call, key: str) -> None:
    """A whole key press at once."""
    number = "0123456789*#".index(key)
    call.pressed_at = time.monotonic()
    for index in range(6):
        ended, duration = index >= 3, min(index + 1, 4) * 160
        body = struct.pack("!BBH", number, (0x80 if ended else 0) | 10, duration)
        send(call, call.behaviour.event_type | (0x80 if index == 0 else 0), call.ticks * 160, body)


def send_event(call: Call, packet: EventPacket) -> None:
    """One packet of a key press."""
    call.pressed_at = time.monotonic()
    flags = (0x80 if packet.ended else 0) | 10
    body = struct.pack("!BBH", packet.event, flags, min(packet.duration_ms * 8, 0xFFFF))
    send(call, packet.kind, packet.timestamp_ms * 8, body)


def send(call: Call, kind: int, timestamp: int, body: bytes) -> None:
    """One RTP packet, or one that is lost."""
    assert call.media is not None
    assert call.remote_rtp is not None
    head = struct.pack("!BBHII", 0x80, kind, call.sequence & 0xFFFF, timestamp, 0x1234)
    call.sequence += 1
    lost = call.behaviour.loses_every and call.sequence % call.behaviour.loses_every == 0
    if not lost:
        with contextlib.suppress(OSError):
            call.media.sendto(head + body, call.remote_rtp)


def report(call: Call, lost: int) -> None:
    """An RTCP receiver report (RFC 3550 section 6.4.2) about what we heard."""
    if call.reported is None or call.media is None or call.remote_rtp is None:
        return
    _, _, sequence, _, ssrc = struct.unpack("!BBHII", call.rtp[-1][1][:12])
    heard_at, its_clock = call.reported
    delay = round((time.monotonic() - heard_at) * 65536)
    sent_at = (its_clock - round(ROUND_TRIP_SECONDS * 65536)) & 0xFFFFFFFF
    block = struct.pack("!IIIIII", ssrc, lost, sequence, 0, sent_at, max(1, delay))
    packet = struct.pack("!BBHI", 0x81, RECEIVER_REPORT, 7, 0x1234) + block
    with contextlib.suppress(OSError):
        call.media.sendto(packet, (call.remote_rtp[0], call.remote_rtp[1] + 1))


def loudness(behaviour: Behaviour, payload: bytes) -> int:
    """How far the loudest sample of a packet lies from silence, in steps of its code (0-127)."""
    mask = 0xD5 if behaviour.codec == 8 else 0xFF
    return max(((sample ^ mask) & 0x7F for sample in payload), default=0)
