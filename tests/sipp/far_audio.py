"""Takes RTP on a port of its own, and answers each packet with one of silence: it sets no pace itself."""

import socket
import struct
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from tests.sipp.g711 import decode
from tests.sipp.ports import HOST, free_rtp_port
from tests.sipp.rtp_pcap import FRAME, FRAME_MS, PAYLOAD_TYPES, SILENCE

LOUD = 200  # of 32767, the mean size of the samples in a packet of the prompts here
_LOOK_SECONDS = 0.1
_CODECS = {number: name for name, number in PAYLOAD_TYPES.items()}


@dataclass(frozen=True)
class Taken:
    """One RTP packet: when it came (monotonic seconds), and whether there was sound in it."""

    at: float
    loud: bool


class FarAudio:
    """Has its `port` from the start, for an SDP to name; listens inside `with`, where `packets` grows."""

    def __init__(self) -> None:
        self.port = free_rtp_port()
        self.packets: list[Taken] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, self.port))
        self._socket.settimeout(_LOOK_SECONDS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def loud_ms(self, since: float = 0.0, until: float = float("inf")) -> int:
        """So much sound was heard between two moments (monotonic seconds)."""
        return FRAME_MS * sum(taken.loud for taken in self.packets if since <= taken.at < until)

    def _run(self) -> None:
        sequence = 0
        while not self._over.is_set():
            try:
                packet, sender = self._socket.recvfrom(2000)
            except TimeoutError:
                continue
            codec = _CODECS.get(packet[1] & 0x7F)
            if codec is None:
                continue
            size = np.abs(decode(packet[12:], codec).astype(int)).mean()
            self.packets.append(Taken(time.monotonic(), bool(size > LOUD)))
            header = struct.pack("!BBHII", 0x80, packet[1] & 0x7F, sequence & 0xFFFF, sequence * FRAME, 77)
            sequence += 1
            self._socket.sendto(header + SILENCE[codec] * FRAME, sender)
