"""What other systems are to be told, written in the transaction in which it becomes true."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from campaigns.models import Answer, Contact, OutboxEvent, Task
from campaigns.store import rows
from campaigns.words import EventKind

_NAME_OF = select(Contact.external_id).where(col(Contact.id) == bindparam("contact"))
_ANSWERS = select(Answer.id, Answer.question, Answer.value).where(Answer.contact_id == bindparam("contact"))


def tell(
    session: Session,
    kind: EventKind,
    now: datetime,
    campaign: str,
    contact: Contact | None = None,
    task: Task | None = None,
    **body: Any,
) -> None:
    """Write an event down; it goes out once this transaction is kept, and never without it.

    Every body has `campaign`, and `contact` (its external_id) and `institution` where there is one; of a task
    also `task` (its number), `reason`, `urgency`, `state`, `level`, `created_at`, `due_at` and `reopenings`,
    as they are now. body: what else is told, plain JSON, and never a name, a phone number or free text.
    """
    about = {"campaign": campaign, **_of_contact(session, contact, task), **_of_task(task), **body}
    values = {
        "key": uuid.uuid4().hex,
        "at": now,
        "kind": kind,
        "campaign": campaign,
        "contact_id": _contact_id(contact, task),
        "task_id": None if task is None else task.id,
        "body": about,
        "spread": False,
    }
    rows.insert(session, OutboxEvent, values)


def tell_closed(session: Session, contact: Contact, now: datetime) -> None:
    """A contact is closed: with what it said, and whether it was told what it was to be told."""
    told_at = contact.delivered_at
    tell(
        session,
        "contact.closed",
        now,
        contact.campaign,
        contact,
        state=contact.state,
        outcome=contact.outcome,
        delivered_at=None if told_at is None else told_at.isoformat(),
        attempts=contact.attempts_used,
        answers=_answers(session, contact),
    )


def _answers(session: Session, contact: Contact) -> dict[str, str]:
    found = session.connection().execute(_ANSWERS, {"contact": contact.id})
    return {question: value for _, question, value in sorted(found)}


def _contact_id(contact: Contact | None, task: Task | None) -> int | None:
    if contact is not None:
        return contact.id
    return None if task is None else task.contact_id


def _of_contact(session: Session, contact: Contact | None, task: Task | None) -> Mapping[str, str]:
    if contact is None and task is None:
        return {}
    named = contact.external_id if contact else _name_of(session, task.contact_id if task else None)
    institution = (task.institution if task else "") or (contact.institution if contact else "")
    return {key: value for key, value in (("contact", named), ("institution", institution)) if value}


def _name_of(session: Session, contact_id: int | None) -> str:
    if contact_id is None:
        return ""
    return str(session.connection().execute(_NAME_OF, {"contact": contact_id}).scalar() or "")


def _of_task(task: Task | None) -> Mapping[str, Any]:
    if task is None:
        return {}
    return {
        "task": task.id,
        "reason": task.reason,
        "urgency": task.urgency,
        "state": task.state,
        "level": task.level,
        "created_at": task.created_at.isoformat(),
        "due_at": task.due_at.isoformat(),
        "reopenings": task.reopenings,
    }
