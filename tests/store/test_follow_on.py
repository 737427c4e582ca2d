"""From one person to the next in the same call: one transaction, or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from campaigns.models import Contact
from campaigns.rules.caps import Ring
from campaigns.rules.due import CallNow, Close, Decision, Standing, WaitUntil
from campaigns.store import attempts, campaigns, contacts, optouts
from campaigns.store.attempts import CallEnd
from campaigns.store.contacts import NewContact
from campaigns.store.database import Database
from campaigns.store.decisions import Judge
from campaigns.store.follow_on import companions, hand_over
from tests.store import invariants
from tests.store.people import (
    COMPLETED,
    HOUR,
    NOW,
    RETRY,
    begun,
    call_now,
    finish,
    no_tasks,
    person,
    queue,
    seen,
    take,
    unless_opted_out,
)

PHONE = "+79120000001"
LATER = NOW + HOUR / 60


def member(name: str, **changes: Any) -> NewContact:
    return person(name, phone=PHONE, **changes)


def in_call(db: Database, *others: NewContact) -> tuple[Contact, int]:
    """A is called; the others are queued behind."""
    queue(db, member("A", priority=9), *others)
    [first] = take(db, 1)
    attempt = begun(db, first)
    attempts.rang(db, attempt, NOW)
    return first, attempt


def end(first: Contact, **changes: Any) -> CallEnd:
    return replace(CallEnd(first.token, "answered", 200, 30.0, "completed", COMPLETED, ()), **changes)


def found(db: Database, first: Contact, judge: Judge = call_now, most: int = 9) -> Sequence[str]:
    return [other.external_id for other in companions(db, first, NOW, judge, most)]


def never_twice(_contact: Contact, standing: Standing) -> Decision:
    """A cap of one call, and no call to numbers that opted out."""
    if standing.opted_out:
        return Close("done", "opted_out")
    return WaitUntil(NOW + 24 * HOUR, "cap") if standing.rings else CallNow()


def test_the_next_person_has_an_attempt_when_the_first_has_none_any_more(db: Database) -> None:
    first, attempt = in_call(db, member("B"))
    handed = hand_over(db, attempt, end(first), seen(db, "B"), never_twice, LATER)
    assert handed is not None
    number, second = handed
    assert (seen(db).state, seen(db).outcome, seen(db).attempts_used) == ("done", "completed", 1)
    [row] = attempts.of_contact(db, second.id)
    assert (row.id, row.number, row.trunk, row.started_at) == (number, 1, "trunk", LATER)
    assert (row.rang_at, row.answered_at, row.grounds["same_call_as"]) == (None, LATER, str(attempt))
    assert (second.state, second.leased, second.token) == ("calling", True, 1)
    invariants.check(db)
    assert finish(db, number, second, now=LATER)
    assert (seen(db, "B").state, seen(db, "B").outcome) == ("done", "completed")
    invariants.check(db)


def test_the_same_call_is_one_ring(db: Database) -> None:
    first, attempt = in_call(db, member("B"), member("C"))
    handed = hand_over(db, attempt, end(first), seen(db, "B"), never_twice, LATER)
    assert handed is not None
    finish(db, handed[0], handed[1], now=LATER)
    rings: list[Sequence[Ring]] = []

    def judge(_contact: Contact, standing: Standing) -> Decision:
        rings.append(standing.rings)
        return CallNow()

    contacts.take(db, 1, LATER, judge, no_tasks, seconds=60)
    [[ring]] = rings
    assert (ring.contact, ring.at) == (first.id, NOW)


def test_who_may_follow(db: Database) -> None:
    first, _ = in_call(
        db,
        member("later", priority=-1),
        member("sooner", priority=5),
        member("not yet", not_before=NOW + HOUR),
        member("elsewhere", campaign="survey"),
        person("stranger"),
    )
    assert found(db, first) == ["sooner", "later"]
    assert found(db, first, most=1) == ["sooner"]
    assert found(db, first, lambda _contact, _standing: Close("done", "opted_out")) == []


@pytest.mark.parametrize(
    ("reason", "expected"), [("pause", ["B"]), ("cap", ["B"]), ("retry", []), ("hours", [])]
)
def test_who_only_waits_for_the_number_may_follow(db: Database, reason: Any, expected: list[str]) -> None:
    queue(db, member("B"))
    contacts.take(db, 1, NOW, lambda _contact, _standing: WaitUntil(NOW + HOUR, reason), no_tasks, seconds=60)
    first, _ = in_call(db)
    assert found(db, first, never_twice) == expected


def test_nobody_else_takes_who_may_follow(db: Database) -> None:
    first, _ = in_call(db, member("B"))
    assert take(db) == []
    assert contacts.free_among(db, [first.id, seen(db, "B").id]) == []


def _pause(db: Database, _attempt: int, _first: Contact) -> None:
    campaigns.move(db, "results", "paused", NOW)


def _opt_out(db: Database, _attempt: int, _first: Contact) -> None:
    optouts.add(db, PHONE, "command", NOW)


def _end(db: Database, attempt: int, first: Contact) -> None:
    finish(db, attempt, first, RETRY)


def _correct(db: Database, _attempt: int, _first: Contact) -> None:
    with db.write() as session:
        session.get_one(Contact, seen(db, "B").id).revision += 1


@pytest.mark.parametrize("change", [_pause, _opt_out, _end, _correct])
def test_what_has_changed_meanwhile_leaves_all_as_it_is(db: Database, change: Any) -> None:
    first, attempt = in_call(db, member("B"))
    follower = seen(db, "B")
    change(db, attempt, first)
    before = seen(db), seen(db, "B")
    assert hand_over(db, attempt, end(first), follower, unless_opted_out, LATER) is None
    assert (seen(db), seen(db, "B")) == before
    assert attempts.of_contact(db, follower.id) == []
    invariants.check(db)


def test_a_stale_lease_hands_nothing_over(db: Database) -> None:
    first, attempt = in_call(db, member("B"))
    stale = end(first, token=first.token - 1)
    assert hand_over(db, attempt, stale, seen(db, "B"), call_now, LATER) is None
    assert seen(db).state == "calling"


def test_it_is_handed_over_once(db: Database) -> None:
    first, attempt = in_call(db, member("B"), member("C"))
    follower, other = seen(db, "B"), seen(db, "C")
    assert hand_over(db, attempt, end(first), follower, call_now, LATER) is not None
    assert hand_over(db, attempt, end(first), follower, call_now, LATER) is None
    assert hand_over(db, attempt, end(first), other, call_now, LATER) is None
    invariants.check(db)
