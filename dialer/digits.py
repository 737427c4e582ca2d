"""Collects key presses: how many, until which end key, in what time (pure; `now` is handed in, seconds)."""

from dataclasses import dataclass
from typing import Literal

KEYS = frozenset("0123456789*#")
LATE_END_KEY_SECONDS = (
    2.0  # people end a year with #, although its fourth digit has ended the question already
)
HELD_SECONDS = 1.0  # a gap in the packets of one press: RFC 4733 sends each 50 ms, a network may stall
REORDERED_SECONDS = 0.5  # once another key was pressed, only packets that were overtaken come this late
ENDED_SECONDS = 0.15  # and once the end was seen, only they do, for so long; then it is another press
OTHER_WAY_SECONDS = 4.0  # an INFO comes when its key was let go, and may have been sent again by then
REMEMBERED_PRESSES = 8  # no more than this many are under way at once

SEGMENT_MS = 0xFFFF // 8  # RFC 4733 section 2.5.1.3: a longer press goes on in another segment
SEGMENT_GAP_MS = 200  # the last packets of a segment may be lost; they come each 50 ms
ROUNDING_MS = 2  # the library rounds timestamp and duration to milliseconds
CLOCK_MS = 2**32 // 8  # where RTP timestamps at 8 kHz begin again

Way = Literal["rtp", "info", "inband"]
EndedBy = Literal["full", "end_key", "timeout"]


@dataclass(frozen=True)
class Keys:
    """What was pressed, without the end key."""

    keys: str
    ended_by: EndedBy


@dataclass(frozen=True)
class KeyPacket:
    """A piece of a press: an RTP event (RFC 4733), a SIP INFO request, or a tone that was heard."""

    key: str
    way: Way
    timestamp_ms: int = 0  # RTP only: when the press, or its segment, began; wraps at CLOCK_MS
    duration_ms: int = 0  # RTP only: how long it has lasted by now
    ended: bool = False  # RTP only: the key was let go


@dataclass
class _Press:
    """One press as RTP events tell it, or one that another way has told."""

    key: str
    ways: set[Way]
    heard_at: float  # its latest packet
    timestamp_ms: int = 0
    duration_ms: int = 0
    ended_at: float | None = None

    def continues(self, packet: KeyPacket, now: float, latest: bool) -> bool:
        """Whether an RTP packet belongs to this press, or carries it on in another segment."""
        if self.key != packet.key or now - self.heard_at >= (HELD_SECONDS if latest else REORDERED_SECONDS):
            return False
        if packet.timestamp_ms == self.timestamp_ms:
            again = self.ended_at is not None and not packet.ended and now - self.ended_at >= ENDED_SECONDS
            return not again
        behind = (packet.timestamp_ms - self.timestamp_ms - self.duration_ms) % CLOCK_MS
        full = self.duration_ms >= SEGMENT_MS - SEGMENT_GAP_MS
        longest_gap = SEGMENT_GAP_MS if full else ROUNDING_MS
        return self.ended_at is None and (behind <= longest_gap or behind >= CLOCK_MS - ROUNDING_MS)


class Presses:
    """Tells a new press from one that is being repeated on the wire.

    RFC 4733 section 2.5.1.2: all packets of one press carry the same timestamp, a long one goes on with
    the timestamp where its last segment ended (2.5.1.3). Some far ends begin with the same timestamp again
    for a later press, so that a press is only known while its packets keep coming: for 1 s after the last
    one, 0.5 s once another key was pressed, 0.15 s once its end was seen. INFO requests and tones come once
    a press. A key that comes by two ways is one press: each is paired with the oldest of the last 4 s that
    the other way has told and its own has not.
    """

    def __init__(self) -> None:
        self._recent: list[_Press] = []  # the oldest first

    def fresh(self, packet: KeyPacket, now: float) -> bool:
        """Whether this packet begins a press of one of 0-9*#, and does not go on with one that is known."""
        if packet.key not in KEYS:
            return False
        if packet.way == "rtp" and (known := self._continued(packet, now)) is not None:
            _note(known, packet, now)
            return False
        press = self._told_otherwise(packet, now)
        fresh = press is None
        if press is None:
            press = _Press(packet.key, set(), now)
            self._recent = [*self._recent[1 - REMEMBERED_PRESSES :], press]
        press.ways.add(packet.way)
        _note(press, packet, now)
        return fresh

    def _continued(self, packet: KeyPacket, now: float) -> _Press | None:
        told = [press for press in self._recent if "rtp" in press.ways]
        for press in reversed(told):
            if press.continues(packet, now, press is told[-1]):
                return press
        return None

    def _told_otherwise(self, packet: KeyPacket, now: float) -> _Press | None:
        for press in self._recent:
            recent = now - press.heard_at < OTHER_WAY_SECONDS
            if recent and press.key == packet.key and packet.way not in press.ways:
                return press
        return None


def _note(press: _Press, packet: KeyPacket, now: float) -> None:
    press.heard_at = now
    if packet.way != "rtp":
        return
    if packet.timestamp_ms != press.timestamp_ms:
        press.timestamp_ms, press.duration_ms, press.ended_at = packet.timestamp_ms, 0, None
    press.duration_ms = max(press.duration_ms, packet.duration_ms)
    if packet.ended and press.ended_at is None:
        press.ended_at = now


class KeyCollector:
    """One question. Each of its methods returns the keys when the question has ended, else None.

    The time for the first key runs only while nothing plays (`silence` and `sound` tell), the time for the
    next one always; both stand still on hold. The end key as first key is no key at all; the escape key
    ends the question at once.
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
        self.end_key = end_key
        self._max_keys = max(1, max_keys)
        self._first_key_seconds = first_key_seconds
        self._next_key_seconds = next_key_seconds
        self._late_end_key = late_end_key
        self._late_until = late_until
        self._escape_key = escape_key
        self._deadline: float | None = None  # on a clock that stands still on hold
        self._held_at: float | None = None
        self._held_seconds = 0.0

    @property
    def deadline(self) -> float | None:
        """When `expire` has something to do; None while no time runs."""
        if self._deadline is None or self._held_at is not None:
            return None
        return self._deadline + self._held_seconds

    @property
    def timing(self) -> bool:
        """A time has begun, although it may stand still on hold."""
        return self._deadline is not None

    def hold(self, now: float) -> None:
        """All times stand still; again does nothing."""
        self._held_at = now if self._held_at is None else self._held_at

    def resume(self, now: float) -> None:
        """The times go on where they were."""
        if self._held_at is not None:
            self._held_seconds += now - self._held_at
            self._held_at = None

    def _clock(self, now: float) -> float:
        return (now if self._held_at is None else self._held_at) - self._held_seconds

    def silence(self, now: float) -> None:
        """Nothing plays any more: the time for the first key begins."""
        if not self.keys:
            self._deadline = self._clock(now) + self._first_key_seconds

    def sound(self) -> None:
        """Something plays: the time for the first key stands still."""
        if not self.keys:
            self._deadline = None

    def counts(self, key: str, now: float) -> bool:
        """Whether `press` would take this key for one: not so for an end key that comes first, or late."""
        if self.keys:
            return True
        late = key == self._late_end_key and now < self._late_until
        return key != self.end_key and not late

    def press(self, key: str, now: float) -> Keys | None:
        """A key was pressed."""
        if not self.counts(key, now):
            return None
        if key == self.end_key:
            return Keys(self.keys, "end_key")
        self.keys += key
        self._deadline = self._clock(now) + self._next_key_seconds
        full = len(self.keys) >= self._max_keys or key == self._escape_key
        return Keys(self.keys, "full") if full else None

    def expire(self, now: float) -> Keys | None:
        """Time has passed; ended when no key came in time."""
        if self.deadline is None or now < self.deadline:
            return None
        return Keys(self.keys, "timeout")
