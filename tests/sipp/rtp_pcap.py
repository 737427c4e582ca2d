"""RTP as pcap files that SIPp plays: audio, silence and RFC 4733 digits."""

import struct
import wave
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.sipp.acts import Press, Tones
from tests.sipp.g711 import encode

FRAME_MS = 20
FRAME = 160  # samples
PAYLOAD_TYPES = {"PCMU": 0, "PCMA": 8}
SILENCE = {"PCMU": b"\xff", "PCMA": b"\xd5"}
EVENTS = {key: number for number, key in enumerate("0123456789*#ABCD!")}  # RFC 4733 section 3.2; ! is a flash
END_PACKETS = 3  # RFC 4733 section 2.5.1.4
EVENT_VOLUME = 10  # -10 dBm0
TONE_KEYS = "123A456B789C*0#D"  # ITU-T Q.23, row by row
ROWS_HZ, COLUMNS_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
FULL_SCALE_DBM0_PEAK = 22_830  # of a sine at 0 dBm0; the peak of A-law is +3.14 dBm0
_PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)  # microseconds, Ethernet
_EPOCH_SECONDS = 1_000_000  # any time but zero
_ETHERNET = bytes(12) + b"\x08\x00"


@dataclass
class RtpTalk:
    """One stream: sequence numbers and timestamps grow over all files that are cut from it."""

    codec: str = "PCMA"
    event_type: int = 101
    ssrc: int = 0x5EED
    sequence: int = 1000
    _timestamp: int = 16000
    _at_ms: float = 0.0
    _packets: list[tuple[float, bytes]] = field(default_factory=list)

    def silence(self, milliseconds: int, one_lost_of: int = 0) -> None:
        """So long nothing is said, as packets, of which some may be lost."""
        for number in range(1, milliseconds // FRAME_MS + 1):
            if one_lost_of and number % one_lost_of == 0:
                self.sequence += 1
                self.gap(FRAME_MS)
            else:
                self._audio(SILENCE[self.codec] * FRAME)

    def gap(self, milliseconds: int) -> None:
        """So long nothing is sent."""
        self._at_ms += milliseconds
        self._timestamp += milliseconds * FRAME // FRAME_MS

    def say(self, wav: Path) -> int:
        """Speech from an 8 kHz mono 16-bit WAV; returns its length in ms."""
        with wave.open(str(wav)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (8000, 1, 2):
                raise ValueError("speech for SIPp must be 8 kHz, mono, 16 bit")
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return self._samples(samples)

    def press(self, key: str, milliseconds: int) -> None:
        """One key: growing durations under one timestamp, the end three times."""
        self.press_oddly(Press(key, milliseconds))

    def press_oddly(self, press: Press) -> None:
        """One key, as far from RFC 4733 as `press` says."""
        first, begun = len(self._packets), self._timestamp
        updates = max(1, press.milliseconds // FRAME_MS)
        segment = press.segment_ms // FRAME_MS or updates
        for number in range(1, updates + max(press.end_packets, 1)):
            ended = number >= updates and press.end_packets > 0
            before = (min(number, updates) - 1) // segment * segment
            duration = (min(number, updates) - before) * FRAME
            flags = (0x80 if ended else 0) | EVENT_VOLUME
            if ended or press.updates:
                event = struct.pack("!BBH", EVENTS[press.key], flags, duration)
                self._send(self.event_type, begun + before * FRAME, number == 1, event)
            else:
                self.sequence += 1  # lost on its way
            self._at_ms += FRAME_MS
            self._timestamp += FRAME
        self.sequence += END_PACKETS if press.end_packets == 0 else 0
        for one, other in press.swapped:
            self._swap(first + one, first + other)

    def tones(self, tones: Tones) -> None:
        """Keys as tones, each with its gap behind it."""
        t = np.arange(tones.milliseconds * 8) / 8000
        low_peak = FULL_SCALE_DBM0_PEAK * 10 ** (tones.level_dbm0 / 20)
        high_peak = low_peak * 10 ** (tones.twist_db / 20)
        for key in tones.keys:
            row, column = divmod(TONE_KEYS.index(key), 4)
            low = low_peak * np.sin(2 * np.pi * ROWS_HZ[row] * t)
            high = high_peak * np.sin(2 * np.pi * COLUMNS_HZ[column] * t)
            gap = np.zeros(tones.gap_ms * 8)
            self._samples(np.concatenate((low + high, gap)).astype(np.int16))

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

    def _samples(self, samples: NDArray[np.int16]) -> int:
        coded = encode(samples, self.codec)
        for at in range(0, len(coded) - FRAME + 1, FRAME):
            self._audio(coded[at : at + FRAME])
        return len(coded) // FRAME * FRAME_MS

    def _swap(self, one: int, other: int) -> None:
        (one_at, earlier), (other_at, later) = self._packets[one], self._packets[other]
        self._packets[one], self._packets[other] = (one_at, later), (other_at, earlier)

    def _audio(self, payload: bytes) -> None:
        self._send(PAYLOAD_TYPES[self.codec], self._timestamp, False, payload)
        self._at_ms += FRAME_MS
        self._timestamp += FRAME

    def _send(self, payload_type: int, timestamp: int, marker: bool, payload: bytes) -> None:
        second = (0x80 if marker else 0) | payload_type
        header = struct.pack("!BBHII", 0x80, second, self.sequence & 0xFFFF, timestamp, self.ssrc)
        self.sequence += 1
        udp = struct.pack("!HHHH", 6000, 6000, 8 + len(header) + len(payload), 0)
        length = 20 + len(udp) + len(header) + len(payload)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        self._packets.append((self._at_ms, _ETHERNET + ip + udp + header + payload))
