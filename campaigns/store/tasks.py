"""Tasks: work for humans, raised by calls and closed by people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from campaigns.errors import IllegalMove, NoSuchTask
from campaigns.flows.turns import TaskRaised
from campaigns.models import Contact, Task
from campaigns.store import rows
from campaigns.store.database import Database
from campaigns.words import TaskState, Urgency

DUE_AFTER: dict[Urgency, timedelta] = {
    "high": timedelta(hours=1),
    "normal": timedelta(hours=24),
    "low": timedelta(hours=72),
}
CLOSED: tuple[TaskState, ...] = ("resolved", "verified")

_OPEN = sqlalchemy.select(rows.table_of(Task)).where(
    col(Task.reason) == bindparam("reason"), col(Task.state).not_in(CLOSED)
)
_SAME = _OPEN.where(col(Task.contact_id) == bindparam("contact"))
_SAME_OF_CAMPAIGN = _OPEN.where(col(Task.campaign) == bindparam("name"), col(Task.contact_id).is_(None))


@dataclass(frozen=True)
class TaskView:
    """A task as people see it; `contact` is the contact's external_id, "" for one of the whole campaign."""

    id: int
    campaign: str
    contact: str
    reason: str
    urgency: Urgency
    state: TaskState
    due_at: datetime
    created_at: datetime
    details: dict[str, str]
    closed_at: datetime | None
    note: str

    def as_json(self) -> dict[str, Any]:
        """As `tasks list --json` prints it; times are ISO 8601 with offset."""
        return {
            "id": self.id,
            "campaign": self.campaign,
            "contact": self.contact,
            "reason": self.reason,
            "urgency": self.urgency,
            "state": self.state,
            "due_at": self.due_at.isoformat(),
            "created_at": self.created_at.isoformat(),
            "details": self.details,
        }


def listing(db: Database, campaign: str | None = None, everything: bool = False) -> list[TaskView]:
    """Open tasks in the order in which they are due; of one campaign if asked for, closed ones too if so."""
    of_contact = col(Contact.id) == col(Task.contact_id)
    wanted = select(Task, Contact.external_id).join(Contact, of_contact, isouter=True)
    if campaign is not None:
        wanted = wanted.where(Task.campaign == campaign)
    if not everything:
        wanted = wanted.where(col(Task.state).not_in(CLOSED))
    with db.read() as session:
        rows = session.exec(wanted.order_by(col(Task.due_at), col(Task.id)))
        return [_view(task, external_id or "") for task, external_id in rows]


def resolve(db: Database, task_id: int, note: str, now: datetime) -> None:
    """Close a task. Raises `NoSuchTask`, or `IllegalMove` when it is closed already."""
    with db.write() as session:
        task = session.get(Task, task_id)
        if task is None:
            raise NoSuchTask(f"There is no task {task_id}: see dialer tasks list.")
        if task.state in CLOSED:
            raise IllegalMove(f"Task {task_id} is {task.state} already.")
        task.state, task.closed_at, task.note = "resolved", now, note


def raise_all(session: Session, contact: Contact, raised: Iterable[TaskRaised], now: datetime) -> None:
    """Make the tasks; one that is open for the same contact and reason is sharpened, not doubled."""
    for task in raised:
        open_task = _open(session, _SAME, {"contact": contact.id, "reason": task.reason})
        _raise(session, open_task, contact.campaign, contact.id, task, now)


def raise_of_campaign(session: Session, campaign: str, raised: TaskRaised, now: datetime) -> None:
    """Make a task of the whole campaign, or sharpen the one that is open for the same reason."""
    open_task = _open(session, _SAME_OF_CAMPAIGN, {"name": campaign, "reason": raised.reason})
    _raise(session, open_task, campaign, None, raised, now)


def _open(session: Session, wanted: sqlalchemy.Select[Any], asked: Mapping[str, Any]) -> Task | None:
    found = session.connection().execute(wanted, asked).first()
    return None if found is None else rows.made(Task, found._mapping)


def _raise(
    session: Session,
    open_task: Task | None,
    campaign: str,
    contact_id: int | None,
    raised: TaskRaised,
    now: datetime,
) -> None:
    due_at = now + DUE_AFTER[raised.urgency]
    if open_task is None:
        values = {
            "campaign": campaign,
            "contact_id": contact_id,
            "reason": raised.reason,
            "urgency": raised.urgency,
            "state": "open",
            "details": dict(raised.details),
            "created_at": now,
            "due_at": due_at,
            "note": "",
        }
        rows.insert(session, Task, values)
        return
    with rows.kept(session, open_task):
        open_task.details = {**open_task.details, **dict(raised.details)}
        if due_at < open_task.due_at:
            open_task.due_at, open_task.urgency = due_at, raised.urgency


def _view(task: Task, external_id: str) -> TaskView:
    return TaskView(
        id=task.id,
        campaign=task.campaign,
        contact=external_id,
        reason=task.reason,
        urgency=task.urgency,
        state=task.state,
        due_at=task.due_at,
        created_at=task.created_at,
        details=task.details,
        closed_at=task.closed_at,
        note=task.note,
    )
