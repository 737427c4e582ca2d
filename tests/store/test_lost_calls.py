"""Calls of which nobody knows whether they rang count for the caps as if they had."""

from datetime import datetime, timedelta

import pytest

from campaigns.store import attempts
from campaigns.store.database import Database
from campaigns.store.standings import standing
from tests.store.people import HOUR, NOW, OWN_FAILURE, begun, call, person, queue, seen, take

RANG_AT = NOW + timedelta(seconds=3)


@pytest.mark.parametrize(
    ("cause", "rang_at", "counts_from"),
    [
        ("line_lost", None, NOW),  # its INVITE may have left
        ("line_lost", RANG_AT, RANG_AT),
        ("unreachable", None, None),
        ("congestion", None, None),
        ("no_answer", RANG_AT, RANG_AT),
    ],
)
def test_a_lost_line_may_have_rung(
    db: Database, cause: str, rang_at: datetime | None, counts_from: datetime | None
) -> None:
    contact, attempt = call(db)
    if rang_at is not None:
        attempts.rang(db, attempt, rang_at)
    assert attempts.finish(
        db, attempt, contact.token, cause, 0, 0.0, "failed", OWN_FAILURE, (), NOW + timedelta(minutes=1)
    )
    with db.read() as session:
        known = standing(session, seen(db), NOW + HOUR).rings
    assert [ring.at for ring in known] == ([] if counts_from is None else [counts_from])


def test_it_counts_for_everybody_with_that_number(db: Database) -> None:
    queue(db, person("A", phone="+7900"), person("B", phone="+7900"))
    [contact] = take(db, 1)
    attempt = begun(db, contact)
    assert attempts.finish(
        db, attempt, contact.token, "line_lost", 0, 0.0, "failed", OWN_FAILURE, (), NOW + HOUR
    )
    other = "B" if contact.external_id == "A" else "A"
    with db.read() as session:
        [ring] = standing(session, seen(db, other), NOW + HOUR).rings
    assert (ring.contact, ring.at) == (contact.id, NOW)
