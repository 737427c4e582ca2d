"""Tasks: raised once, sharpened, closed by people."""

from datetime import timedelta

import pytest

from campaigns.errors import IllegalMove, NoSuchTask
from campaigns.flows.turns import TaskRaised
from campaigns.store import attempts, tasks
from campaigns.store.database import Database
from campaigns.words import Urgency
from tests.store.people import HOUR, NOW, call


def raised(db: Database, *facts: TaskRaised) -> list[tasks.TaskView]:
    """What stands open after a call raised these, one event each, an hour apart."""
    _, attempt = call(db)
    for hours, fact in enumerate(facts):
        attempts.record(db, attempt, [fact], "partial", NOW + hours * HOUR)
    return tasks.listing(db)


@pytest.mark.parametrize(("urgency", "hours"), [("high", 1), ("normal", 24), ("low", 72)])
def test_the_urgency_says_when_a_task_is_due(db: Database, urgency: Urgency, hours: int) -> None:
    [task] = raised(db, TaskRaised("call back", urgency))
    assert (task.urgency, task.state, task.created_at) == (urgency, "open", NOW)
    assert task.due_at == NOW + timedelta(hours=hours)


def test_tasks_are_listed_as_they_are_due(db: Database) -> None:
    listed = raised(db, TaskRaised("a", "low"), TaskRaised("b", "normal"), TaskRaised("c", "high"))
    assert [task.reason for task in listed] == ["c", "b", "a"]


def test_the_same_reason_is_one_task_as_urgent_as_its_most_urgent(db: Database) -> None:
    [task] = raised(
        db,
        TaskRaised("call back", "normal", (("clinic", "7"), ("mark", "2"))),
        TaskRaised("call back", "high", (("mark", "1"),)),
        TaskRaised("call back", "low"),
    )
    assert (task.urgency, task.due_at, task.created_at) == ("high", NOW + 2 * HOUR, NOW)
    assert task.details == {"clinic": "7", "mark": "1"}


def test_a_closed_task_stays_closed_and_a_new_one_is_raised(db: Database) -> None:
    _, attempt = call(db)
    attempts.record(db, attempt, [TaskRaised("call back", "high")], "partial", NOW)
    [first] = tasks.listing(db)
    tasks.resolve(db, first.id, "was called", NOW + HOUR)
    attempts.record(db, attempt, [TaskRaised("call back", "high")], "partial", NOW + HOUR)
    [second] = tasks.listing(db)
    everything = tasks.listing(db, everything=True)
    assert second.id != first.id
    assert [(task.state, task.note, task.closed_at) for task in everything] == [
        ("resolved", "was called", NOW + HOUR),
        ("open", "", None),
    ]


def test_only_open_tasks_can_be_resolved(db: Database) -> None:
    [task] = raised(db, TaskRaised("call back", "high"))
    tasks.resolve(db, task.id, "done", NOW)
    with pytest.raises(IllegalMove, match=f"Task {task.id} is resolved already"):
        tasks.resolve(db, task.id, "again", NOW)
    with pytest.raises(NoSuchTask, match="no task 99"):
        tasks.resolve(db, 99, "", NOW)
    assert tasks.listing(db, everything=True)[0].note == "done"


def test_tasks_of_one_campaign(db: Database) -> None:
    [task] = raised(db, TaskRaised("call back", "high"))
    assert tasks.listing(db, "results") == [task]
    assert tasks.listing(db, "survey", everything=True) == []


def test_json_is_what_other_programs_rely_on(db: Database) -> None:
    [task] = raised(db, TaskRaised("call back", "high", (("clinic", "7"),)))
    assert task.as_json() == {
        "id": 1,
        "campaign": "results",
        "contact": "A",
        "reason": "call back",
        "urgency": "high",
        "state": "open",
        "due_at": "2026-03-02T08:30:00+00:00",
        "created_at": "2026-03-02T07:30:00+00:00",
        "details": {"clinic": "7"},
    }
