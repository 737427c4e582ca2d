"""Moments in SQL: spans, weeks and seconds, in words that every database of ours understands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Float, Integer, case, func, literal
from sqlmodel import Session, col

from campaigns.models import Contact
from campaigns.store.desk_figures import Span

ALL_TIME = Span()
ENTERED: ColumnElement[datetime] = func.coalesce(col(Contact.closed_at), col(Contact.queued_at))
"""When a contact stands in a report: when it was closed; as long as it is open, when it was queued."""

_DAY_SECONDS = 86_400.0


def period(at: ColumnElement[datetime], begins: Sequence[datetime]) -> ColumnElement[int]:
    """The number (from 0 on) of the period that a moment lies in; each ends where the next one begins.

    The tree of comparisons is as deep as the logarithm of their number. Moments before the first period count
    as its own.
    """
    first = literal(
        0, Integer, literal_execute=True
    )  # never alone: GROUP BY takes a bare number for a column
    return case((at < begins[0], first), else_=_between(at, begins, 0, len(begins)))


def _between(at: ColumnElement[datetime], begins: Sequence[datetime], low: int, high: int) -> Any:
    if high - low <= 1:
        return literal(low, Integer, literal_execute=True)
    middle = (low + high) // 2
    early, late = _between(at, begins, low, middle), _between(at, begins, middle, high)
    return case((at < begins[middle], early), else_=late)


def seconds_from(session: Session, start: Any, end: Any) -> ColumnElement[float]:
    """The seconds from one column to another."""
    if session.get_bind().dialect.name == "postgresql":
        seconds: ColumnElement[float] = sqlalchemy.cast(sqlalchemy.extract("epoch", end - start), Float)
        return seconds
    days: ColumnElement[float] = func.julianday(end) - func.julianday(start)
    return days * _DAY_SECONDS
