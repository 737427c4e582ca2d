"""Tasks where several nodes and people work at once, on PostgreSQL."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import pytest
from psycopg.errors import DeadlockDetected

from campaigns.errors import IllegalMove
from campaigns.flows.turns import TaskChecked, TaskRaised
from campaigns.models import Contact, Task
from campaigns.store import (
    attempts,
    campaigns,
    contacts,
    corrections,
    optouts,
    refused,
    rows,
    task_raising,
    tasks,
)
from campaigns.store.database import Database
from campaigns.store.decisions import CloseTasks
from campaigns.store.postgresql import postgresql_reason
from campaigns.store.task_moves import move
from campaigns.store.task_times import pass_time
from campaigns.words import ContactState, Outcome
from tests.store.people import (
    COMPLETED,
    HOUR,
    NOW,
    RETRY,
    begun,
    finish,
    person,
    queue,
    seen,
    take,
    unless_opted_out,
)
from tests.store.shared import meanwhile, until_somebody_waits

CHECK = "problem-check"


def two(db: Database) -> list[int]:
    queue(db, person("A"))
    [contact] = take(db, 1)
    work = [TaskRaised("low_mark", "high", check=CHECK), TaskRaised("call back", "normal")]
    assert finish(db, begun(db, contact), contact, COMPLETED, work)
    return [task.id for task in tasks.listing(db)]


def test_two_people_never_take_the_same_task(shared_db: Database) -> None:
    first, second = two(shared_db)
    with shared_db.write() as session:
        held = rows.get(session, Task, first, rows.OWN)
        assert tasks.take(shared_db, "ivan", NOW).id == second
        move(session, held, "taken", "olga", NOW)
    assert tasks.find(shared_db, first).owner == "olga"


def test_the_second_closing_waits_for_the_first(shared_db: Database) -> None:
    number, _ = two(shared_db)

    def closes() -> object:
        try:
            return tasks.resolve(shared_db, number, "ivan", "me too", NOW)
        except IllegalMove as refused:
            return str(refused)

    with ExitStack() as after, shared_db.write() as session:
        move(session, rows.get(session, Task, number, rows.OWN), "resolved", "olga", NOW, "done")
        results = after.enter_context(meanwhile(closes))
        until_somebody_waits(shared_db)
    [said] = results
    assert str(said).startswith(f"Task {number} is resolved already: by olga on ")
    assert [change.event for change in tasks.history(shared_db, number)][-2:] == ["resolved", "noted"]


def test_a_call_that_raises_what_is_just_resolved_makes_a_new_task(shared_db: Database) -> None:
    number, _ = two(shared_db)

    def raises() -> None:
        attempts.record(shared_db, 1, [TaskRaised("low_mark", "high")], "completed", NOW)

    with ExitStack() as after, shared_db.write() as session:
        move(session, rows.get(session, Task, number, rows.OWN), "resolved", "olga", NOW, "done")
        after.enter_context(meanwhile(raises))
        until_somebody_waits(shared_db)
    assert tasks.find(shared_db, number).state == "resolved"
    assert [task.reason for task in tasks.listing(shared_db)] == ["low_mark", "call back"]


def test_a_verdict_and_a_reopening_never_hold_each_other_up(shared_db: Database) -> None:
    """Both hold the check's contact first, then the task."""
    number, _ = two(shared_db)
    tasks.resolve(shared_db, number, "olga", "done", NOW)
    campaigns.move(shared_db, CHECK, "running", NOW)
    [asked] = take(shared_db, 1)
    begun(shared_db, asked)

    def reopens() -> object:
        try:
            return tasks.reopen(shared_db, number, "ivan", "", NOW)
        except IllegalMove as refused:
            return refused

    with ExitStack() as after, shared_db.write() as session:
        contact = rows.get(session, Contact, asked.id, rows.OWN)
        after.enter_context(meanwhile(reopens))
        until_somebody_waits(shared_db)
        task_raising.raise_all(session, contact, [TaskChecked("stands")], NOW)
    assert [change.event for change in tasks.history(shared_db, number)][1:] == ["resolved", "stands"]
    assert seen(shared_db, asked.external_id, CHECK).state == "calling"


def test_what_somebody_works_on_now_is_looked_at_the_next_time(shared_db: Database) -> None:
    number, other = two(shared_db)
    with shared_db.write() as session:
        rows.get(session, Task, number, rows.OWN)
        assert pass_time(shared_db, NOW + 12 * HOUR * 3) != []
        assert tasks.find(shared_db, other).level == "head"
        assert tasks.find(shared_db, number).level == "operator"
    pass_time(shared_db, NOW + 12 * HOUR * 3)
    assert tasks.find(shared_db, number).level == "head"


def _refuse(db: Database, close: CloseTasks) -> None:
    optouts.add(db, seen(db).phone, "command", NOW)
    refused.close_some(db, ("results",), "", NOW, close)


def _take(db: Database, close: CloseTasks) -> None:
    optouts.add(db, seen(db).phone, "command", NOW)
    contacts.take(db, 1, NOW + HOUR, unless_opted_out, close, seconds=60)


@pytest.mark.parametrize(
    "closes",
    [
        lambda db, close: corrections.cancel(db, "results", ["A"], NOW, close),
        lambda db, close: contacts.expire(db, ["results"], NOW + 2 * HOUR, close),
        _refuse,
        _take,
    ],
)
def test_a_task_is_moved_while_its_contact_is_closed(
    shared_db: Database, closes: Callable[[Database, CloseTasks], object]
) -> None:
    """Who moves a task holds it and tells of its contact; who closes that holds it, then its tasks."""
    queue(shared_db, person("A", deadline=NOW + 2 * HOUR))
    [contact] = take(shared_db, 1)
    assert finish(shared_db, begun(shared_db, contact), contact, RETRY, [TaskRaised("low_mark", "high")])
    [task] = tasks.listing(shared_db)

    def close(_contact: Contact, _state: ContactState, _outcome: Outcome | None) -> Sequence[TaskRaised]:
        tasks.take(shared_db, "olga", NOW, task.id)
        return [TaskRaised("low_mark", "high")]

    closes(shared_db, close)
    assert seen(shared_db).closed_at is not None
    happened = [change.event for change in tasks.history(shared_db, task.id)]
    assert happened == ["raised", "taken", "sharpened"]


def test_who_gave_way_to_another_is_told_what_to_do() -> None:
    assert "kept nothing of this: give the command again" in str(postgresql_reason(DeadlockDetected()))
