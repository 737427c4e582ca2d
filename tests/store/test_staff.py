"""Operators are entered once, put on and off, and removed without their calls being forgotten."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from campaigns.errors import OperatorRefused, UnknownOperator
from campaigns.models import Operator
from campaigns.store import operators, staff
from campaigns.store.database import Database
from campaigns.store.staff import NewOperator
from campaigns.words import OperatorState
from tests.store.people import NOW
from tests.store.seats import contact_of, end, free, hire, operator, seat, seated
from tests.store.shared import PATIENCE_SECONDS, meanwhile, until_somebody_waits

LATER = NOW + timedelta(hours=1)
ANNA = NewOperator("Anna", "sip:101@pbx", "north", ("ru", "en"), ("Clinic 5",), "7:30-14:00", "PJSIP/101")
BORIS = NewOperator("Boris", "sip:102@pbx", "north")


def test_who_is_entered_is_off_and_all_of_it_is_kept(db: Database) -> None:
    staff.enter(db, BORIS, NOW)
    staff.enter(db, ANNA, NOW)
    anna, boris = staff.listing(db)
    assert (anna.name, anna.address, anna.group, anna.shift, anna.agent) == (
        "Anna",
        "sip:101@pbx",
        "north",
        "7:30-14:00",
        "PJSIP/101",
    )
    assert (anna.languages, anna.skills) == (["ru", "en"], ["Clinic 5"])
    assert (boris.state, boris.state_reason, boris.languages, boris.shift) == ("off", "", [], "")
    assert (boris.changed_at, boris.idle_since, boris.free_at) == (NOW, NOW, NOW)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"address": "sip:9@pbx", "agent": ""}, "There is an operator Anna already: remove it first"),
        ({"name": "ANNA", "address": "sip:9@pbx"}, "There is an operator Anna already"),
        ({"name": "Vera"}, "Operator Anna has this address already: two operators need two phones"),
        ({"name": "Vera", "address": "sip:101@pbx:5060"}, "Operator Anna has this address already"),
        ({"name": "Vera", "address": "sip:9@pbx"}, "Operator Anna is agent PJSIP/101 of the queue already"),
        (
            {"name": "Vera", "address": "sip:9@pbx", "agent": "east:PJSIP/101"},
            "put the name of the queue's log and a colon before both",
        ),
    ],
)
def test_two_are_never_one(db: Database, changes: dict[str, Any], complaint: str) -> None:
    staff.enter(db, ANNA, NOW)
    with pytest.raises(OperatorRefused, match=complaint):
        staff.enter(db, NewOperator(**{**vars(ANNA), **changes}), LATER)
    assert len(staff.listing(db)) == 1


def test_two_commands_that_enter_the_same_phone(shared_db: Database) -> None:
    """Both saw nobody there; one of the two is told so in a sentence."""

    first_has_written = Event()

    def second() -> str:
        first_has_written.wait(PATIENCE_SECONDS)
        try:
            staff.enter(shared_db, NewOperator("Vera", ANNA.address, "north"), NOW)
        except OperatorRefused as refused:
            return str(refused)
        return ""

    with meanwhile(second) as said, shared_db.write() as session:
        session.add(Operator(**vars(ANNA), changed_at=NOW, idle_since=NOW, free_at=NOW))
        session.flush()
        first_has_written.set()
        until_somebody_waits(shared_db)
    assert said == ["Operator Vera has just been entered by somebody else."]


@pytest.mark.parametrize(("state", "reason"), [("on", ""), ("off", ""), ("paused", "operator")])
def test_a_state_is_what_was_said_last(db: Database, state: OperatorState, reason: str) -> None:
    staff.enter(db, ANNA, NOW)
    put = staff.put(db, "anna", state, LATER)
    assert (put.name, put.state, put.state_reason, put.changed_at) == ("Anna", state, reason, LATER)
    assert operator(db, "Anna") == put


def test_who_is_on_again_was_not_idle_meanwhile(db: Database) -> None:
    hire(db, "anna", "boris")
    staff.put(db, "anna", "paused", NOW)
    staff.put(db, "anna", "on", LATER)
    staff.put(db, "boris", "on", LATER)  # said twice: still idle since before
    assert operator(db).idle_since == LATER
    assert operator(db, "boris").idle_since < NOW
    assert seated(db, contact_of(db), now=LATER).name == "boris"


def test_on_lets_go_of_what_a_log_that_is_not_read_any_more_says(db: Database) -> None:
    hire(db, "anna")
    with db.write() as session:
        session.merge(operator(db)).queue_call = "1700000000.12"
    assert free(db) == 0
    staff.put(db, "anna", "on", NOW)
    assert free(db) == 1


def test_who_is_put_off_in_a_call_ends_it_in_peace(db: Database) -> None:
    hire(db, "anna")
    held = seated(db, contact_of(db))
    staff.put(db, "anna", "off", NOW)
    assert operator(db).held_by == "a"
    end(db, held, "talked")
    assert (operator(db).held_by, operator(db).state) == ("", "off")
    assert free(db, at=10_000) == 0


def test_who_never_had_a_call_is_gone(db: Database) -> None:
    staff.enter(db, ANNA, NOW)
    staff.remove(db, "anna", NOW)
    assert staff.listing(db) == []
    staff.enter(db, NewOperator("Vera", ANNA.address, "north", agent=ANNA.agent), NOW)


def test_who_had_calls_is_gone_and_the_calls_are_not(db: Database) -> None:
    hire(db, "anna")
    contact = contact_of(db)
    end(db, seated(db, contact), "refused")
    was = operator(db).id
    staff.remove(db, "anna", LATER)
    assert staff.listing(db) == []
    assert operators.registered(db) == 0
    assert seat(db, contact, now=LATER) is None
    assert staff.calls_since(db, NOW) == {was: 1}
    hire(db, "vera", "anna")  # the name and the phone are free again, and anna is who she was
    assert operator(db).id == was
    assert (operator(db).state, operator(db).address) == ("on", "sip:anna@127.0.0.1")


def test_calls_are_counted_from_a_moment_on(db: Database) -> None:
    hire(db, "anna")
    end(db, seated(db, contact_of(db)), "refused")
    assert staff.calls_since(db, NOW + timedelta(seconds=1)) == {}


def test_who_is_in_a_call_is_not_removed(db: Database) -> None:
    hire(db, "anna")
    held = seated(db, contact_of(db))
    with pytest.raises(OperatorRefused, match="Operator anna is in a call: run dialer operators off"):
        staff.remove(db, "anna", NOW)
    end(db, held, "talked")
    staff.remove(db, "anna", NOW)


@pytest.mark.parametrize(
    "act",
    [
        lambda db: staff.put(db, "nobody", "on", NOW),
        lambda db: staff.remove(db, "nobody", NOW),
    ],
)
def test_who_is_not_there_is_said(db: Database, act: Callable[[Database], object]) -> None:
    staff.enter(db, ANNA, NOW)
    with pytest.raises(UnknownOperator, match="There is no operator nobody: see dialer operators list"):
        act(db)
