"""Messages <-> lines of JSON on a socketpair."""

import dataclasses
import json
import socket
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from dialer import messages
from dialer.errors import WireError
from dialer.messages import Command, Event

Message = Command | Event | messages.Clogged | messages.Refused

_known_hints: dict[type[Any], Mapping[str, Any]] = {}

LONGEST_LINE_BYTES = 1 << 20  # far above any message; a line without end is an error, not a leak


def _all_types() -> Mapping[str, type[Any]]:
    return {kind.__name__: kind for kind in typing.get_args(Message)}


TYPES: Mapping[str, type[Any]] = _all_types()


def encode(message: Message) -> bytes:
    """One line of JSON, newline included."""
    body = dataclasses.asdict(message) | {"message": type(message).__name__}
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of one line. Raises WireError, which never tells what stood in the line."""
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        raise WireError("A line on the socket is not JSON.") from None
    if (
        not isinstance(body, dict)
        or not isinstance(name := body.pop("message", None), str)
        or name not in TYPES
    ):
        raise WireError("A line on the socket is no known message.")
    return typing.cast(Message, _read(TYPES[name], body, name))


class LineBuffer:
    """Bytes in, messages out; keeps what is not yet a whole line."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are complete now. Raises WireError."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE_BYTES:
            raise WireError(f"A line on the socket is longer than {LONGEST_LINE_BYTES} bytes.")
        for line in lines:
            yield decode(line)


class Channel:
    """One end of the socketpair: never blocks, and knows when the other end is gone."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.setblocking(False)
        self._incoming = LineBuffer()
        self._outgoing = bytearray()
        self.closed = False

    def fileno(self) -> int:
        """For select and its like."""
        return self._socket.fileno()

    def tell(self, message: Message) -> None:
        """Send a message, now or with the next flush."""
        self.tell_again(encode(message))

    def tell_again(self, line: bytes) -> None:
        """Send a message that was encoded before: a heartbeat is the same for hours."""
        self._outgoing += line
        self.flush()

    def flush(self) -> None:
        """Send what could not be sent before."""
        try:
            while self._outgoing:
                del self._outgoing[: self._socket.send(self._outgoing)]
        except BlockingIOError:
            return
        except OSError:
            self.closed = True
            self._outgoing.clear()

    def read(self) -> list[Message]:
        """What has come; sets `closed` at the end of the stream. Raises WireError."""
        messages: list[Message] = []
        try:
            while data := self._socket.recv(65536):
                messages += self._incoming.feed(data)
            self.closed = True
        except BlockingIOError:
            return messages
        except OSError:
            self.closed = True
        return messages

    def close(self) -> None:
        """Close the socket; the other end reads the end of the file."""
        self.closed = True
        self._socket.close()


def _read(expected: Any, value: Any, where: str) -> Any:
    """`value` as JSON gave it, checked and rebuilt as the type says."""
    if dataclasses.is_dataclass(expected):
        return _read_dataclass(typing.cast(type[Any], expected), value, where)
    if typing.get_origin(expected) is tuple:
        if not isinstance(value, list):
            raise WireError(f"{where} is no list.")
        return tuple(_read(typing.get_args(expected)[0], item, where) for item in value)
    if typing.get_origin(expected) is typing.Literal:
        if value not in typing.get_args(expected):
            raise WireError(f"{where} has a value that is not allowed.")
        return value
    return _read_plain(expected, value, where)


def _read_plain(expected: Any, value: Any, where: str) -> Any:
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is not expected:
        raise WireError(f"{where} should be of type {getattr(expected, '__name__', expected)}.")
    return value


def _read_dataclass(expected: type[Any], value: Any, where: str) -> Any:
    hints = _hints(expected)
    if not isinstance(value, dict) or set(value) != set(hints):
        raise WireError(f"{where} does not have the fields of {expected.__name__}.")
    return expected(**{key: _read(hint, value[key], f"{where}.{key}") for key, hint in hints.items()})


def _hints(kind: type[Any]) -> Mapping[str, Any]:
    if kind not in _known_hints:
        _known_hints[kind] = typing.get_type_hints(kind)
    return _known_hints[kind]
