"""The RTP that SIPp plays is what RFC 3550 and RFC 4733 say."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.dialer_listen.sounds import tones
from tests.sipp.acts import Press, Tones
from tests.sipp.g711 import decode, encode
from tests.sipp.rtp_pcap import FULL_SCALE_DBM0_PEAK, RtpTalk

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


Event = tuple[
    int, bool, int, int
]  # since the first: sequence; ended, duration and timestamp in ticks of 20 ms


def events_of(path: Path, press: Press) -> list[Event]:
    talk = RtpTalk()
    begun = (talk.sequence, talk._timestamp)
    talk.press_oddly(press)
    talk.cut(path)
    found = []
    for _, _, _, sequence, timestamp, payload in packets(path):
        _, flags, duration = struct.unpack("!BBH", payload)
        found.append((sequence - begun[0], flags >= 0x80, duration // 160, (timestamp - begun[1]) // 160))
    return found


UPDATES = [(0, False, 1, 0), (1, False, 2, 0)]
ENDS = [(2, True, 3, 0), (3, True, 3, 0), (4, True, 3, 0)]


@pytest.mark.parametrize(
    ("press", "events"),
    [
        (Press("1", 60), UPDATES + ENDS),
        (Press("1", 60, end_packets=1), UPDATES + ENDS[:1]),
        (Press("1", 60, end_packets=0), [*UPDATES, (2, False, 3, 0)]),
        (Press("1", 60, updates=False), ENDS),
        (Press("1", 60, swapped=((0, 4),)), [ENDS[2], UPDATES[1], *ENDS[:2], UPDATES[0]]),
        (Press("1", 60, 1, segment_ms=40), [*UPDATES, (2, True, 1, 2)]),
    ],
)
def test_a_press_may_come_as_it_should_not(tmp_path: Path, press: Press, events: list[Event]) -> None:
    assert events_of(tmp_path / "key.pcap", press) == events


def test_a_packet_that_is_lost_leaves_a_gap_in_number_and_time(tmp_path: Path) -> None:
    talk = RtpTalk()
    talk.silence(200, one_lost_of=5)
    talk.gap(100)
    talk.silence(20)
    assert talk.cut(tmp_path / "lost.pcap") == 320
    got = packets(tmp_path / "lost.pcap")
    steps = np.array([[packet[3], packet[4] // 160, round(packet[0] / 20)] for packet in got])
    assert (steps - steps[0]).tolist() == [
        *([step, step, step] for step in (0, 1, 2, 3, 5, 6, 7, 8)),
        [10, 15, 15],
    ]


def test_keys_as_tones_are_two_frequencies_at_their_level(tmp_path: Path) -> None:
    talk = RtpTalk()
    talk.tones(Tones("6", 500, 100, level_dbm0=-10, twist_db=3))
    talk.cut(tmp_path / "tones.pcap")
    heard = decode(b"".join(packet[5] for packet in packets(tmp_path / "tones.pcap")), "PCMA")
    assert heard.size == 4800
    assert level_dbm0(heard[:4000], 770) == pytest.approx(-10, abs=0.3)
    assert level_dbm0(heard[:4000], 1477) == pytest.approx(-7, abs=0.3)
    assert max(level_dbm0(heard[:4000], other) for other in (697, 852, 1336, 1633)) < -40
    assert np.abs(heard[4000:]).max() < 20


def level_dbm0(samples: NDArray[np.int16], frequency_hz: float) -> float:
    window = np.hanning(samples.size)
    wave_of_it = np.exp(-2j * np.pi * frequency_hz * np.arange(samples.size) / 8000)
    peak = 2 * abs(np.sum(samples * window * wave_of_it)) / window.sum()
    return float(20 * np.log10(peak / FULL_SCALE_DBM0_PEAK))


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
