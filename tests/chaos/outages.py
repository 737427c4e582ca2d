"""Databases that chaos can use: how each is made, and how it is taken away from an engine for a while."""

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from campaigns.store.creation import create_database
from tests import postgres

_ONE_BY_ONE = threading.Lock()  # the first starts the server, and alembic is not made for threads


class Keeper(Protocol):
    """One database of one campaign."""

    url: str

    def take_away(self) -> None:
        """Begin an outage, or keep it up: to be called again and again while it lasts."""
        ...

    def give_back(self) -> None:
        """End it."""
        ...

    def remove(self) -> None:
        """It is not needed any more."""
        ...


class SqliteKeeper:
    """A file; another program holds its lock for writing."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "chaos.db"
        self.url = f"sqlite:///{self._path}"
        self._holder: sqlite3.Connection | None = None
        with _ONE_BY_ONE:
            create_database(self.url)

    def take_away(self) -> None:
        if self._holder is None:
            holder = sqlite3.connect(self._path, isolation_level=None, timeout=2.0)
            holder.execute("BEGIN IMMEDIATE")
            self._holder = holder

    def give_back(self) -> None:
        if self._holder is not None:
            self._holder.close()
            self._holder = None

    def remove(self) -> None:
        self.give_back()


class PostgresKeeper:
    """A database of a real server, which ends every connection to it."""

    def __init__(self) -> None:
        with _ONE_BY_ONE:
            self.url = postgres.fresh_database()
        self._name = make_url(self.url).database

    def take_away(self) -> None:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with suppress(psycopg.OperationalError), psycopg.connect(postgres.server(), autocommit=True) as link:
            link.execute(ended, (self._name,))

    def give_back(self) -> None:
        """Nothing holds it."""

    def remove(self) -> None:
        postgres.drop(self.url)
