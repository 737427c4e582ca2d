"""Makes a database, or brings one up to date, by alembic."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from campaigns.errors import DatabaseUnusable
from campaigns.store.database import Database, connect, existing, refuse_empty, revision_of
from campaigns.store.schema import MIGRATIONS


def create_database(url: str) -> None:
    """Make the database where there is none; one that is there is upgraded.

    A file of SQLite is made readable by its owner alone, and removed again when the schema cannot be put into
    it. Raises as `upgrade_database`, but for `DatabaseMissing`.
    """
    _, path = connect(url)
    made = path is not None and _make_private(path)
    try:
        _upgrade(existing(url), fill=made or path is None)
    except BaseException:  # Ctrl-C too: half a database must not be found by the next command
        if path is not None and made:
            path.unlink(missing_ok=True)
        raise


def upgrade_database(url: str) -> None:
    """Bring the database up to the current schema; one transaction, so all of it or nothing.

    Raises `DatabaseMissing`, `DatabaseTooNew`, or `DatabaseUnusable`, also for a file that holds nothing.
    """
    _upgrade(existing(url), fill=False)


def _upgrade(database: Database, *, fill: bool) -> None:
    try:
        with database.write() as session:
            if revision_of(session.connection(), database.place) is None and not fill:
                refuse_empty(database)
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


def _make_private(path: Path) -> bool:
    """Whether the file is new. SQLite gives its -wal and -shm files the mode of the database."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise DatabaseUnusable(f"The database {path} cannot be made: {error.strerror}.") from None
    return True
