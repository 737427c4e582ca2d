"""Makes a database, or brings one up to date, by alembic."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from campaigns.errors import DatabaseUnusable
from campaigns.store.database import Database, connect
from campaigns.store.schema import MIGRATIONS


def create_database(url: str) -> None:
    """Make the database, or upgrade it to the current schema; one transaction, so all of it or nothing.

    A file of SQLite is made readable by its owner alone. Raises `DatabaseUnusable`.
    """
    engine, path = connect(url)
    if path is not None:
        _make_private(path)
    database = Database(engine, str(path or engine.url.render_as_string(hide_password=True)))
    try:
        with database.write() as session:
            upgrade(session.connection(), "head")
    finally:
        database.close()


def upgrade(connection: Connection, revision: str) -> None:
    """Move the schema forward within the connection's transaction."""
    command.upgrade(config(connection), revision)


def config(connection: Connection) -> Config:
    """What alembic needs to know, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def _make_private(path: Path) -> None:
    """SQLite gives its -wal and -shm files the mode of the database."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise DatabaseUnusable(f"The database {path} cannot be made: {error.strerror}.") from None
