"""What is known of numbers when it is decided whether to call them: opt-outs, and calls that rang."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from campaigns.models import RANG, Attempt, Contact
from campaigns.rules.caps import LONGEST, Met, Ring
from campaigns.rules.due import Standing
from campaigns.store import optouts


def standings(session: Session, contacts: Collection[Contact], now: datetime) -> dict[int, Standing]:
    """The standing of each contact's present number, by the contact's id.

    All that one transaction judges, in two statements; the calls are those of every campaign.
    """
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
    wanted = select(Attempt, Contact.time_zone).join(Contact, col(Contact.id) == col(Attempt.contact_id))
    recent = wanted.where(col(Attempt.phone).in_(phones), RANG, col(Attempt.rang_at) > now - LONGEST)
    rings: dict[str, list[Ring]] = {}
    for attempt, zone in session.exec(recent):
        assert attempt.rang_at is not None
        ring = Ring(attempt.contact_id, attempt.rang_at, attempt.ended_at, _met(attempt), zone)
        rings.setdefault(attempt.phone, []).append(ring)
    return rings


def _met(attempt: Attempt) -> Met:
    """A call that was answered and `failed` is one in which we had nothing to say."""
    if attempt.outcome == "voicemail":
        return "machine"
    return "abandoned" if attempt.answered_at is not None and attempt.outcome == "failed" else ""
