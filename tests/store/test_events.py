"""What other systems are told, and what they are never told."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlmodel import col, select

from campaigns.flows.turns import Delivered, Fact, NotDelivered, OptedOut, Replied
from campaigns.models import Contact, OutboxEvent
from campaigns.rules.due import Close
from campaigns.rules.retries import Next
from campaigns.store import attempts, contacts, corrections
from campaigns.store.database import Database
from tests.store.people import (
    COMPLETED,
    HOUR,
    NOW,
    RETRY,
    call,
    call_now,
    finish,
    no_tasks,
    person,
    queue,
    seen,
    take,
)

CLINIC = "Поликлиника № 5"


def _told(db: Database) -> list[OutboxEvent]:
    with db.read() as session:
        return list(session.exec(select(OutboxEvent).order_by(col(OutboxEvent.id))))


def _kinds(db: Database) -> list[str]:
    return [event.kind for event in _told(db)]


def _record(db: Database, attempt: int, *facts: Fact) -> None:
    attempts.record(db, attempt, facts, "partial", NOW)


def test_a_closed_contact_is_told_with_all_that_it_said(db: Database) -> None:
    queue(db, person("A", institution=CLINIC))
    contact, attempt = call(db, "A")
    _record(db, attempt, Replied("mark", "2"), Delivered(), Replied("reason", "3"), Replied("mark", "1"))
    assert finish(db, attempt, contact)
    delivered, closed = _told(db)
    assert (delivered.kind, closed.kind) == ("contact.delivered", "contact.closed")
    about = {"campaign": "results", "contact": "A", "institution": CLINIC}
    assert delivered.body == {**about, "delivered_at": NOW.isoformat()}
    assert closed.body == {
        **about,
        "state": "done",
        "outcome": "completed",
        "delivered_at": NOW.isoformat(),
        "attempts": 1,
        "answers": {"mark": "1", "reason": "3"},
    }
    assert delivered.key != closed.key
    assert (closed.at, closed.campaign, closed.contact_id, closed.spread) == (
        NOW,
        "results",
        contact.id,
        False,
    )


def test_a_call_that_is_tried_again_is_no_news(db: Database) -> None:
    contact, attempt = call(db)
    assert finish(db, attempt, contact, RETRY)
    assert _told(db) == []


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ((Delivered(), Delivered()), ["contact.delivered"]),
        ((NotDelivered(),), []),
        ((Delivered(), NotDelivered()), ["contact.delivered", "contact.not_delivered"]),
        ((Delivered(), NotDelivered(), NotDelivered()), ["contact.delivered", "contact.not_delivered"]),
        ((OptedOut(),), ["contact.opted_out"]),
        ((Replied("mark", "5"),), []),
    ],
)
def test_what_a_call_finds_out_is_told_once(
    db: Database, facts: Sequence[Fact], kinds: Sequence[str]
) -> None:
    _, attempt = call(db)
    _record(db, attempt, *facts)
    assert _kinds(db) == kinds


def test_what_was_told_wrongly_is_told_as_closed_without_delivery(db: Database) -> None:
    contact, attempt = call(db)
    _record(db, attempt, Delivered(), NotDelivered())
    finish(db, attempt, contact)
    assert _told(db)[-1].body["delivered_at"] is None


def _cancelled(db: Database) -> None:
    corrections.cancel(db, "results", ["A"], NOW, no_tasks)


def _expired(db: Database) -> None:
    contacts.expire(db, ["results"], NOW + 48 * HOUR, no_tasks)


def _refused(db: Database) -> None:
    contacts.take(db, 1, NOW, lambda _contact, _standing: Close("done", "opted_out"), no_tasks)


@pytest.mark.parametrize(
    ("close", "state", "outcome"),
    [
        (_cancelled, "cancelled", None),
        (_expired, "exhausted", None),
        (_refused, "done", "opted_out"),
    ],
)
def test_who_is_closed_without_a_call_is_told_too(
    db: Database, close: Callable[[Database], None], state: str, outcome: str | None
) -> None:
    queue(db, person("A", deadline=NOW + 24 * HOUR))
    close(db)
    [event] = _told(db)
    assert event.kind == "contact.closed"
    assert (event.body["state"], event.body["outcome"], event.body["attempts"]) == (state, outcome, 0)
    assert event.body["answers"] == {}
    assert seen(db).state == state


def test_what_a_crash_undoes_was_never_told(db: Database) -> None:
    contact, attempt = call(db)
    ended = attempts.CallEnd(contact.token, "answered", 200, 1.0, "completed", COMPLETED, _fails)
    with pytest.raises(RuntimeError, match="in the middle"):
        attempts.end(db, attempt, ended, NOW)
    assert _told(db) == []


def _fails(*_: Any) -> Any:
    raise RuntimeError("in the middle")


def test_nothing_of_a_person_is_in_any_event(db: Database) -> None:
    queue(db, person("A", full_name="Анна Иванова", phones=("+79120000001", "+79120000002")))
    [contact] = take(db, 1)
    attempt = attempts.begin(db, contact.id, contact.token, "trunk", NOW, call_now, None)
    assert attempt is not None
    _record(db, attempt, Delivered(), OptedOut(), NotDelivered())
    finish(db, attempt, contact, Next("done", "opted_out", None, None, counted=True))
    assert len(_told(db)) == 4
    written = json.dumps([event.body for event in _told(db)], ensure_ascii=False)
    for private in ("Анна", "Иванова", contact.phone, "79120000", "1980", "negative"):
        assert private not in written


def test_events_of_one_contact_name_it_by_its_row(db: Database) -> None:
    contact, attempt = call(db)
    _record(db, attempt, Delivered())
    finish(db, attempt, contact)
    with db.read() as session:
        [known] = session.exec(select(Contact.id))
    assert {event.contact_id for event in _told(db)} == {known}
