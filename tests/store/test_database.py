"""Opening, transactions, and what is said when the disk or another program is in the way."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from campaigns.errors import (
    DatabaseError,
    DatabaseMissing,
    DatabaseTooNew,
    DatabaseTooOld,
    DatabaseUnusable,
)
from campaigns.models import OptOut
from campaigns.store import database, optouts, schema
from campaigns.store.database import Database, open_database
from tests.store.people import NOW, person, queue


def _at_revision(path: Path, revision: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
    connection.commit()
    connection.close()


def _foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photos (id INTEGER)")
    connection.close()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "error", "sentence"),
    [
        (Path.unlink, DatabaseMissing, "make one with dialer init"),
        (lambda path: path.write_bytes(b""), DatabaseUnusable, "is empty: restore it from a backup"),
        (lambda path: _at_revision(path, "9999"), DatabaseTooNew, "belongs to a newer version"),
        (lambda path: path.write_text("name;phone\n" * 99), DatabaseUnusable, "is no database"),
        (_foreign, DatabaseUnusable, "is a database of another program"),
        (_folder, DatabaseUnusable, "cannot be opened"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(
    path: Path, spoil: Callable[[Path], object], error: type[DatabaseError], sentence: str
) -> None:
    spoil(path)
    with pytest.raises(error, match=sentence) as caught:
        open_database(f"sqlite:///{path}")
    assert str(path) in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_an_older_revision_asks_for_an_upgrade(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "HEAD", "9998")
    with pytest.raises(DatabaseTooOld, match="run dialer db upgrade"):
        open_database(f"sqlite:///{path}")
    assert schema.HEAD in schema.known_revisions()


@pytest.mark.parametrize(
    "wrong",
    [
        "nonsense",
        "sqlite://",
        "postgres-of-mars://host/db",
        "sqlite://host/db",
        "mysql://host/db",
        "postgresql+pg8000://host/db",
    ],
)
def test_a_url_that_names_no_database_is_refused(wrong: str) -> None:
    with pytest.raises(DatabaseUnusable, match="The database URL"):
        open_database(wrong)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)],
)
@pytest.mark.usefixtures("path")
def test_every_connection_is_set_up_to_lose_nothing(db: Database, pragma: str, value: object) -> None:
    with db.read() as reading, db.write() as writing:
        for session in (reading, writing):
            assert session.connection().execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_failed_transaction_changes_nothing(db: Database) -> None:
    def write_and_fail() -> None:
        with db.write() as session:
            session.add(OptOut(phone="+1", how="key", at=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert optouts.listing(db) == []


def test_a_reader_sees_one_moment(db: Database) -> None:
    with db.read() as session:
        assert session.get(OptOut, ("+1", "")) is None
        optouts.add(db, "+1", "key", NOW)
        assert session.get(OptOut, ("+1", "")) is None
    assert optouts.has(db, "+1")


@pytest.mark.usefixtures("path")
def test_writers_of_one_process_take_turns(db: Database) -> None:
    """Each thread reads a figure and writes it back one higher: an overlap would lose one."""
    optouts.add(db, "+1", "0", NOW)

    def count() -> None:
        for _ in range(10):
            with db.write() as session:
                entry = session.get_one(OptOut, ("+1", ""))
                entry.how = str(int(entry.how) + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert optouts.listing(db)[0].how == "40"


def test_another_program_that_never_ends_is_named(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnusable, match="kept busy by another program"):
        open_database(f"sqlite:///{path}", busy_seconds=0.01)
    db = open_database(f"sqlite:///{path}", busy_seconds=0.01, to_write=False)
    assert optouts.listing(db) == []
    with pytest.raises(DatabaseUnusable, match="kept busy by another program"):
        optouts.add(db, "+1", "key", NOW)
    db.close()
    other.close()


@pytest.mark.usefixtures("path")
def test_a_full_disk_is_one_sentence_without_the_patient(db: Database) -> None:
    with db.write() as session:
        session.connection().execute(text("PRAGMA max_page_count = 1"))  # SQLite's way to a full disk
    with pytest.raises(DatabaseUnusable, match="the disk is full") as caught:
        queue(db, *(person(str(number)) for number in range(500)))
    assert "Иванова" not in str(caught.value.__cause__)


def test_a_fault_of_ours_is_not_blamed_on_the_disk(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        session.add_all([OptOut(phone="+1", how="key", at=NOW), OptOut(phone="+1", how="key", at=NOW)])
