"""Reactions and gaps from a capture that was written by hand."""

import struct
from pathlib import Path

import numpy as np
import pytest

from bench.capture import CaptureFailed
from bench.lines_wire import SNAP_BYTES, Packets, all_reactions, capture_filter, reactions, read_packets
from bench.marks import LOUD, SIGNS, SILENT
from bench.wire import WireCall
from tests.sipp.g711 import encode

HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAP_BYTES, 1)
RTP_PORTS = (20000, 20099)
OURS, THEIRS = 20004, 34000


def record(at: float, source: int, target: int, payload: bytes, snap: int = SNAP_BYTES) -> bytes:
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, bytes(4), bytes(4))
    frame = bytes(12) + b"\x08\x00" + ip + struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload
    seconds, rest = divmod(round(at * 1e6), 1_000_000)
    kept = frame[:snap]
    return struct.pack("<IIII", seconds, rest, len(kept), len(frame)) + kept


def said(at: float, mark: int, port: int = OURS) -> bytes:
    levels = [0] * 4 if mark == SILENT else [sign * LOUD for sign in SIGNS[mark]]
    rtp = struct.pack("!BBHII", 0x80, 8, 0, 0, 1)
    return record(at, port, THEIRS, rtp + encode(np.array(levels, np.int16), "PCMA") + bytes(156))


def key(at: float, timestamp: int, port: int = OURS) -> bytes:
    return record(at, THEIRS, port, struct.pack("!BBHII", 0x80, 101, 0, timestamp, 1) + bytes(4))


def ticks(first: float, last: float, mark: int) -> list[bytes]:
    return [said(first + 0.02 * n, mark) for n in range(round((last - first) / 0.02))]


TALK = [
    *ticks(10.04, 11.0, 0),
    key(11.0, 500),
    key(11.02, 500),
    *ticks(11.0, 11.06, 0),
    *ticks(11.06, 11.10, SILENT),
    *ticks(11.10, 12.0, 1),
    key(12.0, 900),
    *ticks(12.07, 12.2, 2),
    *ticks(13.5, 13.6, 2),
]


def read(tmp_path: Path, *records: bytes) -> Packets:
    path = tmp_path / "rtp.pcap"
    path.write_bytes(HEADER + b"".join(records))
    return read_packets(path, RTP_PORTS)


def test_a_call_is_measured_until_it_ends(tmp_path: Path) -> None:
    found = reactions(WireCall(OURS, 10.0, 13.0), read(tmp_path, *TALK))
    assert found.keys_pressed == 2
    assert found.first_speech == pytest.approx((0.04,))
    assert found.key_to_prompt == pytest.approx((0.10, 0.07))
    assert found.key_to_stop == pytest.approx((0.04, 0.0))
    assert found.largest_gap == pytest.approx(0.09)


def test_a_call_without_a_packet_has_no_reaction(tmp_path: Path) -> None:
    found = reactions(WireCall(OURS, 20.0, 21.0), read(tmp_path, *TALK))
    assert (found.first_speech, found.key_to_prompt, found.keys_pressed) == ((), (), 0)
    assert found.largest_gap == float("inf")


def test_a_key_without_a_prompt_is_missing(tmp_path: Path) -> None:
    found = reactions(WireCall(OURS, 10.0, 11.05), read(tmp_path, *TALK))
    assert (found.keys_pressed, found.key_to_prompt) == (1, ())


def test_an_empty_capture_can_be_read(tmp_path: Path) -> None:
    assert read(tmp_path).at.size == 0


def test_packets_of_other_lengths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureFailed, match="length"):
        read(tmp_path, record(1.0, OURS, THEIRS, bytes(4)))


def test_each_call_has_its_own_port(tmp_path: Path) -> None:
    signals, media = tmp_path / "sip.pcap", tmp_path / "rtp.pcap"
    sip: list[bytes] = []
    for number, port in enumerate((OURS, OURS + 2)):
        head = f"Call-ID: c{number}\r\n"
        offer = f"INVITE sip:x SIP/2.0\r\n{head}CSeq: 1 INVITE\r\n\r\nm=audio {port} RTP/AVP 8\r\n"
        sip += [record(9.0, 15500, 16000, offer.encode(), 65535)]
        ok = f"SIP/2.0 200 OK\r\n{head}CSeq: 1 INVITE\r\n\r\n"
        sip += [record(10.0 + number, 16000, 15500, ok.encode(), 65535)]
    signals.write_bytes(HEADER + b"".join(sip))
    media.write_bytes(HEADER + said(10.5, 0, OURS) + said(11.1, 0, OURS + 2))
    found = all_reactions(signals, media, RTP_PORTS)
    assert [reaction.first_speech for reaction in found] == [pytest.approx((0.5,)), pytest.approx((0.1,))]


def test_only_what_is_measured_is_captured() -> None:
    assert "src portrange 20000-20099" in capture_filter(RTP_PORTS)
