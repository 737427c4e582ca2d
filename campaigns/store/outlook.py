"""What is left to do in a campaign, and what its calls were like so far: what a forecast is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import col, select

from campaigns.models import ASLEEP, DUE, RANG, Attempt, Contact, OptOut
from campaigns.rules.caps import WEEK
from campaigns.store.database import Database

RECENT_CALLS = 5000  # the last ended ones are measured: a campaign's first days say little of today

_OF_CAMPAIGN = col(Contact.campaign) == bindparam("name")
_FIRST_DUE = (
    select(Contact.next_at)
    .where(_OF_CAMPAIGN, DUE)
    .order_by(col(Contact.rank), col(Contact.next_at))
    .limit(1)
)
_FIRST_ASLEEP = select(func.min(Contact.next_at)).where(_OF_CAMPAIGN, ASLEEP)


@dataclass(frozen=True)
class Left:
    """So many contacts that wait or are being called, alike in all of this; times are cut to the hour.

    due: when they may be called; None: now. rings: the first and last call of 7 days that rang for them.
    values: of the fields by which they were to be told apart.
    """

    zone: str
    deadline: datetime | None
    attempts_used: int
    contacts: int
    due: datetime | None = None
    rings: tuple[datetime, ...] = ()
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Measured:
    """Of the last ended calls of a campaign: their number, and means in seconds.

    answered: how many were answered. ring_seconds: from the start to the answer, or to the end of a call
    without one. talk_seconds: of answered calls. closed: how many were the last one to their contact.
    """

    calls: int
    answered: int
    ring_seconds: float
    talk_seconds: float
    closed: int


def left(db: Database, campaign: str, now: datetime, fields: Sequence[str] = ()) -> Sequence[Left]:
    """Who is not closed yet, in groups, the zones in order; without those whose only number has opted out.

    fields: those whose values keep groups apart.
    """
    groups: dict[Left, int] = {}
    with db.read() as session:
        for row in session.connection().execute(_grouped(campaign, now, fields)):
            zone, deadline, used, due, first, last, count, *values = row
            group = Left(
                zone,
                _hour(deadline),
                used,
                0,
                _hour(due),
                tuple(dict.fromkeys(ring for ring in (_hour(first), _hour(last)) if ring)),
                tuple(zip(fields, (value or "" for value in values), strict=True)),
            )
            groups[group] = groups.get(group, 0) + count
    return [replace(group, contacts=groups[group]) for group in sorted(groups, key=_place)]


def _grouped(campaign: str, now: datetime, fields: Sequence[str]) -> sqlalchemy.Select[Any]:
    rang = (
        sqlalchemy.select(
            col(Attempt.contact_id),
            func.min(col(Attempt.rang_at)).label("first"),
            func.max(col(Attempt.rang_at)).label("last"),
        )
        .where(col(Attempt.campaign) == campaign, RANG, col(Attempt.rang_at) > now - WEEK)
        .group_by(col(Attempt.contact_id))
        .subquery()
    )
    refused = sqlalchemy.exists().where(
        col(OptOut.phone) == col(Contact.phone), col(OptOut.campaign).in_(("", campaign))
    )
    due = sqlalchemy.case((col(Contact.next_at) > now, col(Contact.next_at))).label("due_at")
    key = (
        col(Contact.time_zone),
        col(Contact.deadline),
        col(Contact.attempts_used),
        due,
        rang.c.first,
        rang.c.last,
    )
    values = [
        cast(Any, col(Contact.fields))[name].as_string().label(f"value_{place}")
        for place, name in enumerate(fields)
    ]
    return (
        sqlalchemy.select(*key, func.count(), *values)
        .outerjoin(rang, rang.c.contact_id == col(Contact.id))
        .where(
            col(Contact.campaign) == campaign,
            col(Contact.state).in_(("waiting", "calling")),
            sqlalchemy.or_(~refused, func.json_array_length(col(Contact.phones)) > 1),
        )
        .group_by(*key, *values)
    )


def measured(db: Database, campaign: str) -> Measured:
    """What its last calls were like; all 0 before the first one has ended."""
    wanted = sqlalchemy.select(
        col(Attempt.started_at),
        col(Attempt.answered_at),
        col(Attempt.ended_at),
        col(Attempt.talk_seconds),
        col(Attempt.decision),
    ).where(col(Attempt.campaign) == campaign, col(Attempt.ended_at).is_not(None))
    with db.read() as session:
        last = wanted.order_by(col(Attempt.ended_at).desc()).limit(RECENT_CALLS)
        calls: Sequence[Any] = session.connection().execute(last).all()
    answered = [call for call in calls if call.answered_at is not None]
    rings = [_seconds(call.started_at, call.answered_at or call.ended_at) for call in calls]
    return Measured(
        len(calls),
        len(answered),
        _mean(rings),
        _mean([call.talk_seconds for call in answered]),
        sum(cast(Mapping[str, str], call.decision).get("state") in ("done", "exhausted") for call in calls),
    )


def next_due(db: Database, campaign: str) -> datetime | None:
    """When the next contact that nobody holds is due; None: nobody waits.

    Where some are due already it is the time of the one that is called first.
    """
    with db.read() as session:
        connection, asked = session.connection(), {"name": campaign}
        first: datetime | None = connection.execute(_FIRST_DUE, asked).scalar()
        return first or connection.execute(_FIRST_ASLEEP, asked).scalar()


def _hour(at: datetime | None) -> datetime | None:
    return at.replace(minute=0, second=0, microsecond=0) if at else None


def _place(group: Left) -> tuple[str, str, str, int]:
    return (group.zone, str(group.deadline or ""), str(group.due or ""), group.attempts_used)


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(seconds=1)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
