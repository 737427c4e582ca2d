"""A database of a simulation: thousands of transactions are kept on the disk together."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

from campaigns.simulation.quick import Quick
from campaigns.store.database import Database, connect

MEMORY = "cache_size = -256000"  # 256 MB: half a million contacts and their indexes
UNSAFE = ("synchronous = OFF", "temp_store = MEMORY", MEMORY)  # what a crash leaves of it is thrown away
_JOINED: Any = {"join_transaction_mode": "rollback_only"}  # its commit flushes, the batch goes on


class BatchedDatabase(Database):
    """The store's transactions run one after the other within one that `commit` ends; for one thread.

    All of them, readers too, see what was written before them; one that fails leaves nothing behind.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        super().__init__(engine, place)
        self.awaited = False  # so that what comes of a seed does not hang on how fast the machine is
        self._engine = engine.execution_options(writes=True)
        self._together: Connection | None = None
        self._driver: Any = None
        self._quick: Quick
        self._idle: list[_Session] = []  # to make one anew takes longer than a statement

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._translated():
            session = self._joined()
            try:
                yield session
            finally:
                self._put_back(session)

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._translated():
            session = self._joined()
            self._driver.execute("SAVEPOINT one")  # one of SQLAlchemy's costs ten times as much
            try:
                yield session
                if session.in_transaction():
                    session.commit()
                    session.close()
            except BaseException:  # Ctrl-C too: what one transaction wrote is kept whole or not at all
                self._driver.execute("ROLLBACK TO one")
                raise
            finally:
                self._driver.execute("RELEASE one")
                self._put_back(session)

    def commit(self) -> None:
        """Keep everything written so far."""
        if self._together is not None:
            self._together.commit()

    def close(self) -> None:
        if self._together is not None:
            self._idle.clear()
            self._together.close()
            self._together = None
        super().close()

    def _joined(self) -> "_Session":
        if self._together is None:
            self._together = self._engine.connect()
            self._driver = self._together.connection.driver_connection
            self._quick = Quick(self._together)
        if not self._together.in_transaction():
            self._together.begin()
        return self._idle.pop() if self._idle else _Session(self._together, self._quick)

    def _put_back(self, session: "_Session") -> None:
        if session.in_transaction():
            session.close()
        self._idle.append(session)


class _Session(Session):
    """One that asks nobody which connection is meant."""

    def __init__(self, connection: Connection, quick: Quick) -> None:
        super().__init__(connection, expire_on_commit=False, **_JOINED)
        self._only = connection
        self._quick: Any = quick

    def connection(self, *_: Any, **__: Any) -> Connection:
        connection: Connection = self._quick
        return connection

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        return self._only


def open_batched(url: str) -> BatchedDatabase:
    """The database of a simulation, an SQLite file that `create_database` made."""
    engine, path = connect(url)
    event.listen(engine, "connect", _hurry)
    return BatchedDatabase(engine, str(path))


def _hurry(connection: Any, _record: object) -> None:
    for pragma in UNSAFE:
        connection.execute(f"PRAGMA {pragma}")
