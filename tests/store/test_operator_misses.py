"""A phone that does not answer is paused or told of; what is not its fault pauses nobody."""

from typing import Any

import pytest

from campaigns.models import Contact
from campaigns.store import operators, staff
from campaigns.store.database import Database
from campaigns.words import OperatorCallResult
from tests.store.people import NOW
from tests.store.seats import SECOND, contact_of, end, free, hire, operator, seated


def _miss(
    db: Database,
    contact: Contact,
    at: int,
    result: OperatorCallResult,
    answered: bool = False,
    **changes: Any,
) -> str | None:
    held = seated(db, contact, now=NOW + at * SECOND)
    if answered:
        operators.answered(db, held.call, NOW + at * SECOND)
    return end(db, held, result, at + 1, **changes)


@pytest.mark.parametrize(
    ("result", "changes"),
    [
        ("no_answer", {}),
        ("failed", {"cause": "unreachable", "sip_status": 408}),
        ("refused", {"cause": "declined", "sip_status": 603}),  # a phone that rejects every call
        ("not_taken", {"answered": True}),  # a machine that answers every call
    ],
)
def test_a_phone_that_does_not_answer_twice_is_paused_with_a_notice(
    db: Database, result: OperatorCallResult, changes: dict[str, Any]
) -> None:
    hire(db, "anna")
    contact = contact_of(db)
    assert _miss(db, contact, 0, result, **changes) is None
    notice = _miss(db, contact, 100, result, **changes)
    assert notice is not None
    assert "Operator anna is paused: nobody took 2 calls in a row" in notice
    assert "dialer operators on 'anna'" in notice
    paused = operator(db)
    assert (paused.state, paused.state_reason, paused.held_by) == ("paused", "no_answer", "")
    assert free(db, at=10_000) == 0
    staff.put(db, "anna", "on", NOW + 200 * SECOND)
    assert _miss(db, contact, 200, result, **changes) is None  # it counts anew


@pytest.mark.parametrize(("taken", "result"), [(False, "refused"), (True, "patient_unreached")])
def test_who_answers_in_between_is_not_paused(db: Database, taken: bool, result: OperatorCallResult) -> None:
    hire(db, "anna")
    contact = contact_of(db)
    _miss(db, contact, 0, "no_answer")
    held = seated(db, contact, now=NOW + 100 * SECOND)
    operators.answered(db, held.call, NOW + 101 * SECOND)
    if taken:
        operators.taken(db, held.call, NOW + 101 * SECOND)
    assert end(db, held, result, 102) is None
    assert _miss(db, contact, 200, "no_answer") is None
    assert operator(db).misses == 1


@pytest.mark.parametrize(
    ("result", "changes"),
    [
        ("failed", {"cause": "congestion", "sip_status": 503, "trunk_failed": True}),
        ("failed", {"cause": "line_lost"}),
        ("failed", {"cause": "blocked", "sip_status": 403, "trunk_failed": True}),
        ("busy", {"cause": "busy", "sip_status": 486, "trunk_failed": True}),
        ("patient_gone", {}),
    ],
)
def test_what_the_phone_did_not_do_pauses_nobody(
    db: Database, result: OperatorCallResult, changes: dict[str, Any]
) -> None:
    """A trunk that dies at noon must not send a whole site home."""
    hire(db, "anna")
    contact = contact_of(db)
    for round in range(6):
        assert _miss(db, contact, 100 * round, result, **changes) is None
    assert (operator(db).state, operator(db).misses) == ("on", 0)


@pytest.mark.parametrize(
    ("result", "changes"),
    [("busy", {}), ("refused", {"answered": True})],
)
def test_a_phone_that_is_always_busy_is_told_of_but_not_paused(
    db: Database, result: OperatorCallResult, changes: dict[str, Any]
) -> None:
    """A phone may reject every call with 486, and a person may refuse every call by a key."""
    hire(db, "anna")
    contact = contact_of(db)
    notices = [_miss(db, contact, 100 * round, result, **changes) for round in range(10)]
    assert [round for round, notice in enumerate(notices, start=1) if notice] == [5, 10]
    assert "operator anna was busy or refused 5 times in a row" in str(notices[4])
    assert operator(db).state == "on"
    held = seated(db, contact, now=NOW + 2000 * SECOND)
    end(db, held, "talked", 2001)
    assert _miss(db, contact, 2100, result, **changes) is None  # it counts anew


def test_who_was_put_off_meanwhile_stays_off(db: Database) -> None:
    hire(db, "anna")
    contact = contact_of(db)
    _miss(db, contact, 0, "no_answer")
    held = seated(db, contact, now=NOW + 100 * SECOND)
    staff.put(db, "anna", "off", NOW + 101 * SECOND)
    assert end(db, held, "no_answer", 102) is None
    assert operator(db).state == "off"
