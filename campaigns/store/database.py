"""The database, opened: transactions for reading and for writing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError
from sqlmodel import Session

from campaigns.errors import Crossed, DatabaseMissing, DatabaseTooNew, DatabaseTooOld, DatabaseUnusable
from campaigns.rules.service_levels import ServiceLevels, usual
from campaigns.store.postgresql import connect_postgresql, is_away, is_crossed, postgresql_reason
from campaigns.store.reach import Reach
from campaigns.store.schema import HEAD, known_revisions
from campaigns.store.sqlite import connect_sqlite, sqlite_reason

BUSY_SECONDS = 30.0  # longer than any transaction of ours, short enough for a human who waits
_WRITES = {"writes": True}


class Database:
    """An opened database; may be shared by threads, not by processes.

    levels: gives how soon somebody must act on tasks; every session carries it (`task_moves.levels_of`).
    """

    def __init__(
        self,
        engine: Engine,
        place: str,
        busy_seconds: float = BUSY_SECONDS,
        levels: Callable[[], ServiceLevels] = usual,
    ) -> None:
        self.place = place
        self._info = {"service_levels": levels}
        self._busy_seconds = busy_seconds
        self._reading = engine
        self._writing = engine.execution_options(**_WRITES)
        self.shared = engine.dialect.name == "postgresql"
        self.awaited = True  # others wait while it works, so work that may be long is bounded in time
        # SQLite: threads of one process take turns here, without its polling; PostgreSQL: any number writes
        self._writer = nullcontext() if self.shared else _Turn(busy_seconds, self.place)
        self._reach = Reach(engine)
        self._part_of = threading.local()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the database. Raises `DatabaseUnusable`."""
        if (joined := self._mine()) is not None:
            yield joined
            return
        with self._translated(), self._session(self._reading) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in a transaction; all of it is kept, or nothing. Not to be nested,
        but `joined`.

        SQLite: no other writer overlaps it. PostgreSQL: others write meanwhile, so whoever decides by a row
        locks it first (`store.locks`). Raises `DatabaseUnusable`, also when another program writes for too
        long.
        """
        if (joined := self._mine()) is not None:
            yield joined
            return
        with (
            self._writer,
            self._translated(),
            self._session(self._writing) as session,
            session.begin(),
        ):
            session.connection()  # BEGIN IMMEDIATE now, not at the first write
            yield session

    @contextmanager
    def joined(self, session: Session) -> Iterator[None]:
        """Within it, what this thread reads and writes is part of the transaction of `session`."""
        self._part_of.session = session
        try:
            yield
        finally:
            self._part_of.session = None

    @property
    def away(self) -> bool:
        """Whether the server could not be reached last; a thread tries until it can."""
        return self._reach.away is not None

    def hindrance(self, error: DBAPIError) -> DatabaseUnusable | None:
        """What hinders us, as a sentence; None: nothing but what was asked of the database."""
        sentence = self._reason(error)
        kind = Crossed if self.shared and is_crossed(error.orig) else DatabaseUnusable
        return kind(f"The database {self.place} {sentence}.") if sentence else None

    def own_connection(self) -> Any:
        """A connection as PostgreSQL's driver has it, in no transaction, for one user, who closes it."""
        with self._translated():
            connection = self._reading.raw_connection()
            driver: Any = connection.driver_connection
            connection.detach()
            driver.autocommit = True
        return driver

    def close(self) -> None:
        """Let go of the file or the server; idempotent."""
        self._reach.close()
        self._reading.dispose()

    def _mine(self) -> Session | None:
        """The session that this thread has joined."""
        return getattr(self._part_of, "session", None)

    def _session(self, engine: Engine) -> Session:
        return Session(engine, expire_on_commit=False, info=self._info)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        if self._reach.away:
            raise DatabaseUnusable(self._reach.away)
        try:
            yield
        except DBAPIError as error:
            hindrance = self.hindrance(error)
            if hindrance is None:  # a fault of ours
                raise
            if self.shared and is_away(error.orig):
                self._reach.lost(str(hindrance))
            raise hindrance from error

    def _reason(self, error: DBAPIError) -> str | None:
        """What hinders us, and what a person can do about it; None: nothing but a fault of ours."""
        if self.shared:
            return postgresql_reason(error.orig)
        if type(error) not in (OperationalError, DatabaseError):
            return None
        words = str(error.orig)
        return sqlite_reason(words) or f"cannot be used: {words.splitlines()[0]}"


class _Turn:
    """Whose turn it is to write, among the threads of this process."""

    def __init__(self, busy_seconds: float, place: str) -> None:
        self._busy_seconds = busy_seconds
        self._place = place
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._busy_seconds):
            raise DatabaseUnusable(f"The database {self._place} {sqlite_reason('locked')}.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def open_database(
    url: str,
    busy_seconds: float = BUSY_SECONDS,
    answer_seconds: float | None = None,
    *,
    to_write: bool = True,
    levels: Callable[[], ServiceLevels] = usual,
) -> Database:
    """The database, which must have the current schema; a writer waits at most so long for another program.

    answer_seconds: how long a server may take for one statement; None: as long as it likes, for a human who
    waits can end that. to_write: find out now whether it can be written. levels: of tasks.

    Raises `DatabaseMissing`, `DatabaseTooOld`, `DatabaseTooNew` or `DatabaseUnusable`.
    """
    database = existing(url, busy_seconds, answer_seconds, levels)
    place = database.place
    try:
        # a writer's transaction finds out whether we may write; who only reads waits for no writer
        with database.write() if to_write else database.read() as session:
            revision = revision_of(session.connection(), place)
            if revision is None:
                refuse_empty(database)
            if revision != HEAD:
                raise DatabaseTooOld(f"{place} belongs to an older version of dialer: run dialer db upgrade.")
    except BaseException:  # Ctrl-C too: the connection is closed whatever happened
        database.close()
        raise
    return database


def existing(
    url: str,
    busy_seconds: float = BUSY_SECONDS,
    answer_seconds: float | None = None,
    levels: Callable[[], ServiceLevels] = usual,
) -> Database:
    """The database of any revision, not yet connected. Raises `DatabaseMissing` or `DatabaseUnusable`."""
    engine, path = connect(url, busy_seconds, answer_seconds)
    place = str(path or engine.url.render_as_string(hide_password=True))
    if path is not None and not path.exists():
        raise DatabaseMissing(f"There is no database at {place}: make one with dialer init.")
    return Database(engine, place, busy_seconds, levels)


def connect(
    url: str, busy_seconds: float = BUSY_SECONDS, answer_seconds: float | None = None
) -> tuple[Engine, Path | None]:
    """An engine, not yet connected, and the file of SQLite. Raises `DatabaseUnusable` for a bad URL."""
    try:
        parsed = make_url(url)
        match parsed.get_backend_name():
            case "sqlite":
                return connect_sqlite(parsed, busy_seconds)
            case "postgresql":
                return connect_postgresql(parsed, busy_seconds, answer_seconds), None
    except (ArgumentError, ImportError, TypeError) as error:
        raise DatabaseUnusable(f"The database URL cannot be used: {error}.") from None
    raise DatabaseUnusable("The database URL cannot be used: write sqlite:///... or postgresql+psycopg://...")


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


def refuse_empty(database: Database) -> NoReturn:
    """An empty database is what is left of a lost one: never fill it without being asked to."""
    if database.shared:
        raise DatabaseUnusable(
            f"{database.place} has no tables: restore it from a backup, or run dialer init to make them."
        )
    raise DatabaseUnusable(
        f"{database.place} is empty: restore it from a backup, or remove it and run dialer init."
    )
