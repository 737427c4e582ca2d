"""Who is looked at next: every query here walks an index and stops early, however many wait."""

import heapq
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from campaigns.models import ASLEEP, DUE, PERISHABLE, Contact

WOKEN_AT_ONCE = 1000  # per campaign and transaction, about 10 ms

# Built once: SQLAlchemy takes longer to put such a statement together than SQLite takes to answer it.
_OF_CAMPAIGN = col(Contact.campaign) == bindparam("name")
_OVERSLEPT = (
    select(Contact.id)
    .where(_OF_CAMPAIGN, ASLEEP, col(Contact.next_at) <= bindparam("now"))
    .order_by(col(Contact.next_at), col(Contact.rank))
    .limit(WOKEN_AT_ONCE)
)
_WAKE = (
    update(Contact)
    .where(col(Contact.id).in_(_OVERSLEPT))
    .values(due=True)
    .execution_options(synchronize_session=False)
)
_KEY = (col(Contact.rank), col(Contact.next_at), col(Contact.id))
_HOLDER = aliased(Contact)
_HELD = select(_HOLDER.id).where(col(_HOLDER.phone) == col(Contact.phone), col(_HOLDER.leased).is_(True))
_LINE = select(*_KEY).where(_OF_CAMPAIGN, DUE, ~_HELD.exists()).order_by(*_KEY).limit(bindparam("count"))
_LATE = (
    select(Contact)
    .where(_OF_CAMPAIGN, PERISHABLE, col(Contact.deadline) <= bindparam("now"))
    .order_by(col(Contact.deadline))
    .limit(bindparam("count"))
)
_BY_ID = select(Contact).where(col(Contact.id).in_(bindparam("ids", expanding=True)))


def wake(session: Session, campaigns: Sequence[str], now: datetime) -> int:
    """Mark contacts as due whose time has come; of those with the same time the first in rank come first."""
    connection = session.connection()
    return sum(connection.execute(_WAKE, {"name": name, "now": now}).rowcount for name in campaigns)


def first_in_line(session: Session, campaigns: Sequence[str], count: int) -> list[Contact]:
    """The first contacts of these campaigns together, without those whose phone is held by another.

    Order: rank (priority, deadline), then who has waited longer, then who was queued first.
    """
    connection = session.connection()
    lines = (connection.execute(_LINE, {"name": name, "count": count}) for name in campaigns)
    ids = [contact_id for _rank, _next_at, contact_id in islice(heapq.merge(*lines), count)]
    contacts = {contact.id: contact for contact in session.exec(_BY_ID, params={"ids": ids})}
    return [contacts[contact_id] for contact_id in ids]


def past_deadline(session: Session, campaigns: Collection[str], now: datetime, count: int) -> list[Contact]:
    """Up to so many contacts of these campaigns that nobody holds and whose deadline has passed."""
    late: list[Contact] = []
    for name in campaigns:
        left = {"name": name, "now": now, "count": count - len(late)}
        late.extend(session.exec(_LATE, params=left))
    return late
