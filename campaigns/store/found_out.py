"""What a call found out about a person, written down fact by fact."""

from datetime import datetime
from typing import assert_never

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from campaigns.flows.turns import (
    Delivered,
    Fact,
    NotDelivered,
    OptedOut,
    Replied,
    TaskRaised,
    VerificationFailed,
    Verified,
)
from campaigns.models import Answer, Attempt, Contact
from campaigns.store import optouts, rows
from campaigns.store.tasks import raise_all

_SAID = select(Answer.id, Answer.attempt_id).where(
    Answer.contact_id == bindparam("contact"), Answer.question == bindparam("question")
)
_SAYS = (
    update(Answer)
    .where(col(Answer.id) == bindparam("row"))
    .values(attempt_id=bindparam("attempt"), value=bindparam("said"), at=bindparam("now"))
)


def enter(session: Session, attempt: Attempt, contact: Contact, fact: Fact, now: datetime) -> None:
    """Write one fact down; what changes in the contact is written by whoever holds it (`rows.kept`)."""
    match fact:
        case Replied():
            _reply(session, attempt, fact, now)
        case Verified():
            pass  # the outcome says it
        case VerificationFailed():
            contact.verification_failures += 1
        case Delivered():
            contact.delivered_at = contact.delivered_at or now
        case NotDelivered():
            contact.delivered_at = None
        case OptedOut(campaign_only=only):
            optouts.enter(
                session, attempt.phone or contact.phone, "key", now, attempt.campaign if only else ""
            )
        case TaskRaised():
            raise_all(session, contact, [fact], now)
        case _:
            assert_never(fact)


def _reply(session: Session, attempt: Attempt, reply: Replied, now: datetime) -> None:
    connection = session.connection()
    asked = {"contact": attempt.contact_id, "question": reply.question}
    known = connection.execute(_SAID, asked).first()
    if known is None:
        values = {
            "contact_id": attempt.contact_id,
            "campaign": attempt.campaign,
            "attempt_id": attempt.id,
            "question": reply.question,
            "value": reply.value,
            "at": now,
        }
        rows.insert(session, Answer, values)
    elif known.attempt_id <= attempt.id:
        says = {"row": known.id, "attempt": attempt.id, "said": reply.value, "now": now}
        connection.execute(_SAYS, says)
