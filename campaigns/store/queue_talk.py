"""Who waits and who talks in an inbound queue now, as far as its log was read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, insert
from sqlmodel import Session, and_, col, delete, select, update

from campaigns.models import Contact, LogPosition, Operator, QueueCall
from campaigns.rules.due import CallNow, Decision, WaitUntil
from campaigns.rules.lost_calls import LONGEST_CALL, Folded
from campaigns.store import wakeups
from campaigns.store.database import Database

LONGEST_STAY = timedelta(hours=1)  # in a queue; of who seems to be there longer the log lacks the end
UNREAD = timedelta(minutes=2)  # whoever follows a log says so more often
IN_QUEUE_AGAIN = timedelta(minutes=1)  # from one look whether a number is still in the queue to the next

_IN_QUEUE = (
    select(QueueCall.key)
    .where(
        col(QueueCall.campaign) == bindparam("campaign"),
        col(QueueCall.phone).in_(bindparam("phones", expanding=True)),
        col(QueueCall.entered_at) > bindparam("since"),
    )
    .limit(1)
)


def heeded(session: Session, contact: Contact, decision: Decision, now: datetime) -> Decision:
    """This decision; but whose number is in the queue at this moment is not called back now."""
    if not isinstance(decision, CallNow) or not decision.back:
        return decision
    phones = [*contact.phones] or [contact.phone]
    asked = {"campaign": contact.campaign, "phones": phones, "since": now - LONGEST_STAY}
    if session.connection().execute(_IN_QUEUE, asked).first() is None:
        return decision
    return WaitUntil(now + IN_QUEUE_AGAIN, "in_queue")


def keep(session: Session, campaign: str, source: str, folded: Folded, now: datetime) -> None:
    """The calls that are open now instead of those that were, and their operators, as the log names them."""
    session.exec(delete(QueueCall).where(*_of(campaign, source)))
    rows = [
        {"campaign": campaign, "source": source, "key": key, **vars(call)}
        for key, call in folded.open_calls.items()
    ]
    if rows:
        session.connection().execute(insert(QueueCall), rows)
    for operator in _operators(session, source, list(folded.agents)):
        there = folded.agents[operator.agent.removeprefix(f"{source}:")]
        if there.call and there.since > now - LONGEST_CALL:
            operator.queue_call = there.call
        else:
            _free(session, operator, min(there.since, now))


def let_go(session: Session, campaign: str, source: str, now: datetime) -> None:
    """Nobody knows any more when those will be free who talk now: a busy phone says it, too.

    But while somebody else follows the log, it is known.
    """
    followed = select(LogPosition.source).where(
        LogPosition.source == source, col(LogPosition.followed_at) > now - UNREAD
    )
    if session.exec(followed).first() is not None:
        return
    talking = select(QueueCall.agent).where(*_of(campaign, source), QueueCall.agent != "")
    for operator in _operators(session, source, list(session.exec(talking))):
        _free(session, operator, now)


def attend(session: Session, campaign: str, source: str, now: datetime, *, on: bool) -> None:
    """Somebody has read all of the log and reads on; not `on`: nobody does from now on."""
    mine = col(LogPosition.campaign) == campaign, col(LogPosition.source) == source
    values = {"read_at": now, "followed_at": now} if on else {"followed_at": None}
    session.exec(update(LogPosition).where(*mine).values(values))


def forget(db: Database, now: datetime) -> int:
    """Let go of those whose logs nobody has read for a while, as when a follower died; how many."""
    with db.read() as session:
        if not _forgotten(session, now):
            return 0
    with db.write() as session:
        ids = _forgotten(session, now)
        wanted = select(Operator).where(col(Operator.id).in_(ids)).order_by(col(Operator.id))
        for operator in session.exec(wanted.with_for_update(key_share=True)):
            _free(session, operator, now)
        return len(ids)


def _forgotten(session: Session, now: datetime) -> Sequence[int]:
    """Who is said to talk by no log that was read lately."""
    said = (
        select(QueueCall.key)
        .join(
            LogPosition,
            and_(
                col(LogPosition.campaign) == col(QueueCall.campaign),
                col(LogPosition.source) == col(QueueCall.source),
            ),
        )
        .where(QueueCall.key == Operator.queue_call, LogPosition.read_at > now - UNREAD)
    )
    return session.exec(select(Operator.id).where(Operator.queue_call != "", ~said.exists())).all()


def _of(campaign: str, source: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(QueueCall.campaign) == campaign, col(QueueCall.source) == source


def _operators(session: Session, source: str, agents: list[str]) -> list[Operator]:
    """Who is entered with one of these names of the log, alone or behind the name of the log."""
    names = [name for agent in agents for name in (agent, f"{source}:{agent}")]
    wanted = select(Operator).where(col(Operator.agent).in_(names), Operator.agent != "")
    return list(session.exec(wanted.order_by(col(Operator.id)).with_for_update(key_share=True)))


def _free(session: Session, operator: Operator, since: datetime) -> None:
    """Idle from then on; whoever was free all the time stays as long idle as before."""
    if not operator.queue_call:
        return
    operator.queue_call = ""
    operator.idle_since = max(operator.idle_since, since)
    wakeups.ring(session)
