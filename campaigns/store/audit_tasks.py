"""Tasks held against their own record, their service levels and what their checks found out."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, get_args

import sqlalchemy
from sqlalchemy import ColumnElement, Select, String, and_, cast, func, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from campaigns.models import OPEN_TASK, PUT_OFF_TASK, TAKEN_TASK, Contact, Task, TaskChange
from campaigns.store.audit_checks import Check
from campaigns.words import TASK_MOVES, Level

GRACE: Final = timedelta(minutes=15)  # an engine that runs looks every 5 seconds, at 500 of a kind
ASKED_WITHIN: Final = timedelta(days=1)  # past the deadline of whoever is asked
CLOSED: Final = ("resolved", "verified")
_UP: Final = frozenset({"escalated", "stands"})
_ABOUT, _ASKED = aliased(Contact), aliased(Contact)


def task_checks(campaign: str | None, now: datetime) -> Iterator[Check]:
    """Every check of tasks, of one campaign or of all."""
    mine = _of(campaign)
    closed = and_(mine, col(Task.state).in_(CLOSED))
    to_ask = and_(
        mine, col(Task.state) == "resolved", col(Task.check) != "", col(Task.contact_id).is_not(None)
    )
    yield _check("no_outcome", closed, _without_outcome(), col(Task.closed_at))
    yield _check("not_asked", to_ask, not_(or_(_asked(), _recorded())), col(Task.closed_at))
    yield _check("no_verdict", to_ask, _without_verdict(now), col(Task.closed_at))
    yield _check("not_escalated", and_(mine, OPEN_TASK), col(Task.due_at) < now - GRACE, col(Task.due_at))
    yield _check("lease_over", and_(mine, TAKEN_TASK), _past(col(Task.lease_until), now), _since_lease())
    yield _check("not_woken", and_(mine, PUT_OFF_TASK), _past(col(Task.wake_at), now), _since_wake())
    yield _check("record_differs", mine, _last_recorded() != _as_recorded(Task), col(Task.created_at))
    yield _illegal(mine)


def _of(campaign: str | None) -> ColumnElement[bool]:
    return sqlalchemy.true() if campaign is None else col(Task.campaign) == campaign


def _check(kind: Any, among: ColumnElement[bool], hole: ColumnElement[bool], since: Any) -> Check:
    examined = sqlalchemy.select(func.count()).select_from(Task).where(among)
    return Check(kind, examined, _found(since).where(among, hole))


def _found(since: ColumnElement[Any]) -> Select[Any]:
    about = sqlalchemy.select(*_columns(since)).select_from(Task)
    return about.outerjoin(_ABOUT, col(_ABOUT.id) == col(Task.contact_id))


def _columns(since: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
    return (
        col(Task.campaign).label("campaign"),
        func.coalesce(col(_ABOUT.external_id), "").label("contact"),
        col(Task.id).label("task"),
        since.label("since"),
    )


def _without_outcome() -> ColumnElement[bool]:
    return or_(func.trim(col(Task.note)) == "", col(Task.closed_at).is_(None))


def _asked() -> ColumnElement[bool]:
    """Whether the contact is there that is asked about it as it was resolved last."""
    name = "task-" + cast(col(Task.id), String) + "-" + cast(col(Task.reopenings), String)
    wanted = sqlalchemy.select(col(_ASKED.id)).where(
        col(_ASKED.id) == col(Task.checked_by),
        col(_ASKED.campaign) == col(Task.check),
        col(_ASKED.external_id) == name,
    )
    return wanted.correlate(Task).exists()


def _without_verdict(now: datetime) -> ColumnElement[bool]:
    """Whoever was to be asked is closed, or should be, and nothing is written down of it."""
    over = or_(col(_ASKED.closed_at).is_not(None), col(_ASKED.deadline) < now - ASKED_WITHIN)
    ended = sqlalchemy.select(col(_ASKED.id)).where(col(_ASKED.id) == col(Task.checked_by), over)
    return and_(ended.correlate(Task).exists(), not_(_recorded()))


def _recorded() -> ColumnElement[bool]:
    """Whether it is written down that nobody knows, or that nobody could be asked."""
    told = sqlalchemy.select(col(TaskChange.id)).where(
        col(TaskChange.task_id) == col(Task.id),
        col(TaskChange.event) == "unverified",
        col(TaskChange.at) >= col(Task.closed_at),
    )
    return told.correlate(Task).exists()


def _past(moment: Any, now: datetime) -> ColumnElement[bool]:
    """Long over, or not set at all."""
    return or_(moment.is_(None), moment < now - GRACE)


def _since_lease() -> ColumnElement[Any]:
    return func.coalesce(col(Task.lease_until), col(Task.created_at))


def _since_wake() -> ColumnElement[Any]:
    return func.coalesce(col(Task.wake_at), col(Task.created_at))


def _as_recorded(row: Any) -> ColumnElement[str]:
    state: ColumnElement[str] = col(row.state) + " " + col(row.level)
    return state


def _last_recorded() -> ColumnElement[str]:
    """State and level after the last change of a task; "" without any."""
    last = (
        sqlalchemy.select(_as_recorded(TaskChange))
        .where(col(TaskChange.task_id) == col(Task.id))
        .order_by(col(TaskChange.id).desc())
        .limit(1)
        .correlate(Task)
        .scalar_subquery()
    )
    recorded: ColumnElement[str] = func.coalesce(last, "")
    return recorded


def _illegal(mine: ColumnElement[bool]) -> Check:
    """Tasks whose record has a step that the table of moves has not, or that skips a level."""
    before = func.lag(_as_recorded(TaskChange)).over(
        partition_by=col(TaskChange.task_id), order_by=col(TaskChange.id)
    )
    step = col(TaskChange.event) + " " + func.coalesce(before, "") + " " + _as_recorded(TaskChange)
    steps = sqlalchemy.select(
        col(TaskChange.task_id).label("task_id"), col(TaskChange.at).label("at"), step.label("step")
    ).subquery()
    bad = (
        sqlalchemy.select(steps.c.task_id, func.min(steps.c.at).label("at"))
        .where(steps.c.step.not_in(LEGAL_STEPS))
        .group_by(steps.c.task_id)
        .subquery()
    )
    holes = (
        sqlalchemy.select(*_columns(bad.c.at))
        .select_from(bad)
        .join(Task, col(Task.id) == bad.c.task_id)
        .outerjoin(_ABOUT, col(_ABOUT.id) == col(Task.contact_id))
        .where(mine)
    )
    changes = sqlalchemy.select(func.count()).select_from(TaskChange)
    if not isinstance(mine, sqlalchemy.True_):
        changes = changes.join(Task, col(Task.id) == col(TaskChange.task_id)).where(mine)
    return Check("illegal_record", changes, holes)


def _legal_steps() -> Iterator[str]:
    """`event state level state level`, before and after; nothing stands before the first."""
    levels: Sequence[Level] = get_args(Level)
    yield "raised  open operator"
    for event, moves in TASK_MOVES.items():
        for place, level in enumerate(levels):
            up = min(place + (event in _UP), len(levels) - 1)
            for state, after in moves.items():
                if event != "escalated" or up > place:
                    yield f"{event} {state} {level} {after} {levels[up]}"


LEGAL_STEPS: Final = tuple(_legal_steps())
