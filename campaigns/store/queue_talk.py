"""Who waits and who talks in an inbound queue now, as far as its log was read."""

from datetime import datetime

from sqlalchemy import ColumnElement, insert
from sqlmodel import Session, col, delete, select

from campaigns.models import Operator, QueueCall
from campaigns.rules.lost_calls import LONGEST_CALL, Folded
from campaigns.store import wakeups


def keep(session: Session, campaign: str, source: str, folded: Folded, now: datetime) -> None:
    """The calls that are open now instead of those that were, and their operators, as the log names them."""
    session.exec(delete(QueueCall).where(*_of(campaign, source)))
    rows = [
        {"campaign": campaign, "source": source, "key": key, **vars(call)}
        for key, call in folded.open_calls.items()
    ]
    if rows:
        session.connection().execute(insert(QueueCall), rows)
    for operator in _operators(session, list(folded.agents)):
        there = folded.agents[operator.agent]
        if there.call and there.since > now - LONGEST_CALL:
            operator.queue_call = there.call
        else:
            _free(session, operator, min(there.since, now))


def let_go(session: Session, campaign: str, source: str, now: datetime) -> None:
    """Nobody knows any more when those will be free who talk now: a busy phone says it, too."""
    talking = select(QueueCall.agent).where(*_of(campaign, source), QueueCall.agent != "")
    for operator in _operators(session, list(session.exec(talking))):
        _free(session, operator, now)


def _of(campaign: str, source: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(QueueCall.campaign) == campaign, col(QueueCall.source) == source


def _operators(session: Session, agents: list[str]) -> list[Operator]:
    wanted = select(Operator).where(col(Operator.agent).in_(agents), Operator.agent != "")
    return list(session.exec(wanted.order_by(col(Operator.id)).with_for_update(key_share=True)))


def _free(session: Session, operator: Operator, since: datetime) -> None:
    """Idle from then on; whoever was free all the time stays as long idle as before."""
    if not operator.queue_call:
        return
    operator.queue_call = ""
    operator.idle_since = max(operator.idle_since, since)
    wakeups.ring(session)
