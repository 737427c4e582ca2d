"""The figures of a campaign, as `campaign report --json` prints them."""

from typing import Any, get_args

from sqlalchemy import and_, case, func
from sqlmodel import Session, col, select

from campaigns.models import Answer, Attempt, Campaign, Contact, Task
from campaigns.store.database import Database
from campaigns.store.task_moves import CLOSED
from campaigns.words import ContactState


def report(db: Database, campaign: str) -> dict[str, Any]:
    """The campaign's figures, all of one moment.

    contacts: by state; the five states sum to `total`. attempts: calls placed, those that run included.
    endings and outcomes: ended calls by cause, and by what they meant; each sums to the calls that ended.
    quality: of the calls that were measured on the wire: how many, the middle one's MOS (None without any),
    and in how many we heard nothing. answers: question -> value -> contacts who said so last. tasks: `open`
    until resolved or verified.
    """
    with db.read() as session:
        row = session.get(Campaign, campaign)
        attempts = select(func.count()).select_from(Attempt).where(Attempt.campaign == campaign)
        ended = and_(col(Attempt.campaign) == campaign, col(Attempt.ended_at).is_not(None))
        return {
            "campaign": campaign,
            "state": row.state if row else "draft",
            "contacts": _contacts(session, campaign),
            "attempts": session.exec(attempts).one(),
            "endings": _tally(session, col(Attempt.cause), ended),
            "outcomes": _tally(session, col(Attempt.outcome), ended),
            "quality": _quality(session, campaign),
            "answers": _answers(session, campaign),
            "tasks": _tasks(session, campaign),
        }


def _contacts(session: Session, campaign: str) -> dict[str, int]:
    found = _tally(session, col(Contact.state), Contact.campaign == campaign)
    return {"total": sum(found.values())} | {state: found.get(state, 0) for state in get_args(ContactState)}


def _quality(session: Session, campaign: str) -> dict[str, float | None]:
    one_way_flag: Any = Attempt.one_way
    mine = and_(col(Attempt.campaign) == campaign, one_way_flag.is_not(None))
    one_way = _tally(session, case((one_way_flag, "one way"), else_="both ways"), mine)
    mos = select(Attempt.mos).where(mine, col(Attempt.mos).is_not(None)).order_by(col(Attempt.mos))
    heard = session.exec(select(func.count()).select_from(mos.subquery())).one()
    middle = session.exec(mos.offset(heard // 2).limit(1)).first()  # no database has a median in common SQL
    return {
        "measured": sum(one_way.values()),
        "median_mos": None if middle is None else round(middle, 2),
        "one_way": one_way.get("one way", 0),
    }


def _answers(session: Session, campaign: str) -> dict[str, dict[str, int]]:
    said = select(Answer.question, Answer.value, func.count()).where(Answer.campaign == campaign)
    answers: dict[str, dict[str, int]] = {}
    grouped = said.group_by(col(Answer.question), col(Answer.value))
    for question, value, count in session.exec(grouped.order_by(col(Answer.question), col(Answer.value))):
        answers.setdefault(question, {})[value] = count
    return answers


def _tasks(session: Session, campaign: str) -> dict[str, int]:
    kind = case((col(Task.state).in_(CLOSED), "closed"), else_="open")
    return {"open": 0, "closed": 0} | _tally(session, kind, Task.campaign == campaign)


def _tally(session: Session, what: Any, where: Any) -> dict[str, int]:
    """How many rows there are of each value; rows without a value are left out."""
    return dict(session.exec(select(what, func.count()).where(where, what.is_not(None)).group_by(what)).all())
