"""Tasks: raised once, sharpened, worked on by people, closed with an outcome."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns.errors import IllegalMove, NoSuchTask
from campaigns.flows.turns import TaskRaised
from campaigns.rules.service_levels import usual
from campaigns.store import attempts, tasks
from campaigns.store.database import Database
from campaigns.words import Urgency
from tests.store.people import HOUR, NOW, call

LEASE, SHORTLY = timedelta(minutes=30), timedelta(minutes=10)


def raised(db: Database, *facts: TaskRaised) -> list[tasks.TaskView]:
    """What stands open after a call raised these, one event each, an hour apart."""
    _, attempt = call(db)
    for hours, fact in enumerate(facts):
        attempts.record(db, attempt, [fact], "partial", NOW + hours * HOUR)
    return tasks.listing(db)


def one(db: Database, urgency: Urgency = "high") -> int:
    [task] = raised(db, TaskRaised("call back", urgency))
    return task.id


def happened(db: Database, number: int) -> list[tuple[str, str, str]]:
    return [(each.event, each.who, each.note) for each in tasks.history(db, number)]


@pytest.mark.parametrize(
    ("urgency", "due"),
    [  # Monday 12:30 in Tyumen; it is open until 20:00, and 8 March is a holiday there
        ("high", NOW + HOUR),
        ("normal", datetime.fromisoformat("2026-03-03T08:30+05:00")),
        ("low", datetime.fromisoformat("2026-03-04T12:30+05:00")),
    ],
)
def test_the_urgency_says_when_a_task_is_due(db: Database, urgency: Urgency, due: datetime) -> None:
    [task] = raised(db, TaskRaised("call back", urgency))
    assert (task.urgency, task.state, task.level, task.created_at) == (urgency, "open", "operator", NOW)
    assert (task.due_at, task.first_due_at) == (due, due)
    assert happened(db, task.id) == [("raised", "engine", "")]


def test_tasks_are_listed_as_they_are_due(db: Database) -> None:
    listed = raised(db, TaskRaised("a", "low"), TaskRaised("b", "normal"), TaskRaised("c", "high"))
    assert [task.reason for task in listed] == ["c", "b", "a"]


def test_the_same_reason_is_one_task_as_urgent_as_its_most_urgent(db: Database) -> None:
    [task] = raised(
        db,
        TaskRaised("call back", "normal", (("clinic", "7"), ("mark", "2"))),
        TaskRaised("call back", "high", (("mark", "1"),), check="problem-check"),
        TaskRaised("call back", "low"),
    )
    assert (task.urgency, task.due_at, task.created_at) == ("high", NOW + 2 * HOUR, NOW)
    assert (task.details, task.check) == ({"clinic": "7", "mark": "1"}, "problem-check")
    assert [event for event, _, _ in happened(db, task.id)] == ["raised", "sharpened", "sharpened"]


@pytest.mark.parametrize(
    ("first", "then", "later", "urgency", "sooner"),
    [
        ("low", "high", HOUR, "high", "then"),
        ("low", "high", timedelta(hours=47, minutes=40), "high", "first"),
        ("high", "low", HOUR, "high", "first"),
    ],
)
def test_urgency_and_moment_are_sharpened_each_by_itself(
    db: Database, first: Urgency, then: Urgency, later: timedelta, urgency: Urgency, sooner: str
) -> None:
    _, attempt = call(db)
    attempts.record(db, attempt, [TaskRaised("call back", first)], "partial", NOW)
    attempts.record(db, attempt, [TaskRaised("call back", then)], "partial", NOW + later)
    [task] = tasks.listing(db)
    due = {"first": usual().due(first, NOW), "then": usual().due(then, NOW + later)}[sooner]
    assert (task.urgency, task.due_at, task.first_due_at) == (urgency, due, due)


@pytest.mark.parametrize(
    "deed",
    [
        lambda db, number: tasks.give_back(db, number, "ivan", "", NOW),
        lambda db, number: tasks.put_off(db, number, "ivan", NOW + HOUR, "", NOW),
    ],
)
def test_what_somebody_has_nobody_else_gives_back_or_puts_off(
    db: Database, deed: Callable[[Database, int], object]
) -> None:
    number = one(db)
    tasks.take(db, "olga", NOW)
    with pytest.raises(IllegalMove, match=f"Task {number} is olga's until .* Ask them"):
        deed(db, number)
    assert tasks.find(db, number).owner == "olga"
    tasks.tried(db, number, "ivan", "", NOW)
    assert tasks.resolve(db, number, "ivan", "done", NOW).state == "resolved"


def test_a_closed_task_stays_closed_and_a_new_one_is_raised(db: Database) -> None:
    _, attempt = call(db)
    attempts.record(db, attempt, [TaskRaised("call back", "high")], "partial", NOW)
    [first] = tasks.listing(db)
    tasks.resolve(db, first.id, "olga", "was called", NOW + HOUR)
    attempts.record(db, attempt, [TaskRaised("call back", "high")], "partial", NOW + HOUR)
    [second] = tasks.listing(db)
    everything = tasks.listing(db, tasks.Filter(everything=True))
    assert second.id != first.id
    assert [(task.state, task.note, task.closed_at) for task in everything] == [
        ("resolved", "was called", NOW + HOUR),
        ("open", "", None),
    ]


def test_the_second_closing_is_told_of_the_first_and_its_note_is_kept(db: Database) -> None:
    number = one(db)
    tasks.resolve(db, number, "olga", "done", NOW)
    closed = rf"{number} is resolved already: by olga on 2026-03-02 12:30 \(Asia/Yekaterinburg\)"
    with pytest.raises(IllegalMove, match=closed):
        tasks.resolve(db, number, "ivan", "again", NOW)
    with pytest.raises(NoSuchTask, match="no task 99"):
        tasks.resolve(db, 99, "ivan", "done", NOW)
    assert tasks.find(db, number).note == "done"
    assert happened(db, number)[1:] == [("resolved", "olga", "done"), ("noted", "ivan", "again")]


@pytest.mark.parametrize("outcome", ["", "  "])
def test_nothing_is_resolved_without_an_outcome(db: Database, outcome: str) -> None:
    number = one(db)
    with pytest.raises(IllegalMove, match=f"Task {number} needs an outcome"):
        tasks.resolve(db, number, "olga", outcome, NOW)
    assert tasks.find(db, number).state == "open"
    assert len(tasks.history(db, number)) == 1


def test_who_takes_a_task_has_it_while_they_work_on_it(db: Database) -> None:
    number = one(db)
    taken = tasks.take(db, "olga", NOW)
    assert (taken.id, taken.state, taken.owner, taken.lease_until) == (number, "taken", "olga", NOW + LEASE)
    with pytest.raises(
        IllegalMove, match=rf"Task {number} is olga's until 2026-03-02 13:00 \(Asia/Yekaterinburg\)"
    ):
        tasks.take(db, "ivan", NOW, number)
    with pytest.raises(NoSuchTask, match="no task to take"):
        tasks.take(db, "ivan", NOW)
    assert tasks.take(db, "olga", NOW + SHORTLY, number).lease_until == NOW + SHORTLY + LEASE
    assert tasks.note(db, number, "ivan", "her sister knows", NOW + HOUR).lease_until == NOW + SHORTLY + LEASE
    assert tasks.tried(db, number, "olga", "busy", NOW + HOUR).lease_until == NOW + HOUR + LEASE
    free = tasks.give_back(db, number, "olga", "", NOW + HOUR)
    assert (free.state, free.owner, free.lease_until) == ("open", "", None)


def test_a_task_waits_and_may_be_taken_or_resolved_before(db: Database) -> None:
    number = one(db)
    with pytest.raises(IllegalMove, match="still to come"):
        tasks.put_off(db, number, "olga", NOW, "", NOW)
    asleep = tasks.put_off(db, number, "olga", NOW + HOUR, "on holiday", NOW)
    assert (asleep.state, asleep.owner, asleep.wake_at) == ("waiting", "olga", NOW + HOUR)
    with pytest.raises(NoSuchTask, match="no task to take"):
        tasks.take(db, "ivan", NOW)
    assert tasks.take(db, "ivan", NOW, number).wake_at is None
    assert tasks.resolve(db, number, "ivan", "was called", NOW).owner == ""


def test_a_task_goes_up_one_level_at_a_time_and_no_further(db: Database) -> None:
    number = one(db)
    head = tasks.escalate(db, number, "olga", "the head must decide", NOW + HOUR)
    assert (head.level, head.state, head.due_at) == ("head", "open", NOW + 2 * HOUR)
    assert head.first_due_at == NOW + HOUR
    assert tasks.escalate(db, number, "olga", "", NOW).level == "authority"
    with pytest.raises(IllegalMove, match="the authority's already: nobody is above"):
        tasks.escalate(db, number, "olga", "", NOW)
    untold = "nobody could be told: dialer.toml names no "
    assert happened(db, number)[1:] == [
        ("escalated", "olga", f"the head must decide; {untold}head, as the task has no institution"),
        ("escalated", "olga", f"{untold}authority"),
    ]


def test_what_was_closed_too_early_is_reopened_and_due_anew(db: Database) -> None:
    number = one(db)
    with pytest.raises(IllegalMove, match="is open and cannot be reopened: only one that is res"):
        tasks.reopen(db, number, "olga", "", NOW)
    tasks.resolve(db, number, "olga", "was called", NOW)
    again = tasks.reopen(db, number, "ivan", "it was the wrong number", NOW + HOUR)
    assert (again.state, again.closed_at, again.note) == ("reopened", None, "")
    assert (again.level, again.reopenings, again.due_at) == ("operator", 1, NOW + 2 * HOUR)
    assert tasks.take(db, "ivan", NOW).id == number


def test_tasks_of_one_campaign(db: Database) -> None:
    [task] = raised(db, TaskRaised("call back", "high"))
    assert tasks.listing(db, tasks.Filter("results")) == [task]
    assert tasks.listing(db, tasks.Filter("survey", everything=True)) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["c", "b", "d"]),
        ({"campaign": "survey"}, []),
        ({"institution": "5"}, []),
        ({"institutions": ("", "5"), "campaigns": ("results",)}, ["c", "b", "d"]),
        ({"institutions": ("5",)}, []),
        ({"campaigns": ("survey", "other")}, []),
        ({"level": "head"}, ["d"]),
        ({"state": "taken"}, ["b"]),
        ({"owner": "olga"}, ["b"]),
        ({"late_at": NOW + 4 * HOUR}, ["c"]),
        ({"everything": True}, ["d", "c", "b", "a"]),
        ({"everything": True, "state": "resolved"}, ["a"]),
    ],
)
def test_a_page_is_what_was_asked_for(db: Database, asked: dict[str, Any], found: list[str]) -> None:
    listed = raised(
        db,
        TaskRaised("a", "high"),
        TaskRaised("b", "normal"),
        TaskRaised("c", "high"),
        TaskRaised("d", "low"),
    )
    numbers = {task.reason: task.id for task in listed}
    tasks.resolve(db, numbers["a"], "olga", "done", NOW)
    tasks.take(db, "olga", NOW, numbers["b"])
    tasks.escalate(db, numbers["d"], "olga", "", NOW)
    wanted = tasks.Filter(**asked)
    assert [task.reason for task in tasks.page(db, wanted).tasks] == found
    one_by_one, after = [], None
    while (part := tasks.page(db, wanted, after, limit=1)).tasks:
        one_by_one += [task.reason for task in part.tasks]
        if (after := part.after) is None:
            break
    assert one_by_one == found


def test_who_sees_others_alone_takes_none(db: Database) -> None:
    number = one(db)
    for seen in (tasks.Filter(institutions=("5",)), tasks.Filter(campaigns=("survey",))):
        with pytest.raises(NoSuchTask):
            tasks.take(db, "olga", NOW, seen=seen)
    assert tasks.take(db, "olga", NOW, seen=tasks.Filter(campaigns=("results",))).id == number


def test_a_second_outcome_is_kept_in_a_transaction_with_more(db: Database) -> None:
    number = one(db)
    assert tasks.resolve_or_note(db, number, "olga", "done", NOW)[1] == ""
    with db.write() as session, db.joined(session):
        assert "by olga" in tasks.resolve_or_note(db, number, "ivan", "done too", NOW)[1]
    assert happened(db, number)[-1] == ("noted", "ivan", "done too")


def test_json_is_what_other_programs_rely_on(db: Database) -> None:
    [task] = raised(db, TaskRaised("call back", "high", (("clinic", "7"),)))
    assert task.as_json() == {
        "id": 1,
        "campaign": "results",
        "contact": "A",
        "institution": "",
        "reason": "call back",
        "urgency": "high",
        "state": "open",
        "level": "operator",
        "owner": "",
        "due_at": "2026-03-02T08:30:00+00:00",
        "first_due_at": "2026-03-02T08:30:00+00:00",
        "created_at": "2026-03-02T07:30:00+00:00",
        "closed_at": None,
        "lease_until": None,
        "wake_at": None,
        "note": "",
        "check": "",
        "checked_by": "",
        "reopenings": 0,
        "details": {"clinic": "7"},
    }
