"""The outbox for people: what waits, what is dead, and what was told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, or_, select, update

from campaigns.errors import IllegalMove, NoSuchDelivery
from campaigns.models import (
    DEAD,
    DELIVERED,
    DUE_DELIVERY,
    END_OF_TIME,
    NOT_SPREAD,
    UNDELIVERED,
    Delivery,
    OutboxEvent,
)
from campaigns.store import changes, outbox
from campaigns.store.database import Database
from campaigns.words import DeliveryState, EventKind

LATELY = timedelta(days=1)
READ_AT_ONCE = 1000  # events in one query of an export
_UNDELIVERED = tuple(
    literal(state, literal_execute=True) for state in ("waiting", "dead")
)  # as its index says
DROPPED = "delivery_dropped"
"""Kind of the change that says who gave a delivery up, and why."""


@dataclass(frozen=True)
class Line:
    """One delivery as people see it. behind: how many of its stream wait for it; at: of the event.

    next_at: when it is tried again, None where that is not known: it is dead, or waits for another one.
    """

    number: int
    receiver: str
    kind: EventKind
    campaign: str
    at: datetime
    state: DeliveryState
    tries: int
    next_at: datetime | None
    fault: str
    behind: int

    def as_json(self) -> dict[str, Any]:
        """Times are ISO 8601 with offset."""
        return {**vars(self), "at": self.at.isoformat(), "next_at": _written(self.next_at)}


@dataclass(frozen=True)
class Standing:
    """How one receiver stands. delivered: within the last day; oldest_at: of what it was not told yet."""

    receiver: str
    waiting: int
    dead: int
    delivered: int
    oldest_at: datetime | None
    last_fault: str

    def as_json(self) -> dict[str, Any]:
        """Times are ISO 8601 with offset."""
        return {**vars(self), "oldest_at": _written(self.oldest_at)}


def standings(db: Database, now: datetime) -> Sequence[Standing]:
    """Everybody to whom something is to be taken, or was within the last day, by name."""
    receiver = col(Delivery.receiver)
    undelivered = select(receiver, Delivery.state, func.count(), func.min(col(Delivery.event_id)))
    lately = select(receiver, func.count()).where(DELIVERED, col(Delivery.delivered_at) > now - LATELY)
    with db.read() as session:
        left = session.exec(undelivered.where(UNDELIVERED).group_by(receiver, col(Delivery.state))).all()
        done = dict(session.exec(lately.group_by(receiver)).all())
        names = sorted({name for name, _, _, _ in left} | done.keys())
        counts = {(name, state): count for name, state, count, _ in left}
        oldest = {name: min(row[3] for row in left if row[0] == name) for name, _, _, _ in left}
        return [
            Standing(
                name,
                counts.get((name, "waiting"), 0),
                counts.get((name, "dead"), 0),
                done.get(name, 0),
                session.get_one(OutboxEvent, oldest[name]).at if name in oldest else None,
                _last_fault(session, name, now),
            )
            for name in names
        ]


def not_spread(db: Database) -> int:
    """How many events no engine has looked at yet."""
    with db.read() as session:
        return session.exec(select(func.count()).select_from(OutboxEvent).where(NOT_SPREAD)).one()


def lines(db: Database, limit: int, *, dead: bool, receiver: str | None = None) -> Sequence[Line]:
    """Undelivered deliveries in their order, or only those that are given up."""
    later = aliased(Delivery)
    behind = (
        select(func.count())
        .where(
            col(later.receiver) == col(Delivery.receiver),
            col(later.stream) == col(Delivery.stream),
            col(later.id) > col(Delivery.id),
            col(later.state).in_(_UNDELIVERED),
        )
        .correlate(Delivery)
        .scalar_subquery()
    )
    wanted = select(Delivery, OutboxEvent, behind).join(
        OutboxEvent, col(OutboxEvent.id) == col(Delivery.event_id)
    )
    wanted = wanted.where(DEAD if dead else UNDELIVERED)
    if receiver is not None:
        wanted = wanted.where(Delivery.receiver == receiver)
    with db.read() as session:
        found = session.exec(wanted.order_by(col(Delivery.id)).limit(limit))
        return [_line(delivery, event, waiting) for delivery, event, waiting in found]


def retry(db: Database, now: datetime, number: int | None = None, receiver: str | None = None) -> int:
    """Try again at once what is dead or waits out a fault: one, a receiver's, or all; how many.

    Dead ones begin anew with all their tries. Raises `NoSuchDelivery`, or `IllegalMove` for one that is
    delivered or dropped. What is under way, or about to be, is left alone.
    """
    paused = and_(
        DUE_DELIVERY, col(Delivery.next_at) > now + outbox.LEASE, col(Delivery.next_at) < END_OF_TIME
    )
    asked = update(Delivery).where(or_(DEAD, paused)).values(state="waiting", tries=0, next_at=now)
    if receiver is not None:
        asked = asked.where(col(Delivery.receiver) == receiver)
    with db.write() as session:
        if number is not None:
            _undelivered(session, number)
            asked = asked.where(col(Delivery.id) == number)
        return session.exec(asked.execution_options(synchronize_session=False)).rowcount


def drop(db: Database, number: int, who: str, note: str, now: datetime) -> None:
    """Never deliver it; what waits behind it goes on. Raises `NoSuchDelivery` or `IllegalMove`."""
    with db.write() as session:
        delivery = _undelivered(session, number)
        event = session.get_one(OutboxEvent, delivery.event_id)
        delivery.state = "dropped"
        said = {"delivery": str(number), "receiver": delivery.receiver, "kind": event.kind}
        details = {**said, "who": who, "note": note}
        changes.note(session, event.campaign, DROPPED, now, details, event.contact_id)
        session.flush()
        outbox.free(session, {(delivery.receiver, delivery.stream)}, now)


def drop_all(db: Database, receiver: str, who: str, note: str, now: datetime) -> int:
    """Never deliver anything of what one receiver was not told yet; how many. Kept by campaign, as `drop` is.

    What is under way may still arrive. Raises `NoSuchDelivery` where there is nothing.
    """
    waits = and_(col(Delivery.receiver) == receiver, UNDELIVERED)
    of_campaigns = (
        select(OutboxEvent.campaign, func.count(), func.max(col(Delivery.id)))
        .join(Delivery, col(Delivery.event_id) == col(OutboxEvent.id))
        .where(waits)
        .group_by(col(OutboxEvent.campaign))
    )
    with db.write() as session:
        found = session.exec(of_campaigns).all()
        if not found:
            raise NoSuchDelivery(f'Nothing waits for "{receiver}": see dialer outbox list.')
        seen = col(Delivery.id) <= max(last for _, _, last in found)
        dropped = update(Delivery).where(waits, seen).values(state="dropped")
        count = session.exec(dropped.execution_options(synchronize_session=False)).rowcount
        for campaign, many, _ in found:
            details = {"receiver": receiver, "deliveries": str(many), "who": who, "note": note}
            changes.note(session, campaign, DROPPED, now, details)
        rest = select(Delivery.receiver, Delivery.stream).where(waits)
        outbox.free(session, {(name, stream) for name, stream in session.exec(rest)}, now)
        return count


def told(db: Database, campaign: str | None = None, since: datetime | None = None) -> Iterator[OutboxEvent]:
    """Every event in the order in which they were written down, whether or not anybody wanted it."""
    wanted = select(OutboxEvent).order_by(col(OutboxEvent.id)).limit(READ_AT_ONCE)
    if campaign is not None:
        wanted = wanted.where(OutboxEvent.campaign == campaign)
    if since is not None:
        wanted = wanted.where(OutboxEvent.at >= since)
    last = 0
    while True:
        with db.read() as session:
            found = list(session.exec(wanted.where(col(OutboxEvent.id) > last)))
        yield from found
        if len(found) < READ_AT_ONCE:
            return
        last = found[-1].id


def _undelivered(session: Session, number: int) -> Delivery:
    delivery = session.get(Delivery, number, with_for_update=True)
    if delivery is None:
        raise NoSuchDelivery(f"There is no delivery {number}: see dialer outbox list --dead.")
    if delivery.state not in ("waiting", "dead"):
        raise IllegalMove(f"Delivery {number} is {delivery.state} already.")
    return delivery


def _last_fault(session: Session, receiver: str, now: datetime) -> str:
    """Of what is dead, the latest; else of what waits to be tried again."""
    mine = (
        select(Delivery.last_fault).where(Delivery.receiver == receiver, Delivery.last_fault != "").limit(1)
    )
    dead = session.exec(mine.where(DEAD).order_by(col(Delivery.id).desc())).first()
    tried = mine.where(DUE_DELIVERY, col(Delivery.next_at).between(now, END_OF_TIME))
    return dead or session.exec(tried).first() or ""


def _line(delivery: Delivery, event: OutboxEvent, behind: int) -> Line:
    sure = delivery.state == "waiting" and delivery.next_at < END_OF_TIME
    return Line(
        number=delivery.id,
        receiver=delivery.receiver,
        kind=event.kind,
        campaign=event.campaign,
        at=event.at,
        state=delivery.state,
        tries=delivery.tries,
        next_at=delivery.next_at if sure else None,
        fault=delivery.last_fault,
        behind=behind,
    )


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
