"""What a capture tells: answers, speech, keys, and the time between them."""

import math
import struct
from pathlib import Path

import pytest

from bench.beginnings import Beginnings, is_speech
from bench.wire import Datagram, WireCall, most_at_once, percentile, read_capture
from bench.wire import calls_on as calls_with
from tests.dialer_listen.sounds import Samples, noise, silence, speech, tones
from tests.sipp.g711 import decode, encode
from tests.sipp.rtp_pcap import RtpTalk

OURS, THEIRS, SIP, TRUNK = 22000, 34000, 15500, 16000
QUIET = encode(silence(0.02), "PCMA")
LOUD = encode(tones([500], 0.02), "PCMA")


def rtp(at: float, payload: bytes, *, from_us: bool = True, kind: int = 8, timestamp: int = 0) -> Datagram:
    header = struct.pack("!BBHII", 0x80, kind, 1, timestamp, 7)
    source, target = (OURS, THEIRS) if from_us else (THEIRS, OURS)
    return Datagram(at, source, target, header + payload)


def sip(at: float, text: str, call: str = "a") -> Datagram:
    return Datagram(at, SIP, TRUNK, text.replace("\n", "\r\n").replace("CALL", call).encode())


def invite(at: float, call: str = "a", port: int = OURS) -> Datagram:
    return sip(
        at, f"INVITE sip:1@h SIP/2.0\nCall-ID: CALL\nCSeq: 7 INVITE\n\nm=audio {port} RTP/AVP 8\n", call
    )


def ok(at: float, method: str = "INVITE", call: str = "a") -> Datagram:
    text = f"SIP/2.0 200 OK\nCall-ID: CALL\nCSeq: 7 {method}\n\nm=audio {THEIRS} RTP/AVP 8\n"
    return sip(at, text, call)


def said(start: float, pattern: str) -> list[Datagram]:
    """A packet every 20 ms: `x` is speech."""
    return [rtp(start + 0.02 * index, LOUD if sign == "x" else QUIET) for index, sign in enumerate(pattern)]


def pressed(at: float, key: int = 1, timestamp: int = 100) -> list[Datagram]:
    body = struct.pack("!BBH", key, 10, 160)
    return [rtp(at + 0.02 * n, body, from_us=False, kind=101, timestamp=timestamp) for n in range(3)]


def calls_on(packets: list[Datagram], *prompts: Samples) -> list[WireCall]:
    return calls_with(packets, Beginnings(prompts))


def in_order(*parts: list[Datagram]) -> list[Datagram]:
    return sorted((packet for part in parts for packet in part), key=lambda packet: packet.at)


def test_answer_to_first_speech() -> None:
    (call,) = calls_on(in_order([invite(0.0), ok(1.0)], said(1.01, "...xx")))
    assert call.first_speech_seconds == pytest.approx(0.07)


def test_packets_before_the_answer_and_after_the_end_do_not_count() -> None:
    packets = in_order(said(0.5, "xx"), [invite(0.0), ok(1.0)], [ok(1.1, "BYE")], said(1.2, "x"))
    (call,) = calls_on(packets)
    assert call.first_speech_seconds is None
    assert call.ended_at == 1.1


def test_a_call_that_was_not_answered_is_none() -> None:
    assert calls_on([invite(0.0), sip(0.5, "SIP/2.0 486 Busy Here\nCall-ID: CALL\nCSeq: 7 INVITE\n\n")]) == []


@pytest.mark.parametrize(
    ("pattern", "seconds"),
    [
        ("xxxxx" + "." * 20 + "xxx", 0.02 * 25 - 0.21),  # pressed in the silence at 0.21
        ("x" * 13 + "." * 6 + "xxx", 0.02 * 19 - 0.21),  # pressed into the prompt, which stops, then the next
        ("x" * 13 + "." * 2 + "xxx", None),  # a gap within a word is not the next prompt
        ("xxxxx" + "." * 20, None),
    ],
)
def test_key_to_next_prompt(pattern: str, seconds: float | None) -> None:
    (call,) = calls_on(in_order([invite(0.0), ok(1.0)], said(1.0, pattern), pressed(1.21)))
    found = call.key_to_prompt_seconds()
    assert found == ([] if seconds is None else [pytest.approx(seconds, abs=1e-6)])


def test_a_known_prompt_that_cuts_another_short_is_seen() -> None:
    prompt = speech("ru", "Оцените нашу работу")
    frames = [encode(prompt[at : at + 160], "PCMA") for at in range(0, 1600, 160)]
    begins = next(index for index, frame in enumerate(frames) if is_speech(decode(frame, "PCMA")))
    next_prompt = [rtp(1.24 + 0.02 * index, frame) for index, frame in enumerate(frames)]
    packets = in_order([invite(0.0), ok(1.0)], said(1.0, "x" * 12), pressed(1.21), next_prompt)
    (call,) = calls_on(packets, silence(0.5), prompt)
    assert call.key_to_prompt_seconds() == [pytest.approx(0.03 + 0.02 * begins)]
    assert calls_on(packets)[0].key_to_prompt_seconds() == []


def test_calls_at_once_are_those_answered_and_not_ended() -> None:
    spans = [(0.0, 2.0), (1.0, 3.0), (2.0, 4.0), (9.0, 10.0)]
    assert most_at_once([WireCall(1, *span) for span in spans]) == 2
    assert most_at_once([]) == 0


def test_each_press_counts_once() -> None:
    packets = in_order(
        [invite(0.0), ok(1.0)], pressed(1.2), pressed(1.4, timestamp=2000), pressed(1.6, 2, 2000)
    )
    (call,) = calls_on(packets)
    assert call.keys == [1.2, 1.4, 1.6]


def test_a_port_that_is_used_again_belongs_to_the_newer_call() -> None:
    packets = in_order(
        [invite(0.0), ok(1.0), ok(2.0, "BYE"), invite(3.0, "b"), ok(4.0, call="b")],
        said(1.1, "x"),
        said(4.3, "x"),
    )
    first, second = calls_on(packets)
    assert (first.first_speech_seconds, second.first_speech_seconds) == pytest.approx((0.1, 0.3))


@pytest.mark.parametrize(
    ("samples", "speaks"),
    [
        (silence(0.02), False),
        (noise(0.02, -55), False),
        (noise(0.02, -30), True),
        (tones([500], 0.02, -40), True),
    ],
)
@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_speech_is_what_is_louder_than_a_line(samples: Samples, codec: str, speaks: bool) -> None:
    assert is_speech(decode(encode(samples, codec), codec)) is speaks


def test_most_packets_of_spoken_words_are_speech() -> None:
    words = speech("ru", "Здравствуйте, вам звонит поликлиника")
    frames = [words[at : at + 160] for at in range(0, words.size - 160, 160)]
    assert sum(is_speech(frame) for frame in frames) > 0.6 * len(frames)


def test_a_capture_is_read_back(tmp_path: Path) -> None:
    talk = RtpTalk()
    talk.silence(60)
    talk.press("5", 40)
    talk.cut(tmp_path / "talk.pcap")
    packets = list(read_capture(tmp_path / "talk.pcap"))
    assert [packet.payload[1] & 127 for packet in packets] == [8, 8, 8, 101, 101, 101, 101]
    assert packets[1].at - packets[0].at == pytest.approx(0.02)
    assert (packets[0].source, packets[0].target) == (6000, 6000)


@pytest.mark.parametrize(("share", "value"), [(50, 5), (95, 10), (100, 10), (1, 1)])
def test_percentiles_are_values_that_were_seen(share: int, value: int) -> None:
    assert percentile([float(number) for number in range(10, 0, -1)], share) == value
    assert math.isnan(percentile([], share))
