"""A contact whose present number may not be called for a while goes on to another of its numbers."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from campaigns.models import Contact
from campaigns.rules.due import CallNow, Close, Decision, WaitUntil
from campaigns.rules.numbers import next_number
from campaigns.store import changes, rows
from campaigns.store.decisions import Judge
from campaigns.store.standings import standing


def found(session: Session, contact: Contact, decision: Decision, judge: Judge, now: datetime) -> bool:
    """Whether another of its numbers may be called earlier than this decision lets the present one be.

    Then that is its number from now on and it stays due, so that the next look at it goes the usual way.
    Asked of who is held back by a cap, or cannot be called in time, and only where there are several numbers:
    a cap is of the number, all else of the person.
    """
    if len(contact.phones) < 2 or not _may_be_of_the_number(decision):
        return False
    present = contact.phone
    best, best_at = present, _from(decision, now)
    for phone in _others(contact):
        contact.phone = phone
        at = _from(judge(contact, standing(session, contact, now)), now)
        if at is not None and (best_at is None or at < best_at):
            best, best_at = phone, at
    contact.phone = present
    if best == present:
        return False
    with rows.kept(session, contact):
        contact.phone = best
    places = {"from": _place(contact, present), "to": _place(contact, best)}
    changes.note(session, contact.campaign, "number_capped", now, places, contact.id)
    return True


def _may_be_of_the_number(decision: Decision) -> bool:
    match decision:
        case WaitUntil(reason=reason):
            return reason == "cap"
        case Close(grounds=grounds):
            return grounds.get("closed") == "no_time"
        case CallNow():
            return False


def _from(decision: Decision, now: datetime) -> datetime | None:
    """From when on a call may be possible; None: never."""
    match decision:
        case CallNow():
            return now
        case WaitUntil(at=at):
            return at
        case Close():
            return None


def _others(contact: Contact) -> Iterator[str]:
    """Its numbers after the present one, round and round, without those that are struck."""
    struck = contact.history.get("struck", {})
    barred = {phone for place, phone in enumerate(contact.phones) if str(place) in struck}
    barred.add(contact.phone)
    phone = contact.phone
    while (following := next_number(contact.phones, phone, barred)) is not None:
        yield following
        barred.add(following)
        phone = following


def _place(contact: Contact, phone: str) -> str:
    """Which of its numbers, from 1; never the number itself."""
    return str(contact.phones.index(phone) + 1) if phone in contact.phones else "0"
