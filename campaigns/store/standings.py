"""What is known of numbers when it is decided whether to call them: opt-outs, and calls that rang."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from campaigns.models import RANG, Attempt, Contact
from campaigns.rules.caps import LONGEST, Met, Ring
from campaigns.rules.due import Standing
from campaigns.store import optouts
from campaigns.store.check_contacts import heeded

# Built once, as all that is asked before every call.
_RINGS = (
    select(  # type: ignore[call-overload]
        Attempt.phone,
        Attempt.contact_id,
        Attempt.rang_at,
        Attempt.answered_at,
        func.coalesce(Attempt.hung_up_at, Attempt.ended_at).label("ended_at"),
        Attempt.outcome,
        Contact.time_zone,
    )
    .join(Contact, col(Contact.id) == col(Attempt.contact_id))
    .where(
        col(Attempt.phone).in_(bindparam("phones", expanding=True)),
        RANG,
        col(Attempt.rang_at) > bindparam("since"),
    )
)


def standings(session: Session, contacts: Collection[Contact], now: datetime) -> dict[int, Standing]:
    """The standing of each contact's present number, by the contact's id.

    All that one transaction judges, in two statements; the calls are those of every campaign.
    """
    phones = {contact.phone for contact in contacts}
    opted_out = optouts.among(session, phones)
    rings = _rings(session, phones, now)
    return {
        contact.id: Standing(
            not opted_out.isdisjoint({(contact.phone, campaign) for campaign in heeded(contact)}),
            tuple(rings.get(contact.phone, ())),
        )
        for contact in contacts
    }


def standing(session: Session, contact: Contact, now: datetime) -> Standing:
    """That of one contact's present number."""
    return standings(session, [contact], now)[contact.id]


def _rings(session: Session, phones: Collection[str], now: datetime) -> dict[str, list[Ring]]:
    recent = {"phones": list(phones), "since": now - LONGEST}
    rings: dict[str, list[Ring]] = {}
    for call in session.connection().execute(_RINGS, recent):
        met = _met(call.outcome, call.answered_at)
        ring = Ring(call.contact_id, call.rang_at, call.ended_at, met, call.time_zone)
        rings.setdefault(call.phone, []).append(ring)
    return rings


def _met(outcome: str | None, answered_at: datetime | None) -> Met:
    """A call that was answered and `failed` is one in which we had nothing to say."""
    if outcome == "voicemail":
        return "machine"
    return "abandoned" if answered_at is not None and outcome == "failed" else ""
