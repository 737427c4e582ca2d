"""Contacts that wait at a number which has opted out, found from the opt-outs: those are the fewer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, select

from campaigns.models import Contact, OptOut
from campaigns.rules.due import Close
from campaigns.store import locks, optouts
from campaigns.store.database import Database
from campaigns.store.decisions import CloseTasks, shut

NUMBERS_AT_ONCE = 500  # looked up in one step, some milliseconds
CLOSED_AT_ONCE = 50  # their tasks are worked out one by one, about a millisecond each

_NUMBERS: Any = (
    select(OptOut.phone)
    .where(col(OptOut.phone) > bindparam("after"))
    .distinct()
    .order_by(col(OptOut.phone))
    .limit(NUMBERS_AT_ONCE)
)
# The campaign is compared with nothing but the opt-out's: a list of names would lead the database to the
# index of campaigns, and so through all that wait.
_WAITING: Any = (
    select(Contact.id, Contact.campaign, Contact.phone)
    .join(OptOut, col(OptOut.phone) == col(Contact.phone))
    .where(
        col(Contact.phone).in_(bindparam("phones", expanding=True)),
        Contact.state == "waiting",
        col(Contact.leased).is_(False),
        or_(
            col(OptOut.campaign) == "",
            col(OptOut.campaign) == col(Contact.campaign),
            optouts.asks_for(col(OptOut.campaign)),
        ),
    )
    .distinct()
)


def close_some(
    db: Database, campaigns: Collection[str], after: str, now: datetime, close: CloseTasks
) -> str | None:
    """Close contacts of these campaigns that nobody holds and whose number has opted out.

    Looked at are the opt-outs behind the number `after`; returns where to go on, None after the last one.
    Who has another number that may be called goes on to that and waits as before.
    """
    with db.read() as session:
        connection = session.connection()
        phones = list(connection.execute(_NUMBERS, {"after": after}).scalars())
        rows = connection.execute(_WAITING, {"phones": phones}).all() if phones else []
    found = [row for row in rows if row.campaign in campaigns]
    if found:
        some = found[:CLOSED_AT_ONCE]
        with db.write() as session:
            for phone in locks.in_order(row.phone for row in some):
                locks.number(session, phone)
            _close(session, [row.id for row in some], now, close)
    if len(found) > CLOSED_AT_ONCE:
        return after
    return phones[-1] if len(phones) == NUMBERS_AT_ONCE else None


def _close(session: Session, ids: Sequence[int], now: datetime, close: CloseTasks) -> None:
    wanted = select(Contact).where(
        col(Contact.id).in_(ids), Contact.state == "waiting", col(Contact.leased).is_(False)
    )
    holding = wanted.order_by(col(Contact.id)).with_for_update(skip_locked=True, key_share=True)
    for contact in session.exec(holding):
        if not optouts.pass_over(session, [contact], now):
            shut(session, contact, Close("done", "opted_out", {"closed": "opted_out"}), now, close)
