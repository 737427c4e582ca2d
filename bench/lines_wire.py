"""What the packets of some hundred calls tell: reactions and gaps, read with numpy from a capture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.beginnings import Beginnings
from bench.capture import CaptureFailed
from bench.marks import MARK_SAMPLES, SILENT, read_marks
from bench.wire import WireCall, calls_on, read_capture

HEADERS = 14 + 20 + 8  # Ethernet, IP, UDP
SNAP_BYTES = HEADERS + 12 + MARK_SAMPLES  # RTP header and what a mark or a key needs
GLOBAL_HEADER = 24
EVENT_TYPES = 96
_RECORD = np.dtype([("seconds", "<u4"), ("micros", "<u4"), ("length", "<u4"), ("_", "<u4"),
                    ("packet", "u1", SNAP_BYTES)])  # fmt: skip


@dataclass(frozen=True)
class Packets:
    """RTP in order of time; one array a field."""

    at: NDArray[np.float64]  # UNIX time
    port: NDArray[np.int32]  # ours
    ours: NDArray[np.bool_]  # we sent it; else it is a key of the far end
    mark: NDArray[np.int8]  # the prompt that is said, where it is ours
    timestamp: NDArray[np.int64]

    def of(self, call: WireCall) -> "Packets":
        """Those of one call, when the packets of its port alone are given."""
        low, high = np.searchsorted(self.at, (call.answered_at, call.ended_at))
        return self.cut(slice(int(low), int(high)))

    def cut(self, where: slice | NDArray[np.intp]) -> "Packets":
        return Packets(
            self.at[where], self.port[where], self.ours[where], self.mark[where], self.timestamp[where]
        )


@dataclass(frozen=True)
class Reactions:
    """One call, in seconds; empty where nothing was seen."""

    first_speech: tuple[float, ...]
    key_to_prompt: tuple[float, ...]
    key_to_stop: tuple[float, ...]
    keys_pressed: int
    largest_gap: float


def capture_filter(rtp_ports: tuple[int, int]) -> str:
    """What tcpdump is to take: RTP that we send from even ports, and key presses to us."""
    ports = f"portrange {rtp_ports[0]}-{rtp_ports[1]}"
    ours, keys = f"src {ports} and udp[1] & 1 = 0", f"dst {ports} and udp[9] & 0x7f >= {EVENT_TYPES}"
    rtp = f"udp[8] & 0xc0 = 0x80 and udp[4:2] >= {8 + 12 + MARK_SAMPLES}"  # RFC 3550: version 2
    return f"{rtp} and (({ours}) or ({keys} and udp[3] & 1 = 0))"


def read_packets(path: Path, rtp_ports: tuple[int, int]) -> Packets:
    """Read a capture of SNAP_BYTES a packet. Raises CaptureFailed when its packets are not all as long."""
    data = np.memmap(path, np.uint8, "r") if path.stat().st_size > GLOBAL_HEADER else np.zeros(0, np.uint8)
    body = data[GLOBAL_HEADER:]
    if body.size % _RECORD.itemsize:
        raise CaptureFailed("The capture holds packets of other lengths than RTP has.")
    records = np.frombuffer(body, _RECORD)
    if (records["length"] != SNAP_BYTES).any():
        raise CaptureFailed("The capture holds packets that are too short for RTP.")
    packet = records["packet"]
    at = records["seconds"] + records["micros"] / 1e6
    source, target = _number(packet, 34, 2), _number(packet, 36, 2)
    ours = (source >= rtp_ports[0]) & (source <= rtp_ports[1]) & (packet[:, 43] & 0x7F < EVENT_TYPES)
    marks = np.where(ours, read_marks(packet[:, HEADERS + 12 :]), np.int8(SILENT)).astype(np.int8)
    port = np.where(ours, source, target).astype(np.int32)
    found = Packets(at, port, ours, marks, _number(packet, 46, 4))
    return found.cut(np.argsort(at, kind="stable"))


def reactions(call: WireCall, packets: Packets) -> Reactions:
    """What one call felt; `packets` are those of its port."""
    mine = packets.of(call)
    sent, marks = mine.at[mine.ours], mine.mark[mine.ours]
    pressed, first = np.unique(mine.timestamp[~mine.ours], return_index=True)
    keys = np.sort(mine.at[~mine.ours][first])
    spoken = sent[marks != SILENT]
    to_prompt, to_stop = [], []
    for number, key in enumerate(keys):
        if (after := sent[(marks == number + 1) & (sent >= key)]).size:
            to_prompt.append(float(after[0] - key))
        before = sent[marks == number]
        if before.size:
            to_stop.append(max(0.0, float(before[-1] - key)))
    gaps = np.diff(sent)
    return Reactions(
        (float(spoken[0] - call.answered_at),) if spoken.size else (),
        tuple(to_prompt),
        tuple(to_stop),
        pressed.size,
        float(gaps.max()) if gaps.size else float("inf"),
    )


def all_reactions(signals: Path, media: Path, rtp_ports: tuple[int, int]) -> Sequence[Reactions]:
    """Every answered call of two captures, SIP and RTP."""
    calls = calls_on(list(read_capture(signals)), Beginnings())
    packets = read_packets(media, rtp_ports)
    by_port = packets.cut(np.argsort(packets.port, kind="stable"))
    bounds = {
        call.rtp_port: tuple(np.searchsorted(by_port.port, (call.rtp_port, call.rtp_port + 1)))
        for call in calls
    }
    return [reactions(call, by_port.cut(slice(*map(int, bounds[call.rtp_port])))) for call in calls]


def _number(packet: NDArray[np.uint8], at: int, size: int) -> NDArray[np.int64]:
    """Big-endian."""
    value = np.zeros(len(packet), np.int64)
    for place in range(size):
        value = value << 8 | packet[:, at + place]
    return value
