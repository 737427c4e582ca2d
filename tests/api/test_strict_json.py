"""JSON that means two things, or nothing that can be kept, is refused."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.api.problems import Problem
from campaigns.api.strict_json import DEEPEST, strict_json

DEEP = DEEPEST + 1


@pytest.mark.parametrize(
    ("content", "data"),
    [
        (b'{"phone": "+79120000001"}', {"phone": "+79120000001"}),
        (b"\xef\xbb\xbf[1, 2.5, null]", [1, 2.5, None]),
        ('"мама 😀"'.encode(), "мама 😀"),
        (rb'"\ud83d\ude00"', "😀"),
        (b"[" * DEEPEST + b"]" * DEEPEST, None),
    ],
)
def test_what_is_right(content: bytes, data: object) -> None:
    read = strict_json(content)
    assert data is None or read == data


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1, column 1"),
        (b"{", "line 1, column 2"),
        (b'{"a": 1,\n "a": 2}', "the same name twice"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "NaN"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (rb'{"name": "\ud83d"}', "surrogate"),
        (rb'{"\u0000": 1}', "U+0000"),
        (rb'[{"a": ["\u0000"]}]', "U+0000"),
        (b"[" * DEEP + b"]" * DEEP, "deeper than"),
        (b"[" * 100_000, "deeper than"),
        (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "deeper than"),
        (b"[1" + b"0" * 5000 + b"]", "too long"),
        (b"{} {}", "line 1, column 4"),
    ],
)
def test_what_is_not(content: bytes, why: str) -> None:
    with pytest.raises(Problem, match="no JSON that can be read") as caught:
        strict_json(content)
    assert caught.value.status == 400
    assert why in caught.value.detail


@given(st.binary(max_size=50) | st.text('[]{}",:\\u0dD8 1eE-.truefalsn', max_size=50).map(str.encode))
def test_anything_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Problem):  # anything else fails
        json.dumps(strict_json(content), ensure_ascii=False).encode()
