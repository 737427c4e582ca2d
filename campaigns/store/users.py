"""Users, who come in with a password: entered, found, rotated, revoked; a row is never removed."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from campaigns.errors import UnknownAccount
from campaigns.models import User
from campaigns.store import accounts, locks, logins, looks
from campaigns.store.accounts import Account
from campaigns.store.database import Database
from campaigns.store.looks import Looker


def enter(db: Database, account: Account, password_hash: str, by: Looker, now: datetime) -> None:
    """Enter a user. Raises `AccountRefused` when somebody has or had the name."""
    bounds = account.bounds
    with db.write() as session:
        accounts.take_name(session, account.name)
        session.add(
            User(
                name=account.name,
                role=account.role,
                password_hash=password_hash,
                campaigns=list(bounds.campaigns),
                institutions=list(bounds.institutions),
                networks=list(bounds.networks),
                created_at=now,
                changed_at=now,
            )
        )
        looks.note(session, by, f"added the user {account.name} ({account.role})", now)


def listing(db: Database) -> Sequence[User]:
    """Every user there ever was, by name."""
    with db.read() as session:
        return list(session.exec(select(User).order_by(User.name)))


def named(db: Database, name: str) -> User:
    """One user. Raises `UnknownAccount`."""
    with db.read() as session:
        return _named(session, name)


def rotate(db: Database, name: str, password_hash: str, by: Looker, now: datetime) -> None:
    """Another password; all sessions end, a lock is gone, and one who was revoked comes back.

    Raises `UnknownAccount`.
    """
    with db.write() as session:
        locks.accounts(session)
        user = _named(session, name)
        user.password_hash, user.failures, user.locked_until = password_hash, 0, None
        user.revoked_at, user.changed_at = None, now
        logins.end_all(session, name)
        looks.note(session, by, f"rotated the password of the user {name}", now)


def revoke(db: Database, name: str, by: Looker, now: datetime) -> bool:
    """The user comes in no longer, and all sessions end; False: so it was. Raises `UnknownAccount`."""
    with db.write() as session:
        locks.accounts(session)
        user = _named(session, name)
        if user.revoked_at is not None:
            return False
        user.revoked_at = user.changed_at = now
        logins.end_all(session, name)
        looks.note(session, by, f"revoked the user {name}", now)
        return True


def to_log_in(session: Session, name: str) -> User | None:
    """A user who is not revoked, this transaction's alone; what is changed in the row is kept."""
    wanted = select(User).where(User.name == name, col(User.revoked_at).is_(None))
    return session.exec(wanted.with_for_update(key_share=True)).first()


def _named(session: Session, name: str) -> User:
    found = session.exec(select(User).where(col(User.name) == name)).first()
    if found is None:
        raise UnknownAccount(f"There is no user {name}: see dialer users list.")
    return found
