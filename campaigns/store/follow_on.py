"""Several people with one number in one call: who may follow, and how the record passes to them.

Until then nobody but the first is leased. That suffices: as long as a contact is leased no other with its
number can be, so those who may follow stay where they are, and after a crash there is nothing to give back.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, or_, select

from campaigns.models import DUE, Attempt, Contact
from campaigns.rules.due import CallNow, Standing
from campaigns.store import locks
from campaigns.store.attempts import CallEnd, end_call, new_attempt
from campaigns.store.database import Database
from campaigns.store.decisions import Judge, lease, move
from campaigns.store.same_ring import FOLLOWS
from campaigns.store.standings import standing, standings

LOOKED_AT = 10  # of those who share a number; more than a family is a switchboard, and gets calls of its own
HELD_BY_NUMBER = ("pause", "cap")  # waits that a call which rings no second time does not offend

OF_RINGS = ("caps", "rang")  # grounds that were not looked at: the call does not ring again


def companions(db: Database, contact: Contact, now: datetime, judge: Judge, most: int) -> list[Contact]:
    """Who else of the same campaign could be told in a call to this contact, at most so many, in order.

    They wait for nothing, or just because the number was called for somebody else, or often enough.
    """
    ready = or_(DUE, col(Contact.next_at) <= now, col(Contact.wait_reason).in_(HELD_BY_NUMBER))
    wanted = select(Contact).where(
        Contact.phone == contact.phone,
        Contact.campaign == contact.campaign,
        Contact.id != contact.id,
        Contact.state == "waiting",
        ready,
    )
    in_order = wanted.order_by(col(Contact.rank), col(Contact.next_at), col(Contact.id))
    with db.read() as session:
        found = list(session.exec(in_order.limit(LOOKED_AT)))
        known = standings(session, found, now)
    able = [other for other in found if isinstance(judge(other, _aside(known[other.id])), CallNow)]
    return able[:most]


def hand_over(
    db: Database, attempt_id: int, end: CallEnd, follower: Contact, judge: Judge, now: datetime
) -> tuple[int, Contact] | None:
    """End one person's attempt and begin that of the next in the same call: the new attempt, and its lease.

    One transaction, so that a crash finds either the first person's call open or the second's: nobody is
    told twice, and nobody is lost. None, and nothing is changed, when the first attempt is closed already,
    when the campaign does not run, or when the follower was called, closed or corrected meanwhile, or may not
    be called now. The call does not ring again, so the new attempt has no `rang_at` and counts for no cap.
    """
    with db.write() as session:
        runs = locks.campaign_to_call(session, follower.campaign).state == "running"
        locks.number(session, follower.phone)
        first = session.get_one(Attempt, attempt_id)
        grounds = _may_follow(session, follower, judge, now) if runs else None
        if grounds is None or not end_call(session, attempt_id, end, now):
            return None
        session.flush()  # the number is free before it is held again
        contact = session.get_one(Contact, follower.id)
        lease(contact, first.node)
        told = {**grounds, FOLLOWS: str(first.id)}
        attempt = new_attempt(session, contact, first.trunk, now, first.recording, told, answered_at=now)
        move(contact, "calling")
        return attempt, contact


def _may_follow(session: Session, seen: Contact, judge: Judge, now: datetime) -> dict[str, str] | None:
    """What allows it; None when something speaks against it, or the contact is not as it was."""
    contact = session.get(Contact, seen.id, with_for_update={"key_share": True})
    if contact is None or contact.state != "waiting" or contact.leased:
        return None
    if (contact.phone, contact.revision) != (seen.phone, seen.revision):
        return None
    decision = judge(contact, _aside(standing(session, contact, now)))
    if not isinstance(decision, CallNow):
        return None
    return {name: ground for name, ground in decision.grounds.items() if name not in OF_RINGS}


def _aside(known: Standing) -> Standing:
    """What is known of the number but for its calls: the one that runs is not rung a second time."""
    return replace(known, rings=())
