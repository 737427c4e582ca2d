"""Whether the server can be reached: while it is away nobody waits for it but a thread that knocks."""

import threading

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

KNOCK_SECONDS = 0.5  # between two attempts, each of which may take some seconds itself


class Reach:
    """An engine that hears telephones must not stand still for a server that says nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._away: str | None = None
        self._closed = threading.Event()
        self._knocking: threading.Thread | None = None

    @property
    def away(self) -> str | None:
        """What was said when it was lost; None: it is there, as far as anybody knows."""
        return self._away

    def lost(self, sentence: str) -> None:
        """A connection was lost or could not be made; from now on a thread tries, until one is made."""
        if self._away is None and not self._closed.is_set():
            self._away = sentence
            self._engine.dispose()
            self._knocking = threading.Thread(target=self._knock, name="reach", daemon=True)
            self._knocking.start()

    def close(self) -> None:
        """Knock no more; idempotent."""
        self._closed.set()

    def _knock(self) -> None:
        while not self._closed.wait(KNOCK_SECONDS):
            try:
                with self._engine.connect() as connection:
                    connection.exec_driver_sql("SELECT 1")  # it may let us in and answer nothing
                    self._away = None
                    return
            except DBAPIError:
                continue
