"""JSON as it must be: UTF-8, one meaning, not endlessly nested, nothing that a database cannot keep."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from campaigns.api.problems import Problem

DEEPEST = 32  # levels; ours need 5, a FHIR Bundle some 15
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # what only an escape can bring in


def strict_json(content: bytes) -> Any:
    """What the text says. Raises Problem (malformed) for what is no JSON, or says a thing twice.

    Refused as well: NaN and Infinity, half of a surrogate pair, U+0000, more than 32 levels (RFC 8259).
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unread(f"it is not UTF-8 at byte {error.start}") from None
    try:
        data = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _unread(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _unread(f"it is nested deeper than {DEEPEST} levels") from None
    except ValueError:  # a number of thousands of digits, which Python does not read
        raise _unread("it holds a number that is too long") from None
    if content.count(b"[") + content.count(b"{") > DEEPEST and _depth(data) > DEEPEST:
        raise _unread(f"it is nested deeper than {DEEPEST} levels")
    if _ESCAPED.search(content):
        _demand_text(data)
    return data


def _unread(why: str) -> Problem:
    return Problem("malformed", f"The body is no JSON that can be read: {why}.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise _unread("an object has the same name twice")
    return data


def _no_number(_: str) -> NoReturn:
    raise _unread("NaN and Infinity are no numbers of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _inside(data: Any) -> Iterator[Any]:
    match data:
        case dict():
            yield from data.values()
        case list():
            yield from data


def _depth(data: Any) -> int:
    """Levels of lists and objects, without recursion."""
    level, depth = [data], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for each in level for inner in _inside(each)]
    return depth


def _demand_text(data: Any) -> None:
    """Every string and name must be text that can be written down."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str) and ("\0" in each or not _encodes(each)):
            raise _unread("it holds U+0000 or half of a surrogate pair")
        if isinstance(each, dict):
            waiting.extend(each)
        waiting.extend(_inside(each))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
