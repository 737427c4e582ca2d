"""PostgreSQL's ways: several writers at once, a server that can be away, and a clock for all nodes."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from campaigns.errors import DatabaseUnusable

DRIVER = "psycopg"
CONNECT_SECONDS = 2  # the shortest that libpq knows; who waits longer hears no key meanwhile
SILENT_MS = 3000  # a server that acknowledges nothing for so long is away
ABANDONED_MS = 10_000  # the server ends a transaction whose node went silent in it, and frees its locks


def connect_postgresql(url: URL, busy_seconds: float, answer_seconds: float | None = None) -> Engine:
    """An engine, not yet connected. Raises `DatabaseUnusable` without the driver, or for another one.

    answer_seconds: how long one statement may take, from a server that is there and says nothing too.
    """
    if url.get_driver_name() != DRIVER:
        raise DatabaseUnusable("The database URL cannot be used: write postgresql+psycopg://user@host/name.")
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=True, connect_args=_arguments(url, busy_seconds)
        )
    except ImportError:
        raise DatabaseUnusable(
            "PostgreSQL needs the package psycopg, which is not installed: install it with pip."
        ) from None
    event.listen(engine, "begin", _begin)
    if answer_seconds is not None:
        event.listen(engine, "do_connect", _connecting(answer_seconds))
    return engine


def _arguments(url: URL, busy_seconds: float) -> dict[str, Any]:
    """What each connection promises; whatever the URL says itself goes first."""
    options = {
        "lock_timeout": round(busy_seconds * 1000),
        "idle_in_transaction_session_timeout": ABANDONED_MS,
        "tcp_user_timeout": ABANDONED_MS,
        "TimeZone": "UTC",
    }
    arguments = {
        "application_name": "dialer",
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": SILENT_MS,
        "keepalives_idle": SILENT_MS // 1000,
        "keepalives_interval": 1,
        "keepalives_count": 2,
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
    }
    return {name: value for name, value in arguments.items() if name not in url.query}


def _connecting(answer_seconds: float) -> Callable[..., Any]:
    from campaigns.store.answering import impatient  # here: without PostgreSQL its driver may be missing

    kind = impatient(answer_seconds)
    return lambda _dialect, _record, args, options: kind.connect(*args, **options)


def _begin(connection: Connection) -> None:
    """A reader sees one moment; a writer sees what others committed, and locks what it goes by."""
    if not connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def postgresql_reason(error: BaseException | None) -> str | None:
    """What a person can do about an error of the server or the way to it; None: it is a fault of ours."""
    state = getattr(error, "sqlstate", None) or ""
    told = (_REASONS[code] for words, code in _AT_THE_DOOR.items() if words in str(error) and not state)
    return next(told, _REASONS.get(state) or _REASONS.get(state[:2]))


def is_crossed(error: BaseException | None) -> bool:
    """Whether two transactions kept one another from going on, so that this one had to give way."""
    return (getattr(error, "sqlstate", None) or "").startswith("40")


def is_away(error: BaseException | None) -> bool:
    """Whether it is the way to the server that failed, and not what was asked of it."""
    state = getattr(error, "sqlstate", None) or ""
    return not state or state[:2] in ("08", "57", "53")


_AT_THE_DOOR = {"authentication failed": "28", "no password": "28", "does not exist": "3D"}
"""Who is not let in is told so in words alone."""

_REASONS = {
    "": "cannot be reached: see whether the server runs and the URL in dialer.toml is right",
    "08": "cannot be reached: see whether the server runs and the URL in dialer.toml is right",
    "57": "was shut down or ended our connection: see whether the server runs",
    "28": "does not let us in: correct user and password of the URL in dialer.toml",
    "3D": "does not exist on its server: make it there, then run dialer init",
    "53": "has no room left: make room on the server, or allow it more connections",
    "55P03": "is kept busy by another program: end it and try again",
    "40": "was changed by somebody else at the same time, and kept nothing of this: give the command again "
    "(dialer run tries again by itself)",
    "25P03": "ended our transaction because we said nothing for too long: it is tried again",
    "25006": "cannot be written: it is a standby, name the primary server in dialer.toml",
    "42501": "does not let us do that: grant this user the rights on its tables",
}
