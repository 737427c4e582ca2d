"""What is left to do in a campaign, and what its calls were like so far: what a forecast is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col, select

from campaigns.models import ASLEEP, DUE, Attempt, Contact
from campaigns.store.database import Database

RECENT_CALLS = 5000  # the last ended ones are measured: a campaign's first days say little of today


@dataclass(frozen=True)
class Left:
    """So many contacts that wait or are being called, of one zone, deadline and count of used attempts."""

    zone: str
    deadline: datetime | None
    attempts_used: int
    contacts: int


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


def left(db: Database, campaign: str) -> Sequence[Left]:
    """Who is not closed yet, in groups, by zone and deadline; deadlines are cut to the hour."""
    key = (col(Contact.time_zone), col(Contact.deadline), col(Contact.attempts_used))
    wanted = sqlalchemy.select(*key, func.count()).where(
        col(Contact.campaign) == campaign, col(Contact.state).in_(("waiting", "calling"))
    )
    groups: dict[tuple[str, datetime | None, int], int] = {}
    with db.read() as session:
        for zone, deadline, used, count in session.connection().execute(wanted.group_by(*key)):
            hour = deadline.replace(minute=0, second=0, microsecond=0) if deadline else None
            groups[zone, hour, used] = groups.get((zone, hour, used), 0) + count
    order = sorted(groups, key=lambda group: (group[0], str(group[1] or ""), group[2]))
    return [Left(*group, groups[group]) for group in order]


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
    """When the next contact that nobody holds is due; None: nobody waits."""
    asleep = select(func.min(Contact.next_at)).where(Contact.campaign == campaign, ASLEEP)
    awake = select(func.min(Contact.next_at)).where(Contact.campaign == campaign, DUE)
    with db.read() as session:
        found = [session.exec(wanted).one() for wanted in (asleep, awake)]
    return min((at for at in found if at is not None), default=None)


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(seconds=1)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
