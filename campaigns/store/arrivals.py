"""Contacts that other systems send: entered, with what became of each; and read again, page by page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from campaigns.models import SENT_IN, Attempt, Contact
from campaigns.store.database import Database
from campaigns.store.queueing import LOOKED_UP_AT_ONCE, NewContact, enter
from campaigns.words import ContactState

Fate = Literal["new", "known", "changed", "late"]
"""late: its deadline has passed, and it is not known just so."""


@dataclass(frozen=True)
class Arrived:
    """What became of one contact that was sent. id: 0 of one that came too late."""

    fate: Fate
    id: int
    state: ContactState


@dataclass(frozen=True)
class Wanted:
    """Which contacts of a campaign. queued_by, institutions: None is whoever's. after: only higher ids."""

    campaign: str
    state: ContactState | None = None
    queued_by: str | None = None
    institutions: Collection[str] | None = None
    after: int = 0


@dataclass(frozen=True)
class Record:
    """One contact with what is known of it."""

    contact: Contact
    attempts: Sequence[Attempt]


def arrive(session: Session, sent: Sequence[tuple[NewContact, bool]], now: datetime) -> list[Arrived]:
    """Queue contacts of one campaign as part of a transaction; one fate each, in their order.

    sent: each with whether its deadline has passed; such a one can only be known already.
    Those that are known or changed are left as they stand.
    """
    if not sent:
        return []
    verdicts = iter(enter(session, [contact for contact, late in sent if not late], now))
    found = _found(session, sent[0][0].campaign, [contact.external_id for contact, _ in sent])
    arrived: list[Arrived] = []
    for contact, late in sent:
        id_, state, digest = found.get(contact.external_id, (0, "waiting", ""))
        fate: Fate = next(verdicts) if not late else "known" if digest == contact.digest else "late"
        arrived.append(Arrived(fate, id_, state))
    return arrived


def page(db: Database, wanted: Wanted, limit: int) -> list[Contact]:
    """So many at most, in the order in which they were queued."""
    asked = select(Contact).where(Contact.campaign == wanted.campaign, col(Contact.id) > wanted.after)
    if wanted.state is not None:
        asked = asked.where(Contact.state == wanted.state)
    if wanted.queued_by is not None:
        asked = asked.where(Contact.queued_by == wanted.queued_by)
        asked = asked.where(SENT_IN) if wanted.queued_by else asked  # an index has these alone
    if wanted.institutions is not None:
        asked = asked.where(col(Contact.institution).in_(wanted.institutions))
    with db.read() as session:
        return list(session.exec(asked.order_by(col(Contact.id)).limit(limit)))


def record(session: Session, campaign: str, external_id: str) -> Record | None:
    """The contact of that name in that campaign, with its attempts, the first first."""
    wanted = select(Contact).where(Contact.campaign == campaign, Contact.external_id == external_id)
    contact = session.exec(wanted).first()
    if contact is None:
        return None
    attempts = select(Attempt).where(Attempt.contact_id == contact.id).order_by(col(Attempt.number))
    return Record(contact, session.exec(attempts).all())


def _found(
    session: Session, campaign: str, external_ids: Sequence[str]
) -> dict[str, tuple[int, ContactState, str]]:
    """Id, state and digest of those that the campaign has."""
    found: dict[str, tuple[int, ContactState, str]] = {}
    for start in range(0, len(external_ids), LOOKED_UP_AT_ONCE):
        asked = {"campaign": campaign, "names": external_ids[start : start + LOOKED_UP_AT_ONCE]}
        rows = session.connection().execute(_by_name(), asked)
        found.update({name: (id_, state, digest) for name, id_, state, digest in rows})
    return found


@cache
def _by_name() -> Any:
    names: Any = bindparam("names", expanding=True)
    asked: Any = sqlalchemy.select(
        col(Contact.external_id), col(Contact.id), col(Contact.state), col(Contact.digest)
    ).where(col(Contact.campaign) == bindparam("campaign"), col(Contact.external_id).in_(names))
    return asked
