"""The migrations, the models and the constants say the same."""

import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex
from sqlmodel import SQLModel

from campaigns.errors import DatabaseUnusable
from campaigns.store.creation import config, create_database
from campaigns.store.database import Database, open_database
from campaigns.store.schema import HEAD, known_revisions
from tests.store.people import person, queue, seen


def test_the_migrations_make_what_the_models_say(db: Database) -> None:
    with db.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_migrations_make_the_indexes_with_the_same_conditions(path: Path) -> None:
    connection = sqlite3.connect(path)
    made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    wanted = {
        index.name: str(CreateIndex(index).compile(dialect=sqlite.dialect()))
        for table in SQLModel.metadata.tables.values()
        for index in table.indexes
    }
    assert dict(made.fetchall()) == wanted
    connection.close()


def test_the_constants_name_the_migrations_there_are(db: Database) -> None:
    with db.read() as session:
        scripts = ScriptDirectory.from_config(config(session.connection()))
    assert scripts.get_current_head() == HEAD
    assert {script.revision for script in scripts.walk_revisions()} == known_revisions()


def test_creating_again_changes_nothing(db: Database, path: Path) -> None:
    queue(db, person("A"))
    create_database(f"sqlite:///{path}")
    assert seen(db).external_id == "A"


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "dialer.db").touch()
    create_database(f"sqlite:///{tmp_path / 'dialer.db'}")
    open_database(f"sqlite:///{tmp_path / 'dialer.db'}").close()


def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "100% home"
    folder.mkdir()
    create_database(f"sqlite:///{folder / 'dialer.db'}")
    database = open_database(f"sqlite:///{folder / 'dialer.db'}")
    queue(database, person("A"))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {"dialer.db": 0o600, "dialer.db-wal": 0o600, "dialer.db-shm": 0o600}
    database.close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match=r"nowhere/dialer.db cannot be made: No such file"):
        create_database(f"sqlite:///{tmp_path / 'nowhere' / 'dialer.db'}")
