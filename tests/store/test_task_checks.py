"""The call that asks whether what a task was about is solved."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from campaigns.flows.followups import facts_of, followups
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.turns import TaskChecked, TaskRaised, Work
from campaigns.models import Contact
from campaigns.rules.caps import WEEK
from campaigns.rules.history import History
from campaigns.rules.retries import Next
from campaigns.store import attempts, campaigns, contacts, corrections, optouts, refused, tasks
from campaigns.store.corrections import Corrected
from campaigns.store.database import Database
from campaigns.store.task_checks import ASKED_FOR, NO_NUMBER, OPTED_OUT, PRIORITY
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
LOW_MARK = TaskRaised("low_mark", "normal", (("mark", "1"),), check=CHECK)
PHONES = ("+79120000001", "+79120000002")


def low_mark(db: Database) -> tuple[int, Contact]:
    """A task with a check, whose person is told and closed."""
    queue(db, person("A", institution="Clinic 5", phone=PHONES[0], phones=PHONES))
    [contact] = take(db, 1)
    assert finish(db, begun(db, contact), contact, COMPLETED, [LOW_MARK])
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
    assert asked.fields == {**about.fields, "task": str(number), "task_campaign": "results"}
    assert (asked.state, asked.next_at, asked.priority) == ("waiting", NOW + HOUR, PRIORITY)
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


def test_somebody_can_be_asked_whatever_the_cap_of_a_week_is() -> None:
    policy = load_script(LIBRARY / f"{CHECK}.yaml").policy
    assert policy.deadline == ASKED_FOR >= 2 * WEEK


def test_what_the_other_campaign_knows_is_no_answer(db: Database) -> None:
    """Nobody was reached; the contact that the task came out of has a field with the name of the answer."""
    check = load_script(LIBRARY / f"{CHECK}.yaml")
    queue(db, person("A", fields={"solved": "yes"}))
    [contact] = take(db, 1)
    assert finish(db, begun(db, contact), contact, COMPLETED, [LOW_MARK])
    [task] = tasks.listing(db)
    tasks.resolve(db, task.id, "olga", "done", NOW)
    fields = seen(db, f"task-{task.id}-0", CHECK).fields
    facts = facts_of(check, fields, {})
    assert (fields["solved"], followups(check, facts, "exhausted", None)) == (
        "yes",
        (TaskChecked("unknown"),),
    )
    said = facts_of(check, fields, {"solved": "no"})
    assert followups(check, said, "done", "completed") == (TaskChecked("stands"),)


@pytest.mark.parametrize("campaign", ["", "results"])
@pytest.mark.parametrize("place", [0, 1])
def test_who_wants_no_more_calls_is_not_asked_and_that_is_recorded(
    db: Database, campaign: str, place: int
) -> None:
    number, _ = low_mark(db)
    optouts.add(db, PHONES[place], "command", NOW, campaign)
    view = tasks.resolve(db, number, "olga", "done", NOW + HOUR)
    assert (view.state, view.checked_by, contacts.listing(db, CHECK)) == ("resolved", "", [])
    assert events(db, number)[1:] == ["resolved", "unverified"]
    assert tasks.history(db, number)[-1].note == OPTED_OUT


def test_the_opt_out_of_another_campaign_holds_for_that_one_alone(db: Database) -> None:
    number, _ = low_mark(db)
    optouts.add(db, PHONES[0], "command", NOW, "surveys")
    assert tasks.resolve(db, number, "olga", "done", NOW).checked_by


def by_its_turn(db: Database) -> None:
    assert take(db, 1, NOW + HOUR) == []


def by_the_duty(db: Database) -> None:
    assert refused.close_some(db, [CHECK], "", NOW + HOUR, no_tasks) is None


@pytest.mark.parametrize("closed", [by_its_turn, by_the_duty])
def test_who_opts_out_before_the_call_is_not_asked_any_more(
    db: Database, closed: Callable[[Database], None]
) -> None:
    number, asked = resolved(db)
    contacts.release(db, asked.id, asked.token)
    for phone in PHONES:
        optouts.add(db, phone, "command", NOW + HOUR, "results")
    closed(db)
    gone = seen(db, asked.external_id, CHECK)
    assert (gone.state, gone.outcome) == ("done", "opted_out")
    assert events(db, number)[1:] == ["resolved", "unverified"]
    assert tasks.history(db, number)[-1].note == OPTED_OUT


def test_who_opts_out_while_asked_for_later_is_woken_and_not_dialled(db: Database) -> None:
    _, asked = resolved(db)
    finish(db, begun(db, asked, NOW + HOUR), asked, replace(RETRY, next_at=NOW + 9 * HOUR), (), NOW + HOUR)
    optouts.add(db, PHONES[0], "command", NOW + 2 * HOUR, "results")
    [turned] = take(db, 1, NOW + 2 * HOUR)
    assert turned.phone == PHONES[1]


@pytest.mark.parametrize("struck", [(0,), (0, 1)])
def test_struck_numbers_are_not_asked(db: Database, struck: Sequence[int]) -> None:
    queue(db, person("A", phone=PHONES[0], phones=PHONES))
    [contact] = take(db, 1)
    history = History(struck={str(place): 1 for place in struck})
    over = Next("done", "wrong_person", None, None, counted=True, history=history)
    assert finish(db, begun(db, contact), contact, over, [LOW_MARK])
    [task] = tasks.listing(db)
    view = tasks.resolve(db, task.id, "olga", "done", NOW)
    if len(struck) < len(PHONES):
        asked = seen(db, view.checked_by, CHECK)
        assert (asked.phone, asked.phones) == (PHONES[1], [PHONES[1]])
    else:
        assert (view.checked_by, contacts.listing(db, CHECK)) == ("", [])
        assert tasks.history(db, task.id)[-1].note == NO_NUMBER


def corrected(db: Database) -> None:
    new = person("A", phone="+79120000009", full_name="Анна Петрова", digest="second")
    [verdict] = corrections.correct(db, [Corrected(new)], NOW + HOUR, no_tasks)
    assert verdict == "closed"


def test_a_corrected_number_reaches_who_is_still_to_be_asked(db: Database) -> None:
    _, asked = resolved(db)
    corrected(db)
    now_asked = seen(db, asked.external_id, CHECK)
    assert (now_asked.phone, now_asked.phones) == ("+79120000009", ["+79120000009"])
    assert now_asked.full_name == "Анна Петрова"
    assert now_asked.fields["task"] == asked.fields["task"]
    assert attempts.begin(db, asked.id, asked.token, "trunk", NOW + HOUR, call_now, None) is None
    assert [contact.phone for contact in take(db, 1, NOW + HOUR)] == ["+79120000009"]


def test_a_number_corrected_while_it_is_called_is_that_of_the_next_call(db: Database) -> None:
    _, asked = resolved(db)
    attempt = begun(db, asked, NOW + HOUR)
    corrected(db)
    in_call = seen(db, asked.external_id, CHECK)
    assert (in_call.phone, in_call.phones) == (asked.phone, ["+79120000009"])
    assert finish(db, attempt, asked, COMPLETED, says("solved"), NOW + HOUR)
    assert tasks.listing(db) == []


def test_who_was_asked_already_stays_as_they_were(db: Database) -> None:
    _, asked = resolved(db)
    assert finish(db, begun(db, asked, NOW + HOUR), asked, COMPLETED, says("solved"), NOW + HOUR)
    corrected(db)
    assert seen(db, asked.external_id, CHECK).phone == asked.phone
