"""Attempts: written down before the number is dialled, and closed exactly once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select, update

from campaigns.flows.turns import (
    Fact,
    OptedOut,
    Work,
)
from campaigns.models import OPEN_ATTEMPT, Attempt, Contact
from campaigns.rules.due import CallNow, Close, WaitUntil
from campaigns.rules.retries import Next
from campaigns.store import found_out, locks, optouts, queue_talk, rows, same_ring, trunk_use
from campaigns.store.brakes import FAILED_OVER
from campaigns.store.campaigns import regain_first, spend_first
from campaigns.store.corrections import after_call
from campaigns.store.database import Database
from campaigns.store.decisions import CloseTasks, Judge, give_back, lease, move, put_off, settle
from campaigns.store.standings import standing
from campaigns.store.task_raising import raise_all
from campaigns.store.trunk_use import TrunkLimit
from campaigns.words import Outcome


@dataclass(frozen=True)
class LineQuality:
    """What an answered call was like on the wire; names and units as in the table."""

    mos: float | None
    lost_percent: float
    far_lost_percent: float
    jitter_ms: float
    one_way: bool


@dataclass(frozen=True)
class CallEnd:
    """How a call ended and what follows from it; the arguments of `finish`."""

    token: int
    cause: str
    sip_status: int | None
    talk_seconds: float
    outcome: Outcome
    next: Next
    tasks: Sequence[Work] | CloseTasks
    quality: LineQuality | None = None
    rang: bool = False


_TIME = rows.table_of(Attempt).c.rang_at.type
_OF_OPEN = update(Attempt).where(col(Attempt.id) == bindparam("attempt"), OPEN_ATTEMPT)
_RANG = _OF_OPEN.where(col(Attempt.rang_at).is_(None)).values(rang_at=bindparam("now"))
_MEANT = _OF_OPEN.values(outcome=bindparam("outcome"))
_ANSWERED = _OF_OPEN.where(col(Attempt.answered_at).is_(None)).values(
    answered_at=bindparam("now"), rang_at=func.coalesce(col(Attempt.rang_at), bindparam("now", type_=_TIME))
)


_EARLIER = select(func.max(Attempt.number)).where(Attempt.contact_id == bindparam("contact"))


def begin(
    db: Database,
    contact_id: int,
    token: int,
    trunk: str,
    now: datetime,
    judge: Judge,
    recording: str | None,
    why_trunk: str = "",
    limit: TrunkLimit | None = None,
) -> int | None:
    """Commit the attempt; only then may the number be dialled. Its id, or None: do not dial.

    limit: the trunk's, for all nodes together; where it is reached nothing changes. Raises `TrunkFull`.

    None when the lease is not this one any more, or when what `take` saw holds no longer: then the contact is
    given back (campaign not running, or to be closed, which the next `take` does) or put off as `judge` says.
    """
    with db.write() as session:
        use = trunk_use.hold(session, limit, now) if limit and locks.shared(session) else None
        contact = locks.to_begin(session, contact_id)
        if contact is None or not _holds(contact, token, "waiting"):
            return None
        grounds = _may_call(session, contact, judge, now)
        if grounds is None:
            return None
        attempt = new_attempt(session, contact, trunk, now, recording, {**grounds, "trunk": why_trunk})
        with rows.kept(session, contact):
            move(contact, "calling")
        if use is not None and limit is not None:
            trunk_use.spend(use, limit, now)
        return attempt


def rang(db: Database, attempt_id: int, now: datetime) -> None:
    """The far end rings; the first time counts, and only while the attempt is open."""
    with db.write() as session:
        session.connection().execute(_RANG, {"attempt": attempt_id, "now": now})


def answered(db: Database, attempt_id: int, now: datetime) -> None:
    """Somebody or something answered; the first time counts, and only while the attempt is open.

    What is answered has rung: many networks connect a call without a word before (RFC 3261, 13.2.2.4).
    """
    with db.write() as session:
        session.connection().execute(_ANSWERED, {"attempt": attempt_id, "now": now})


def record(db: Database, attempt_id: int, facts: Sequence[Fact], outcome: Outcome, now: datetime) -> None:
    """Store what a call found out, in one transaction, before the script goes on.

    outcome: what the call would mean if it ended now, for whoever takes an open attempt over after a crash.
    Facts are kept even if the attempt was closed meanwhile: they are about the person, not about the call.
    But a reply never replaces one from a later attempt.
    """
    with db.write() as session:
        if any(isinstance(fact, OptedOut) for fact in facts):  # a number is locked before calls and contacts
            locks.number(session, rows.get(session, Attempt, attempt_id).phone)
        meant = {"attempt": attempt_id, "outcome": outcome}
        session.connection().execute(_MEANT, meant)
        if facts:
            attempt, contact = locks.call(session, attempt_id)
            with rows.kept(session, contact):
                for fact in facts:
                    found_out.enter(session, attempt, contact, fact, now)


def finish(
    db: Database,
    attempt_id: int,
    token: int,
    cause: str,
    sip_status: int | None,
    talk_seconds: float,
    outcome: Outcome,
    next: Next,
    tasks: Sequence[Work] | CloseTasks,
    now: datetime,
    quality: LineQuality | None = None,
    rang: bool = False,
) -> bool:
    """Close the attempt and move its contact on; False when either was moved already, and nothing changes.

    rang: the phone rang, though nobody may have said so before: the call counts, from its start on.
    tasks: what remains for humans, or who knows it of the contact as it is: it may have been corrected.
    """
    return end(
        db,
        attempt_id,
        CallEnd(token, cause, sip_status, talk_seconds, outcome, next, tasks, quality, rang),
        now,
    )


def end(db: Database, attempt_id: int, ended: CallEnd, now: datetime) -> bool:
    """`finish`, with what it takes as one value."""
    with db.write() as session:
        return end_call(session, attempt_id, ended, now)


def end_call(session: Session, attempt_id: int, end: CallEnd, now: datetime) -> bool:
    """`finish`, within a transaction that does more."""
    attempt, contact = locks.call(session, attempt_id)
    if attempt.ended_at is not None or not _holds(contact, end.token, "calling"):
        return False
    with rows.kept(session, attempt, contact):
        _end(session, attempt, contact, end, now)
    return True


def _end(session: Session, attempt: Attempt, contact: Contact, end: CallEnd, now: datetime) -> None:
    next = end.next
    attempt.ended_at, attempt.cause, attempt.sip_status = now, end.cause, end.sip_status
    attempt.talk_seconds, attempt.outcome = end.talk_seconds, end.outcome
    attempt.counted = next.counted
    if end.cause == "line_lost" or end.rang:  # of a lost one the INVITE may have left, and then it rang
        same_ring.note_ring(attempt)
    same_ring.note_end(session, attempt, now)
    _note_quality(attempt, end.quality)
    contact.attempts_used += next.counted
    contact.own_failures = 0 if next.counted else contact.own_failures + 1
    raise_all(session, contact, _left(contact, next, end.tasks), now)
    attempt.decision = _decided(next)
    _move_on(session, contact, next, now)
    after_call(session, attempt, contact, now, end.tasks if callable(end.tasks) else None)
    if not next.counted:
        regain_first(session, attempt.campaign, attempt.started_at)
    if contact.state == "waiting" and not optouts.pass_over(session, [contact], now):
        contact.next_at, contact.due = now, True  # opted out during the call: the next `take` closes it


def fail_over(
    db: Database,
    attempt_id: int,
    token: int,
    cause: str,
    sip_status: int,
    now: datetime,
    close: CloseTasks | None = None,
) -> Contact | None:
    """Close an attempt that its trunk failed before it rang, and lease its contact anew for another trunk.

    One transaction: the contact is never free in between, so nobody else calls it, and after a crash it is
    due like all that was leased. Nothing is counted. None when either was moved already, and when it was
    cancelled (`close`: its tasks) or corrected meanwhile: what was rendered for it is worth nothing now.
    """
    with db.write() as session:
        attempt, contact = locks.call(session, attempt_id)
        if attempt.ended_at is not None or not _holds(contact, token, "calling"):
            return None
        with rows.kept(session, attempt, contact):
            attempt.ended_at, attempt.cause, attempt.sip_status = now, cause, sip_status
            attempt.outcome, attempt.decision = "failed", {"follows": FAILED_OVER}
            move(contact, "waiting")
            regain_first(session, attempt.campaign, attempt.started_at)
            if contact.cancel_asked or contact.revision > attempt.revision:
                give_back(contact)
                after_call(session, attempt, contact, now, close)
                return None
            lease(contact, attempt.node)
        return contact


def open_attempts(db: Database) -> list[tuple[Attempt, Contact]]:
    """Attempts without an end, the oldest first: after a crash, the calls that it cut off."""
    wanted = select(Attempt, Contact).join(Contact, col(Contact.id) == col(Attempt.contact_id))
    with db.read() as session:
        rows = session.exec(wanted.where(OPEN_ATTEMPT).order_by(col(Attempt.contact_id)))  # as the index goes
        return sorted(((attempt, contact) for attempt, contact in rows), key=lambda row: row[0].id)


def listing(db: Database, campaign: str) -> list[tuple[Attempt, Contact]]:
    """Every attempt of a campaign in the order in which they were begun."""
    wanted = select(Attempt, Contact).join(Contact, col(Contact.id) == col(Attempt.contact_id))
    with db.read() as session:
        rows = session.exec(wanted.where(Attempt.campaign == campaign).order_by(col(Attempt.id)))
        return [(attempt, contact) for attempt, contact in rows]


def of_contact(db: Database, contact_id: int) -> list[Attempt]:
    """Every attempt to reach one contact, the first first."""
    with db.read() as session:
        wanted = select(Attempt).where(Attempt.contact_id == contact_id)
        return list(session.exec(wanted.order_by(col(Attempt.number))))


def _note_quality(attempt: Attempt, quality: LineQuality | None) -> None:
    if quality is not None:
        attempt.mos, attempt.one_way, attempt.jitter_ms = quality.mos, quality.one_way, quality.jitter_ms
        attempt.lost_percent, attempt.far_lost_percent = quality.lost_percent, quality.far_lost_percent


def _holds(contact: Contact, token: int, state: str) -> bool:
    return contact.leased and contact.token == token and contact.state == state


def _left(contact: Contact, next: Next, tasks: Sequence[Work] | CloseTasks) -> Sequence[Work]:
    """The tasks of a contact that is closed; none while it goes on waiting."""
    if not callable(tasks):
        return tasks
    return () if next.state == "waiting" else tasks(contact, next.state, next.outcome)


def _may_call(session: Session, contact: Contact, judge: Judge, now: datetime) -> Mapping[str, str] | None:
    """What allows the call; None when nothing does, and the contact is given back or put off."""
    campaign = locks.campaign_to_call(session, contact.campaign)
    with rows.kept(session, campaign, contact):
        if campaign.state != "running":
            give_back(contact)
            return None
        decision = judge(contact, standing(session, contact, now))
        match queue_talk.heeded(session, contact, decision, now):
            case CallNow(grounds):
                if spend_first(campaign):
                    return grounds
                give_back(contact)
            case WaitUntil() as wait:
                put_off(contact, wait, now)
            case Close():
                give_back(contact)
            case never:
                assert_never(never)
        return None


def new_attempt(
    session: Session,
    contact: Contact,
    trunk: str,
    now: datetime,
    recording: str | None,
    grounds: Mapping[str, str],
    answered_at: datetime | None = None,
) -> int:
    """The row of a call that is about to be placed, under the lease that its contact is held by; its id."""
    earlier = session.connection().execute(_EARLIER, {"contact": contact.id}).scalar() or 0
    values = {
        "contact_id": contact.id,
        "campaign": contact.campaign,
        "number": earlier + 1,
        "phone": contact.phone,
        "trunk": trunk,
        "node": contact.node or "",
        "revision": contact.revision,
        "token": contact.token,
        "grounds": dict(grounds),
        "started_at": now,
        "answered_at": answered_at,
        "recording": recording,
        "counted": False,
        "decision": {},
        "talk_seconds": 0.0,
    }
    return rows.insert(session, Attempt, values)


def _decided(next: Next) -> dict[str, str]:
    at = {} if next.next_at is None else {"next_at": next.next_at.isoformat()}
    reason = {} if next.wait_reason is None else {"wait_reason": next.wait_reason}
    return {**next.grounds, "state": next.state, **at, **reason}


def _move_on(session: Session, contact: Contact, next: Next, now: datetime) -> None:
    if next.history is not None:
        contact.history = {name: dict(counts) for name, counts in vars(next.history).items()}
    if next.state == "waiting":
        contact.phone = next.phone or contact.phone
        if next.next_at is None or next.wait_reason is None:
            raise ValueError("a contact that waits needs a time and a reason")
        move(contact, "waiting")
        contact.outcome = next.outcome
        put_off(contact, WaitUntil(next.next_at, next.wait_reason, next.grounds), now)
    else:
        settle(session, contact, next.state, next.outcome, now)
