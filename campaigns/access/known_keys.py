"""Keys that were shown and verified: remembered, and looked at again as long as they come."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from campaigns.access.badge import Badge, badge_of
from campaigns.access.secrets import Key, digest, fits, parse_key
from campaigns.access.strangers import Strangers
from campaigns.clock import Clock
from campaigns.errors import NotRecognized
from campaigns.models import AccessKey
from campaigns.store import keys
from campaigns.store.database import Database
from campaigns.store.together import Together

FRESH_SECONDS: Final = 1.0  # so soon a key that is revoked opens nothing any more
REMEMBERED: Final = 10_000  # keys; who was not seen for longest is verified anew
TURNS: Final = 16  # one key is verified once, however many requests bring it at the same time

UNKNOWN: Final = "Nobody knows this key: it may be mistyped, rotated or revoked. Ask for a new one."


@dataclass(frozen=True)
class _Seen:
    """A key that was right. kept: the hash that it fitted; looked_at: monotonic seconds."""

    badge: Badge
    kept: str
    looked_at: float


class KnownKeys:
    """Who shows a key; threads share it."""

    def __init__(self, db: Database, together: Together, clock: Clock, strangers: Strangers) -> None:
        self._db = db
        self._together = together
        self._clock = clock
        self._strangers = strangers
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._wrong: OrderedDict[str, frozenset[str]] = OrderedDict()  # the hashes that a key does not fit
        self._lock = threading.Lock()
        self._turns = [threading.Lock() for _ in range(TURNS)]

    def fresh(self, shown: str) -> Badge | None:
        """Of a key that was looked at within the last second; else None. Does not block."""
        return self._fresh(digest(shown))

    def badge(self, shown: str, address: str) -> Badge:
        """Whose key it is. Raises `NotRecognized`, `TooMany` or `DatabaseUnusable`."""
        name = digest(shown)
        with self._turns[int(name, 16) % TURNS]:
            if badge := self._fresh(name):
                return badge
            with self._lock:
                seen = self._seen.get(name)
            looked_at = self._clock.seconds()  # before the row is read, as argon2 may take its time
            row, kept = self._right(parse_key(shown), name, seen, address)
            found = _Seen(badge_of(row), kept, looked_at)
            with self._lock:
                self._seen[name] = found
                self._seen.move_to_end(name)
                if len(self._seen) > REMEMBERED:
                    self._seen.popitem(last=False)
            self._keep_use(row)
            return found.badge

    def watched(self, shown: str) -> Badge:
        """Whose key it still is, which was right before: that is no guess. One that was forgotten comes anew.

        Raises `NotRecognized` or `DatabaseUnusable`.
        """
        name, key = digest(shown), parse_key(shown)
        with self._turns[int(name, 16) % TURNS]:
            if badge := self._fresh(name):
                return badge
            with self._lock:
                seen = self._seen.get(name)
            looked_at = self._clock.seconds()
            row = keys.by_tag(self._db, key.tag) if key else None
            if seen is None or row is None or row.revoked_at is not None:
                raise NotRecognized(UNKNOWN)
            if seen.kept not in _good(row, self._clock.now()):
                raise NotRecognized(UNKNOWN)
            found = _Seen(badge_of(row), seen.kept, looked_at)
            with self._lock:
                self._seen[name] = found
            return found.badge

    def _fresh(self, name: str) -> Badge | None:
        now = self._clock.seconds()
        with self._lock:
            seen = self._seen.get(name)
        return seen.badge if seen and now - seen.looked_at < FRESH_SECONDS else None

    def _right(self, key: Key | None, name: str, seen: _Seen | None, address: str) -> tuple[AccessKey, str]:
        """The row of a key that opens it now, and the hash that it fits. name: the key's digest.

        Only a guess at a key that is good costs argon2, once, and counts as a try: neither a key that was
        revoked nor one that was rotated keeps the right one out, however often it comes.
        """
        row = keys.by_tag(self._db, key.tag) if key else None
        if key is None or row is None:
            self._strangers.unknown(address)
            raise NotRecognized(UNKNOWN)
        good = () if row.revoked_at is not None else _good(row, self._clock.now())
        if seen and seen.kept in good:
            return row, seen.kept
        if seen is None and not self._is_wrong(name, good):
            with self._strangers.trying(address, key.tag):
                for kept in good:
                    if fits(key.secret, kept):
                        return row, kept
                self._note_wrong(name, good)
                raise NotRecognized(UNKNOWN)
        self._note_wrong(name, good)
        raise NotRecognized(UNKNOWN)

    def _is_wrong(self, name: str, good: Sequence[str]) -> bool:
        """Whether it is known to fit none of these; what is revoked has none."""
        with self._lock:
            return self._wrong.get(name, frozenset()).issuperset(good)

    def _note_wrong(self, name: str, good: Sequence[str]) -> None:
        with self._lock:
            self._seen.pop(name, None)
            self._wrong[name] = frozenset(good)
            self._wrong.move_to_end(name)
            if len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)

    def _keep_use(self, row: AccessKey) -> None:
        """To the minute; whether that succeeds is not waited for, as nothing hangs on it."""
        now = self._clock.now().replace(second=0, microsecond=0)
        if row.used_at is None or row.used_at < now:
            self._together.submit(lambda session: keys.used(session, row.name, now))


def _good(row: AccessKey, now: datetime) -> Sequence[str]:
    """The hashes that open it, the present one first."""
    old = row.old_until is not None and now < row.old_until
    return [row.secret_hash, row.old_hash] if old else [row.secret_hash]
