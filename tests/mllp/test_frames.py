"""Blocks of MLLP, however the network cuts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.mllp.frames import LONGEST_BYTES, MOST_BETWEEN_BYTES, Frames, NoMllp, TooLong, framed

MESSAGES = st.lists(st.binary(max_size=40).map(lambda some: some.translate(None, b"\x0b\x1c")), max_size=5)


@given(messages=MESSAGES, size=st.integers(1, 50))
def test_whatever_the_packets(messages: list[bytes], size: int) -> None:
    stream = b"".join(map(framed, messages))
    frames = Frames()
    found = [
        message
        for start in range(0, len(stream), size)
        for message in frames.feed(stream[start : start + size])
    ]
    assert (found, frames.inside) == (messages, False)


@pytest.mark.parametrize(
    ("stream", "messages", "inside"),
    [
        (b"\x0bone\x1c\r\x0btwo\x1c\r", [b"one", b"two"], False),
        (b"garbage\r\n\x0bone\x1c\r\r\n", [b"one"], False),
        (b"\x0bone\x1c\x0btwo\x1c", [b"one", b"two"], False),  # without CR
        (b"\x0bhalf\x0bone\x1c\r", [b"one"], False),  # begun anew
        (b"\x0bhalf", [], True),
        (b"\x0b\x1c\r", [b""], False),
        (b"no block at all", [], False),
    ],
)
def test_streams(stream: bytes, messages: list[bytes], inside: bool) -> None:
    frames = Frames()
    assert list(frames.feed(stream)) == messages
    assert frames.inside == inside


def test_too_long() -> None:
    frames = Frames()
    assert list(frames.feed(b"\x0bMSH" + b"x" * (LONGEST_BYTES - 3))) == []
    with pytest.raises(TooLong) as caught:
        list(frames.feed(b"y"))
    assert caught.value.begun.startswith(b"MSHx")


def test_no_mllp_at_all() -> None:
    frames = Frames()
    list(frames.feed(b"\r\n" * MOST_BETWEEN_BYTES))  # some senders keep a connection open so
    with pytest.raises(NoMllp):
        list(frames.feed(b"x" * (MOST_BETWEEN_BYTES + 1)))
