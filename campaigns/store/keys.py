"""Keys of programs: entered, found, rotated, revoked; a row is never removed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from campaigns.errors import UnknownAccount
from campaigns.models import AccessKey
from campaigns.store import accounts, locks, looks
from campaigns.store.accounts import Account
from campaigns.store.database import Database
from campaigns.store.looks import Looker


@dataclass(frozen=True)
class NewKey:
    """A key to be entered; per_second: requests that it may make."""

    account: Account
    tag: str
    secret_hash: str
    per_second: float


def enter(db: Database, new: NewKey, by: Looker, now: datetime) -> None:
    """Enter a key. Raises `AccountRefused` when somebody has or had its name."""
    account, bounds = new.account, new.account.bounds
    with db.write() as session:
        accounts.take_name(session, account.name)
        session.add(
            AccessKey(
                name=account.name,
                tag=new.tag,
                role=account.role,
                secret_hash=new.secret_hash,
                campaigns=list(bounds.campaigns),
                institutions=list(bounds.institutions),
                networks=list(bounds.networks),
                per_second=new.per_second,
                created_at=now,
                changed_at=now,
            )
        )
        looks.note(session, by, f"added the key {account.name} ({account.role})", now)


def listing(db: Database) -> list[AccessKey]:
    """Every key there ever was, by name."""
    with db.read() as session:
        return list(session.exec(select(AccessKey).order_by(AccessKey.name)))


def named(db: Database, name: str) -> AccessKey:
    """One key. Raises `UnknownAccount`."""
    with db.read() as session:
        return _named(session, name)


def by_tag(db: Database, tag: str) -> AccessKey | None:
    """The key with this tag, revoked or not."""
    with db.read() as session:
        return session.exec(select(AccessKey).where(AccessKey.tag == tag)).first()


def rotate(
    db: Database, name: str, secret_hash: str, keep_old_until: datetime | None, by: Looker, now: datetime
) -> None:
    """Another secret takes the place of the present one, which is good until then; None: no longer at all.

    A key that was revoked comes back, and its old secret does not. Raises `UnknownAccount`.
    """
    with db.write() as session:
        locks.accounts(session)
        key = _named(session, name)
        if keep_old_until is not None and key.revoked_at is None:
            key.old_hash, key.old_until = key.secret_hash, keep_old_until
        else:
            key.old_hash, key.old_until = "", None
        key.secret_hash, key.revoked_at, key.changed_at = secret_hash, None, now
        looks.note(session, by, f"rotated the key {name}", now)


def revoke(db: Database, name: str, by: Looker, now: datetime) -> bool:
    """The key is good no longer; False: it was not before. Raises `UnknownAccount`."""
    with db.write() as session:
        locks.accounts(session)
        key = _named(session, name)
        if key.revoked_at is not None:
            return False
        key.old_hash, key.old_until = "", None
        key.revoked_at = key.changed_at = now
        looks.note(session, by, f"revoked the key {name}", now)
        return True


def used(session: Session, name: str, now: datetime) -> None:
    """Keep when it was last used."""
    key = session.exec(select(AccessKey).where(AccessKey.name == name)).one()
    key.used_at = now


def _named(session: Session, name: str) -> AccessKey:
    found = session.exec(select(AccessKey).where(col(AccessKey.name) == name)).first()
    if found is None:
        raise UnknownAccount(f"There is no key {name}: see dialer keys list.")
    return found
