"""Collects key presses: how many, until which end key, in what time (pure; `now` is handed in, seconds)."""

from dataclasses import dataclass
from typing import Literal

KEYS = frozenset("0123456789*#")
LATE_END_KEY_SECONDS = (
    2.0  # people end a year with #, although its fourth digit has ended the question already
)
REMEMBERED_PRESSES = 8  # no more than this many are under way at once
HELD_SECONDS = 1.0  # a gap in the packets of one press: RFC 4733 sends each 50 ms, a network may stall
REORDERED_SECONDS = 0.5  # once another key was pressed, only packets that were overtaken come this late

EndedBy = Literal["full", "end_key", "timeout"]


@dataclass(frozen=True)
class Keys:
    """What was pressed, without the end key."""

    keys: str
    ended_by: EndedBy


class Presses:
    """Tells a new press from one that is being repeated on the wire.

    RFC 4733 section 2.5.1.2: all packets of one press carry the same timestamp. Some far ends begin with the
    same timestamp again for a later press, under another SSRC, so that a press is only known while its
    packets keep coming: for 1 s after the last one, or 0.5 s once another key was pressed. The first way that
    carried a key (RTP events, SIP INFO) is the only one that counts in a call, so that a press sent both ways
    is one key.
    """

    def __init__(self) -> None:
        self._last_packets: dict[tuple[str, int], float] = {}  # the oldest first
        self._latest: tuple[str, int] | None = None
        self._way: int | None = None

    def fresh(self, key: str, timestamp: int, way: int, now: float) -> bool:
        """Whether this packet begins a press of one of 0-9*#, and does not go on with one that is known."""
        if key not in KEYS or self._way not in (None, way):
            return False
        self._way = way
        press = (key, timestamp)
        seen_at = self._last_packets.pop(press, float("-inf"))
        known = now - seen_at < (HELD_SECONDS if press == self._latest else REORDERED_SECONDS)
        self._last_packets[press] = now
        if len(self._last_packets) > REMEMBERED_PRESSES:
            del self._last_packets[next(iter(self._last_packets))]
        if not known:
            self._latest = press
        return not known


class KeyCollector:
    """One question. Each of its methods returns the keys when the question has ended, else None.

    The time for the first key runs only while nothing plays (`silence` and `sound` tell), the time for the
    next one always. The end key as first key is no key at all; the escape key ends the question at once.
    """

    def __init__(
        self,
        max_keys: int,
        end_key: str,
        first_key_seconds: float,
        next_key_seconds: float,
        late_end_key: str = "",
        late_until: float = 0.0,
        escape_key: str = "",
    ) -> None:
        self.keys = ""
        self.deadline: float | None = None
        self._max_keys = max(1, max_keys)
        self._end_key = end_key
        self._first_key_seconds = first_key_seconds
        self._next_key_seconds = next_key_seconds
        self._late_end_key = late_end_key
        self._late_until = late_until
        self._escape_key = escape_key

    def silence(self, now: float) -> None:
        """Nothing plays any more: the time for the first key begins."""
        if not self.keys:
            self.deadline = now + self._first_key_seconds

    def sound(self) -> None:
        """Something plays: the time for the first key stands still."""
        if not self.keys:
            self.deadline = None

    def counts(self, key: str, now: float) -> bool:
        """Whether `press` would take this key for one: not so for an end key that comes first, or late."""
        if self.keys:
            return True
        late = key == self._late_end_key and now < self._late_until
        return key != self._end_key and not late

    def press(self, key: str, now: float) -> Keys | None:
        """A key was pressed."""
        if not self.counts(key, now):
            return None
        if key == self._end_key:
            return Keys(self.keys, "end_key")
        self.keys += key
        self.deadline = now + self._next_key_seconds
        full = len(self.keys) >= self._max_keys or key == self._escape_key
        return Keys(self.keys, "full") if full else None

    def expire(self, now: float) -> Keys | None:
        """Time has passed; ended when no key came in time."""
        if self.deadline is None or now < self.deadline:
            return None
        return Keys(self.keys, "timeout")
