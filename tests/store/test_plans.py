"""With a million contacts only an index helps: no question of the engine reads or sorts a whole table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql

from campaigns.flows.turns import OptedOut, Replied, TaskRaised
from campaigns.models import RARE_STATES
from campaigns.store import attempts, campaigns, contacts, optouts, order, tasks
from campaigns.store.audit import audit
from campaigns.store.database import Database
from campaigns.store.task_times import close_stale_checks, pass_time
from campaigns.store.tasks import Filter
from campaigns.words import TaskState
from tests.store.audited import KNOWN, everything
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
def test_who_is_due_is_counted_among_the_due(db: Database) -> None:
    queue(db, person("A"))
    with plans() as lines:
        contacts.due_count(db, NOW)
    walked = [line.split(" USING ")[1].split()[1] for line in lines if line.startswith("SEARCH contact")]
    assert walked == ["contact_due", "contact_asleep"]


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


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        *(Filter(campaign="results", everything=everything) for everything in (False, True)),
        *(Filter(institution="Clinic 5", everything=everything) for everything in (False, True)),
        *(Filter(level="head", everything=everything) for everything in (False, True)),
        Filter(owner="olga"),
        Filter(late_at=NOW),
        *(Filter(state=state) for state in ("open", "taken", "waiting", "reopened")),
    ],
)
@pytest.mark.usefixtures("path")
def test_a_page_of_tasks_is_read_in_the_order_of_an_index(db: Database, wanted: Filter) -> None:
    everything(db)
    with plans() as lines:
        page = tasks.page(db, wanted, limit=1)
        tasks.page(db, wanted, after=page.after)
    for line in lines:
        assert "TEMP B-TREE" not in line
        assert line != "SCAN task"


@pytest.mark.usefixtures("path")
def test_whose_tasks_are_asked_for_has_few_of_them(db: Database) -> None:
    everything(db)
    with plans() as lines:
        tasks.page(db, Filter(owner="olga", everything=True))
    assert lines[0] == "SEARCH task USING INDEX task_open_of_owner (owner=?)"


@pytest.mark.parametrize("state", RARE_STATES)
def test_postgresql_is_told_a_rare_state_once_and_as_a_literal(shared_db: Database, state: TaskState) -> None:
    """Of a second condition it would make fewer rows than there are, and sort them."""
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement.partition("WHERE")[2])

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        tasks.page(shared_db, Filter(state=state))
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert [where.count("task.state") for where in asked if "task.state" in where] == [1]
    assert f"task.state = '{state}'" in asked[-1]


@pytest.mark.parametrize(
    "ask",
    [
        lambda db: tasks.take(db, "olga", NOW),
        lambda db: tasks.take(db, "olga", NOW, institution="Clinic 5"),
        lambda db: tasks.take(db, "olga", NOW, level="operator"),
        lambda db: pass_time(db, NOW + 24 * HOUR),
        lambda db: close_stale_checks(db, NOW),
    ],
)
@pytest.mark.usefixtures("path")
def test_what_people_and_time_do_to_tasks_walks_an_index(
    db: Database, ask: Callable[[Database], object]
) -> None:
    everything(db)
    with plans() as lines:
        ask(db)
    assert lines
    for line in lines:
        assert "TEMP B-TREE" not in line
        assert (
            not line.startswith(tuple(f"SCAN {table}" for table in LARGE)) or "USING INDEX task_open" in line
        )


@pytest.mark.usefixtures("path")
def test_the_audit_goes_over_each_table_and_looks_up_the_others(db: Database) -> None:
    everything(db)
    with plans() as lines:
        audit(db, KNOWN, NOW)
    scanned = {
        line for line in lines if line.startswith(tuple(f"SCAN {table}" for table in (*LARGE, "task_change")))
    }
    assert {line.split()[1] for line in scanned} == {"task", "task_change"}
    assert "SCAN task_change USING INDEX task_change_of_task" in scanned  # its window needs no sorting
    assert [line for line in lines if "TEMP B-TREE" in line] == [
        "USE TEMP B-TREE FOR GROUP BY"
    ]  # of what is wrong
