"""MLLP: blocks of a stream of bytes, <VT> message <FS><CR>; no I/O.

What stands between two blocks is passed over. A block that begins within another one ends it: its sender has
begun anew, and half a message is none. <FS> alone ends a block, for some senders leave out <CR>.
"""

from collections.abc import Iterator

START, END, CARRIAGE_RETURN = b"\x0b", b"\x1c", b"\r"
LONGEST_BYTES = 1024 * 1024  # of a message; results with scanned documents are sent otherwise
MOST_BETWEEN_BYTES = 64 * 1024  # what sends so much without a block does not speak MLLP


class TooLong(Exception):
    """A block is longer than any message: `begun` is how it begins."""

    def __init__(self, begun: bytes) -> None:
        super().__init__(f"a block is longer than {LONGEST_BYTES} bytes")
        self.begun = begun


class NoMllp(Exception):
    """So much came without a block that the sender does not speak MLLP."""


class Frames:
    """Cuts one connection's bytes into messages."""

    def __init__(self) -> None:
        self._block: bytearray | None = None
        self._between = 0

    @property
    def inside(self) -> bool:
        """Whether a block has begun that has not ended."""
        return self._block is not None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that end within these bytes. Raises TooLong or NoMllp; nothing can follow that."""
        while data:
            if self._block is None:
                before, start, data = data.partition(START)
                self._note_between(before)
                if start:
                    self._block = bytearray()
                continue
            part, end, rest = data.partition(END)
            again = part.rfind(START)
            if again >= 0:
                self._block, part = bytearray(), part[again + 1 :]
            self._block += part
            if len(self._block) > LONGEST_BYTES:
                raise TooLong(bytes(self._block[:LONGEST_BYTES]))
            data = rest
            if end:
                message, self._block = bytes(self._block), None
                yield message

    def _note_between(self, between: bytes) -> None:
        self._between += len(between.strip(CARRIAGE_RETURN + b"\n"))
        if self._between > MOST_BETWEEN_BYTES:
            raise NoMllp


def framed(message: bytes) -> bytes:
    """A message as a block."""
    return START + message + END + CARRIAGE_RETURN
