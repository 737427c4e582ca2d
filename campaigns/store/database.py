"""The database, opened: transactions for reading and for writing; the one place that knows SQLite's ways."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError
from sqlmodel import Session

from campaigns.errors import DatabaseMissing, DatabaseTooNew, DatabaseTooOld, DatabaseUnusable
from campaigns.store.schema import HEAD, known_revisions

BUSY_SECONDS = 30.0  # longer than any transaction of ours, short enough for a human who waits
CACHE = "cache_size = -32000"  # 32 MB: the upper levels of all indexes with 1,000,000 contacts
_WRITES = {"writes": True}


class Database:
    """An opened database; may be shared by threads, not by processes."""

    def __init__(self, engine: Engine, place: str, busy_seconds: float = BUSY_SECONDS) -> None:
        self.place = place
        self._busy_seconds = busy_seconds
        self._reading = engine
        self._writing = engine.execution_options(**_WRITES)
        self._writer = threading.Lock()  # threads of one process take turns here, without SQLite's polling

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the database. Raises `DatabaseUnusable`."""
        with self._translated(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in a transaction that no other writer overlaps; all of it is kept, or nothing.

        Not to be nested. Raises `DatabaseUnusable`, also when another program writes for too long.
        """
        if not self._writer.acquire(timeout=self._busy_seconds):
            raise DatabaseUnusable(_sentence(self.place, "locked"))
        try:
            with (
                self._translated(),
                Session(self._writing, expire_on_commit=False) as session,
                session.begin(),
            ):
                session.connection()  # BEGIN IMMEDIATE now, not at the first write
                yield session
        finally:
            self._writer.release()

    def close(self) -> None:
        """Let go of the file; idempotent."""
        self._reading.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if type(error) in (OperationalError, DatabaseError):  # the others are faults of ours
                raise DatabaseUnusable(_sentence(self.place, str(error.orig))) from error
            raise


def open_database(url: str, busy_seconds: float = BUSY_SECONDS) -> Database:
    """The database, which must have the current schema; a writer waits at most so long for another program.

    Raises `DatabaseMissing`, `DatabaseTooOld`, `DatabaseTooNew` or `DatabaseUnusable`.
    """
    database = existing(url, busy_seconds)
    place = database.place
    try:
        with database.write() as session:  # a writer's transaction finds out whether we may write
            revision = revision_of(session.connection(), place)
            if revision is None:
                refuse_empty(place)
            if revision != HEAD:
                raise DatabaseTooOld(f"{place} belongs to an older version of dialer: run dialer db upgrade.")
    except BaseException:  # Ctrl-C too: the connection is closed whatever happened
        database.close()
        raise
    return database


def existing(url: str, busy_seconds: float = BUSY_SECONDS) -> Database:
    """The database of any revision, not yet connected. Raises `DatabaseMissing` or `DatabaseUnusable`."""
    engine, path = connect(url, busy_seconds)
    place = str(path or engine.url.render_as_string(hide_password=True))
    if path is not None and not path.exists():
        raise DatabaseMissing(f"There is no database at {place}: make one with dialer init.")
    return Database(engine, place, busy_seconds)


def connect(url: str, busy_seconds: float = BUSY_SECONDS) -> tuple[Engine, Path | None]:
    """An engine, not yet connected, and the file of SQLite. Raises `DatabaseUnusable` for a bad URL."""
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        engine = create_engine(
            parsed, hide_parameters=True, connect_args={"timeout": busy_seconds} if sqlite else {}
        )
    except (ArgumentError, ImportError) as error:
        raise DatabaseUnusable(f"The database URL cannot be used: {error}.") from None
    if not sqlite:
        return engine, None
    if not parsed.database:
        raise DatabaseUnusable("The database URL names no file: write sqlite:///path/to/dialer.db.")
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine, Path(parsed.database).absolute()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", CACHE):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def revision_of(connection: Connection, place: str) -> str | None:
    """The revision of the schema; None when there are no tables at all.

    Raises `DatabaseTooNew`, or `DatabaseUnusable` for a database of another program.
    """
    tables = set(connection.dialect.get_table_names(connection))
    if not tables:
        return None
    ours = "alembic_version" in tables
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if ours else None
    if revision is None:
        raise DatabaseUnusable(f"{place} is a database of another program: give dialer one of its own.")
    if revision not in known_revisions():
        raise DatabaseTooNew(f"{place} belongs to a newer version of dialer: install that version.")
    return str(revision)


def refuse_empty(place: str) -> NoReturn:
    """An empty database is what is left of a lost one: never fill it without being asked to."""
    raise DatabaseUnusable(f"{place} is empty: restore it from a backup, or remove it and run dialer init.")


def _sentence(place: str, reason: str) -> str:
    """SQLite's words, and what a person can do about them."""
    for words, sentence in _REASONS.items():
        if words in reason:
            return f"The database {place} {sentence}."
    return f"The database {place} cannot be used: {reason.splitlines()[0]}."


_REASONS = {
    "locked": "is kept busy by another program: end it and try again",
    "unable to open": "cannot be opened: make its folder readable and writable",
    "readonly": "cannot be written: make the file and its folder writable",
    "not a database": "is no database: move that file away, or name another in dialer.toml",
    "malformed": "is damaged: restore it from a backup",
    "disk is full": "cannot grow: the disk is full, make room and start again",
    "disk I/O": "cannot be read or written: the disk reports an error",
}
