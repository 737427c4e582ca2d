"""What time does to tasks: leases end, who waits comes back, and what is late goes up."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, bindparam
from sqlmodel import Session, col, select

from campaigns.models import OPEN_TASK, PERISHABLE, PUT_OFF_TASK, TAKEN_TASK, Campaign, Contact, Task
from campaigns.rules.escalation import when_late
from campaigns.store import rows
from campaigns.store.database import Database
from campaigns.store.decisions import settle
from campaigns.store.task_moves import ENGINE, levels_of, move, office_of
from campaigns.words import Level, TaskEvent

MOVED_AT_ONCE = 20  # of each kind, some hundredths of a second: whoever asks has calls to look after
STALE_AFTER = timedelta(hours=1)  # past its deadline nobody looks at a contact whose campaign has no file
LEASE_ENDED, LATE = "nothing was done with it in time", "it is late"

Office = tuple[Level, str]
"""A level, and the institution whose it is."""


def _due(condition: ColumnElement[bool], moment: Any) -> sqlalchemy.Select[Any]:
    wanted = sqlalchemy.select(rows.table_of(Task)).where(condition, moment <= bindparam("now"))
    return wanted.order_by(moment).limit(MOVED_AT_ONCE).with_for_update(skip_locked=True, key_share=True)


_LEASED_OUT = _due(TAKEN_TASK, col(Task.lease_until))
_AWAKE = _due(PUT_OFF_TASK, col(Task.wake_at))
_OVERDUE = _due(OPEN_TASK, col(Task.due_at))
_STALE_CHECKS = (
    select(Contact.id)
    .join(Task, col(Task.checked_by) == col(Contact.id))
    .where(
        col(Contact.campaign) == bindparam("campaign"),
        PERISHABLE,
        col(Contact.deadline) <= bindparam("since"),
        col(Task.state) == "resolved",
    )
    .limit(MOVED_AT_ONCE)
)


def pass_time(db: Database, now: datetime) -> list[str]:
    """Whatever is due by now; sentences about those who should have been told and could not.

    A task that is late at one level goes to the next, and is due there anew; at the top it is reminded of. It
    returns after `MOVED_AT_ONCE` of a kind, though more may be left: ask again. Nodes that ask at once share
    them.
    """
    untold: Counter[Office] = Counter()
    with db.write() as session:
        _each(session, _LEASED_OUT, "returned", LEASE_ENDED, now)
    with db.write() as session:
        _each(session, _AWAKE, "woken", "", now)
    with db.write() as session:
        _escalate(session, now, untold)
    return [_sentence(count, *office) for office, count in sorted(untold.items())]


def close_stale_checks(db: Database, now: datetime) -> int:
    """Close who was to say whether a task is solved and whom no campaign file asks any more; how many."""
    with db.read() as session:
        names = session.exec(select(Campaign.name)).all()
        asked = [{"campaign": name, "since": now - STALE_AFTER} for name in names]
        found = [row for each in asked for row in session.connection().execute(_STALE_CHECKS, each).scalars()]
    return sum(_close(db, contact_id, now) for contact_id in sorted(found))


def _each(
    session: Session, wanted: sqlalchemy.Select[Any], event: TaskEvent, why: str, now: datetime
) -> None:
    for task in _found(session, wanted, now):
        move(session, task, event, ENGINE, now, why)


def _escalate(session: Session, now: datetime, untold: Counter[Office]) -> None:
    for task in _found(session, _OVERDUE, now):
        event = when_late(task.level)
        move(session, task, event, ENGINE, now, LATE)
        if event == "escalated" and not levels_of(session).can_be_told(task.level, task.institution):
            untold[task.level, task.institution] += 1


def _found(session: Session, wanted: sqlalchemy.Select[Any], now: datetime) -> list[Task]:
    return [rows.made(Task, row._mapping) for row in session.connection().execute(wanted, {"now": now})]


def _sentence(count: int, level: Level, institution: str) -> str:
    late = "1 task is late and is" if count == 1 else f"{count} tasks are late and are"
    table = "[authority]" if level == "authority" else "[[institutions]]"
    return (
        f"{late} now for the {office_of(level, institution)}, whom nobody could tell: "
        f"give an email or a webhook under {table} in dialer.toml."
    )


def _close(db: Database, contact_id: int, now: datetime) -> bool:
    with db.write() as session:
        contact = rows.find(session, Contact, contact_id, rows.OWN)
        if contact is None or contact.state != "waiting" or contact.leased:
            return False
        with rows.kept(session, contact):
            settle(session, contact, "exhausted", contact.outcome, now)
        return True
