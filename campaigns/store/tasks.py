"""Tasks: work for humans, raised by calls and closed by people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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

_SAME = select(Task).where(
    Task.contact_id == bindparam("contact"),
    Task.reason == bindparam("reason"),
    col(Task.state).not_in(CLOSED),
)


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
        open_task = session.exec(_SAME, params={"contact": contact.id, "reason": task.reason}).first()
        _raise(session, open_task, contact.campaign, contact.id, task, now)


def raise_of_campaign(session: Session, campaign: str, raised: TaskRaised, now: datetime) -> None:
    """Make a task of the whole campaign, or sharpen the one that is open for the same reason."""
    whole = select(Task).where(Task.campaign == campaign, col(Task.contact_id).is_(None))
    same = whole.where(Task.reason == raised.reason, col(Task.state).not_in(CLOSED))
    _raise(session, session.exec(same).first(), campaign, None, raised, now)


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
    open_task.details = {**open_task.details, **dict(raised.details)}
    if due_at < open_task.due_at:
        open_task.due_at, open_task.urgency = due_at, raised.urgency
    session.flush()


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
