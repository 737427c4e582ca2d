"""Tasks as people see them: one, a page of them, and all that happened to one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal
from sqlmodel import Session, col, select, tuple_
from sqlmodel.sql.expression import SelectOfScalar

from campaigns.errors import NoSuchTask
from campaigns.models import IN_RARE_STATE, OPEN_TASK, RARE_STATES, Contact, Task, TaskChange
from campaigns.store.database import Database
from campaigns.words import Level, TaskState, Urgency

PAGE = 50
MOST_AT_ONCE = 1000  # of one page


@dataclass(frozen=True)
class TaskView:
    """A task as people see it; `contact` is the contact's external_id, "" for one of the whole campaign.

    owner: who has it, "" for nobody. lease_until: then it returns. wake_at: then it comes back.
    checked_by: the external_id of the contact that is, or was last, asked whether it is solved.
    """

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
    level: Level = "operator"
    institution: str = ""
    owner: str = ""
    first_due_at: datetime | None = None
    lease_until: datetime | None = None
    wake_at: datetime | None = None
    check: str = ""
    checked_by: str = ""
    reopenings: int = 0

    def as_json(self) -> dict[str, Any]:
        """As `tasks list --json` prints it; times are ISO 8601 with offset, those that are not there null."""
        return {
            "id": self.id,
            "campaign": self.campaign,
            "contact": self.contact,
            "institution": self.institution,
            "reason": self.reason,
            "urgency": self.urgency,
            "state": self.state,
            "level": self.level,
            "owner": self.owner,
            "due_at": self.due_at.isoformat(),
            "first_due_at": _written(self.first_due_at),
            "created_at": self.created_at.isoformat(),
            "closed_at": _written(self.closed_at),
            "lease_until": _written(self.lease_until),
            "wake_at": _written(self.wake_at),
            "note": self.note,
            "check": self.check,
            "checked_by": self.checked_by,
            "reopenings": self.reopenings,
            "details": self.details,
        }


@dataclass(frozen=True)
class Filter:
    """Which tasks are wanted; None: any. everything: closed ones too. late_at: only those due before that.

    campaigns, institutions: of any of these, as somebody may see no others; () is all of them.
    """

    campaign: str | None = None
    institution: str | None = None
    level: Level | None = None
    state: TaskState | None = None
    owner: str | None = None
    late_at: datetime | None = None
    everything: bool = False
    campaigns: Collection[str] = ()
    institutions: Collection[str] = ()


@dataclass(frozen=True)
class Page:
    """Some tasks in their order; `after`: the number to go on behind, None: these were the last."""

    tasks: list[TaskView]
    after: int | None


ALL_OPEN = Filter()


def page(db: Database, wanted: Filter = ALL_OPEN, after: int | None = None, limit: int = PAGE) -> Page:
    """Open tasks as they are due; with closed ones among them, the newest first.

    after: the number of the task behind which it goes on; one that is gone or closed meanwhile keeps its
    place. limit: at most `MOST_AT_ONCE`. Raises `NoSuchTask`.
    """
    limit = min(max(1, limit), MOST_AT_ONCE)
    query = select(Task).where(*_conditions(wanted, db.shared))
    with db.read() as session:
        behind = None if after is None else _known(session, after)
        query = _newest(query, behind) if wanted.everything else _as_due(query, behind)
        found = list(session.exec(query.limit(limit + 1)))
        views = views_of(session, found[:limit])
    return Page(views, views[-1].id if len(found) > limit else None)


def listing(db: Database, wanted: Filter = ALL_OPEN) -> list[TaskView]:
    """All of them at once, in the order in which they are due."""
    query = select(Task).where(*_conditions(wanted, db.shared))
    with db.read() as session:
        return views_of(session, list(session.exec(_as_due(query, None))))


def find(db: Database, number: int) -> TaskView:
    """One task. Raises `NoSuchTask`."""
    with db.read() as session:
        return view(session, _known(session, number))


def open_by_institution(db: Database) -> dict[str, int]:
    """How many tasks are open, by institution; "" for those of none."""
    counted = select(Task.institution, func.count()).where(OPEN_TASK).group_by(col(Task.institution))
    with db.read() as session:
        return dict(session.exec(counted.order_by(col(Task.institution))).all())


def history(db: Database, number: int) -> list[TaskChange]:
    """All that happened to a task, the first first. Raises `NoSuchTask`."""
    with db.read() as session:
        _known(session, number)
        return list(
            session.exec(select(TaskChange).where(TaskChange.task_id == number).order_by(col(TaskChange.id)))
        )


def view(session: Session, task: Task) -> TaskView:
    """As `find`, of a row that is known already."""
    return views_of(session, [task])[0]


def views_of(session: Session, tasks: list[Task]) -> list[TaskView]:
    """The tasks with the names of their contacts."""
    ids = sorted({one for task in tasks for one in (task.contact_id, task.checked_by) if one is not None})
    names: dict[int | None, str] = {}
    for start in range(0, len(ids), MOST_AT_ONCE):
        some = col(Contact.id).in_(ids[start : start + MOST_AT_ONCE])
        names |= {
            row_id: name for row_id, name in session.exec(select(Contact.id, Contact.external_id).where(some))
        }
    return [_view(task, names) for task in tasks]


def unknown(number: int) -> NoSuchTask:
    """What to raise for a number that no task has."""
    return NoSuchTask(f"There is no task {number}: see dialer tasks list.")


def _known(session: Session, number: int) -> Task:
    task = session.get(Task, number)
    if task is None:
        raise unknown(number)
    return task


def _conditions(wanted: Filter, shared: bool) -> list[ColumnElement[bool]]:
    asked = {
        col(Task.campaign): wanted.campaign,
        col(Task.institution): wanted.institution,
        col(Task.level): wanted.level,
        col(Task.owner): wanted.owner,
    }
    found = [column == value for column, value in asked.items() if value is not None]
    found += within(wanted)
    if wanted.late_at is not None:
        found.append(col(Task.due_at) < wanted.late_at)
    found += [] if wanted.state is None else _in_state(wanted.state, shared)
    only_open = not wanted.everything or wanted.owner is not None  # none but open tasks have an owner
    said_already = shared and wanted.state in RARE_STATES
    return [OPEN_TASK, *found] if only_open and not said_already else found


def within(wanted: Filter) -> list[ColumnElement[bool]]:
    """Of a task: that it is of those campaigns and institutions."""
    bounds = ((col(Task.campaign), wanted.campaigns), (col(Task.institution), wanted.institutions))
    return [_is_one_of(column, sorted(names)) for column, names in bounds if names]


def _is_one_of(column: Any, names: list[str]) -> ColumnElement[bool]:
    """One alone is asked for so that its index gives the order, too."""
    found: ColumnElement[bool] = column == names[0] if len(names) == 1 else column.in_(names)
    return found


def _in_state(state: TaskState, shared: bool) -> list[ColumnElement[bool]]:
    """The state in words that show which index fits.

    SQLite wants the index's own condition beside it. PostgreSQL draws that conclusion from a literal, and
    would take every condition more for fewer rows: so few that it sorts them, whatever their number.
    """
    asked = col(Task.state) == literal(state, literal_execute=True)
    return [asked, IN_RARE_STATE] if state in RARE_STATES and not shared else [asked]


def _as_due(query: SelectOfScalar[Task], behind: Task | None) -> SelectOfScalar[Task]:
    if behind is not None:
        query = query.where(tuple_(col(Task.due_at), col(Task.id)) > (behind.due_at, behind.id))
    return query.order_by(col(Task.due_at), col(Task.id))


def _newest(query: SelectOfScalar[Task], behind: Task | None) -> SelectOfScalar[Task]:
    if behind is not None:
        query = query.where(col(Task.id) < behind.id)
    return query.order_by(col(Task.id).desc())


def _view(task: Task, names: dict[int | None, str]) -> TaskView:
    same = {name: getattr(task, name) for name in _SAME}
    return TaskView(**same, contact=names.get(task.contact_id, ""), checked_by=names.get(task.checked_by, ""))


_SAME = tuple(name for name in TaskView.__dataclass_fields__ if name not in ("contact", "checked_by"))


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
