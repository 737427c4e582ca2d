"""With a million contacts only an index helps: no question of the engine reads or sorts a whole table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql

from campaigns.flows.turns import OptedOut, Replied, TaskRaised
from campaigns.store import attempts, campaigns, contacts, optouts, order
from campaigns.store.database import Database
from tests.store.people import (
    HOUR,
    NOW,
    RETRY,
    begun,
    finish,
    no_tasks,
    person,
    queue,
    take,
)

LARGE = ("contact", "attempt", "answer", "task")


@contextmanager
def plans() -> Iterator[list[str]]:
    """The lines of SQLite's plans for everything that is asked meanwhile."""
    lines: list[str] = []

    def explain(
        _connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            asked = parameters[0] if many else parameters
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", asked)
            lines.extend(row[3] for row in rows)

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield lines
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def _one_call(db: Database) -> None:
    [contact] = take(db, 1)
    attempt = begun(db, contact)
    attempts.rang(db, attempt, NOW)
    attempts.answered(db, attempt, NOW)
    attempts.record(db, attempt, [Replied("mark", "5"), TaskRaised("a", "low"), OptedOut()], "partial", NOW)
    finish(db, attempt, contact, RETRY)


@pytest.mark.parametrize(
    "ask",
    [
        _one_call,
        lambda db: contacts.due_count(db, NOW),
        lambda db: contacts.interrupted_count(db),
        lambda db: contacts.expire(db, ["results"], NOW + HOUR, no_tasks),
        lambda db: contacts.find(db, "results", "A"),
        lambda db: contacts.add(db, [person("C")], NOW),
        lambda db: campaigns.finish_done(db, NOW),
        lambda db: optouts.add(db, "+71", "key", NOW),
        attempts.open_attempts,
    ],
)
@pytest.mark.usefixtures("path")
def test_every_question_of_the_engine_walks_an_index(db: Database, ask: Callable[[Database], object]) -> None:
    queue(db, person("A"), person("B", deadline=NOW + HOUR), person("C", not_before=NOW + HOUR))
    with plans() as lines:
        ask(db)
    assert lines
    for line in lines:
        assert "TEMP B-TREE" not in line
        assert not line.startswith(tuple(f"SCAN {table}" for table in LARGE)) or "attempt_open" in line


@pytest.mark.usefixtures("path")
def test_the_long_questions_read_indexes_alone(db: Database) -> None:
    queue(db, person("A"))
    with plans() as lines:
        contacts.waiting_summary(db)
    assert lines == ["SCAN contact USING COVERING INDEX contact_standing"]


@pytest.mark.usefixtures("path")
def test_leases_of_a_dead_engine_are_found_among_the_leases(db: Database) -> None:
    queue(db, person("A"))
    with plans() as lines:
        contacts.release_all(db)
    assert lines == ["SCAN contact USING INDEX contact_one_call_a_phone"]


@pytest.mark.parametrize("statement", [order._WAKE, order._LINE, order._BY_ID])
def test_postgresql_can_be_asked_the_same(statement: Any) -> None:
    asked = str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert " IS 1" not in asked
