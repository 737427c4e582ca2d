"""Sessions of users: begun with a password, ended by leaving, by time, or when the user is revoked."""

import hashlib
import hmac
import threading
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final

from sqlmodel import Session

from campaigns.access.badge import Badge, badge_of
from campaigns.access.caller import Caller
from campaigns.access.lockout import StrangeNames, Tries, tried
from campaigns.access.secrets import digest, fits, hashed, new_password, new_token
from campaigns.access.strangers import Strangers
from campaigns.clock import Clock
from campaigns.errors import LoginRefused, NotAllowed, NotRecognized
from campaigns.models import Login, User
from campaigns.store import logins, looks, users
from campaigns.store.database import Database
from campaigns.store.together import Together

IDLE: Final = timedelta(minutes=30)
LONGEST_SESSION: Final = timedelta(hours=12)
FRESH_SECONDS: Final = 1.0  # so soon a session that has ended opens nothing any more
REMEMBERED: Final = 10_000

WRONG: Final = "The name and the password do not belong together."
OVER: Final = "The session is over: log in again."
FORGED: Final = "The request does not show the token of its session: send it in the header X-CSRF-Token."


@dataclass(frozen=True)
class LoggedIn:
    """What a user is given: the token for the cookie, and the one against forged requests."""

    caller: Caller
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True)
class _Seen:
    badge: Badge
    csrf_hash: str
    looked_at: float


class Sessions:
    """Who shows a session's token; threads share it."""

    def __init__(self, db: Database, together: Together, clock: Clock, strangers: Strangers) -> None:
        self._db = db
        self._together = together
        self._clock = clock
        self._strangers = strangers
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._lock = threading.Lock()
        self._strange = StrangeNames()

    def badge(self, token: str, csrf: str | None, *, unsafe: bool) -> Badge:
        """Whose session it is. Raises `NotRecognized`, `NotAllowed` or `DatabaseUnusable`."""
        name = digest(token)
        now = self._clock.seconds()
        with self._lock:
            seen = self._seen.get(name)
        if seen is None or now - seen.looked_at >= FRESH_SECONDS:
            seen = self._look_at(name)
        if unsafe and not hmac.compare_digest(digest(csrf or ""), seen.csrf_hash):
            raise NotAllowed(FORGED)
        return seen.badge

    def begin(self, name: str, password: str, address: str) -> LoggedIn:
        """Raises `LoginRefused`, `TooMany` (locked out), `NotAllowed` or `DatabaseUnusable`."""
        name, password = plain(name).strip(), plain(password)
        with self._strangers.trying(address):
            kept = self._together.submit(lambda session: self._try(session, name)).result()
            right = fits(password, kept or _nobodys())
            if not right or kept is None:
                self._together.submit(lambda session: self._note_failure(session, name, address))
                raise LoginRefused(WRONG)
            token = new_token()
            begin = partial(self._begin, name=name, kept=kept, token=token, address=address)
            return self._together.submit(begin).result()

    def watched(self, token: str) -> Badge:
        """Whose session it still is, without using it: a page that only listens does not keep it alive.

        Raises `NotRecognized` or `DatabaseUnusable`.
        """
        return badge_of(self._good(digest(token))[1])

    def end(self, token: str) -> None:
        """Idempotent."""
        name = digest(token)
        self._together.submit(lambda session: logins.end(session, name)).result()
        with self._lock:
            self._seen.pop(name, None)

    def _look_at(self, name: str) -> _Seen:
        with self._lock:
            self._seen.pop(name, None)
        looked_at = self._clock.seconds()
        login, user = self._good(name)
        minute = self._clock.now().replace(second=0, microsecond=0)
        if login.seen_at < minute:
            self._together.submit(lambda session: logins.seen(session, name, minute))
        seen = _Seen(badge_of(user), login.csrf_hash, looked_at)
        with self._lock:
            self._seen[name] = seen
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return seen

    def _good(self, name: str) -> tuple[Login, User]:
        """A session that is not over, and whose it is."""
        login, user = logins.found(self._db, name) or (None, None)
        if login is None or user is None or user.revoked_at is not None or _over(login, self._clock.now()):
            raise NotRecognized(OVER)
        return login, user

    def _try(self, session: Session, name: str) -> str | None:
        """Count a try; the hash that the password must fit, None for a name that no user has."""
        now = self._clock.now()
        user = users.to_log_in(session, name) if name.isprintable() else None
        if user is None:
            self._strange.tried(name, now)
            return None
        tries = tried(Tries(user.failures, user.locked_until), now)
        user.failures, user.locked_until = tries.failures, tries.locked_until
        return user.password_hash

    def _note_failure(self, session: Session, name: str, address: str) -> None:
        """Of a user alone: what strangers type is not kept. Not waited for, as its time would tell."""
        user = users.to_log_in(session, name) if name.isprintable() else None
        if user is not None:
            what = "failed to log in" if user.locked_until is None else "failed to log in, and is locked out"
            caller = Caller(name, "user", user.role, address=address)
            looks.note(session, caller, what, self._clock.now())

    def _begin(self, session: Session, name: str, kept: str, token: str, address: str) -> LoggedIn:
        now = self._clock.now()
        user = users.to_log_in(session, name)
        if user is None or user.password_hash != kept:  # revoked or rotated in this moment
            raise LoginRefused(WRONG)
        caller = badge_of(user).at(address)
        user.failures, user.locked_until, user.used_at = 0, None, now
        ends_at, csrf = now + LONGEST_SESSION, csrf_of(token)
        logins.begin(session, digest(token), digest(csrf), name, now, ends_at)
        looks.note(session, caller, "logged in", now)
        return LoggedIn(caller, token, csrf, ends_at)


def csrf_of(token: str) -> str:
    """The token against forged requests: of the session's own, so that its pages can ask for it again."""
    return hmac.new(digest(token).encode(), b"csrf", hashlib.sha256).hexdigest()


def plain(written: str) -> str:
    """One spelling of what is typed on different keyboards."""
    return unicodedata.normalize("NFC", written)


def _over(login: Login, now: datetime) -> bool:
    """seen_at is to the minute, so who does nothing stays for half an hour at least."""
    return now >= login.ends_at or now - login.seen_at > IDLE + timedelta(minutes=1)


@cache
def _nobodys() -> str:
    """A hash that no password fits, so that a name that nobody has takes as long."""
    return hashed(new_password())
