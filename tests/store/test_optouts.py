"""Opt-outs: for all campaigns, at once."""

from campaigns.flows.turns import OptedOut
from campaigns.store import attempts, contacts, optouts
from campaigns.store.database import Database
from tests.store.people import (
    HOUR,
    NOW,
    RETRY,
    begun,
    call,
    finish,
    no_tasks,
    person,
    queue,
    seen,
    take,
    tomorrow,
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
