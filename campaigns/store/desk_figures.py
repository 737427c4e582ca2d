"""The figures of a desk that calls lost callers back, as `dialer report --json` prints them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple, get_args

import sqlalchemy
from sqlalchemy import ColumnElement, and_, case, func
from sqlmodel import Session, col, or_, select

from campaigns.models import (
    Answer,
    Attempt,
    Contact,
    LogPosition,
    LostCall,
    OperatorCall,
    QueueCall,
)
from campaigns.rules.callback_ends import QUESTION, CallbackEnd, end_of, percentile
from campaigns.store.database import Database
from campaigns.store.desk_work import work_of
from campaigns.words import LostCallFate

UNSERVED = ("voicemail", "hung_up")  # outcomes of a call in which the operator met nobody, or nobody for long
PROMPT = timedelta(minutes=15)  # who is spoken with so soon after the loss has hardly waited


@dataclass(frozen=True)
class Span:
    """From when until when (not included); None: from the beginning, or until now."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: Any) -> ColumnElement[bool]:
        """The condition that this column lies in it."""
        bounds = [moment >= self.since] if self.since else []
        bounds += [moment < self.until] if self.until else []
        return and_(True, *bounds)


class _Callback(NamedTuple):
    """One that was owed; called_at: the first call began, spoken_at: an operator was on the line."""

    lost_at: datetime
    end: CallbackEnd
    called_at: datetime | None
    spoken_at: datetime | None


def desk_report(
    db: Database,
    campaign: str,
    now: datetime,
    zone: tzinfo,
    span: Span = Span(),
) -> dict[str, Any]:
    """The desk's figures, all of one moment, of calls that were lost in this span.

    lost: `in` is the sum of the others, each loss counted once (`words.LostCallFate`). callbacks: `total` is
    the sum of the `CallbackEnd`s; `called` and `connected` (with an operator) are among them.
    called_back: seconds from the loss until the first call back began, of `callbacks` that were called.
    prompt: of those `callbacks` whose 15 minutes are over how many an operator spoke with within them; who
    heard only the robot was not spoken with, nor a machine.
    hours: by hour of the day in this zone. operators: the calls of their phones in this span, whole and by
    hour. logs: how far each was read.
    """
    with db.read() as session:
        lost = _lost(session, campaign, span)
        callbacks = list(_callbacks(session, campaign, span))
        return {
            "campaign": campaign,
            "since": _iso(span.since),
            "until": _iso(span.until),
            "lost": _lost_tally(lost),
            "callbacks": _callback_tally(callbacks),
            "called_back": _called_back(callbacks),
            "prompt": _prompt(callbacks, now),
            "hours": _hours(lost, callbacks, zone),
            "operators": work_of(session, campaign, span.holds(col(OperatorCall.started_at)), zone),
            "logs": _logs(session, campaign),
        }


def has_lost_calls(db: Database, campaign: str) -> bool:
    """Whether a queue ever lost a call for it."""
    with db.read() as session:
        return (
            session.exec(select(LostCall.id).where(LostCall.campaign == campaign).limit(1)).first()
            is not None
        )


def _lost(session: Session, campaign: str, span: Span) -> list[tuple[datetime, LostCallFate]]:
    wanted = sqlalchemy.select(col(LostCall.lost_at), col(LostCall.fate)).where(
        col(LostCall.campaign) == campaign, span.holds(col(LostCall.lost_at))
    )
    return [(lost_at, fate) for lost_at, fate in session.connection().execute(wanted)]


def _callbacks(session: Session, campaign: str, span: Span) -> Iterator[_Callback]:
    calls = (
        select(
            Attempt.contact_id,
            func.min(Attempt.started_at).label("called_at"),
        )
        .where(Attempt.campaign == campaign)
        .group_by(col(Attempt.contact_id))
        .subquery()
    )
    handed_on = case((col(OperatorCall.result) == "transferred", col(OperatorCall.ended_at)))
    talks = (
        select(
            OperatorCall.contact_id,
            func.min(func.coalesce(OperatorCall.bridged_at, handed_on)).label("spoken_at"),
        )
        .join(Attempt, col(Attempt.id) == col(OperatorCall.attempt_id), isouter=True)
        .where(
            OperatorCall.campaign == campaign,
            or_(col(Attempt.outcome).is_(None), col(Attempt.outcome).not_in(UNSERVED)),
        )
        .group_by(col(OperatorCall.contact_id))
        .subquery()
    )
    said = and_(col(Answer.contact_id) == Contact.id, col(Answer.question) == QUESTION)
    wanted = (
        sqlalchemy.select(
            col(LostCall.lost_at),
            col(Contact.state),
            col(Contact.outcome),
            col(Answer.value),
            calls.c.called_at,
            talks.c.spoken_at,
        )
        .join(Contact, col(LostCall.contact_id) == col(Contact.id))
        .outerjoin(calls, calls.c.contact_id == col(Contact.id))
        .outerjoin(talks, talks.c.contact_id == col(Contact.id))
        .outerjoin(Answer, said)
        .where(
            col(LostCall.campaign) == campaign,
            col(LostCall.fate) == "callback",
            span.holds(col(LostCall.lost_at)),
        )
    )
    for lost_at, state, outcome, answer, called_at, spoken_at in session.connection().execute(wanted):
        yield _Callback(lost_at, end_of(state, outcome, answer), called_at, spoken_at)


def _lost_tally(lost: list[tuple[datetime, LostCallFate]]) -> dict[str, int]:
    fates = Counter(fate for _, fate in lost)
    others = {fate: fates[fate] for fate in get_args(LostCallFate) if fate != "callback"}
    return {"in": len(lost), "callbacks": fates["callback"], **others}


def _callback_tally(callbacks: list[_Callback]) -> dict[str, int]:
    ends = Counter(each.end for each in callbacks)
    return {
        "total": len(callbacks),
        "called": sum(each.called_at is not None for each in callbacks),
        "connected": sum(each.spoken_at is not None for each in callbacks),
        **{end: ends[end] for end in get_args(CallbackEnd)},
    }


def _called_back(callbacks: list[_Callback]) -> dict[str, Any]:
    waits = [_seconds(each.lost_at, each.called_at) for each in callbacks if each.called_at]
    middle, late = percentile(waits, 0.50), percentile(waits, 0.95)
    return {"callbacks": len(waits), "p50_seconds": middle, "p95_seconds": late}


def _prompt(callbacks: list[_Callback], now: datetime) -> dict[str, Any]:
    over = [each for each in callbacks if each.lost_at + PROMPT <= now]
    reached = sum(each.spoken_at is not None and each.spoken_at <= each.lost_at + PROMPT for each in over)
    share = round(reached / len(over), 4) if over else None
    return {
        "minutes": PROMPT // timedelta(minutes=1),
        "callbacks": len(over),
        "reached": reached,
        "share": share,
    }


def _hours(
    lost: list[tuple[datetime, LostCallFate]], callbacks: list[_Callback], zone: tzinfo
) -> list[dict[str, int]]:
    """By the hour of the loss."""
    by_hour = Counter(at.astimezone(zone).hour for at, _ in lost)
    owed = Counter(each.lost_at.astimezone(zone).hour for each in callbacks)
    spoken = Counter(each.lost_at.astimezone(zone).hour for each in callbacks if each.spoken_at)
    return [
        {"hour": hour, "lost": by_hour[hour], "callbacks": owed[hour], "spoken_with": spoken[hour]}
        for hour in (range(min(by_hour), max(by_hour) + 1) if by_hour else ())
    ]


def _logs(session: Session, campaign: str) -> list[dict[str, Any]]:
    waiting = select(QueueCall.source, func.count()).where(QueueCall.campaign == campaign)
    still_open = dict(session.exec(waiting.group_by(col(QueueCall.source))).all())
    positions = select(LogPosition).where(LogPosition.campaign == campaign)
    return [
        {
            "source": each.source,
            "lines": each.lines,
            "broken": each.broken,
            "read_at": _iso(each.read_at),
            "last_event_at": _iso(each.last_event_at),
            "open_calls": still_open.get(each.source, 0),
        }
        for each in session.exec(positions.order_by(LogPosition.source))
    ]


def _seconds(start: datetime, end: datetime) -> float:
    """Never less than nothing: the log's clock may go ahead of ours."""
    return max(0.0, (end - start).total_seconds())


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
