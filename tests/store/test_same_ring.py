"""Which calls count as rings, and until when: without a 180, and with several people in one call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from campaigns.models import Attempt, Contact
from campaigns.rules.caps import Ring
from campaigns.rules.due import CallNow, Decision, Standing
from campaigns.store import attempts
from campaigns.store.attempts import CallEnd
from campaigns.store.database import Database
from campaigns.store.follow_on import hand_over
from tests.store.people import COMPLETED, NOW, RETRY, begun, call, call_now, finish, person, queue, seen, take

PHONE = "+79120000001"
MINUTE = timedelta(minutes=1)


def rings(db: Database, now: datetime = NOW + 10 * MINUTE) -> Sequence[Ring]:
    """What the rules are told of the number, when somebody else is to be called there."""
    found: list[Ring] = []

    def judge(_contact: Contact, standing: Standing) -> Decision:
        found.extend(standing.rings)
        return CallNow()

    queue(db, person("Z", phone=PHONE), now=now)
    [contact] = take(db, 1, now)
    attempts.begin(db, contact.id, contact.token, "trunk", now, judge, None)
    return found


def row(db: Database, contact: Contact) -> Attempt:
    return attempts.of_contact(db, contact.id)[-1]


def test_a_call_that_is_answered_without_a_180_has_rung(db: Database) -> None:
    contact, attempt = call(db)
    attempts.answered(db, attempt, NOW + MINUTE)
    attempts.answered(db, attempt, NOW + 2 * MINUTE)
    assert (row(db, contact).rang_at, row(db, contact).answered_at) == (NOW + MINUTE, NOW + MINUTE)


def test_the_ring_is_not_moved_by_the_answer(db: Database) -> None:
    contact, attempt = call(db)
    attempts.rang(db, attempt, NOW)
    attempts.answered(db, attempt, NOW + MINUTE)
    assert (row(db, contact).rang_at, row(db, contact).answered_at) == (NOW, NOW + MINUTE)


@pytest.mark.parametrize(
    ("cause", "rang", "counts"),
    [
        ("no_answer", True, True),
        ("no_answer", False, False),
        ("busy", False, False),
        ("line_lost", False, True),
    ],
)
def test_a_call_that_rang_counts_from_its_start_when_nobody_said_so(
    db: Database, cause: str, rang: bool, counts: bool
) -> None:
    contact, attempt = call(db)
    attempts.finish(
        db, attempt, contact.token, cause, 0, 0.0, "unanswered", RETRY, (), NOW + MINUTE, rang=rang
    )
    assert row(db, contact).rang_at == (NOW if counts else None)


def in_one_call(db: Database, *followers: str) -> list[tuple[int, Contact]]:
    """A is called, and the followers are told in the same call, each a minute after the one before."""
    queue(db, person("A", phone=PHONE), *(person(name, phone=PHONE) for name in followers))
    [first] = take(db, 1)
    told = [(begun(db, first), first)]
    attempts.answered(db, told[0][0], NOW)
    for minutes, name in enumerate(followers, 1):
        attempt, before = told[-1]
        end = CallEnd(before.token, "answered", 200, 60.0, "completed", COMPLETED, (), rang=True)
        handed = hand_over(db, attempt, end, seen(db, name), call_now, NOW + minutes * MINUTE)
        assert handed is not None
        told.append(handed)
    return told


@pytest.mark.parametrize("followers", [("B",), ("B", "C")])
def test_a_call_that_went_on_with_others_is_one_ring_until_its_own_end(
    db: Database, followers: tuple[str, ...]
) -> None:
    [(first, caller), *_, (last, contact)] = in_one_call(db, *followers)
    over = NOW + 5 * MINUTE
    finish(db, last, contact, now=over)
    assert rings(db) == [Ring(caller.id, NOW, over, zone="Asia/Yekaterinburg")]
    assert row(db, caller).ended_at == NOW + MINUTE
    assert row(db, caller).id == first


@pytest.mark.parametrize("end", [CallEnd(0, "answered", 200, 9.0, "completed", COMPLETED, (), rang=True)])
@pytest.mark.parametrize("cause", ["answered", "line_lost"])
def test_who_follows_in_a_call_rings_no_second_time(db: Database, end: CallEnd, cause: str) -> None:
    [_, (attempt, contact)] = in_one_call(db, "B")
    lost = replace(end, token=contact.token, cause=cause)
    assert attempts.finish(db, attempt, now=NOW + 5 * MINUTE, **vars(lost))
    assert row(db, contact).rang_at is None
    assert len(rings(db)) == 1
