"""The migrations, the models and the constants say the same."""

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex
from sqlmodel import SQLModel

from campaigns.errors import DatabaseError, DatabaseMissing, DatabaseTooNew, DatabaseTooOld, DatabaseUnusable
from campaigns.store import attempts, creation, optouts
from campaigns.store.creation import config, create_database, upgrade_database
from campaigns.store.database import Database, existing, open_database
from campaigns.store.schema import HEAD, known_revisions
from tests import postgres
from tests.store.people import person, queue, seen


def _execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


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


@pytest.mark.parametrize("change", [create_database, upgrade_database])
@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", DatabaseTooNew),
        ("DROP TABLE alembic_version", DatabaseUnusable),
        (None, DatabaseUnusable),
    ],
)
def test_what_is_not_ours_to_change_stays_as_it_is(
    path: Path, change: Callable[[str], None], spoil: str | None, error: type[DatabaseError]
) -> None:
    if spoil is None:
        path.write_bytes(b"")
    else:
        _execute(path, spoil)
    before = _dump(path)
    with pytest.raises(error) as refused:
        change(f"sqlite:///{path}")
    assert str(path) in str(refused.value)
    assert _dump(path) == before


def test_an_upgrade_goes_to_the_newest_revision(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(creation, "upgrade", lambda _connection, revision: seen.append(revision))
    upgrade_database(f"sqlite:///{path}")
    assert seen == ["head"]


FIRST_ROWS = (
    "INSERT INTO campaign VALUES ('results', 'running', '2026-03-02 07:30:00.000000')",
    "INSERT INTO opt_out VALUES ('+72', 'key', '2026-03-02 07:30:00.000000')",
    "INSERT INTO contact (id, campaign, external_id, phone, full_name, language, time_zone, fields, digest,"
    " priority, rank, state, due, leased, token, attempts_used, own_failures, verification_failures,"
    " queued_at)"
    " VALUES (1, 'results', 'A', '+71', 'N', 'ru', 'UTC', '{}', 'd', 0, 0, 'waiting', 0, 0, 1, 1, 0, 0,"
    " '2026-03-02 07:30:00.000000')",
    "INSERT INTO attempt (id, contact_id, campaign, number, trunk, token, started_at, ended_at, counted,"
    " talk_seconds) VALUES (1, 1, 'results', 1, 'trunk', 1, '2026-03-02 07:30:00.000000',"
    " '2026-03-02 07:31:00.000000', 1, 0.0)",
)
"""As the first version wrote them."""


def test_what_the_first_version_wrote_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "dialer.db"
    path.touch()
    url = f"sqlite:///{path}"
    with existing(url).write() as session:
        creation.upgrade(session.connection(), "0001")
    for statement in FIRST_ROWS:
        _execute(path, statement)
    with pytest.raises(DatabaseTooOld):
        open_database(url)
    upgrade_database(url)
    db = open_database(url)
    [attempt] = attempts.of_contact(db, 1)
    assert (attempt.trunk, attempt.phone, attempt.mos, attempt.one_way) == ("trunk", "+71", None, None)
    contact = seen(db)
    assert (contact.phones, contact.zone_from, contact.revision, contact.history) == ([], "clinic", 1, {})
    assert contact.queued_by == ""
    assert [(entry.phone, entry.campaign) for entry in optouts.listing(db)] == [("+72", "")]


def test_what_the_first_version_wrote_into_postgresql_is_kept() -> None:
    url = postgres.empty_database()
    made = existing(url)
    flags = ("'waiting', 0, 0, 1,", "'waiting', false, false, 1,"), ("00', 1, 0.0)", "00', true, 0.0)")
    with made.write() as session:
        creation.upgrade(session.connection(), "0001")
        for statement in FIRST_ROWS:
            for number, word in flags:
                statement = statement.replace(number, word)
            session.connection().execute(text(statement))
    made.close()
    upgrade_database(url)
    db = open_database(url)
    assert [attempt.phone for attempt in attempts.of_contact(db, 1)] == ["+71"]
    assert (seen(db).revision, seen(db).queued_by) == (1, "")
    assert [(entry.phone, entry.campaign) for entry in optouts.listing(db)] == [("+72", "")]
    db.close()
    postgres.drop(url)


def test_an_upgrade_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        upgrade_database(f"sqlite:///{tmp_path / 'dialer.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_could_not_be_made_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_connection: object, _revision: str) -> None:
        raise DatabaseUnusable("The disk is full.")

    monkeypatch.setattr(creation, "upgrade", fail)
    with pytest.raises(DatabaseUnusable, match="disk is full"):
        create_database(f"sqlite:///{tmp_path / 'dialer.db'}")
    assert list(tmp_path.iterdir()) == []


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
