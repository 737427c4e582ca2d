"""A database of a simulation: thousands of transactions are kept on the disk together."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

from campaigns.store.database import Database, connect

MEMORY = "cache_size = -256000"  # 256 MB: half a million contacts and their indexes
UNSAFE = ("synchronous = OFF", MEMORY)  # what a crash leaves of a simulation is thrown away
_JOINED: Any = {"join_transaction_mode": "rollback_only"}  # its commit flushes, the batch goes on


class BatchedDatabase(Database):
    """The store's transactions run one after the other within one that `commit` ends; for one thread.

    All of them, readers too, see what was written before them; one that fails leaves nothing behind.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        super().__init__(engine, place)
        self._engine = engine.execution_options(writes=True)
        self._together: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._translated(), Session(self._connection(), expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        connection = self._connection()
        sqlite: Any = (
            connection.connection.driver_connection
        )  # a savepoint of SQLAlchemy's costs ten times as much
        with self._translated(), Session(connection, expire_on_commit=False, **_JOINED) as session:
            sqlite.execute("SAVEPOINT one")
            try:
                yield session
                session.commit()
            except BaseException:  # Ctrl-C too: what one transaction wrote is kept whole or not at all
                sqlite.execute("ROLLBACK TO one")
                raise
            finally:
                sqlite.execute("RELEASE one")

    def commit(self) -> None:
        """Keep everything written so far."""
        if self._together is not None:
            self._together.commit()

    def close(self) -> None:
        if self._together is not None:
            self._together.close()
            self._together = None
        super().close()

    def _connection(self) -> Connection:
        if self._together is None:
            self._together = self._engine.connect()
        if not self._together.in_transaction():
            self._together.begin()
        return self._together


def open_batched(url: str) -> BatchedDatabase:
    """The database of a simulation, an SQLite file that `create_database` made."""
    engine, path = connect(url)
    event.listen(engine, "connect", _hurry)
    return BatchedDatabase(engine, str(path))


def _hurry(connection: Any, _record: object) -> None:
    for pragma in UNSAFE:
        connection.execute(f"PRAGMA {pragma}")
