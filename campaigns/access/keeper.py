"""The keeper of the doors: takes a key or a login for who it is, or refuses it."""

from campaigns.access.badge import Badge
from campaigns.access.caller import Caller
from campaigns.access.known_keys import KnownKeys
from campaigns.access.limits import Buckets
from campaigns.access.sessions import LoggedIn, Sessions
from campaigns.access.strangers import Strangers
from campaigns.clock import Clock
from campaigns.errors import TooMany
from campaigns.store.database import Database
from campaigns.store.together import Together


class Keeper:
    """One for the life of the process. All but `at_hand` block (argon2, the database): call them in a thread.

    address: who asks, without a port, as the connection or a trusted proxy says.
    """

    def __init__(self, db: Database, together: Together, clock: Clock) -> None:
        self._clock = clock
        self._rates = Buckets()
        strangers = Strangers(clock)
        self._keys = KnownKeys(db, together, clock, strangers)
        self._sessions = Sessions(db, together, clock, strangers)

    def at_hand(self, bearer: str, address: str) -> Caller | None:
        """As `by_key`, for a key that was looked at within the last second; else None.

        Raises `TooMany` or `NotAllowed`.
        """
        badge = self._keys.fresh(bearer)
        return self._let_in(badge, address) if badge else None

    def by_key(self, bearer: str, address: str) -> Caller:
        """Who shows this key.

        Raises `NotRecognized` (401), `NotAllowed` (403: not from there), `TooMany` (429) or
        `DatabaseUnusable` (503).
        """
        return self._let_in(self._keys.badge(bearer, address), address)

    def by_session(self, token: str, address: str, csrf: str | None, *, unsafe: bool) -> Caller:
        """Who this session's cookie was given to. csrf: as the header has it; unsafe methods need it.

        Raises as `by_key`; `NotAllowed` also when `csrf` is missing or wrong.
        """
        return self._let_in(self._sessions.badge(token, csrf, unsafe=unsafe), address)

    def watched(self, token: str, address: str) -> Caller:
        """Who this session still is of, for whoever only listens: that is no use, and keeps it not alive.

        Raises `NotRecognized`, `NotAllowed` or `DatabaseUnusable`.
        """
        return self._sessions.watched(token).at(address)

    def watched_key(self, bearer: str, address: str) -> Caller:
        """Who this key still is of, for whoever only listens; it was let in before.

        Raises `NotRecognized`, `NotAllowed` or `DatabaseUnusable`.
        """
        return self._keys.watched(bearer).at(address)

    def log_in(self, name: str, password: str, address: str) -> LoggedIn:
        """Begin a session.

        Raises `LoginRefused` (401), `TooMany` (429: locked out), `NotAllowed` (403: not from there) or
        `DatabaseUnusable` (503).
        """
        return self._sessions.begin(name, password, address)

    def log_out(self, token: str) -> None:
        """End a session; idempotent. Raises `DatabaseUnusable`."""
        self._sessions.end(token)

    def _let_in(self, badge: Badge, address: str) -> Caller:
        caller = badge.at(address)
        seconds = self._rates.take(caller.name, badge.per_second, self._clock.seconds())
        if seconds:
            raise TooMany(
                f"{caller.name} asks more often than {badge.per_second:g} times a second: send less, or many "
                "at once.",
                seconds,
            )
        return caller
