"""A call that goes to the next trunk, and what its line was like."""

from campaigns.store import attempts, contacts
from campaigns.store.database import Database
from tests.store import invariants
from tests.store.people import (
    COMPLETED,
    NOW,
    begun,
    call,
    finish,
    seen,
    taken_ids,
)


def test_a_fail_over_closes_one_call_and_holds_the_contact_for_the_next(db: Database) -> None:
    contact, first = call(db)
    again = attempts.fail_over(db, first, contact.token, "congestion", 503, NOW)
    assert again is not None
    assert (again.state, again.leased, again.token) == ("waiting", True, contact.token + 1)
    assert taken_ids(db) == []
    invariants.check(db)
    second = begun(db, again)
    assert finish(db, second, again)
    one, two = attempts.of_contact(db, contact.id)
    assert (one.cause, one.sip_status, one.outcome, one.counted) == ("congestion", 503, "failed", False)
    assert (two.number, two.outcome, two.counted) == (2, "completed", True)
    assert (seen(db).attempts_used, seen(db).own_failures) == (1, 0)
    invariants.check(db)


def test_a_fail_over_comes_once_and_not_after_an_end(db: Database) -> None:
    contact, attempt = call(db)
    assert attempts.fail_over(db, attempt, contact.token + 1, "congestion", 503, NOW) is None
    assert attempts.fail_over(db, attempt, contact.token, "congestion", 503, NOW)
    assert attempts.fail_over(db, attempt, contact.token, "congestion", 503, NOW) is None
    assert not finish(db, attempt, contact)
    invariants.check(db)


def test_who_is_between_two_trunks_when_the_engine_dies_is_due_again(db: Database) -> None:
    contact, attempt = call(db)
    attempts.fail_over(db, attempt, contact.token, "congestion", 503, NOW)
    assert attempts.open_attempts(db) == []
    assert contacts.release_all(db) == 1
    assert taken_ids(db) == ["A"]


def test_what_the_line_was_like_is_kept(db: Database) -> None:
    contact, attempt = call(db)
    quality = attempts.LineQuality(4.2, 0.5, 1.5, 12.0, one_way=False)
    attempts.finish(
        db, attempt, contact.token, "answered", 200, 9.0, "completed", COMPLETED, (), NOW, quality
    )
    [row] = attempts.of_contact(db, contact.id)
    kept = (row.mos, row.lost_percent, row.far_lost_percent, row.jitter_ms, row.one_way)
    assert kept == (4.2, 0.5, 1.5, 12.0, False)
