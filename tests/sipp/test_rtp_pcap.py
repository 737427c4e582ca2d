"""The RTP that SIPp plays is what RFC 3550 and RFC 4733 say."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.dialer_listen.sounds import tones
from tests.sipp.g711 import decode, encode
from tests.sipp.rtp_pcap import RtpTalk

Packet = tuple[float, int, bool, int, int, bytes]  # at ms, payload type, marker, sequence, timestamp, payload


def packets(path: Path) -> list[Packet]:
    data, at, found = path.read_bytes(), 24, []
    while at < len(data):
        seconds, micros, length, _ = struct.unpack_from("<IIII", data, at)
        rtp = data[at + 16 + 42 : at + 16 + length]
        _, second, sequence, timestamp, _ = struct.unpack_from("!BBHII", rtp)
        at_ms = (seconds - 1_000_000) * 1000 + micros / 1000
        found.append((at_ms, second & 0x7F, bool(second & 0x80), sequence, timestamp, rtp[12:]))
        at += 16 + length
    return found


def test_a_key_is_one_event_with_growing_duration_and_three_ends(tmp_path: Path) -> None:
    talk = RtpTalk(event_type=97)
    talk.press("#", 100)
    length_ms = talk.cut(tmp_path / "key.pcap")
    got = packets(tmp_path / "key.pcap")
    events = [struct.unpack("!BBH", packet[5]) for packet in got]
    assert {packet[1] for packet in got} == {97}
    assert len({packet[4] for packet in got}) == 1, "one timestamp for the whole event"
    assert [packet[2] for packet in got] == [True] + [False] * 6
    assert [event[0] for event in events] == [11] * 7
    assert [event[2] for event in events] == [160, 320, 480, 640, 800, 800, 800]
    assert [bool(event[1] & 0x80) for event in events] == [False] * 4 + [True] * 3
    assert length_ms == 140


def test_numbers_grow_over_all_files_of_a_talk(tmp_path: Path) -> None:
    talk, got = RtpTalk(), []
    for index, key in enumerate("11"):
        talk.silence(200)
        talk.press(key, 80)
        talk.cut(tmp_path / f"{index}.pcap")
        got += packets(tmp_path / f"{index}.pcap")
    sequences = [packet[3] for packet in got]
    assert sequences == list(range(sequences[0], sequences[0] + len(got)))
    assert [packet[4] for packet in got] == sorted(packet[4] for packet in got)
    assert len({packet[4] for packet in got if packet[1] == 101}) == 2, "two presses, two timestamps"
    assert packets(tmp_path / "1.pcap")[0][0] == 0, "each file starts at once"


def test_speech_is_said_in_real_time(tmp_path: Path) -> None:
    sound = tones([500], 0.5)
    with wave.open(str(tmp_path / "said.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(sound.tobytes())
    talk = RtpTalk("PCMU")
    assert talk.say(tmp_path / "said.wav") == 500
    assert talk.cut(tmp_path / "said.pcap") == 500
    got = packets(tmp_path / "said.pcap")
    assert [packet[0] for packet in got] == [20.0 * index for index in range(25)]
    heard = decode(b"".join(packet[5] for packet in got), "PCMU")
    assert np.abs(heard.astype(int) - sound[: heard.size]).max() < 400


@pytest.mark.parametrize(
    ("codec", "same"), [("PCMA", range(256)), ("PCMU", [c for c in range(256) if c != 127])]
)
def test_coding_what_was_decoded_changes_nothing(codec: str, same: range | list[int]) -> None:
    codes = bytes(same)
    assert encode(decode(codes, codec), codec) == codes


@pytest.mark.parametrize(
    ("codec", "sample", "code"),
    [
        ("PCMA", 0, 0xD5),
        ("PCMA", 32767, 0xAA),
        ("PCMA", -32768, 0x2A),
        ("PCMU", 0, 0xFF),
        ("PCMU", 32767, 0x80),
        ("PCMU", -32768, 0x00),
    ],
)
def test_codes_of_the_standard(codec: str, sample: int, code: int) -> None:
    assert encode(np.array([sample], np.int16), codec) == bytes([code])
