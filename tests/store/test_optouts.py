"""Opt-outs: of one campaign or of all, at once, and of one of several numbers."""

from collections.abc import Sequence
from typing import Any

import pytest

from campaigns.flows.turns import OptedOut, TaskRaised
from campaigns.models import Contact
from campaigns.store import attempts, contacts, optouts, tasks
from campaigns.store.database import Database
from campaigns.store.optouts import ENTERED_AT_ONCE, Refusal
from tests.store.people import (
    HOUR,
    NOW,
    RETRY,
    begun,
    call,
    done_to,
    finish,
    no_tasks,
    person,
    queue,
    seen,
    take,
    tomorrow,
    unless_opted_out,
)


def test_the_first_opt_out_of_a_number_stands(db: Database) -> None:
    assert optouts.add(db, "+71", "key", NOW)
    assert not optouts.add(db, "+71", "command", NOW + HOUR)
    optouts.add(db, "+72", "command", NOW - HOUR)
    listed = [(entry.phone, entry.how, entry.at) for entry in optouts.listing(db)]
    assert listed == [("+72", "command", NOW - HOUR), ("+71", "key", NOW)]


def test_an_opt_out_can_be_taken_back(db: Database) -> None:
    optouts.add(db, "+71", "key", NOW)
    assert (optouts.has(db, "+71"), optouts.remove(db, "+71")) == (True, True)
    assert (optouts.has(db, "+71"), optouts.remove(db, "+71")) == (False, False)


def test_every_contact_of_the_number_is_closed_by_the_next_take_even_if_it_slept(db: Database) -> None:
    people = [person("A", phone="+71"), person("B", phone="+71", campaign="survey"), person("C", phone="+72")]
    queue(db, *people)
    contacts.take(db, 10, NOW, tomorrow, no_tasks)
    optouts.add(db, "+71", "command", NOW)
    assert take(db) == []
    assert [seen(db, "A").outcome, seen(db, "B", "survey").outcome] == ["opted_out", "opted_out"]
    assert (seen(db, "C").state, seen(db, "C").next_at) == ("waiting", NOW + 24 * HOUR)


def test_the_call_that_it_was_said_in_goes_on(db: Database) -> None:
    contact, attempt = call(db)
    attempts.record(db, attempt, [OptedOut()], "opted_out", NOW)
    assert optouts.listing(db)[0].how == "key"
    assert (seen(db).state, seen(db).leased) == ("calling", True)
    assert finish(db, attempt, contact, RETRY)
    assert take(db, now=NOW + HOUR) == []
    assert seen(db).state == "done"


def test_a_number_that_is_allowed_again_is_called(db: Database) -> None:
    queue(db, person("A", phone="+71"))
    optouts.add(db, "+71", "command", NOW)
    optouts.remove(db, "+71")
    [contact] = take(db)
    assert begun(db, contact)


# ------------------------------------------------------------ of one campaign, or of all


def test_an_opt_out_of_one_campaign_leaves_the_others(db: Database) -> None:
    queue(db, person("A", phone="+71"), person("B", phone="+71", campaign="survey"))
    assert optouts.add(db, "+71", "command", NOW, "survey")
    [contact] = take(db)
    assert contact.external_id == "A"
    finish(db, begun(db, contact), contact)  # nobody is looked at while their number is held
    assert take(db) == []
    assert (seen(db, "B", "survey").state, seen(db, "B", "survey").outcome) == ("done", "opted_out")


def test_an_opt_out_of_one_campaign_wakes_nobody_in_another(db: Database) -> None:
    queue(db, person("A", phone="+71"), person("B", phone="+71", campaign="survey"))
    contacts.take(db, 10, NOW, tomorrow, no_tasks)
    optouts.add(db, "+71", "command", NOW, "survey")
    assert (seen(db, "A").due, seen(db, "B", "survey").due) == (False, True)


def test_of_one_campaign_and_of_all_stand_beside_each_other(db: Database) -> None:
    added = [optouts.add(db, "+71", "key", NOW, campaign) for campaign in ("survey", "", "survey")]
    assert added == [True, True, False]
    assert [row.campaign for row in optouts.listing(db)] == ["", "survey"]
    assert [row.campaign for row in optouts.listing(db, "results")] == [""]
    assert optouts.remove(db, "+71")
    assert [row.campaign for row in optouts.of_numbers(db, ["+71"])] == ["survey"]
    assert not optouts.has(db, "+71")


@pytest.mark.parametrize("only", [True, False])
def test_the_key_refuses_what_the_script_says(db: Database, only: bool) -> None:
    _, attempt = call(db)
    attempts.record(db, attempt, [OptedOut(campaign_only=only)], "opted_out", NOW)
    [row] = optouts.listing(db)
    assert (row.phone, row.campaign) == (person("A").phone, "results" if only else "")


# ------------------------------------------------------------ at once


def test_who_is_taken_and_not_dialled_yet_is_not_dialled(db: Database) -> None:
    queue(db, person("A", phone="+71"))
    [contact] = take(db)
    optouts.add(db, "+71", "command", NOW)
    assert attempts.begin(db, contact.id, contact.token, "trunk", NOW, unless_opted_out, None) is None
    assert take(db) == []
    assert seen(db).outcome == "opted_out"


def test_a_call_of_another_campaign_goes_on_and_is_the_last_one(db: Database) -> None:
    contact, attempt = call(db)
    queue(db, person("B", phone=contact.phone, campaign="survey"))
    optouts.add(db, contact.phone, "command", NOW)
    assert take(db) == []
    assert seen(db).state == "calling"
    assert finish(db, attempt, contact, RETRY)
    assert take(db) == []  # at once, not when the next attempt would have been due
    assert (seen(db).outcome, seen(db, "B", "survey").outcome) == ("opted_out", "opted_out")


def test_an_opt_out_closes_no_open_task_and_its_own_task_comes_too(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact, RETRY, [TaskRaised("call back", "low")])
    optouts.add(db, contact.phone, "command", NOW)
    contacts.take(db, 10, NOW, unless_opted_out, lambda *_: [TaskRaised("doctor", "high")], seconds=60)
    assert [(task.reason, task.state) for task in tasks.listing(db)] == [
        ("doctor", "open"),
        ("call back", "open"),
    ]


# ------------------------------------------------------------ several numbers


def several(*phones: str, struck: Sequence[str] = ()) -> Contact:
    """A contact with these numbers, the first one called next."""
    history = {"struck": dict.fromkeys(struck, 1)}
    values: dict[str, Any] = {"id": 1, "campaign": "results", "phone": phones[0], "phones": list(phones)}
    return Contact(**values, external_id="A", history=history)


@pytest.mark.parametrize(
    ("contact", "refused", "expected"),
    [
        (several("+71", "+72"), [], "+71"),
        (several("+71", "+72"), ["+72"], "+71"),
        (several("+71", "+72"), ["+71"], "+72"),
        (several("+71", "+72", "+73"), ["+71", "+72"], "+73"),
        (several("+71", "+72", "+73", struck=["1"]), ["+71"], "+73"),
        (several("+71", "+72"), ["+71", "+72"], "+71"),  # none is left: the rules close it
        (several("+71", "+72", struck=["1"]), ["+71"], "+71"),
        (several("+71"), ["+71"], "+71"),
    ],
)
def test_the_next_number_is_one_that_has_not_opted_out(
    db: Database, contact: Contact, refused: Sequence[str], expected: str
) -> None:
    for phone in refused:
        optouts.add(db, phone, "command", NOW)
    with db.read() as session:
        optouts.pass_over(session, [contact], NOW)
        session.expunge_all()
    assert contact.phone == expected


def test_numbers_before_the_present_one_come_after_those_behind_it(db: Database) -> None:
    contact = several("+71", "+72", "+73")
    contact.phone = "+72"
    for phone in ("+72", "+73"):
        optouts.add(db, phone, "command", NOW)
    with db.read() as session:
        optouts.pass_over(session, [contact], NOW)
        session.expunge_all()
    assert contact.phone == "+71"


def test_who_has_another_number_is_called_there_and_the_record_says_why(db: Database) -> None:
    queue(db, person("A", phone="+71", phones=("+71", "+72")))
    optouts.add(db, "+71", "command", NOW)
    [contact] = take(db)
    assert contact.phone == "+72"
    [change] = done_to(db, contact)
    assert (change.kind, change.details) == ("number_opted_out", {"from": "1", "to": "2"})
    optouts.add(db, "+72", "command", NOW)
    assert attempts.begin(db, contact.id, contact.token, "trunk", NOW, unless_opted_out, None) is None
    assert take(db) == []
    assert seen(db).outcome == "opted_out"


def test_a_wait_for_a_number_that_opted_out_becomes_one_for_the_next(db: Database) -> None:
    queue(db, person("A", phone="+71", phones=("+71", "+72")))
    [contact] = take(db)
    attempt = begun(db, contact)
    optouts.add(db, "+71", "command", NOW)
    finish(db, attempt, contact, RETRY)
    assert (seen(db).phone, seen(db).next_at, seen(db).due) == ("+72", NOW + HOUR, False)


# ------------------------------------------------------------ many at once


def test_many_are_entered_and_hold_at_once(db: Database) -> None:
    queue(db, person("A", phone="+71"), person("B", phone="+72", campaign="survey"), person("C", phone="+73"))
    contacts.take(db, 10, NOW, tomorrow, no_tasks)
    optouts.add(db, "+73", "key", NOW - HOUR)
    refusals = [Refusal(phone, "file a.csv", NOW - HOUR) for phone in ("+71", "+72", "+73", "+71")]
    assert optouts.add_all(db, refusals, NOW) == [True, True, False, False]
    assert take(db) == []
    assert [seen(db, "A").outcome, seen(db, "B", "survey").outcome] == ["opted_out"] * 2
    assert [(row.phone, row.how, row.at) for row in optouts.listing(db)] == [
        ("+71", "file a.csv", NOW - HOUR),
        ("+72", "file a.csv", NOW - HOUR),
        ("+73", "key", NOW - HOUR),
    ]


def test_more_than_fit_into_one_transaction(db: Database) -> None:
    refusals = [Refusal(f"+7{number}", "file", NOW) for number in range(ENTERED_AT_ONCE + 1)]
    assert optouts.add_all(db, refusals, NOW) == [True] * (ENTERED_AT_ONCE + 1)
    assert len(optouts.listing(db)) == ENTERED_AT_ONCE + 1


def test_the_pages_make_up_the_list(db: Database) -> None:
    """Also where many were entered at one moment."""
    same = [Refusal(f"+7912345670{place}", "file", NOW, "survey" if place % 2 else "") for place in range(5)]
    later = [Refusal(f"+7912345680{place}", "file", NOW + HOUR) for place in range(2)]
    optouts.add_all(db, [*later, *same], NOW)
    for names, found in (((), 7), (("results",), 5), (("results", "survey"), 7)):
        read, after = [], None
        while True:
            some, after = optouts.page(db, names, after, 2)
            read += some
            if after is None:
                break
        held = [each for each in optouts.listing(db) if each.campaign in ("", *names) or not names]
        assert (len(read), [each.phone for each in read]) == (found, [each.phone for each in held])
