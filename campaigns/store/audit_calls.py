"""What calls left behind, held against the tasks: answers, strangers, and results that nobody heard."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy
from sqlalchemy import ColumnElement, Select, and_, func, not_, null, or_
from sqlmodel import col

from campaigns.flows.owed import Owed
from campaigns.flows.run import HUMAN_WANTED, LOST
from campaigns.flows.watched import Watched
from campaigns.models import Answer, Attempt, Change, Contact, Task
from campaigns.store.audit_checks import Check, count_of
from campaigns.store.brakes import PAUSED_ITSELF
from campaigns.store.callbacks import GOT_THROUGH
from campaigns.store.corrections import (
    CANCEL_ASKED,
    CANCELLED,
    NOT_TOLD,
    TOLD_WRONGLY,
    WITHDRAWN,
    WITHDRAWN_TOLD,
    WITHDRAWN_UNTOLD,
)
from campaigns.store.tasks import CHECK_WITHDRAWN

RECORDED_REASONS: Final = (CANCELLED, CANCEL_ASKED, GOT_THROUGH, CHECK_WITHDRAWN, WITHDRAWN)
"""Kinds of changes by which a person, a laboratory, or the patient's own call, ended a contact."""
OUR_REASONS: Final = frozenset(
    {HUMAN_WANTED, LOST, PAUSED_ITSELF, TOLD_WRONGLY, NOT_TOLD, WITHDRAWN_TOLD, WITHDRAWN_UNTOLD}
)
"""Reasons of tasks that are in no file."""
CLOSED_WITHIN: Final = timedelta(days=1)  # of its deadline; an engine that runs does it within seconds
_CLOSED = ("done", "exhausted")


def answer_check(campaign: str, one: Watched, of: Owed, stopped: bool, now: datetime) -> Check:
    """Answers after which a person has to find out why, of contacts that no call goes on with."""
    given = _given(campaign, one)
    known = or_(_has_task(one.reasons), _has_older_task(of))
    lacking = given.where(_is_over(stopped, now), not_(known), not_(_has_reason()))
    return Check(one.kind, sqlalchemy.select(func.count()).where(_is_such(campaign, one)), lacking)


def still_called(campaign: str, one: Watched, stopped: bool, now: datetime) -> Select[Any]:
    """How many of these answers wait for the end of their contact's calls to become tasks."""
    waiting = _given(campaign, one).where(not_(_is_over(stopped, now)), not_(_has_task(one.reasons)))
    return count_of(waiting)


def under_older_reasons(campaign: str, one: Watched, of: Owed) -> Select[Any]:
    """How many of these answers have no task but one whose reason today's file does not have."""
    return count_of(_given(campaign, one).where(not_(_has_task(one.reasons)), _has_older_task(of)))


def contact_checks(campaign: str, result: bool, now: datetime) -> Iterator[Check]:
    """Contacts that were closed without having proved who they are, or without having heard the result."""
    mine = _contacts(campaign)
    strange = mine.where(col(Contact.outcome) == "unverified", col(Contact.state).in_(_CLOSED))
    yield Check("unverified", count_of(strange), strange.where(not_(_has_work())))
    if not result:
        return
    known = or_(col(Contact.outcome).is_(None), col(Contact.outcome) != "unverified")
    ended = or_(col(Contact.state).in_((*_CLOSED, "cancelled")), col(Contact.deadline) < now - CLOSED_WITHIN)
    untold = mine.where(col(Contact.delivered_at).is_(None), known, ended)
    yield Check("undelivered", count_of(untold), untold.where(not_(_has_reason()), not_(_has_work())))


def waiting_results(campaign: str) -> Select[Any]:
    """How many contacts wait to be told."""
    return count_of(_contacts(campaign).where(col(Contact.state) == "waiting"))


def answers_of(campaign: str) -> Select[Any]:
    """How many answers a campaign has, whatever was asked."""
    return sqlalchemy.select(func.count()).select_from(Answer).where(col(Answer.campaign) == campaign)


def anybody_told(campaign: str) -> Select[Any]:
    """A row if any contact ever heard a message: then the campaign has one, whatever its file says."""
    told = and_(col(Contact.campaign) == campaign, col(Contact.delivered_at).is_not(None))
    return sqlalchemy.select(col(Contact.id)).where(told).limit(1)


def _given(campaign: str, one: Watched) -> Select[Any]:
    columns = _columns(col(Answer.at))
    return (
        sqlalchemy.select(*columns)
        .select_from(Answer)
        .join(Contact, col(Contact.id) == col(Answer.contact_id))
        .where(_is_such(campaign, one))
    )


def _is_such(campaign: str, one: Watched) -> ColumnElement[bool]:
    asked = and_(col(Answer.campaign) == campaign, col(Answer.question) == one.question)
    return and_(asked, col(Answer.value).in_(sorted(one.values)))


def _contacts(campaign: str) -> Select[Any]:
    columns = _columns(func.coalesce(col(Contact.closed_at), col(Contact.deadline)))
    return sqlalchemy.select(*columns).where(col(Contact.campaign) == campaign)


def _columns(since: Any) -> Sequence[ColumnElement[Any]]:
    return (
        col(Contact.campaign).label("campaign"),
        col(Contact.external_id).label("contact"),
        null().label("task"),
        since.label("since"),
    )


def _is_over(stopped: bool, now: datetime) -> ColumnElement[bool]:
    """Whether nobody goes on with a contact: closed, past its deadline, or stopped and without one."""
    late = and_(col(Contact.deadline).is_not(None), col(Contact.deadline) < now - CLOSED_WITHIN)
    over = or_(col(Contact.closed_at).is_not(None), late)
    return or_(over, col(Contact.deadline).is_(None)) if stopped else over


def _has_task(reasons: Collection[str]) -> ColumnElement[bool]:
    """A task with one of these reasons that was not closed before the answer was given."""
    return _answered_by(col(Task.reason).in_(sorted(reasons)))


def _has_older_task(of: Owed) -> ColumnElement[bool]:
    """One whose reason nobody gives today: the file was another one when it was raised."""
    return _answered_by(col(Task.reason).not_in(sorted(of.reasons | OUR_REASONS)))


def _answered_by(reason: ColumnElement[bool]) -> ColumnElement[bool]:
    later = or_(col(Task.closed_at).is_(None), col(Task.closed_at) >= col(Answer.at))
    wanted = sqlalchemy.select(col(Task.id)).where(
        col(Task.contact_id) == col(Answer.contact_id), reason, later
    )
    return wanted.correlate(Answer).exists()


def _has_work() -> ColumnElement[bool]:
    """A task, whatever its reason, that was not closed before the last call began."""
    last_call = (
        sqlalchemy.select(func.max(col(Attempt.started_at)))
        .where(col(Attempt.contact_id) == col(Contact.id))
        .correlate(Contact)
        .scalar_subquery()
    )
    ended = func.coalesce(last_call, col(Contact.closed_at), col(Contact.deadline))
    later = or_(col(Task.closed_at).is_(None), col(Task.closed_at) >= ended)
    wanted = sqlalchemy.select(col(Task.id)).where(col(Task.contact_id) == col(Contact.id), later)
    return wanted.correlate(Contact).exists()


def _has_reason() -> ColumnElement[bool]:
    """It was cancelled, and it is written down why."""
    wanted = sqlalchemy.select(col(Change.id)).where(
        col(Change.contact_id) == col(Contact.id), col(Change.kind).in_(RECORDED_REASONS)
    )
    return and_(col(Contact.state) == "cancelled", wanted.correlate(Contact).exists())
