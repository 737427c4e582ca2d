"""Who is looked at next: every query here walks an index and stops early, however many wait."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from campaigns.models import ASLEEP, DUE, INSTITUTIONAL, LEASED, PERISHABLE, Contact
from campaigns.rules.fairness import Ticket
from campaigns.store import rows

WOKEN_AT_ONCE = 1000  # per campaign and transaction, about 10 ms

# Built once: SQLAlchemy takes longer to put such a statement together than SQLite takes to answer it.
_OF_CAMPAIGN = col(Contact.campaign) == bindparam("name")
_OVERSLEPT = (
    select(Contact.id)
    .where(_OF_CAMPAIGN, ASLEEP, col(Contact.next_at) <= bindparam("now"))
    .order_by(col(Contact.next_at), col(Contact.rank))
    .limit(WOKEN_AT_ONCE)
    .with_for_update(skip_locked=True)
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
NUMBER_HELD = _HELD.exists()
_LINE = select(*_KEY).where(_OF_CAMPAIGN, DUE, ~NUMBER_HELD).order_by(*_KEY).limit(bindparam("count"))
_LINE_AND_INSTITUTION = _LINE.add_columns(col(Contact.institution))
_LINE_OF = _LINE.where(col(Contact.institution) == bindparam("institution"), INSTITUTIONAL)
_NEXT_INSTITUTION = select(func.min(col(Contact.institution))).where(
    _OF_CAMPAIGN, DUE, INSTITUTIONAL, col(Contact.institution) > bindparam("after")
)
_LATE = (
    select(Contact)
    .where(_OF_CAMPAIGN, PERISHABLE, col(Contact.deadline) <= bindparam("now"))
    .order_by(col(Contact.deadline))
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True, key_share=True)
)
_BY_ID = (
    sqlalchemy.select(rows.table_of(Contact))
    .where(col(Contact.id).in_(bindparam("ids", expanding=True)), DUE)
    .with_for_update(skip_locked=True, key_share=True)
)
_HELD_PHONES = select(Contact.phone).where(
    col(Contact.phone).in_(bindparam("phones", expanding=True)), LEASED
)


def wake(session: Session, campaigns: Sequence[str], now: datetime) -> int:
    """Mark contacts as due whose time has come; of those with the same time the first in rank come first."""
    connection = session.connection()
    return sum(connection.execute(_WAKE, {"name": name, "now": now}).rowcount for name in campaigns)


def line(session: Session, campaign: str, count: int) -> list[Ticket]:
    """The first contacts of a campaign, without those whose phone is held by another.

    Order: rank (priority, deadline), then who has waited longer, then who was queued first.
    """
    return _tickets(session.connection().execute(_LINE, {"name": campaign, "count": count}))


def line_of(session: Session, campaign: str, institution: str, count: int) -> list[Ticket]:
    """The same of those that belong to one institution."""
    asked = {"name": campaign, "institution": institution, "count": count}
    return _tickets(session.connection().execute(_LINE_OF, asked))


def line_without_institution(session: Session, campaign: str, count: int) -> list[Ticket]:
    """Those among the first contacts of a campaign that belong to no institution."""
    found = session.connection().execute(_LINE_AND_INSTITUTION, {"name": campaign, "count": count})
    return _tickets(key for *key, institution in found if not institution)


def institutions(session: Session, campaign: str) -> list[str]:
    """The institutions that have due contacts in a campaign; one step in the index for each."""
    connection, found = session.connection(), [""]
    while name := connection.execute(_NEXT_INSTITUTION, {"name": campaign, "after": found[-1]}).scalar():
        found.append(name)
    return found[1:]


def by_id(session: Session, ids: Sequence[int]) -> list[Contact]:
    """These contacts in this order, as far as they are due and no other engine is at them.

    They belong to no session: what is changed in them is written by `rows.kept` or a statement.
    """
    found = session.connection().execute(_BY_ID, {"ids": ids})
    contacts = {row.id: rows.made(Contact, row._mapping) for row in found}
    return [contacts[contact_id] for contact_id in ids if contact_id in contacts]


def held_phones(session: Session, phones: Collection[str]) -> set[str]:
    """Which of these phones are held."""
    return set(session.connection().execute(_HELD_PHONES, {"phones": list(phones)}).scalars())


def past_deadline(session: Session, campaigns: Collection[str], now: datetime, count: int) -> list[Contact]:
    """Up to so many contacts of these campaigns that nobody holds and whose deadline has passed."""
    late: list[Contact] = []
    for name in campaigns:
        left = {"name": name, "now": now, "count": count - len(late)}
        late.extend(session.exec(_LATE, params=left))
    return late


def _tickets(found: Iterable[Iterable[Any]]) -> list[Ticket]:
    return [Ticket(*row) for row in found]
