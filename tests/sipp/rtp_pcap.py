"""RTP as pcap files that SIPp plays: audio, silence and RFC 4733 digits."""

import struct
import wave
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.sipp.g711 import encode

FRAME_MS = 20
FRAME = 160  # samples
PAYLOAD_TYPES = {"PCMU": 0, "PCMA": 8}
SILENCE = {"PCMU": b"\xff", "PCMA": b"\xd5"}
EVENTS = {key: number for number, key in enumerate("0123456789*#ABCD")}  # RFC 4733 section 3.2
EVENT_VOLUME = 10  # -10 dBm0
END_PACKETS = 3  # RFC 4733 section 2.5.1.4
_PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)  # microseconds, Ethernet
_EPOCH_SECONDS = 1_000_000  # any time but zero
_ETHERNET = bytes(12) + b"\x08\x00"


@dataclass
class RtpTalk:
    """One stream: sequence numbers and timestamps grow over all files that are cut from it."""

    codec: str = "PCMA"
    event_type: int = 101
    ssrc: int = 0x5EED
    _sequence: int = 1000
    _timestamp: int = 16000
    _at_ms: float = 0.0
    _packets: list[tuple[float, bytes]] = field(default_factory=list)

    def silence(self, milliseconds: int) -> None:
        """So long nothing is said, as packets."""
        for _ in range(milliseconds // FRAME_MS):
            self._audio(SILENCE[self.codec] * FRAME)

    def say(self, wav: Path) -> int:
        """Speech from an 8 kHz mono 16-bit WAV; returns its length in ms."""
        with wave.open(str(wav)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (8000, 1, 2):
                raise ValueError("speech for SIPp must be 8 kHz, mono, 16 bit")
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        coded = encode(samples, self.codec)
        for at in range(0, len(coded) - FRAME + 1, FRAME):
            self._audio(coded[at : at + FRAME])
        return len(coded) // FRAME * FRAME_MS

    def press(self, key: str, milliseconds: int) -> None:
        """One key: growing durations under one timestamp, the end three times."""
        updates = max(1, milliseconds // FRAME_MS)
        begun = self._timestamp
        for number in range(1, updates + END_PACKETS):
            ended = number >= updates
            duration = min(number, updates) * FRAME
            flags = (0x80 if ended else 0) | EVENT_VOLUME
            self._send(self.event_type, begun, number == 1, struct.pack("!BBH", EVENTS[key], flags, duration))
            self._at_ms += FRAME_MS
            self._timestamp += FRAME

    @property
    def length_ms(self) -> int:
        """Since the last cut."""
        return round(self._at_ms)

    def cut(self, path: Path) -> int:
        """Write what was gathered since the last cut; returns its length in ms."""
        records = [_PCAP_HEADER]
        for at_ms, packet in self._packets:
            seconds, fraction_ms = divmod(at_ms, 1000)
            times = (_EPOCH_SECONDS + int(seconds), int(fraction_ms * 1000))
            records.append(struct.pack("<IIII", *times, len(packet), len(packet)) + packet)
        path.write_bytes(b"".join(records))
        length_ms = self.length_ms
        self._packets, self._at_ms = [], 0.0
        return length_ms

    def _audio(self, payload: bytes) -> None:
        self._send(PAYLOAD_TYPES[self.codec], self._timestamp, False, payload)
        self._at_ms += FRAME_MS
        self._timestamp += FRAME

    def _send(self, payload_type: int, timestamp: int, marker: bool, payload: bytes) -> None:
        second = (0x80 if marker else 0) | payload_type
        header = struct.pack("!BBHII", 0x80, second, self._sequence & 0xFFFF, timestamp, self.ssrc)
        self._sequence += 1
        udp = struct.pack("!HHHH", 6000, 6000, 8 + len(header) + len(payload), 0)
        length = 20 + len(udp) + len(header) + len(payload)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        self._packets.append((self._at_ms, _ETHERNET + ip + udp + header + payload))
