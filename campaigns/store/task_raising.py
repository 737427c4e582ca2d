"""Tasks as calls leave them, and what calls find out of tasks that were resolved."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, assert_never, get_args

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import Session, col

from campaigns.flows.turns import TaskChecked, TaskRaised, Work
from campaigns.models import Contact, Task
from campaigns.store import rows
from campaigns.store.check_contacts import is_check, task_of
from campaigns.store.task_checks import OPTED_OUT
from campaigns.store.task_moves import CLOSED, ENGINE, levels_of, move, raised
from campaigns.words import TaskEvent, Urgency

SOLVED, STANDS = "the person says that it is solved", "the person says that it is not solved"
NOT_ASKED = "nobody could be asked whether it is solved"

_OPEN = (
    sqlalchemy.select(rows.table_of(Task))
    .where(col(Task.reason) == bindparam("reason"), col(Task.state).not_in(CLOSED))
    .with_for_update(key_share=True)
)
_SAME = _OPEN.where(col(Task.contact_id) == bindparam("contact"))
_SAME_OF_CAMPAIGN = _OPEN.where(col(Task.campaign) == bindparam("name"), col(Task.contact_id).is_(None))


def raise_all(session: Session, contact: Contact, work: Iterable[Work], now: datetime) -> None:
    """Make the tasks; one that is open for the same contact and reason is sharpened, not doubled.

    What the contact says of the task that it was asked about moves that one.
    """
    for each in work:
        match each:
            case TaskRaised():
                known = _open(session, _SAME, {"contact": contact.id, "reason": each.reason})
                _raise(session, known, contact.campaign, contact, each, now)
            case TaskChecked():
                _checked(session, contact, each, now)
            case _:
                assert_never(each)


def raise_of_campaign(session: Session, campaign: str, work: TaskRaised, now: datetime) -> None:
    """Make a task of the whole campaign, or sharpen the one that is open for the same reason."""
    known = _open(session, _SAME_OF_CAMPAIGN, {"name": campaign, "reason": work.reason})
    _raise(session, known, campaign, None, work, now)


def check_ended(session: Session, contact: Contact, now: datetime) -> None:
    """A contact is closed: if it was to say whether a task is solved and did not, that is written down."""
    task = _task_asked_about(session, contact) if is_check(contact) else None
    if task is not None and task.state == "resolved" and task.checked_by == contact.id:
        why = OPTED_OUT if contact.outcome == "opted_out" else NOT_ASKED
        move(session, task, "unverified", ENGINE, now, why)


def _open(session: Session, wanted: sqlalchemy.Select[Any], asked: Mapping[str, Any]) -> Task | None:
    found = session.connection().execute(wanted, asked).first()
    return None if found is None else rows.made(Task, found._mapping)


def _raise(
    session: Session,
    known: Task | None,
    campaign: str,
    contact: Contact | None,
    work: TaskRaised,
    now: datetime,
) -> None:
    if known is None:
        values = {
            "campaign": campaign,
            "institution": contact.institution if contact else "",
            "reason": work.reason,
            "urgency": work.urgency,
            "details": dict(work.details),
            "check": work.check,
        }
        raised(session, values, contact, now)
        return
    move(session, known, "sharpened", ENGINE, now, changes=_sharper(session, known, work, now))


def _sharper(session: Session, known: Task, work: TaskRaised, now: datetime) -> dict[str, Any]:
    """What the second time adds: details, a check, the higher urgency and the earlier moment."""
    due_at = levels_of(session).due(work.urgency, now)
    return {
        "details": {**known.details, **dict(work.details)},
        "check": work.check or known.check,
        "urgency": max(known.urgency, work.urgency, key=get_args(Urgency).index),
        "due_at": min(due_at, known.due_at),
        "first_due_at": min(due_at, known.first_due_at),
    }


def _checked(session: Session, contact: Contact, said: TaskChecked, now: datetime) -> None:
    """The person's word moves the task as it was resolved last; of any other it is a note."""
    task = None if said.verdict == "unknown" else _task_asked_about(session, contact)
    if task is None:  # that nobody knows is written down once the contact is closed
        return
    event: TaskEvent = "verified" if said.verdict == "solved" else "stands"
    if task.state != "resolved" or task.checked_by != contact.id:
        event = "noted"
    move(session, task, event, ENGINE, now, SOLVED if said.verdict == "solved" else STANDS)


def _task_asked_about(session: Session, contact: Contact) -> Task | None:
    number = task_of(contact)
    return None if number is None else rows.find(session, Task, number, rows.OWN)
