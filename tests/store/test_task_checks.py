"""The call that asks whether what a task was about is solved."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from campaigns.flows.turns import TaskChecked, TaskRaised, Work
from campaigns.models import Contact
from campaigns.store import attempts, campaigns, contacts, corrections, optouts, tasks
from campaigns.store.database import Database
from campaigns.store.task_checks import ASKED_FOR
from campaigns.store.task_times import STALE_AFTER, close_stale_checks
from campaigns.words import CheckVerdict, ContactState, Outcome
from tests.store.people import (
    COMPLETED,
    HOUR,
    NOW,
    RETRY,
    begun,
    call_now,
    done_to,
    finish,
    no_tasks,
    person,
    queue,
    seen,
    take,
)

CHECK = "problem-check"
DAY = timedelta(days=1)


def low_mark(db: Database) -> tuple[int, Contact]:
    """A task with a check, whose person is told and closed."""
    queue(db, person("A", institution="Clinic 5", phones=("+79120000001", "+79120000002")))
    [contact] = take(db, 1)
    work = [TaskRaised("low_mark", "normal", (("mark", "1"),), check=CHECK)]
    assert finish(db, begun(db, contact), contact, COMPLETED, work)
    [task] = tasks.listing(db)
    return task.id, contact


def resolved(db: Database) -> tuple[int, Contact]:
    number, _ = low_mark(db)
    tasks.resolve(db, number, "olga", "the doctor called", NOW + HOUR)
    campaigns.move(db, CHECK, "running", NOW + HOUR)
    [asked] = take(db, 1, NOW + HOUR)
    return number, asked


def says(verdict: CheckVerdict) -> list[Work]:
    return [TaskChecked(verdict)]


def events(db: Database, number: int) -> list[str]:
    return [each.event for each in tasks.history(db, number)]


def test_who_is_asked_is_the_contact_of_the_task(db: Database) -> None:
    number, about = low_mark(db)
    view = tasks.resolve(db, number, "olga", "the doctor called", NOW + HOUR)
    asked = seen(db, f"task-{number}-0", CHECK)
    assert view.checked_by == asked.external_id
    same = ("phone", "phones", "full_name", "language", "time_zone", "zone_from", "institution")
    assert [getattr(asked, name) for name in same] == [getattr(about, name) for name in same]
    assert asked.fields == {**about.fields, "task": str(number)}
    assert (asked.state, asked.next_at) == ("waiting", NOW + HOUR)
    assert asked.deadline == NOW + HOUR + ASKED_FOR


def test_a_task_without_a_check_asks_nobody(db: Database) -> None:
    number, _ = low_mark(db)
    tasks.resolve(db, number, "olga", "done", NOW)
    attempts.record(db, 1, [TaskRaised("call back", "high")], "completed", NOW)
    [other] = tasks.listing(db)
    assert tasks.resolve(db, other.id, "olga", "done", NOW).checked_by == ""
    assert len(contacts.listing(db, CHECK)) == 1


@pytest.mark.parametrize(
    ("verdict", "state", "level", "reopenings", "event"),
    [
        ("solved", "verified", "operator", 0, "verified"),
        ("stands", "reopened", "head", 1, "stands"),
        ("unknown", "resolved", "operator", 0, "unverified"),
    ],
)
def test_what_the_person_says_moves_the_task(
    db: Database, verdict: CheckVerdict, state: str, level: str, reopenings: int, event: str
) -> None:
    number, asked = resolved(db)
    assert finish(db, begun(db, asked, NOW + HOUR), asked, COMPLETED, says(verdict), NOW + HOUR)
    task = tasks.find(db, number)
    assert (task.state, task.level, task.reopenings) == (state, level, reopenings)
    assert events(db, number)[1:] == ["resolved", event]
    assert task.note == ("" if state == "reopened" else "the doctor called")
    if state == "reopened":
        assert (task.due_at, task.closed_at) == (NOW + HOUR + 8 * HOUR + 12 * HOUR, None)


def test_while_it_is_still_to_be_asked_nothing_is_said(db: Database) -> None:
    number, asked = resolved(db)
    assert finish(db, begun(db, asked, NOW + HOUR), asked, RETRY, (), NOW + HOUR)
    assert events(db, number)[1:] == ["resolved"]


def test_each_time_it_is_resolved_is_asked_about_anew(db: Database) -> None:
    number, asked = resolved(db)
    finish(db, begun(db, asked, NOW + HOUR), asked, COMPLETED, says("stands"), NOW + HOUR)
    again = tasks.resolve(db, number, "ivan", "the head called", NOW + 2 * HOUR)
    assert again.checked_by == f"task-{number}-1"
    [anew] = take(db, 1, NOW + 2 * HOUR)
    finish(db, begun(db, anew, NOW + 2 * HOUR), anew, COMPLETED, says("stands"), NOW + 2 * HOUR)
    assert tasks.find(db, number).level == "authority"


def close_as(state: ContactState, outcome: Outcome | None, db: Database, asked: Contact) -> None:
    match state:
        case "cancelled":
            contacts.release(db, asked.id, asked.token)
            corrections.cancel(db, CHECK, [asked.external_id], NOW + HOUR, no_tasks)
        case "exhausted":
            contacts.release(db, asked.id, asked.token)
            contacts.expire(db, [CHECK], NOW + HOUR + ASKED_FOR, no_tasks)
        case _:
            contacts.release(db, asked.id, asked.token)
            for phone in (asked.phone, *asked.phones):
                optouts.add(db, phone, "command", NOW + HOUR)
            take(db, 1, NOW + HOUR)


@pytest.mark.parametrize("state", ["cancelled", "exhausted", "done"])
def test_who_cannot_be_asked_leaves_the_task_resolved_and_that_is_recorded(
    db: Database, state: ContactState
) -> None:
    number, asked = resolved(db)
    close_as(state, None, db, asked)
    assert seen(db, asked.external_id, CHECK).state == state
    assert tasks.find(db, number).state == "resolved"
    assert events(db, number)[1:] == ["resolved", "unverified"]


def test_a_check_whose_campaign_file_is_gone_ends_too(db: Database) -> None:
    number, asked = resolved(db)
    contacts.release(db, asked.id, asked.token)
    assert close_stale_checks(db, NOW + HOUR + ASKED_FOR) == 0
    assert close_stale_checks(db, NOW + HOUR + ASKED_FOR + STALE_AFTER) == 1
    assert seen(db, asked.external_id, CHECK).state == "exhausted"
    assert events(db, number)[1:] == ["resolved", "unverified"]


def test_a_task_that_is_reopened_is_not_asked_about_any_more(db: Database) -> None:
    number, asked = resolved(db)
    tasks.reopen(db, number, "ivan", "not done", NOW + HOUR)
    gone = seen(db, asked.external_id, CHECK)
    assert (gone.state, gone.outcome) == ("cancelled", None)
    assert [change.kind for change in done_to(db, gone)] == [tasks.CHECK_WITHDRAWN]
    assert attempts.begin(db, asked.id, asked.token, "trunk", NOW + HOUR, call_now, None) is None
    assert events(db, number)[1:] == ["resolved", "reopened"]


@pytest.mark.parametrize("verdict", ["solved", "stands", "unknown"])
def test_a_verdict_that_comes_after_a_reopening_is_kept_as_a_note(
    db: Database, verdict: CheckVerdict
) -> None:
    number, asked = resolved(db)
    attempt = begun(db, asked, NOW + HOUR)
    tasks.reopen(db, number, "ivan", "not done", NOW + HOUR)
    assert seen(db, asked.external_id, CHECK).cancel_asked
    assert finish(db, attempt, asked, COMPLETED, says(verdict), NOW + HOUR)
    assert tasks.find(db, number).state == "reopened"
    assert events(db, number)[2:] == ["reopened"] + ["noted"] * (verdict != "unknown")


def checked(_contact: Contact, _state: ContactState, _outcome: Outcome | None) -> Sequence[Work]:
    return [TaskChecked("stands")]


@pytest.mark.parametrize("number", ["", "7", "x", "٧", "9" * 30])
def test_a_contact_that_asks_about_no_task_moves_none(db: Database, number: str) -> None:
    mine, _ = low_mark(db)
    tasks.resolve(db, mine, "olga", "done", NOW)
    queue(db, person("task-odd", fields={"task": number} if number else {}))
    corrections.cancel(db, "results", ["task-odd"], NOW, checked)
    assert seen(db, "task-odd").state == "cancelled"
    assert tasks.find(db, mine).state == "resolved"
