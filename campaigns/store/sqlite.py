"""SQLite's ways: one file, one writer at a time."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from campaigns.errors import DatabaseUnusable

CACHE = "cache_size = -32000"  # 32 MB: the upper levels of all indexes with 1,000,000 contacts
TURN_SECONDS = 0.001  # SQLite itself looks every 100 ms, and misses the pauses of who writes again and again
_PRIMARY = 0xFF  # the lower byte of a result code: the rest says more exactly why
_BEGIN_WRITING = "BEGIN IMMEDIATE"


def connect_sqlite(url: URL, busy_seconds: float) -> tuple[Engine, Path]:
    """An engine, not yet connected, and its file. Raises `DatabaseUnusable` when the URL names none."""
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": busy_seconds})
    if not url.database:
        raise DatabaseUnusable("The database URL names no file: write sqlite:///path/to/dialer.db.")
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _beginning(busy_seconds))
    return engine, Path(url.database).absolute()


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", CACHE):
        connection.execute(f"PRAGMA {pragma}")


def _beginning(busy_seconds: float) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            _begin_writing(connection, busy_seconds)
        else:
            connection.exec_driver_sql("BEGIN")

    return begin


def _begin_writing(connection: Connection, busy_seconds: float) -> None:
    """Take the turn soon after another program gave it up."""
    link: Any = connection.connection.driver_connection
    until = time.monotonic() + busy_seconds
    link.execute("PRAGMA busy_timeout = 0")
    try:
        while (refusal := _refusal(link)) is not None:
            if refusal != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                connection.exec_driver_sql(_BEGIN_WRITING)  # fails once more, as SQLAlchemy tells it
                break
            time.sleep(TURN_SECONDS)
    finally:
        link.execute(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")


def _refusal(link: Any) -> int | None:
    """Begin; the result code of why that failed, None when it did not."""
    try:
        link.execute(_BEGIN_WRITING)
    except sqlite3.Error as error:
        return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & _PRIMARY
    return None


def sqlite_reason(words: str) -> str | None:
    """SQLite's words, and what a person can do about them; None: they are not known."""
    return next((sentence for part, sentence in _REASONS.items() if part in words), None)


_REASONS = {
    "locked": "is kept busy by another program: end it and try again",
    "unable to open": "cannot be opened: make its folder readable and writable",
    "readonly": "cannot be written: make the file and its folder writable",
    "not a database": "is no database: move that file away, or name another in dialer.toml",
    "malformed": "is damaged: restore it from a backup",
    "disk is full": "cannot grow: the disk is full, make room and start again",
    "disk I/O": "cannot be read or written: the disk reports an error",
}
