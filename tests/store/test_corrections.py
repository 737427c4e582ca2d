"""Contacts corrected or cancelled after they were queued, also during their call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaigns.flows.turns import Delivered, TaskRaised
from campaigns.models import Contact, rank_of
from campaigns.rules.retries import Next
from campaigns.store import attempts, contacts, corrections, tasks
from campaigns.store.corrections import Corrected
from campaigns.store.database import Database
from campaigns.words import ContactState, Outcome, WaitReason
from tests.store import invariants
from tests.store.people import (
    COMPLETED,
    HOUR,
    NOW,
    OWN_FAILURE,
    RETRY,
    begun,
    call,
    done_to,
    no_tasks,
    person,
    queue,
    seen,
    take,
    taken_ids,
    unless_opted_out,
)

POSITIVE = {"birth_year": "1980", "result": "positive"}
WRONG_PERSON = replace(COMPLETED, outcome="wrong_person")


def doctor(contact: Contact, _state: ContactState, _outcome: Outcome | None) -> Sequence[TaskRaised]:
    """What a campaign's file wants of every closed contact with a positive result."""
    if contact.fields["result"] != "positive":
        return ()
    return [TaskRaised("doctor", "high", (("result", "positive"),))]


def correct(db: Database, external_id: str = "A", age: timedelta | None = None, **values: Any) -> str:
    new = person(external_id, **({"digest": "second"} | values))
    [verdict] = corrections.correct(db, [Corrected(new, age)], NOW, doctor)
    return verdict


def cancel(db: Database, *external_ids: str) -> list[str]:
    return list(corrections.cancel(db, "results", external_ids, NOW, doctor))


def finish(db: Database, attempt: int, contact: Contact, next: Next = COMPLETED) -> bool:
    """As the engine does: it asks for the tasks of the contact as it is by then."""
    return attempts.finish(db, attempt, contact.token, "answered", 200, 9.0, next.outcome, next, doctor, NOW)


def told(db: Database, attempt: int) -> None:
    attempts.record(db, attempt, [Delivered()], "delivered", NOW)


def reasons(db: Database) -> list[str]:
    return sorted(task.reason for task in tasks.listing(db))


def kinds(db: Database, external_id: str = "A") -> list[str]:
    return [change.kind for change in done_to(db, seen(db, external_id))]


def test_who_waits_gets_the_new_values(db: Database) -> None:
    queue(db, person("A"))
    new: dict[str, Any] = {"full_name": "Мария", "fields": POSITIVE, "priority": 7, "deadline": NOW + HOUR}
    assert correct(db, **new) == "corrected"
    row = seen(db)
    assert (row.full_name, row.fields, row.deadline, row.revision) == ("Мария", POSITIVE, NOW + HOUR, 2)
    assert row.rank == rank_of(7, NOW + HOUR)
    [change] = done_to(db, row)
    assert change.details == {"changed": "deadline, full_name, result", "revision": "2", "state": "waiting"}
    assert contacts.add(db, [person("A", digest="second")], NOW) == ["known"]
    assert taken_ids(db) == ["A"]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"digest": "first"}, "same"),
        ({}, "same"),
        ({"priority": 9}, "same"),
        ({"language": "en"}, "corrected"),
    ],
)
def test_what_is_no_different_is_no_correction(db: Database, values: dict[str, Any], verdict: str) -> None:
    queue(db, person("A"))
    assert correct(db, **values) == verdict
    assert seen(db).revision == (2 if verdict == "corrected" else 1)
    assert correct(db, **values) == "same"


def test_who_was_never_queued_is_unknown(db: Database) -> None:
    queue(db, person("A"))
    assert correct(db, "B") == "unknown"
    assert cancel(db, "B") == ["unknown"]


def test_the_usual_deadline_goes_on_counting_from_queueing(db: Database) -> None:
    queue(db, person("A", deadline=NOW - HOUR + 72 * HOUR), now=NOW - HOUR)
    late = NOW + 72 * HOUR
    assert correct(db, age=72 * HOUR, deadline=late, language="en") == "corrected"
    assert seen(db).deadline == NOW + 71 * HOUR
    later = person("A", digest="third", deadline=late + 5 * HOUR, not_before=NOW + 5 * HOUR)
    corrections.correct(db, [Corrected(later, 72 * HOUR)], NOW, no_tasks)
    assert seen(db).deadline == NOW + 77 * HOUR


@pytest.mark.parametrize(
    ("reason", "values", "at"),
    [
        ("hours", {"language": "en"}, timedelta(0)),
        ("cap", {"language": "en"}, timedelta(0)),
        ("consent", {"consent_source": "form", "consent_at": NOW}, timedelta(0)),
        ("hours", {"not_before": NOW + 2 * HOUR}, 2 * HOUR),
        ("retry", {"language": "en"}, HOUR),
        ("not_here", {"language": "en"}, HOUR),
        ("own_failure", {"language": "en"}, HOUR),
        ("retry", {"phone": "+79129999999"}, timedelta(0)),
    ],
)
def test_a_corrected_contact_is_due_as_soon_as_the_rules_allow(
    db: Database, reason: WaitReason, values: dict[str, Any], at: timedelta
) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    contacts.postpone(db, contact.id, contact.token, NOW + HOUR, reason)
    assert correct(db, **values) == "corrected"
    row = seen(db)
    assert (row.next_at, row.due) == (NOW + at, not at)
    assert taken_ids(db, now=NOW + at) == ["A"]


def test_who_is_about_to_be_called_is_not_called_with_the_old_values(db: Database) -> None:
    queue(db, person("A"))
    [old] = take(db)
    assert correct(db, phone="+79129999999", fields=POSITIVE) == "corrected"
    assert attempts.begin(db, old.id, old.token, "trunk", NOW, unless_opted_out, None) is None
    assert not contacts.release(db, old.id, old.token)
    [new] = take(db)
    assert (new.phone, new.fields) == ("+79129999999", POSITIVE)
    invariants.check(db)


def test_the_second_number_goes_on_being_called(db: Database) -> None:
    numbers = ("+79121111111", "+79122222222")
    queue(db, person("A", phone=numbers[0], phones=numbers))
    [contact] = take(db)
    finish(db, begun(db, contact), contact, replace(RETRY, phone=numbers[1]))
    assert correct(db, phone=numbers[0], phones=numbers, language="en") == "corrected"
    assert seen(db).phone == numbers[1]
    assert correct(db, phone=numbers[0], phones=(), digest="third") == "corrected"
    assert (seen(db).phone, seen(db).phones) == (numbers[0], [])


@pytest.mark.parametrize(
    ("values", "tells", "next", "expected"),
    [
        ({"fields": POSITIVE}, True, COMPLETED, ["corrected_after_told", "doctor"]),
        ({"phone": "+79129999999"}, True, COMPLETED, ["corrected_after_told"]),
        ({"deadline": NOW + HOUR}, True, COMPLETED, []),
        ({"fields": POSITIVE}, False, WRONG_PERSON, ["corrected_not_told", "doctor"]),
        ({"phone": "+79129999999"}, False, WRONG_PERSON, ["corrected_not_told"]),
        ({"fields": POSITIVE}, False, RETRY, []),
    ],
)
def test_a_correction_during_the_call_is_kept(
    db: Database, values: dict[str, Any], tells: bool, next: Next, expected: list[str]
) -> None:
    contact, attempt = call(db)
    assert correct(db, **values) == "in_call"
    invariants.check(db)
    if tells:
        told(db, attempt)
    assert finish(db, attempt, contact, next)
    assert reasons(db) == expected
    assert seen(db).state == next.state
    invariants.check(db)


def test_a_number_corrected_during_the_call_is_called_next(db: Database) -> None:
    contact, attempt = call(db)
    queue(db, person("other", phone="+79129999999"))
    [other] = take(db)
    assert correct(db, phone="+79129999999") == "in_call"  # that one is in a call, too
    assert seen(db).phone == contact.phone
    assert finish(db, attempt, contact, RETRY)
    assert seen(db).phone == "+79129999999"
    assert taken_ids(db, now=NOW + HOUR) == []
    finish(db, begun(db, other), other)
    assert taken_ids(db, now=NOW + HOUR) == ["A"]


def test_a_trunk_that_fails_a_corrected_contact_lets_it_be_taken_anew(db: Database) -> None:
    contact, attempt = call(db)
    correct(db, fields=POSITIVE)
    assert attempts.fail_over(db, attempt, contact.token, "congestion", 503, NOW, doctor) is None
    [again] = take(db)
    assert again.fields == POSITIVE
    assert reasons(db) == []


@pytest.mark.parametrize(
    ("values", "verdict", "expected"),
    [
        ({"fields": POSITIVE}, "told", ["corrected_after_told", "doctor"]),
        ({"full_name": "Мария"}, "told", ["corrected_after_told"]),
        ({"time_zone": "Europe/Moscow"}, "closed", []),
    ],
)
def test_who_was_told_is_not_called_again(
    db: Database, values: dict[str, Any], verdict: str, expected: list[str]
) -> None:
    contact, attempt = call(db)
    told(db, attempt)
    finish(db, attempt, contact)
    assert correct(db, **values) == verdict
    assert reasons(db) == expected
    assert (seen(db).state, taken_ids(db)) == ("done", [])
    assert correct(db, **values) == "same"
    assert reasons(db) == expected


def test_a_positive_result_that_comes_too_late_is_a_task(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact, replace(COMPLETED, state="exhausted", outcome="unanswered"))
    assert correct(db, fields=POSITIVE) == "closed"
    assert reasons(db) == ["doctor"]


def test_a_task_that_was_settled_is_not_made_again_by_another_name(db: Database) -> None:
    queue(db, person("A", fields=POSITIVE))
    [contact] = take(db)
    finish(db, begun(db, contact), contact, WRONG_PERSON)
    [task] = tasks.listing(db)
    tasks.resolve(db, task.id, "olga", "done", NOW)
    assert correct(db, fields=POSITIVE, full_name="Мария") == "closed"
    assert reasons(db) == []


def test_who_waits_is_cancelled_at_once(db: Database) -> None:
    queue(db, person("A"), person("B"), person("C", fields=POSITIVE))
    [old] = take(db, 1)
    assert cancel(db, "A", "B", "C", "A") == ["cancelled", "cancelled", "cancelled", "closed"]
    assert attempts.begin(db, old.id, old.token, "trunk", NOW, unless_opted_out, None) is None
    assert {row.state for row in contacts.listing(db, "results")} == {"cancelled"}
    assert [(task.contact, task.reason) for task in tasks.listing(db)] == [("C", "doctor")]
    assert kinds(db) == ["cancelled"]
    invariants.check(db)


@pytest.mark.parametrize(
    ("next", "state", "changed"),
    [
        (COMPLETED, "done", ["cancel_asked"]),
        (RETRY, "cancelled", ["cancel_asked", "cancelled"]),
        (OWN_FAILURE, "cancelled", ["cancel_asked", "cancelled"]),
    ],
)
def test_who_is_in_a_call_is_cancelled_when_it_ends(
    db: Database, next: Next, state: ContactState, changed: list[str]
) -> None:
    contact, attempt = call(db)
    assert cancel(db, "A", "A") == ["in_call", "in_call"]
    assert seen(db).state == "calling"
    assert finish(db, attempt, contact, next)
    assert (seen(db).state, kinds(db)) == (state, changed)
    assert taken_ids(db, now=NOW + 2 * HOUR) == []
    invariants.check(db)


def test_who_is_cancelled_is_not_called_through_another_trunk(db: Database) -> None:
    queue(db, person("A", fields=POSITIVE))
    [contact] = take(db)
    attempt = begun(db, contact)
    cancel(db, "A")
    assert attempts.fail_over(db, attempt, contact.token, "congestion", 503, NOW, doctor) is None
    assert (seen(db).state, reasons(db)) == ("cancelled", ["doctor"])
    invariants.check(db)


def test_many_are_corrected_in_their_order(db: Database) -> None:
    names = [f"P{number}" for number in range(corrections.LOOKED_UP_AT_ONCE + 3)]
    queue(db, *(person(name) for name in names[1:]))
    news = [Corrected(person(name, language="en", digest="second")) for name in names]
    verdicts = corrections.correct(db, news, NOW, no_tasks)
    assert verdicts == ["unknown"] + ["corrected"] * (len(names) - 1)
    assert {row.language for row in contacts.listing(db, "results")} == {"en"}
