"""Tests of what only a database has that several write at once; each node is a thread with its own engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import psycopg

from campaigns.store.database import Database
from tests import postgres

PATIENCE_SECONDS = 20.0
_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[list[object]]:
    """Another node acts while this block runs; what came of it stands in the list once the block is over."""
    results: list[object] = []
    thread = Thread(target=lambda: results.append(act()), daemon=True)
    thread.start()
    yield results
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def until_somebody_waits(db: Database) -> None:
    """Return once a node waits for a lock of another."""
    name = db.place.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(postgres.server(), autocommit=True) as watcher:
        while (watcher.execute(_WAITS, (name,)).fetchone() or (0,))[0] == 0:
            watcher.execute("SELECT pg_sleep(0.01)")
