"""Whether tasks were done in time, and how far up they went."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

import sqlalchemy
from sqlalchemy import ColumnElement, and_, case, func
from sqlmodel import Session, col

from campaigns.models import OPEN_TASK, Task
from campaigns.store.desk_figures import Span
from campaigns.words import Level, Urgency

TaskEnd = Literal["on_time", "late", "overdue", "running"]
"""Closed by when it was first due, closed after that, open after that, open and not due yet."""
ENDS: Final[tuple[TaskEnd, ...]] = get_args(TaskEnd)


def task_figures(session: Session, now: datetime, span: Span) -> dict[str, Any]:
    """Tasks raised in the span.

    tasks is the sum of on_time, late, overdue and running (`TaskEnd`), by when they were first due, whatever
    was put off or escalated since. share_on_time: on_time / (tasks - running). open, closed: their other sum.
    verified: of the closed ones those of which the person said so; reopened: tasks closed too early, at least
    once. by_level: the highest level that a task came to; by_urgency.
    """
    end, closed = _end(now).label("end"), case((OPEN_TASK, 0), else_=1).label("closed")
    verified = func.sum(case((col(Task.state) == "verified", 1), else_=0))
    reopened = func.sum(case((col(Task.reopenings) > 0, 1), else_=0))
    keys = col(Task.level), col(Task.urgency), end, closed
    wanted = sqlalchemy.select(*keys, func.count(), verified, reopened).where(
        span.holds(col(Task.created_at))
    )
    levels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    urgencies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    whole: Counter[str] = Counter()
    for level, urgency, name, shut, count, right, again in session.connection().execute(
        wanted.group_by(*keys)
    ):
        kind = "closed" if shut else "open"
        for each in (levels[level], urgencies[urgency], whole):
            each.update({name: count, kind: count, "verified": right, "reopened": again})
    return {
        **_figures(whole),
        "by_level": {level: _figures(levels[level]) for level in get_args(Level)},
        "by_urgency": {urgency: _figures(urgencies[urgency]) for urgency in reversed(get_args(Urgency))},
    }


def _end(now: datetime) -> ColumnElement[str]:
    return case(
        (and_(OPEN_TASK, col(Task.first_due_at) < now), "overdue"),
        (OPEN_TASK, "running"),
        (col(Task.closed_at) <= col(Task.first_due_at), "on_time"),
        else_="late",
    )


def _figures(counts: Mapping[str, int]) -> dict[str, Any]:
    ends: dict[str, int] = {name: counts.get(name, 0) for name in ENDS}
    tasks = sum(ends.values())
    due = tasks - ends["running"]
    return {
        "tasks": tasks,
        **ends,
        "share_on_time": round(ends["on_time"] / due, 4) if due else None,
        **{name: counts.get(name, 0) for name in ("open", "closed", "verified", "reopened")},
    }
