"""SQLite's ways: one file, one writer at a time."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from campaigns.errors import DatabaseUnusable

CACHE = "cache_size = -32000"  # 32 MB: the upper levels of all indexes with 1,000,000 contacts


def connect_sqlite(url: URL, busy_seconds: float) -> tuple[Engine, Path]:
    """An engine, not yet connected, and its file. Raises `DatabaseUnusable` when the URL names none."""
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": busy_seconds})
    if not url.database:
        raise DatabaseUnusable("The database URL names no file: write sqlite:///path/to/dialer.db.")
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine, Path(url.database).absolute()


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", CACHE):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


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
