import json
import socket
from typing import get_args

import pytest

from dialer.errors import WireError
from dialer.messages import (
    Alive,
    Answered,
    Bridge,
    Bridged,
    Clogged,
    Collect,
    Collected,
    Command,
    Configure,
    Dial,
    EarlyMedia,
    Ended,
    Event,
    Fault,
    HangUp,
    Heard,
    Held,
    Listen,
    Listened,
    Play,
    Played,
    Probe,
    Probed,
    Quality,
    Ready,
    Record,
    Refused,
    Registered,
    Ringing,
    Stop,
    StopPlaying,
    Transfer,
    Transferred,
)
from dialer.settings import Trunk
from dialer.wire import LONGEST_LINE_BYTES, TYPES, Channel, LineBuffer, Message, decode, encode

RTP_PORTS = b'"rtp_port_first": 1, "rtp_port_last": 1'

MESSAGES: list[Message] = [
    Configure(
        15000,
        20000,
        20999,
        (
            Trunk("a", "sip:b", "c", "d", caller_ids=("e", "f"), weight=3, calls_per_second=1.5),
            Trunk("f", "sip:g"),
        ),
    ),
    Dial("c1", "main", "+7", "", 30.0, 300),
    Dial("op-1", "main", "sip:101@10.0.0.1", "", 30.0, 300, beside="c1"),
    Bridge("c1", "op-1"),
    Bridged("c1", "op-1", joined=False),
    Transfer("c1", "sip:101@10.0.0.1"),
    Transferred("c1", 202),
    Play("c1", "p", "/tmp/ü \n.wav"),
    StopPlaying("c1"),
    Collect("c1", "q", 4, "#", 5.0, 2.5),
    Record("c1", "/r.wav"),
    Listen("c1", "q", "/a.wav", 60.0, 3.5),
    HangUp("c1"),
    Probe("main"),
    Stop(),
    Ready(4),
    Alive(31.5),
    Ringing("c1"),
    EarlyMedia("c1"),
    Answered("c1"),
    Played("c1", "p", True),
    Collected("c1", "q", "19", "end_key"),
    Listened("c1", "q", 4.25, "#"),
    Heard("c1", "beep"),
    Held("c1", True),
    Fault("c1", "no"),
    Ended("c1", "busy", 486, True, False, 0.0, 17, 30, Quality(150, 1.5, 4.0, 20.0, 0.5, False, 4.3)),
    Probed("main", 200, 1.5),
    Registered("main", 403),
    Clogged(2),
    Refused("c1"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_is_sent_arrives(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == message


def test_every_message_is_tried_here() -> None:
    assert {type(message) for message in MESSAGES} == {*get_args(Command), *get_args(Event), Clogged, Refused}
    assert set(TYPES) == {type(message).__name__ for message in MESSAGES}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b'{"message": "Secret"}',
        b'{"message": []}',
        b"[" * 100_000,
        b'{"call": "secret"}',
        b'{"message": "HangUp"}',
        b'{"message": "HangUp", "call": "secret", "more": 1}',
        b'{"message": "HangUp", "call": 7}',
        b'{"message": "Ready", "calls": true}',
        b'{"message": "Ready", "calls": 1.5}',
        b'{"message": "Heard", "call": "secret", "what": "secret"}',
        b'{"message": "Configure", "sip_port": 1, %b, "trunks": "secret"}' % RTP_PORTS,
        b'{"message": "Configure", "sip_port": 1, %b, "trunks": ["secret"]}' % RTP_PORTS,
    ],
)
def test_what_is_no_message_is_refused_without_repeating_it(line: bytes) -> None:
    with pytest.raises(WireError) as caught:
        decode(line)
    assert "secret" not in str(caught.value).lower()


def test_whole_numbers_pass_for_seconds() -> None:
    body = json.loads(encode(Dial("c", "t", "+7", "", 1.0, 2.0))) | {"ring_seconds": 3}
    message = decode(json.dumps(body).encode())
    assert isinstance(message, Dial)
    assert message.ring_seconds == 3.0


def test_lines_are_put_together_from_pieces() -> None:
    buffer, data = LineBuffer(), b"".join(encode(message) for message in MESSAGES)
    arrived = [message for at in range(0, len(data), 7) for message in buffer.feed(data[at : at + 7])]
    assert arrived == MESSAGES


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(WireError, match="longer than"):
        list(LineBuffer().feed(b"x" * (LONGEST_LINE_BYTES + 1)))


def test_a_channel_keeps_what_the_other_end_does_not_read_yet() -> None:
    left, right = socket.socketpair()
    one, other = Channel(left), Channel(right)
    for number in range(20_000):
        one.tell(Ready(number))
    arrived: list[Message] = []
    while len(arrived) < 20_000:
        arrived += other.read()
        one.flush()
    assert arrived == [Ready(number) for number in range(20_000)]
    one.close()
    assert other.read() == []
    assert other.closed
    other.tell(Stop())
    other.close()


def test_a_channel_whose_other_end_is_gone_is_closed_by_telling() -> None:
    left, right = socket.socketpair()
    one = Channel(left)
    right.close()
    one.tell(Stop())
    assert one.closed
    one.close()
