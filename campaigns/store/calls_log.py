"""All calls of a campaign, streamed: what a check of the whole record goes through."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlmodel import col

from campaigns.models import Attempt, Contact
from campaigns.store.database import Database

ROWS_AT_ONCE = 10_000


class CallRow(NamedTuple):
    """One call and what was known of its contact; times are UTC."""

    contact: int
    phone: str
    zone: str
    not_before: datetime | None
    deadline: datetime | None
    delivered_at: datetime | None
    fields: dict[str, str]
    started_at: datetime
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    counted: bool


def calls(db: Database, campaign: str) -> Iterator[CallRow]:
    """Every call in the order in which they were begun; one moment of the database."""
    wanted = (
        sqlalchemy.select(
            col(Contact.id),
            col(Attempt.phone),
            col(Contact.time_zone),
            col(Contact.not_before),
            col(Contact.deadline),
            col(Contact.delivered_at),
            col(Contact.fields),
            col(Attempt.started_at),
            col(Attempt.rang_at),
            col(Attempt.answered_at),
            col(Attempt.ended_at),
            col(Attempt.outcome),
            col(Attempt.counted),
        )
        .join(Contact, col(Contact.id) == col(Attempt.contact_id))
        .where(col(Attempt.campaign) == campaign)
        .order_by(col(Attempt.id))
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    with db.read() as session:
        for row in session.connection().execute(wanted):
            yield CallRow._make(row)
