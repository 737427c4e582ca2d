"""Numbers that no campaign may call."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select, update

from campaigns.models import ASLEEP, Contact, OptOut
from campaigns.store.database import Database


def add(db: Database, phone: str, how: str, now: datetime, campaign: str = "") -> bool:
    """Never call this number again, in one campaign or ("") in any; False when it stood there already."""
    with db.write() as session:
        return enter(session, phone, how, now, campaign)


def remove(db: Database, phone: str, campaign: str = "") -> bool:
    """Allow calls to this number again; whether it had opted out. Contacts closed meanwhile stay closed."""
    with db.write() as session:
        entry = session.get(OptOut, (phone, campaign))
        if entry is None:
            return False
        session.delete(entry)
    return True


def listing(db: Database) -> list[OptOut]:
    """Every number that opted out, the oldest first."""
    with db.read() as session:
        return list(session.exec(select(OptOut).order_by(col(OptOut.at), col(OptOut.phone))))


def has(db: Database, phone: str) -> bool:
    """Whether this number has opted out."""
    with db.read() as session:
        return session.get(OptOut, (phone, "")) is not None


def enter(session: Session, phone: str, how: str, now: datetime, campaign: str = "") -> bool:
    """Write the number down and wake what waits for it, so that the next `take` closes it with its tasks."""
    if session.get(OptOut, (phone, campaign)) is not None:
        return False
    session.add(OptOut(phone=phone, campaign=campaign, how=how, at=now))
    session.flush()
    asleep = update(Contact).where(col(Contact.phone) == phone, ASLEEP)
    if campaign:
        asleep = asleep.where(col(Contact.campaign) == campaign)
    session.exec(asleep.values(next_at=now, due=True))
    return True


def among(session: Session, phones: Collection[str]) -> set[tuple[str, str]]:
    """Which of these numbers have opted out, each with the campaign, "" for all."""
    wanted = select(OptOut.phone, OptOut.campaign).where(col(OptOut.phone).in_(phones))
    return {(phone, campaign) for phone, campaign in session.exec(wanted)}
