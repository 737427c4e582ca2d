from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.store import attempts, optouts, outlook
from campaigns.store.calls_log import calls
from campaigns.store.database import Database
from tests.store.people import HOUR, NOW, RETRY, call, finish, person, queue


def test_who_is_left_is_grouped(db: Database) -> None:
    late = NOW + timedelta(hours=5, minutes=20)
    contact, attempt = call(db, "D")
    finish(db, attempt, contact, RETRY)
    contact, attempt = call(db, "E")
    finish(db, attempt, contact)
    queue(db, person("A"), person("B"), person("C", time_zone="Europe/Moscow", deadline=late))
    assert [
        (group.zone, group.attempts_used, group.contacts) for group in outlook.left(db, "results", NOW)
    ] == [
        ("Asia/Yekaterinburg", 0, 2),
        ("Asia/Yekaterinburg", 1, 1),
        ("Europe/Moscow", 0, 1),
    ]
    assert outlook.left(db, "results", NOW)[-1].deadline == late.replace(minute=0)
    assert outlook.left(db, "survey", NOW) == []


def test_when_they_are_due_and_when_they_rang_tells_them_apart(db: Database) -> None:
    contact, attempt = call(db, "D")
    attempts.rang(db, attempt, NOW)
    finish(db, attempt, contact, RETRY)
    queue(db, person("A", not_before=NOW + 5 * HOUR), person("B"))
    soon, hour = NOW.replace(minute=0), timedelta(hours=1)
    assert [(group.due, group.rings) for group in outlook.left(db, "results", NOW)] == [
        (None, ()),
        (soon + hour, (soon,)),
        (soon + 5 * hour, ()),
    ]


def test_whose_number_has_opted_out_is_not_left(db: Database) -> None:
    first, second, third = (person(name) for name in "ABC")
    queue(db, first, second, replace(third, phones=(third.phone, "+79120000000")))
    optouts.add(db, first.phone, "command", NOW)
    optouts.add(db, second.phone, "command", NOW, "survey")
    optouts.add(db, third.phone, "command", NOW, "results")
    assert sum(group.contacts for group in outlook.left(db, "results", NOW)) == 2


def test_values_of_fields_tell_them_apart(db: Database) -> None:
    queue(db, person("A"), person("B", fields={"birth_year": "1980", "result": "positive"}), person("C"))
    found = outlook.left(db, "results", NOW, ["result"])
    assert {group.values: group.contacts for group in found} == {
        (("result", "negative"),): 2,
        (("result", "positive"),): 1,
    }


def test_calls_that_ended_are_measured(db: Database) -> None:
    contact, attempt = call(db, "A")
    attempts.rang(db, attempt, NOW + timedelta(seconds=2))
    attempts.answered(db, attempt, NOW + timedelta(seconds=10))
    finish(db, attempt, contact, now=NOW + timedelta(seconds=40))
    contact, attempt = call(db, "B")
    finish(db, attempt, contact, RETRY, now=NOW + timedelta(seconds=20))
    call(db, "C")  # still runs
    found = outlook.measured(db, "results")
    assert (found.calls, found.answered, found.closed) == (2, 1, 1)
    assert found.ring_seconds == pytest.approx(15.0)
    assert found.talk_seconds == pytest.approx(12.5)


def test_without_a_call_nothing_is_measured(db: Database) -> None:
    assert outlook.measured(db, "results") == outlook.Measured(0, 0, 0.0, 0.0, 0)


def test_the_next_one_due_is_known(db: Database) -> None:
    assert outlook.next_due(db, "results") is None
    queue(db, person("A", not_before=NOW + HOUR), person("B", not_before=NOW + 2 * HOUR))
    assert outlook.next_due(db, "results") == NOW + HOUR
    queue(db, person("C"))
    assert outlook.next_due(db, "results") == NOW


def test_every_call_is_in_the_log(db: Database) -> None:
    contact, attempt = call(db, "A")
    attempts.rang(db, attempt, NOW + timedelta(seconds=2))
    finish(db, attempt, contact, RETRY, now=NOW + timedelta(seconds=20))
    call(db, "B", NOW + timedelta(minutes=1))
    first, second = calls(db, "results")
    assert (first.contact, first.zone, first.counted) == (contact.id, "Asia/Yekaterinburg", True)
    assert first.rang_at == NOW + timedelta(seconds=2)
    assert first.fields == {"birth_year": "1980", "result": "negative"}
    assert (second.started_at, second.ended_at) == (NOW + timedelta(minutes=1), None)
