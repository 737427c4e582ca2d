"""Numbers that a campaign, or none of them, may call: by key, command or file, and at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select, update

from campaigns.models import ASLEEP, Contact, OptOut, Task
from campaigns.rules.numbers import next_number
from campaigns.store import changes, locks, wakeups
from campaigns.store.check_contacts import heeded
from campaigns.store.database import Database

ENTERED_AT_ONCE = 500  # numbers in one transaction: other writers get their turn between two

_AMONG = select(OptOut.phone, OptOut.campaign).where(
    col(OptOut.phone).in_(bindparam("phones", expanding=True))
)


@dataclass(frozen=True)
class Refusal:
    """A number that is not to be called any more: when and how it was said; campaign: "" for all of them."""

    phone: str
    how: str
    at: datetime
    campaign: str = ""


@dataclass(frozen=True)
class Place:
    """How far a list was read, without a number: behind so many of those of that moment."""

    at: datetime
    passed: int


def add(db: Database, phone: str, how: str, now: datetime, campaign: str = "") -> bool:
    """Never call this number again, in one campaign or ("") in any; False when it stood there already."""
    with db.write() as session:
        return enter(session, phone, how, now, campaign)


def add_all(db: Database, refusals: Sequence[Refusal], now: datetime) -> list[bool]:
    """Enter many, some hundred in a transaction; for each whether it is new. They hold from `now` on."""
    new: list[bool] = []
    for start in range(0, len(refusals), ENTERED_AT_ONCE):
        some = refusals[start : start + ENTERED_AT_ONCE]
        with db.write() as session:
            for phone in locks.in_order(refusal.phone for refusal in some):
                locks.number(session, phone)
            new += _enter(session, some, now)
    return new


def remove(db: Database, phone: str, campaign: str = "") -> bool:
    """Allow calls to this number again; whether it had opted out. Contacts closed meanwhile stay closed.

    Each opt-out is removed by itself: that of one campaign, or ("") that of all.
    """
    with db.write() as session:
        entry = session.get(OptOut, (phone, campaign))
        if entry is None:
            return False
        session.delete(entry)
    return True


def listing(db: Database, campaign: str | None = None) -> list[OptOut]:
    """Every number that opted out, the oldest first; of one campaign: those of all count there too."""
    wanted = select(OptOut).order_by(col(OptOut.at), col(OptOut.phone), col(OptOut.campaign))
    if campaign is not None:
        wanted = wanted.where(col(OptOut.campaign).in_(("", campaign)))
    with db.read() as session:
        return list(session.exec(wanted))


def page(
    db: Database, campaigns: Collection[str], after: Place | None, limit: int
) -> tuple[list[OptOut], Place | None]:
    """Some of them in the same order, and where to go on; None: these were the last.

    campaigns: only those of these and of all; () is every one. What is removed meanwhile among numbers that
    were entered at one moment makes the next page begin later.
    """
    wanted = select(OptOut).order_by(col(OptOut.at), col(OptOut.phone), col(OptOut.campaign))
    if campaigns:
        wanted = wanted.where(col(OptOut.campaign).in_(("", *sorted(campaigns))))
    if after is not None:
        wanted = wanted.where(col(OptOut.at) >= after.at).offset(after.passed)
    with db.read() as session:
        found = list(session.exec(wanted.limit(limit + 1)))
    some = found[:limit]
    return some, _following(some, after) if len(found) > limit else None


def _following(some: Sequence[OptOut], after: Place | None) -> Place:
    at = some[-1].at
    passed = after.passed if after is not None and after.at == at else 0
    return Place(at, passed + sum(entry.at == at for entry in some))


def of_numbers(db: Database, phones: Collection[str]) -> list[OptOut]:
    """The opt-outs of these numbers, the oldest first."""
    with db.read() as session:
        wanted = select(OptOut).where(col(OptOut.phone).in_(phones))
        return list(session.exec(wanted.order_by(col(OptOut.at), col(OptOut.campaign))))


def has(db: Database, phone: str) -> bool:
    """Whether this number has opted out of all campaigns."""
    with db.read() as session:
        return session.get(OptOut, (phone, "")) is not None


def enter(session: Session, phone: str, how: str, now: datetime, campaign: str = "") -> bool:
    """Write the number down and wake what waits for it, so that the next `take` closes it with its tasks.

    Who is taken and not dialled yet is not dialled (`attempts.begin` asks again); a call that runs goes on.
    """
    locks.number(session, phone)
    return _enter(session, [Refusal(phone, how, now, campaign)], now)[0]


def among(session: Session, phones: Collection[str]) -> set[tuple[str, str]]:
    """Which of these numbers have opted out, each with the campaign, "" for all."""
    if not phones:
        return set()
    found = session.connection().execute(_AMONG, {"phones": list(phones)})
    return {(phone, campaign) for phone, campaign in found}


def asks_for(campaign: object) -> ColumnElement[bool]:
    """Of a contact: whether it asks about a task of this campaign, a name or a column."""
    wanted = sql_select(col(Task.id)).where(col(Task.checked_by) == col(Contact.id))
    return wanted.where(col(Task.campaign) == campaign).correlate_except(Task).exists()


def pass_over(session: Session, contacts: Collection[Contact], now: datetime) -> bool:
    """Contacts with several numbers go on to the next one that has neither opted out nor been struck.

    Whether each has a number now that may be called; where there is none left the present one stays, and the
    rules close the contact.
    """
    refused = among(session, {phone for contact in contacts for phone in (contact.phone, *contact.phones)})
    return all([_goes_on(session, contact, refused, now) for contact in contacts if refused])


def _goes_on(session: Session, contact: Contact, refused: Collection[tuple[str, str]], now: datetime) -> bool:
    if not _refused(contact, contact.phone, refused):
        return True
    struck = contact.history.get("struck", {})
    barred = {
        phone
        for place, phone in enumerate(contact.phones)
        if str(place) in struck or _refused(contact, phone, refused)
    }
    following = next_number(contact.phones, contact.phone, barred)
    if following is None:
        return False
    places = {"from": _place(contact, contact.phone), "to": _place(contact, following)}
    changes.note(session, contact.campaign, "number_opted_out", now, places, contact.id)
    contact.phone = following
    return True


def _enter(session: Session, refusals: Sequence[Refusal], now: datetime) -> list[bool]:
    """Write them down and wake who waits; for each whether it is new. Their numbers are locked already."""
    known = among(session, {refusal.phone for refusal in refusals})
    verdicts: list[bool] = []
    phones: dict[str, list[str]] = {}  # by campaign
    for refusal in refusals:
        verdicts.append((refusal.phone, refusal.campaign) not in known)
        if verdicts[-1]:
            known.add((refusal.phone, refusal.campaign))
            phones.setdefault(refusal.campaign, []).append(refusal.phone)
            session.add(OptOut(**vars(refusal)))
    session.flush()
    for campaign, refused in phones.items():
        asleep = update(Contact).where(col(Contact.phone).in_(refused), ASLEEP)
        if campaign:
            asleep = asleep.where(or_(col(Contact.campaign) == campaign, asks_for(campaign)))
        session.exec(asleep.values(next_at=now, due=True))
    if phones:
        wakeups.ring(session)
    return verdicts


def _refused(contact: Contact, phone: str, refused: Collection[tuple[str, str]]) -> bool:
    return not {(phone, campaign) for campaign in heeded(contact)}.isdisjoint(refused)


def _place(contact: Contact, phone: str) -> str:
    """Which of its numbers, from 1; never the number itself."""
    return str(contact.phones.index(phone) + 1) if phone in contact.phones else "0"
