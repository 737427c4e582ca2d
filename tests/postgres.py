"""A real PostgreSQL for tests, one server a test process, without root or apt; a database costs a copy."""

import atexit
import itertools
import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from sqlmodel import SQLModel

from campaigns.store.creation import create_database

_numbers = itertools.count(1)


@cache
def server() -> str:
    """The URL of the server's first database, for psycopg; it is started when first asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that no folder for sockets is set, and uses /tmp
        from pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="dialer-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # registered first: runs after the stop
    url = str(get_server(folder / "data", cleanup_mode="stop").get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
    return url


def empty_database() -> str:
    """The URL of a new database without tables, as dialer.toml would name it."""
    return _make("")


def fresh_database() -> str:
    """The URL of a new database with the present schema."""
    return _make(f"TEMPLATE {_migrated()} STRATEGY file_copy")


def emptied_database() -> str:
    """The URL of a database with the present schema and no rows, the same in every test of this process.

    Four times as fast as a new one. Nobody may be connected to it any more.
    """
    url = _reused()
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(f"TRUNCATE {', '.join(SQLModel.metadata.tables)} RESTART IDENTITY".encode())
    return url


def drop(url: str) -> None:
    """Remove a database, whoever is still connected to it."""
    _do(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


def plain(url: str) -> str:
    """The URL as psycopg itself takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


@cache
def _reused() -> str:
    return fresh_database()


@cache
def _migrated() -> str:
    url = empty_database()
    create_database(url)
    return str(make_url(url).database)


def _make(how: str) -> str:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _do(f"CREATE DATABASE {name} {how}")
    url = make_url(server()).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def _do(statement: str) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(statement.encode())
