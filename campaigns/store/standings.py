"""What is known of numbers when it is decided whether to call them: opt-outs, and calls that rang."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from campaigns.models import RANG, Attempt, Contact
from campaigns.rules.caps import LONGEST, Ring
from campaigns.rules.due import Standing
from campaigns.store import optouts


def standings(session: Session, contacts: Collection[Contact], now: datetime) -> dict[int, Standing]:
    """The standing of each contact's present number, by the contact's id."""
    phones = {contact.phone for contact in contacts}
    opted_out = optouts.among(session, phones)
    rings = _rings(session, phones, now)
    return {
        contact.id: Standing(
            not opted_out.isdisjoint({(contact.phone, ""), (contact.phone, contact.campaign)}),
            tuple(rings.get(contact.phone, ())),
        )
        for contact in contacts
    }


def standing(session: Session, contact: Contact, now: datetime) -> Standing:
    """That of one contact's present number."""
    return standings(session, [contact], now)[contact.id]


def _rings(session: Session, phones: Collection[str], now: datetime) -> dict[str, list[Ring]]:
    wanted = select(Attempt.phone, Attempt.contact_id, Attempt.rang_at, Attempt.ended_at)
    recent = wanted.where(col(Attempt.phone).in_(phones), RANG, col(Attempt.rang_at) > now - LONGEST)
    rings: dict[str, list[Ring]] = {}
    for phone, contact_id, rang_at, ended_at in session.exec(recent):
        assert rang_at is not None
        rings.setdefault(phone, []).append(Ring(contact_id, rang_at, ended_at))
    return rings
