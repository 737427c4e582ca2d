"""What people do with tasks: take, note, put off, resolve, escalate, reopen; each is kept and told."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from campaigns.errors import IllegalMove, NoSuchTask
from campaigns.models import OPEN_TASK, Contact, Task, TaskChange
from campaigns.store import changes, rows
from campaigns.store.database import Database
from campaigns.store.decisions import settle
from campaigns.store.task_list import (
    ALL_OPEN,
    MOST_AT_ONCE,
    PAGE,
    Filter,
    Page,
    TaskView,
    find,
    history,
    listing,
    page,
    unknown,
    view,
    within,
)
from campaigns.store.task_moves import CLOSED, UNTOLD, levels_of, move
from campaigns.words import Level, TaskEvent

__all__ = [
    "ALL_OPEN",
    "CLOSED",
    "MOST_AT_ONCE",
    "PAGE",
    "UNTOLD",
    "Filter",
    "Page",
    "TaskView",
    "escalate",
    "find",
    "give_back",
    "history",
    "listing",
    "note",
    "page",
    "put_off",
    "reopen",
    "resolve",
    "resolve_or_note",
    "take",
    "tried",
]

CHECK_WITHDRAWN = "check_withdrawn"
"""What is noted of a contact that is not asked any more whether a task is solved: it was reopened."""

STILL_THEIRS = "taken again by its owner"
_OWNERS: frozenset[TaskEvent] = frozenset({"returned", "put_off"})
"""Of a task that is somebody's only they do this."""

_FREE = (
    sqlalchemy.select(rows.table_of(Task))
    .where(OPEN_TASK, col(Task.state).in_(("open", "reopened")))
    .order_by(col(Task.due_at), col(Task.id))
    .limit(1)
    .with_for_update(skip_locked=True, key_share=True)
)
_ENDINGS = (
    select(TaskChange.who, TaskChange.at)
    .where(col(TaskChange.task_id) == bindparam("task"), col(TaskChange.event) == "resolved")
    .order_by(col(TaskChange.id).desc())
    .limit(1)
)


def take(
    db: Database,
    who: str,
    now: datetime,
    number: int | None = None,
    institution: str | None = None,
    level: Level | None = None,
    seen: Filter = ALL_OPEN,
) -> TaskView:
    """Have a task, until a lease without any deed of its owner ends; several people never get the same one.

    number: that task, which its owner takes for longer; None: the one that is due first, of those that nobody
    has, of this institution and level if asked for. seen: of its campaigns and institutions alone. Raises
    `NoSuchTask`, also when there is none to take, or `IllegalMove`, which says who has it.
    """
    with db.write() as session:
        task = _held(session, number) if number is not None else _first(session, institution, level, seen)
        if task.state == "taken" and task.owner != who:
            raise IllegalMove(_had(session, task))
        if task.state == "taken":
            move(session, task, "noted", who, now, STILL_THEIRS)
        else:
            move(session, task, "taken", who, now)
        return view(session, task)


def give_back(db: Database, number: int, who: str, text: str, now: datetime) -> TaskView:
    """Let somebody else take it, by its owner alone. Raises as all of these: `NoSuchTask`, `IllegalMove`."""
    return _move(db, number, "returned", who, text, now)


def note(db: Database, number: int, who: str, text: str, now: datetime) -> TaskView:
    """Keep what somebody says of it; from its owner that renews the lease."""
    return _move(db, number, "noted", who, text, now)


def tried(db: Database, number: int, who: str, text: str, now: datetime) -> TaskView:
    """Somebody tried to reach the person and did not; from its owner that renews the lease."""
    return _move(db, number, "tried", who, text, now)


def put_off(db: Database, number: int, who: str, until: datetime, text: str, now: datetime) -> TaskView:
    """It waits until then, and comes back by itself; when it is due stays the same.

    What somebody has only they put off.
    """
    return _move(db, number, "put_off", who, text, now, until)


def resolve(db: Database, number: int, who: str, text: str, now: datetime) -> TaskView:
    """Close it with its outcome; one with a check has the person asked whether that is so.

    Of one that is closed already the outcome is kept as a note, and `IllegalMove` says who closed it when.
    """
    seen, closed = resolve_or_note(db, number, who, text, now)
    if closed:
        raise IllegalMove(closed)
    return seen


def resolve_or_note(db: Database, number: int, who: str, text: str, now: datetime) -> tuple[TaskView, str]:
    """As `resolve`, but what is to be said of one that is closed already is returned, "" for none.

    For whoever keeps the note in a transaction with more.
    """
    with db.write() as session:
        _about(session, number)
        task = _held(session, number)
        closed = _closed(session, task) if task.state in CLOSED else ""
        move(session, task, "noted" if closed else "resolved", who, now, text)
        return view(session, task), closed and f"{closed} Your note is kept with it."


def escalate(db: Database, number: int, who: str, text: str, now: datetime) -> TaskView:
    """Hand it to the next level at once."""
    return _move(db, number, "escalated", who, text, now)


def reopen(db: Database, number: int, who: str, text: str, now: datetime) -> TaskView:
    """It was closed too early; nobody is asked any more whether it is solved."""
    with db.write() as session:
        asked = _asked(session, number)  # held before the task, as whoever ends its call does
        task = _held(session, number)
        move(session, task, "reopened", who, now, text)
        if asked is not None and asked.id == task.checked_by:
            _withdraw(session, asked, now)
        return view(session, task)


def _move(
    db: Database,
    number: int,
    event: TaskEvent,
    who: str,
    text: str,
    now: datetime,
    until: datetime | None = None,
) -> TaskView:
    with db.write() as session:
        task = _held(session, number)
        if event in _OWNERS and task.state == "taken" and task.owner != who:
            raise IllegalMove(f"{_had(session, task)} Ask them, or take it once it is free.")
        move(session, task, event, who, now, text, until=until)
        return view(session, task)


def _held(session: Session, number: int) -> Task:
    """The task as it is now; nobody else moves it before this transaction ends."""
    task = rows.find(session, Task, number, rows.OWN)
    if task is None:
        raise unknown(number)
    return task


def _about(session: Session, number: int) -> None:
    """Hold the contact before the task: a correction of its numbers misses nobody who is asked anew."""
    seen = rows.find(session, Task, number)
    if seen is not None and seen.contact_id is not None:
        rows.find(session, Contact, seen.contact_id, rows.OWN)


def _first(session: Session, institution: str | None, level: Level | None, seen: Filter) -> Task:
    wanted = _FREE.where(*within(seen))
    if institution is not None:
        wanted = wanted.where(col(Task.institution) == institution)
    if level is not None:
        wanted = wanted.where(col(Task.level) == level)
    found = session.connection().execute(wanted).first()
    if found is None:
        raise NoSuchTask("There is no task to take: everything open is somebody's, or waits.")
    return rows.made(Task, found._mapping)


def _had(session: Session, task: Task) -> str:
    until = (
        ""
        if task.lease_until is None
        else f" until {_at(session, task.lease_until)}, unless they go on with it"
    )
    return f"Task {task.id} is {task.owner}'s{until}."


def _closed(session: Session, task: Task) -> str:
    """Who closed it and when, as far as that is known: older versions kept the moment alone."""
    ended = session.connection().execute(_ENDINGS, {"task": task.id}).first()
    by = f" by {ended.who}" if ended and ended.who else ""
    at = f" on {_at(session, task.closed_at)}" if task.closed_at else ""
    return f"Task {task.id} is {task.state} already:{by}{at}.".replace(":.", ".")


def _asked(session: Session, number: int) -> Contact | None:
    """Whoever is asked whether it is solved; held, so that no call of theirs begins or ends meanwhile."""
    seen = rows.find(session, Task, number)
    if seen is None or seen.checked_by is None:
        return None
    return rows.find(session, Contact, seen.checked_by, rows.OWN)


def _withdraw(session: Session, contact: Contact, now: datetime) -> None:
    if contact.state not in ("waiting", "calling"):
        return
    with rows.kept(session, contact):
        if contact.state == "calling":
            contact.cancel_asked = True
            return
        contact.token += contact.leased  # whoever holds it cannot begin the call
        settle(session, contact, "cancelled", contact.outcome, now)
    changes.note(session, contact.campaign, CHECK_WITHDRAWN, now, contact_id=contact.id)


def _at(session: Session, moment: datetime) -> str:
    zone = levels_of(session).zone
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
