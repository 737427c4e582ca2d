"""Contacts: queued, taken by an engine that is about to call, given back, closed."""

import math
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, assert_never

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import Session, col, or_, select, update

from campaigns.models import ASLEEP, DUE, LEASED, Answer, Contact
from campaigns.rules.due import CallNow, Close, WaitUntil
from campaigns.rules.fairness import Turns
from campaigns.rules.policy import Pace
from campaigns.store import detours, lineup, order, queue_talk, rows
from campaigns.store.campaigns import running
from campaigns.store.database import Database
from campaigns.store.decisions import CloseTasks, Judge, keep_leases, lease, put_all_off, shut
from campaigns.store.lineup import LineUp
from campaigns.store.queueing import NewContact, Verdict, add
from campaigns.words import ContactState, WaitReason

__all__ = [
    "NewContact",
    "Verdict",
    "add",
    "answers",
    "due_count",
    "expire",
    "find",
    "free_among",
    "interrupted_count",
    "listing",
    "postpone",
    "release",
    "release_all",
    "take",
    "waiting_summary",
]

BREATH_SECONDS = 0.005  # between two transactions, so that other writers get their turn
LOCK_SECONDS = 0.05  # how long one transaction goes on judging; another 50 ms pass with reading and writing
TAKE_SECONDS = 0.2  # of one `take` or `expire`: an engine that waits for it hears no key meanwhile
EXPIRED_AT_ONCE = 50  # their tasks are worked out one by one, about a millisecond each
COUNTED_AT_MOST = 10_000  # about 3 ms
BATCH_FIRST, BATCH_LARGEST = 8, 500  # contacts read in one transaction; it grows while few may be called
ANY_PACE: Mapping[str, Pace] = MappingProxyType({})
ASKED_AT_ONCE = 500  # databases bound how many values one statement may hold

_ANSWERS = (
    select(Answer.question, Answer.value)
    .where(Answer.contact_id == bindparam("contact"))
    .order_by(col(Answer.id))
)


class Waiting(NamedTuple):
    """Contacts of one campaign that wait for one reason."""

    campaign: str
    reason: WaitReason
    contacts: int
    earliest: datetime


def take(
    db: Database,
    limit: int,
    now: datetime,
    judge: Judge,
    close: CloseTasks,
    seconds: float = TAKE_SECONDS,
    only: Collection[str] | None = None,
    node: str = "",
    paces: Mapping[str, Pace] = ANY_PACE,
) -> list[Contact]:
    """Lease up to `limit` contacts of running campaigns that may be called now, first things first.

    only: the campaigns that the caller can judge; None: all. node: who asks. paces: what campaigns may take
    of the lines (`rules.fairness`), counted from the leases in the same transaction.

    What is due is judged until so many are found or `seconds` are over, in transactions of at most about
    100 ms: who must wait is put off, who must never be called again is closed with its tasks. While
    `due_count` is not 0, ask again. Never a phone that another contact holds. The rows come detached, with
    `leased` set and a new `token`.
    """
    until = time.perf_counter() + (seconds if db.awaited else math.inf)
    lock_seconds = LOCK_SECONDS if db.awaited else math.inf
    taken: list[Contact] = []
    batch = max(limit, BATCH_FIRST)
    while len(taken) < limit:
        with db.write() as session:
            campaigns = [name for name in running(session) if only is None or name in only]
            asked = lineup.paced(paces, campaigns)
            turns = lineup.turns(session, asked, node, limit - len(taken))
            woken = order.wake(session, campaigns, now)
            queues = lineup.line_up(session, campaigns, asked, min(batch, BATCH_LARGEST), now)
            leased, judged = _judge_some(
                queues, turns, limit - len(taken), now, judge, close, node, lock_seconds
            )
        taken += leased
        if not (woken or judged) or time.perf_counter() > until:
            break
        batch *= 4
        if len(taken) < limit and db.awaited and not db.shared:
            time.sleep(BREATH_SECONDS)
    return taken


def _judge_some(
    queues: LineUp,
    turns: Turns,
    limit: int,
    now: datetime,
    judge: Judge,
    close: CloseTasks,
    node: str,
    lock_seconds: float,
) -> tuple[list[Contact], int]:
    """Carry out the rules' decisions up to the limit or the time: who was leased, how many judged."""
    leased: dict[str, Contact] = {}  # by phone
    waits: list[tuple[Contact, WaitUntil]] = []
    judged = 0
    until = time.perf_counter() + lock_seconds
    while len(leased) < limit and not (judged and time.perf_counter() > until):
        queue = None if queues.spent else turns.next(queues.heads())
        if queue is None:
            break
        found = queues.pop(queue)
        if found is None or found[0].phone in leased:
            continue
        contact, standing = found
        judged += 1
        decision = judge(contact, standing)
        if detours.found(queues.session, contact, decision, judge, now):
            continue
        match queue_talk.heeded(queues.session, contact, decision, now):
            case CallNow():
                lease(contact, node)
                leased[contact.phone] = contact
                turns.leased(*queue)
            case WaitUntil() as wait:
                waits.append((contact, wait))
            case Close() as closing:
                with rows.kept(queues.session, contact):
                    shut(queues.session, contact, closing, now, close)
            case never:
                assert_never(never)
    put_all_off(queues.session, waits, now)
    keep_leases(queues.session, list(leased.values()))
    return list(leased.values()), judged


def release(db: Database, contact_id: int, token: int) -> bool:
    """Give a contact back that was taken and not called; False when the lease is not this one any more."""
    with db.write() as session:
        mine = update(Contact).where(col(Contact.id) == contact_id, col(Contact.token) == token)
        given = session.exec(
            mine.where(col(Contact.state) == "waiting", LEASED).values(leased=False, node=None, due=True)
        )
        return given.rowcount == 1


def postpone(db: Database, contact_id: int, token: int, at: datetime, reason: WaitReason) -> bool:
    """Give back a contact that was taken and cannot be called before `at`; False as with `release`."""
    with db.write() as session:
        mine = update(Contact).where(col(Contact.id) == contact_id, col(Contact.token) == token)
        put_off = mine.where(col(Contact.state) == "waiting", LEASED)
        values: dict[str, Any] = {
            "leased": False,
            "node": None,
            "due": False,
            "next_at": at,
            "wait_reason": reason,
            "wait_grounds": {},
        }
        return session.exec(put_off.values(values)).rowcount == 1


def release_all(db: Database) -> int:
    """Give back all that a dead engine had taken and not called; how many."""
    with db.write() as session:
        held = update(Contact).where(LEASED, col(Contact.state) == "waiting")
        return session.exec(held.values(leased=False, node=None, due=True)).rowcount


def expire(
    db: Database,
    campaigns: Collection[str],
    now: datetime,
    close: CloseTasks,
    seconds: float = TAKE_SECONDS,
) -> int:
    """Close as exhausted who waits past the deadline in these campaigns, whatever their state; how many.

    It returns after about `seconds`, though more may be left: ask again.
    """
    until = time.perf_counter() + seconds
    count = 0
    while True:
        with db.write() as session:
            late = order.past_deadline(session, campaigns, now, EXPIRED_AT_ONCE)
            for contact in late:
                shut(
                    session, contact, Close("exhausted", contact.outcome, {"closed": "deadline"}), now, close
                )
        count += len(late)
        if len(late) < EXPIRED_AT_ONCE or time.perf_counter() > until:
            return count
        time.sleep(BREATH_SECONDS if db.awaited else 0.0)


def find(db: Database, campaign: str, external_id: str) -> Contact | None:
    """The contact of that name in that campaign."""
    wanted = select(Contact).where(Contact.campaign == campaign, Contact.external_id == external_id)
    with db.read() as session:
        return session.exec(wanted).first()


def listing(
    db: Database, campaign: str, state: ContactState | None = None, limit: int | None = None
) -> list[Contact]:
    """Contacts of a campaign in the order in which they were queued."""
    wanted = select(Contact).where(Contact.campaign == campaign)
    if state is not None:
        wanted = wanted.where(Contact.state == state)
    with db.read() as session:
        return list(session.exec(wanted.order_by(col(Contact.id)).limit(limit)))


def answers(db: Database, contact_id: int) -> dict[str, str]:
    """What this contact last said, by question."""
    with db.read() as session:
        return answers_of(session, contact_id)


def answers_of(session: Session, contact_id: int) -> dict[str, str]:
    """The same as part of a transaction."""
    found = session.connection().execute(_ANSWERS, {"contact": contact_id})
    return {question: value for question, value in found}


def free_among(db: Database, contact_ids: Sequence[int]) -> list[int]:
    """Which of these contacts are not leased nor in a call now; unknown ones are among them.

    Nor is the number of the others: they may be told in the same call (`store.follow_on`).
    """
    held: set[int] = set()
    with db.read() as session:
        for at in range(0, len(contact_ids), ASKED_AT_ONCE):
            some = col(Contact.id).in_(contact_ids[at : at + ASKED_AT_ONCE])
            busy = or_(LEASED, col(Contact.state) == "calling", order.NUMBER_HELD)
            held.update(session.exec(select(Contact.id).where(some, busy)))
    return [contact_id for contact_id in contact_ids if contact_id not in held]


def due_count(db: Database, now: datetime, at_most: int = COUNTED_AT_MOST, but: Collection[str] = ()) -> int:
    """How many contacts of running campaigns `take` would look at now; nobody holds any of them.

    but: campaigns that are left out. Counting stops at `at_most` awake and as many asleep ones, for an engine
    asks this again and again.
    """
    with db.read() as session:
        mine = col(Contact.campaign).in_([name for name in running(session) if name not in but])
        awake = select(Contact.id).where(mine, DUE).limit(at_most)
        # in the order of its index, or SQLite reads everybody through another one when nobody is awake
        awake = awake.order_by(
            col(Contact.campaign), col(Contact.rank), col(Contact.next_at), col(Contact.id)
        )
        asleep = select(Contact.id).where(mine, ASLEEP, col(Contact.next_at) <= now).limit(at_most)
        return sum(
            session.exec(select(func.count()).select_from(some.subquery())).one() for some in (awake, asleep)
        )


def interrupted_count(db: Database) -> int:
    """How many contacts of running campaigns wait because an engine died in their call."""
    with db.read() as session:
        wanted = select(func.count()).where(col(Contact.campaign).in_(running(session)))
        return session.exec(
            wanted.where(Contact.state == "waiting", Contact.wait_reason == "interrupted")
        ).one()


def waiting_summary(db: Database) -> list[Waiting]:
    """Who waits, for what and until when at the earliest, in every campaign; that may have passed already."""
    groups = col(Contact.campaign), col(Contact.state), col(Contact.wait_reason)  # as an index has them
    wanted = sqlalchemy.select(*groups, func.count(), func.min(col(Contact.next_at)))
    with db.read() as session:
        rows = session.connection().execute(wanted.group_by(*groups).order_by(*groups)).all()
    return [
        Waiting(campaign, reason, contacts, earliest)
        for campaign, state, reason, contacts, earliest in rows
        if state == "waiting" and reason is not None and earliest is not None
    ]
