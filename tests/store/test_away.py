"""A PostgreSQL that goes away and comes back, and nodes that wake each other."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import make_url

from campaigns.errors import DatabaseUnusable
from campaigns.store import campaigns, corrections, nodes, optouts
from campaigns.store.corrections import Corrected
from campaigns.store.database import Database, open_database
from campaigns.store.wakeups import Wakeups
from tests import postgres
from tests.store.people import NOW, no_tasks, person, queue, seen

PATIENCE_SECONDS = 20.0


@pytest.fixture
def server_url() -> Iterator[str]:
    made = postgres.fresh_database()
    yield made
    postgres.drop(made)


@pytest.fixture
def db(server_url: str) -> Iterator[Database]:
    database = open_database(server_url)
    yield database
    database.close()


def _close_the_door(url: str, *, closed: bool) -> None:
    name = make_url(url).database
    with psycopg.connect(postgres.server(), autocommit=True) as link:
        link.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {not closed}".encode())
        if closed:
            link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def test_while_it_is_question_is_refused_at_once(db: Database, server_url: str) -> None:
    queue(db, person("A"))
    _close_the_door(server_url, closed=True)
    for _ in range(3):
        with pytest.raises(DatabaseUnusable) as refused:
            optouts.add(db, "+71", "key", NOW)
        assert str(refused.value).count("\n") == 0
    _close_the_door(server_url, closed=False)
    until = time.monotonic() + PATIENCE_SECONDS
    while db.away:
        assert time.monotonic() < until
        threading.Event().wait(0.01)
    assert optouts.add(db, "+71", "key", NOW)
    assert seen(db).external_id == "A"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"database": "nobodys"}, "does not exist on its server"),
        ({"host": "127.0.0.1", "port": 1, "query": {}}, "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    server_url: str, change: dict[str, object], sentence: str
) -> None:
    wrong = make_url(server_url).set(**change)  # type: ignore[arg-type]
    with pytest.raises(DatabaseUnusable, match=sentence):
        open_database(wrong.render_as_string(hide_password=False))


def test_a_database_without_tables_asks_for_init() -> None:
    url = postgres.empty_database()
    with pytest.raises(DatabaseUnusable, match="or run dialer init to make them") as refused:
        open_database(url)
    assert "remove" not in str(refused.value)
    postgres.drop(url)


def test_the_password_is_in_no_sentence() -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        open_database("postgresql+psycopg://dialer:secret-word@127.0.0.1:1/dialer")
    assert "secret-word" not in str(refused.value)


def _correct(db: Database) -> None:
    corrected = Corrected(replace(person("A"), full_name="Петрова Анна", digest="second"))
    assert corrections.correct(db, [corrected], NOW, no_tasks) == ["corrected"]


def _resume(db: Database) -> None:
    campaigns.move(db, "results", "paused", NOW)
    campaigns.move(db, "results", "running", NOW)


CALLS: dict[str, Callable[[Database], object]] = {
    "new contacts": lambda db: queue(db, person("B")),
    "an opt-out": lambda db: optouts.add(db, person("A").phone, "command", NOW),
    "a correction": _correct,
    "a campaign that runs again": _resume,
}


@pytest.mark.parametrize("change", CALLS)
def test_who_changes_what_is_due_wakes_every_node(db: Database, change: str) -> None:
    queue(db, person("A"))
    heard = threading.Event()
    wakeups = Wakeups(db, heard.set)
    try:
        assert heard.wait(PATIENCE_SECONDS)  # it listens
        heard.clear()
        CALLS[change](db)
        assert heard.wait(PATIENCE_SECONDS)
    finally:
        wakeups.stop()


def test_the_clock_is_the_databases(db: Database) -> None:
    first = nodes.time_of(db)
    assert first.utcoffset() is not None
    assert nodes.time_of(db) > first
