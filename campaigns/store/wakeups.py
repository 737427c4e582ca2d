"""One node tells the others that there is something to do; who hears nothing asks the database anyway."""

import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from campaigns.errors import DatabaseUnusable
from campaigns.store import locks
from campaigns.store.database import Database

CHANNEL = "dialer_due"
HEARS_STOP_SECONDS = 0.5  # so long an engine that ends waits for its listener
AGAIN_SECONDS = 1.0  # until a lost connection is made anew


def ring(session: Session) -> None:
    """Wake every engine when this transaction is committed: somebody can be called, or nobody any more."""
    if locks.shared(session):
        session.connection().execute(select(func.pg_notify(CHANNEL, "")))


class Wakeups:
    """Calls `wake`, from a thread of its own, whenever somebody rings; on SQLite never."""

    def __init__(self, database: Database, wake: Callable[[], None]) -> None:
        self._database = database
        self._wake = wake
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="wakeups", daemon=True)
        if database.shared:
            self._thread.start()

    def stop(self) -> None:
        """End the thread; idempotent."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(2 * HEARS_STOP_SECONDS)

    def _listen(self) -> None:
        while not self._stopped.is_set():
            with (
                suppress(DBAPIError, DatabaseUnusable),
                closing(self._database.own_connection()) as connection,
            ):
                self._hear(connection)
            self._stopped.wait(AGAIN_SECONDS)

    def _hear(self, connection: Any) -> None:
        """Until told to stop, or until the connection ends."""
        with suppress(connection.Error):  # the driver's own: SQLAlchemy does not stand between
            connection.execute(f"LISTEN {CHANNEL}")
            self._wake()  # what was said before we listened was not heard
            while not self._stopped.is_set():
                for _ in connection.notifies(timeout=HEARS_STOP_SECONDS):
                    self._wake()
