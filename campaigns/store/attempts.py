"""Attempts: written down before the number is dialled, and closed exactly once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select, update

from campaigns.flows.turns import (
    Delivered,
    Fact,
    OptedOut,
    Replied,
    TaskRaised,
    VerificationFailed,
    Verified,
)
from campaigns.models import OPEN_ATTEMPT, Answer, Attempt, Campaign, Contact
from campaigns.rules.due import CallNow, Close, WaitUntil
from campaigns.rules.retries import Next
from campaigns.store import optouts
from campaigns.store.database import Database
from campaigns.store.decisions import Judge, give_back, lease, put_off, settle
from campaigns.store.standings import standing
from campaigns.store.tasks import raise_all
from campaigns.words import Outcome


@dataclass(frozen=True)
class LineQuality:
    """What an answered call was like on the wire; names and units as in the table."""

    mos: float | None
    lost_percent: float
    far_lost_percent: float
    jitter_ms: float
    one_way: bool


_OF_OPEN = update(Attempt).where(col(Attempt.id) == bindparam("attempt"), OPEN_ATTEMPT)
_RANG = _OF_OPEN.where(col(Attempt.rang_at).is_(None)).values(rang_at=bindparam("now"))
_ANSWERED = _OF_OPEN.where(col(Attempt.answered_at).is_(None)).values(answered_at=bindparam("now"))


def begin(
    db: Database,
    contact_id: int,
    token: int,
    trunk: str,
    now: datetime,
    judge: Judge,
    recording: str | None,
    why_trunk: str = "",
) -> int | None:
    """Commit the attempt; only then may the number be dialled. Its id, or None: do not dial.

    None when the lease is not this one any more, or when what `take` saw holds no longer: then the contact is
    given back (campaign not running, or to be closed, which the next `take` does) or put off as `judge` says.
    """
    with db.write() as session:
        contact = session.get(Contact, contact_id)
        if contact is None or not _holds(contact, token, "waiting"):
            return None
        grounds = _may_call(session, contact, judge, now)
        if grounds is None:
            return None
        attempt = _new_attempt(session, contact, trunk, now, recording)
        attempt.grounds = {**grounds, "trunk": why_trunk}
        contact.state = "calling"
        return attempt.id


def rang(db: Database, attempt_id: int, now: datetime) -> None:
    """The far end rings; the first time counts, and only while the attempt is open."""
    with db.write() as session:
        session.connection().execute(_RANG, {"attempt": attempt_id, "now": now})


def answered(db: Database, attempt_id: int, now: datetime) -> None:
    """Somebody or something answered; the first time counts, and only while the attempt is open."""
    with db.write() as session:
        session.connection().execute(_ANSWERED, {"attempt": attempt_id, "now": now})


def record(db: Database, attempt_id: int, facts: Sequence[Fact], outcome: Outcome, now: datetime) -> None:
    """Store what a call found out, in one transaction, before the script goes on.

    outcome: what the call would mean if it ended now, for whoever takes an open attempt over after a crash.
    Facts are kept even if the attempt was closed meanwhile: they are about the person, not about the call.
    But a reply never replaces one from a later attempt.
    """
    with db.write() as session:
        attempt = session.get_one(Attempt, attempt_id)
        contact = session.get_one(Contact, attempt.contact_id)
        if attempt.ended_at is None:
            attempt.outcome = outcome
        for fact in facts:
            _enter(session, attempt, contact, fact, now)


def finish(
    db: Database,
    attempt_id: int,
    token: int,
    cause: str,
    sip_status: int | None,
    talk_seconds: float,
    outcome: Outcome,
    next: Next,
    tasks: Sequence[TaskRaised],
    now: datetime,
    quality: LineQuality | None = None,
) -> bool:
    """Close the attempt and move its contact on; False when either was moved already, and nothing changes."""
    with db.write() as session:
        attempt = session.get_one(Attempt, attempt_id)
        contact = session.get_one(Contact, attempt.contact_id)
        if attempt.ended_at is not None or not _holds(contact, token, "calling"):
            return False
        attempt.ended_at, attempt.cause, attempt.sip_status = now, cause, sip_status
        attempt.talk_seconds, attempt.outcome, attempt.counted = talk_seconds, outcome, next.counted
        _note_quality(attempt, quality)
        contact.attempts_used += next.counted
        contact.own_failures = 0 if next.counted else contact.own_failures + 1
        raise_all(session, contact, tasks, now)
        attempt.decision = _decided(next)
        _move_on(contact, next, now)
        if contact.state == "waiting" and standing(session, contact, now).opted_out:
            contact.next_at, contact.due = now, True  # opted out during the call: the next `take` closes it
    return True


def fail_over(
    db: Database, attempt_id: int, token: int, cause: str, sip_status: int, now: datetime
) -> Contact | None:
    """Close an attempt that its trunk failed before it rang, and lease its contact anew for another trunk.

    One transaction: the contact is never free in between, so nobody else calls it, and after a crash it is
    due like all that was leased. Nothing is counted. None when either was moved already.
    """
    with db.write() as session:
        attempt = session.get_one(Attempt, attempt_id)
        contact = session.get_one(Contact, attempt.contact_id)
        if attempt.ended_at is not None or not _holds(contact, token, "calling"):
            return None
        attempt.ended_at, attempt.cause, attempt.sip_status = now, cause, sip_status
        attempt.outcome = "failed"
        contact.state = "waiting"
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


def _may_call(session: Session, contact: Contact, judge: Judge, now: datetime) -> Mapping[str, str] | None:
    """What allows the call; None when nothing does, and the contact is given back or put off."""
    campaign = session.get_one(Campaign, contact.campaign)
    if campaign.state != "running":
        give_back(contact)
        return None
    match judge(contact, standing(session, contact, now)):
        case CallNow(grounds):
            return grounds
        case WaitUntil() as wait:
            put_off(contact, wait, now)
        case Close():
            give_back(contact)
        case never:
            assert_never(never)
    return None


def _new_attempt(
    session: Session, contact: Contact, trunk: str, now: datetime, recording: str | None
) -> Attempt:
    earlier = select(func.coalesce(func.max(Attempt.number), 0)).where(Attempt.contact_id == contact.id)
    attempt = Attempt(
        contact_id=contact.id,
        campaign=contact.campaign,
        number=session.exec(earlier).one() + 1,
        phone=contact.phone,
        trunk=trunk,
        node=contact.node or "",
        revision=contact.revision,
        token=contact.token,
        started_at=now,
        recording=recording,
    )
    session.add(attempt)
    session.flush()
    return attempt


def _enter(session: Session, attempt: Attempt, contact: Contact, fact: Fact, now: datetime) -> None:
    match fact:
        case Replied():
            _reply(session, attempt, fact, now)
        case Verified():
            pass  # the outcome says it
        case VerificationFailed():
            contact.verification_failures += 1
        case Delivered():
            contact.delivered_at = contact.delivered_at or now
        case OptedOut():
            optouts.enter(session, contact.phone, "key", now)
        case TaskRaised():
            raise_all(session, contact, [fact], now)
        case _:
            assert_never(fact)


def _reply(session: Session, attempt: Attempt, reply: Replied, now: datetime) -> None:
    said = select(Answer).where(Answer.contact_id == attempt.contact_id, Answer.question == reply.question)
    answer = session.exec(said).first()
    if answer is None:
        answer = Answer(
            contact_id=attempt.contact_id,
            campaign=attempt.campaign,
            attempt_id=attempt.id,
            question=reply.question,
            value=reply.value,
            at=now,
        )
        session.add(answer)
    elif answer.attempt_id <= attempt.id:
        answer.attempt_id, answer.value, answer.at = attempt.id, reply.value, now
    session.flush()


def _decided(next: Next) -> dict[str, str]:
    at = {} if next.next_at is None else {"next_at": next.next_at.isoformat()}
    reason = {} if next.wait_reason is None else {"wait_reason": next.wait_reason}
    return {**next.grounds, "state": next.state, **at, **reason}


def _move_on(contact: Contact, next: Next, now: datetime) -> None:
    if next.history is not None:
        contact.history = {name: dict(counts) for name, counts in vars(next.history).items()}
    if next.state == "waiting":
        contact.phone = next.phone or contact.phone
        if next.next_at is None or next.wait_reason is None:
            raise ValueError("a contact that waits needs a time and a reason")
        contact.state, contact.outcome = "waiting", next.outcome
        put_off(contact, WaitUntil(next.next_at, next.wait_reason, next.grounds), now)
    else:
        settle(contact, next.state, next.outcome, now)
