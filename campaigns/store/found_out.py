"""What a call found out about a person, written down fact by fact."""

from datetime import datetime
from typing import assert_never

import sqlalchemy
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
from campaigns.store.database import Database
from campaigns.store.events import tell
from campaigns.store.task_raising import raise_all

_SAID = select(Answer.id, Answer.attempt_id).where(
    Answer.contact_id == bindparam("contact"), Answer.question == bindparam("question")
)
_OF_CALL = sqlalchemy.select(col(Answer.question), col(Answer.value)).where(
    col(Answer.contact_id) == bindparam("contact"), col(Answer.attempt_id) == bindparam("attempt")
)
_SAYS = (
    update(Answer)
    .where(col(Answer.id) == bindparam("row"))
    .values(attempt_id=bindparam("attempt"), value=bindparam("said"), at=bindparam("now"))
)


def said_in(db: Database, attempt: Attempt) -> dict[str, str]:
    """What was answered in one call, and in no later one, by question."""
    asked = {"contact": attempt.contact_id, "attempt": attempt.id}
    with db.read() as session:
        return {question: value for question, value in session.connection().execute(_OF_CALL, asked)}


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
            _told(session, contact, now)
        case NotDelivered():
            _not_told(session, contact, now)
        case OptedOut(campaign_only=only):
            tell(session, "contact.opted_out", now, contact.campaign, contact, campaign_only=only)
            optouts.enter(
                session, attempt.phone or contact.phone, "key", now, attempt.campaign if only else ""
            )
        case TaskRaised():
            raise_all(session, contact, [fact], now)
        case _:
            assert_never(fact)


def _told(session: Session, contact: Contact, now: datetime) -> None:
    """The first time counts, and is told."""
    if contact.delivered_at is None:
        contact.delivered_at = now
        tell(session, "contact.delivered", now, contact.campaign, contact, delivered_at=now.isoformat())


def _not_told(session: Session, contact: Contact, now: datetime) -> None:
    """Whoever was told that it was delivered learns that it was not."""
    if contact.delivered_at is not None:
        contact.delivered_at = None
        tell(session, "contact.not_delivered", now, contact.campaign, contact)


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
