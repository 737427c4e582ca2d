"""All that is recorded of one contact, for `contacts explain`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, func
from sqlmodel import Session, col, or_, select

from campaigns.models import DUE, LEASED, Attempt, Campaign, Change, Contact, Node, OptOut, Task
from campaigns.rules.due import Standing
from campaigns.store import changes
from campaigns.store.campaigns import running
from campaigns.store.database import Database
from campaigns.store.standings import standing

COUNTED_AT_MOST = 10_000  # who goes before it; more is just "very many"


@dataclass(frozen=True)
class Dossier:
    """One contact, and what speaks for and against calling it.

    numbers: all of them, the first first. changes: of the contact, and of its campaign from when it was
    queued until it was closed, in the order of time. opt_outs: of its numbers, as far as they hold for its
    campaign. held_by: who else is called, or about to be, at its number. ahead: how many due contacts go
    before it, counted to 10,000. engine_seen: when an engine was last alive; None: it is not known, as with
    one engine on SQLite. tasks: reasons of those that are open.
    """

    contact: Contact
    campaign: Campaign | None
    numbers: tuple[str, ...]
    attempts: Sequence[Attempt]
    changes: Sequence[Change]
    opt_outs: Sequence[OptOut]
    standing: Standing
    held_by: str | None
    ahead: int
    engine_seen: datetime | None
    tasks: Sequence[str]


def find(db: Database, external_id: str, phone: str | None, campaign: str | None = None) -> list[int]:
    """The ids of contacts of that name, and of those with that number (E.164) among any of theirs.

    campaign: only there; None: in all. A number is looked for in all that are queued, about a second for a
    million.
    """
    with db.read() as session:
        names = [campaign] if campaign else list(session.exec(select(Campaign.name)))
        mine = select(Contact.id).where(col(Contact.campaign).in_(names))
        found = set(session.exec(mine.where(Contact.external_id == external_id)))
        if phone:
            called = select(Attempt.contact_id).where(Attempt.phone == phone)
            listed = cast(col(Contact.phones), String).like(f'%"{phone}"%')
            has = or_(Contact.phone == phone, col(Contact.id).in_(called), listed)
            found.update(session.exec(mine.where(has)))
    return sorted(found)


def open_dossier(db: Database, contact_id: int, now: datetime) -> Dossier:
    """All that is recorded, as of one moment."""
    with db.read() as session:
        contact = session.get_one(Contact, contact_id)
        numbers = tuple(contact.phones) or (contact.phone,)
        attempts = select(Attempt).where(Attempt.contact_id == contact_id).order_by(col(Attempt.number))
        refused = select(OptOut).where(
            col(OptOut.phone).in_((*numbers, contact.phone)),
            col(OptOut.campaign).in_(("", contact.campaign)),
        )
        tasks = select(Task.reason).where(Task.contact_id == contact_id, col(Task.closed_at).is_(None))
        return Dossier(
            contact,
            session.get(Campaign, contact.campaign),
            numbers,
            session.exec(attempts).all(),
            _changes(session, contact),
            session.exec(refused.order_by(col(OptOut.at))).all(),
            standing(session, contact, now),
            _holder(session, contact),
            _ahead(session, contact),
            session.exec(select(func.max(col(Node.beat_at)))).one(),
            session.exec(tasks.order_by(col(Task.id))).all(),
        )


def _changes(session: Session, contact: Contact) -> Sequence[Change]:
    own = changes.of_contact(session, contact.id)
    whole = changes.of_campaign(session, contact.campaign, contact.queued_at, contact.closed_at)
    return sorted([*own, *whole], key=lambda change: (change.at, change.id))


def _holder(session: Session, contact: Contact) -> str | None:
    """The other contact at its number, as `A-1 of covid-results`."""
    others = select(Contact.external_id, Contact.campaign).where(
        Contact.phone == contact.phone, LEASED, Contact.id != contact.id
    )
    found = session.exec(others).first()
    return f"{found[0]} of {found[1]}" if found else None


def _ahead(session: Session, contact: Contact) -> int:
    before = select(Contact.id).where(
        DUE, col(Contact.campaign).in_(running(session)), Contact.rank < contact.rank
    )
    return session.exec(select(func.count()).select_from(before.limit(COUNTED_AT_MOST).subquery())).one()
