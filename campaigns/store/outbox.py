"""Deliveries: every event to every receiver that wants it, in order within a stream, each at least once.

Of a stream only the first undelivered delivery can be due; those behind it have `next_at` at the end of time
until it is delivered or dropped. So what waits behind costs nothing to whoever looks for what is due.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col, delete, or_, update

from campaigns.models import (
    DELIVERED,
    DUE_DELIVERY,
    END_OF_TIME,
    NOT_SPREAD,
    UNDELIVERED,
    Delivery,
    OutboxEvent,
)
from campaigns.store import locks, rows
from campaigns.store.database import Database

LEASE = timedelta(seconds=30)
"""So long a claimed delivery is its engine's, which asks again in time; then any engine may claim it."""
SPREAD_AT_ONCE = 200  # events in one transaction, some milliseconds
FORGOTTEN_AT_ONCE = 500  # rows in one transaction, some milliseconds
KEPT = timedelta(days=30)
"""So long it is known of a delivery when it was made; its event stays."""
SPREADING = "outbox"  # the duty: one engine at a time

Wanted = Callable[[OutboxEvent], Sequence[str]]
"""The names of the receivers that are to be told of an event."""


@dataclass(frozen=True)
class Claim:
    """A delivery that this engine is to make now. tries: with this one."""

    delivery: int
    receiver: str
    tries: int
    event: OutboxEvent


@dataclass(frozen=True)
class Result:
    """What came of it: delivered where `fault` is ""; else tried again at `again_at`, or dead without one."""

    claim: Claim
    fault: str = ""
    again_at: datetime | None = None


_DELIVERIES, _EVENTS = rows.table_of(Delivery), rows.table_of(OutboxEvent)
_FRESH = select(_EVENTS).where(NOT_SPREAD).order_by(col(OutboxEvent.id)).limit(SPREAD_AT_ONCE)
_ANY_FRESH = select(col(OutboxEvent.id)).where(NOT_SPREAD).limit(1)
_SPREAD = (
    update(OutboxEvent)
    .where(col(OutboxEvent.id).in_(bindparam("events", expanding=True)))
    .values(spread=True)
)
_MADE = sqlalchemy.insert(_DELIVERIES)
_OF_STREAMS = (
    UNDELIVERED,
    col(Delivery.receiver).in_(bindparam("receivers", expanding=True)),
    col(Delivery.stream).in_(bindparam("streams", expanding=True)),
)
_HELD = (
    select(col(Delivery.receiver), col(Delivery.stream))
    .where(*_OF_STREAMS)
    .order_by(col(Delivery.id))
    .with_for_update()
)
_FIRST = (
    select(col(Delivery.receiver), col(Delivery.stream), func.min(col(Delivery.id)))
    .where(*_OF_STREAMS)
    .group_by(col(Delivery.receiver), col(Delivery.stream))
)
_NEXT_RECEIVER = select(func.min(col(Delivery.receiver))).where(
    DUE_DELIVERY, col(Delivery.receiver) > bindparam("last")
)
_DUE_AT = select(func.min(col(Delivery.next_at))).where(
    DUE_DELIVERY, col(Delivery.receiver) == bindparam("receiver")
)
_DUE_NOW = (
    select(col(Delivery.id), col(Delivery.tries), col(Delivery.event_id))
    .where(DUE_DELIVERY, col(Delivery.receiver) == bindparam("receiver"))
    .where(col(Delivery.next_at) <= bindparam("now"))
    .order_by(col(Delivery.next_at), col(Delivery.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_OF_EVENTS = select(_EVENTS).where(col(OutboxEvent.id).in_(bindparam("events", expanding=True)))
_ONE = update(Delivery).where(col(Delivery.id) == bindparam("delivery"))
_CLAIM = _ONE.values(tries=col(Delivery.tries) + 1, next_at=bindparam("until"))
_MINE = _ONE.where(col(Delivery.state) == "waiting", col(Delivery.tries) == bindparam("tried"))
_RENEW = _MINE.values(next_at=bindparam("until"))
_BACK = _MINE.values(next_at=bindparam("until"), tries=col(Delivery.tries) - 1)
_AGAIN = _MINE.values(next_at=bindparam("until"), last_fault=bindparam("fault"))
_DEAD = _MINE.values(state="dead", last_fault=bindparam("fault"))
_DONE = _ONE.where(or_(col(Delivery.state) == "waiting", col(Delivery.state) == "dead")).values(
    state="delivered", delivered_at=bindparam("now"), last_fault=""
)
_FREE = _ONE.where(col(Delivery.next_at) == END_OF_TIME).values(next_at=bindparam("now"))
_LOCKED = (
    select(col(Delivery.stream), col(Delivery.id))
    .where(col(Delivery.id).in_(bindparam("deliveries", expanding=True)))
    .order_by(col(Delivery.id))
    .with_for_update()
)
_OLD = (select(col(Delivery.id)).where(DELIVERED, col(Delivery.delivered_at) < bindparam("before"))).limit(
    FORGOTTEN_AT_ONCE
)


def spread(db: Database, wanted: Wanted, now: datetime) -> int:
    """Make the deliveries of some new events, once for all engines; how many events, 0: ask again later."""
    with db.read() as session:
        if session.connection().execute(_ANY_FRESH).first() is None:
            return 0
    with db.write() as session:
        if not locks.duty(session, SPREADING):
            return 0
        found = session.connection().execute(_FRESH)
        events = [rows.made(OutboxEvent, row._mapping) for row in found]
        asked = [(event, receiver) for event in events for receiver in wanted(event)]
        if asked:
            session.connection().execute(_MADE, _fresh(session, asked, now))
        if events:
            session.connection().execute(_SPREAD, {"events": [event.id for event in events]})
        return len(events)


def due_receivers(db: Database, now: datetime) -> Sequence[str]:
    """Who has a delivery that is due, by name; two looks into an index for each receiver."""
    due: list[str] = []
    last = ""
    with db.read() as session:
        connection = session.connection()
        while (name := connection.execute(_NEXT_RECEIVER, {"last": last}).scalar()) is not None:
            first = connection.execute(_DUE_AT, {"receiver": name}).scalar()
            if first is not None and first <= now:
                due.append(name)
            last = name
    return due


def claim(db: Database, receiver: str, most: int, now: datetime) -> Sequence[Claim]:
    """Take up to so many deliveries that are due, each for `LEASE`; no other engine makes them meanwhile."""
    with db.write() as session:
        connection = session.connection()
        due = connection.execute(_DUE_NOW, {"receiver": receiver, "now": now, "most": most}).all()
        if not due:
            return ()
        until = now + LEASE
        connection.execute(_CLAIM, [{"delivery": row.id, "until": until} for row in due])
        found = connection.execute(_OF_EVENTS, {"events": [row.event_id for row in due]})
        events = {row.id: rows.made(OutboxEvent, row._mapping) for row in found}
    return [Claim(row.id, receiver, row.tries + 1, events[row.event_id]) for row in due]


def renew(db: Database, claims: Collection[Claim], now: datetime) -> None:
    """They are still under way: nobody else takes them for another `LEASE`."""
    _put(db, _RENEW, claims, now + LEASE)


def give_back(db: Database, claims: Collection[Claim], now: datetime) -> None:
    """Nothing was tried of these: anybody may claim them now."""
    _put(db, _BACK, claims, now)


def settle(db: Database, results: Collection[Result], now: datetime) -> None:
    """Write down what came of claimed deliveries, and let the next one of each delivered stream go.

    Delivered is delivered, however late it is known. A fault counts only while the claim holds.
    """
    if not results:
        return
    with db.write() as session:
        connection = session.connection()
        numbers = [result.claim.delivery for result in results]
        streams = {row.id: row.stream for row in connection.execute(_LOCKED, {"deliveries": numbers})}
        done = [result.claim for result in results if not result.fault]
        _each(connection, _DONE, [{"delivery": one.delivery, "now": now} for one in done])
        again = [result for result in results if result.fault and result.again_at]
        _each(connection, _AGAIN, [{**_mine(one), "until": one.again_at} for one in again])
        _each(connection, _DEAD, [_mine(one) for one in results if one.fault and not one.again_at])
        free(session, {(one.receiver, streams[one.delivery]) for one in done if one.delivery in streams}, now)


def free(session: Session, streams: Collection[tuple[str, str]], now: datetime) -> None:
    """The first undelivered delivery of each of these (receiver, stream) may go, if it waited for others."""
    if streams:
        connection = session.connection()
        found = connection.execute(_FIRST, _named(streams))
        first = [number for receiver, stream, number in found if (receiver, stream) in streams]
        _each(connection, _FREE, [{"delivery": number, "now": now} for number in first])


def forget_delivered(db: Database, now: datetime) -> int:
    """Delete some deliveries that were made longer ago than `KEPT`; how many, 0: there are none left."""
    with db.read() as session:
        old = session.connection().execute(_OLD, {"before": now - KEPT}).scalars().all()
    if old:
        with db.write() as session:
            session.exec(delete(Delivery).where(col(Delivery.id).in_(old)))
    return len(old)


def _fresh(
    session: Session, asked: Sequence[tuple[OutboxEvent, str]], now: datetime
) -> Sequence[dict[str, Any]]:
    """The rows of new deliveries; who has something undelivered before it in its stream waits for that."""
    wanted = {(receiver, _stream(event)) for event, receiver in asked}
    held = {(row.receiver, row.stream) for row in session.connection().execute(_HELD, _named(wanted))}
    made = []
    for event, receiver in asked:
        place = receiver, _stream(event)
        made.append(
            {
                "event_id": event.id,
                "receiver": receiver,
                "stream": place[1],
                "state": "waiting",
                "tries": 0,
                "next_at": END_OF_TIME if place in held else now,
                "last_fault": "",
            }
        )
        held.add(place)
    return made


def _stream(event: OutboxEvent) -> str:
    """What must arrive in its order: all of one contact, its tasks among it."""
    if event.contact_id is not None:
        return f"contact {event.contact_id}"
    return f"campaign {event.campaign}" if event.task_id is None else f"task {event.task_id}"


def _named(streams: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    return {
        "receivers": sorted({receiver for receiver, _ in streams}),
        "streams": sorted({stream for _, stream in streams}),
    }


def _put(db: Database, statement: Any, claims: Collection[Claim], until: datetime) -> None:
    values = [{"delivery": one.delivery, "tried": one.tries, "until": until} for one in claims]
    if values:
        with db.write() as session:
            session.connection().execute(statement, values)


def _mine(result: Result) -> dict[str, Any]:
    return {"delivery": result.claim.delivery, "tried": result.claim.tries, "fault": result.fault}


def _each(connection: sqlalchemy.Connection, statement: Any, values: Sequence[dict[str, Any]]) -> None:
    if values:
        connection.execute(statement, values)
