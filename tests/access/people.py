"""Keys and users as commands enter them."""

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher

from campaigns.access import secrets
from campaigns.access.secrets import Key, hashed, new_key
from campaigns.store import keys, users
from campaigns.store.accounts import Account, Bounds
from campaigns.store.database import Database
from campaigns.store.keys import NewKey
from campaigns.store.looks import Clerk
from campaigns.words import Role

NOON = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
BY = Clerk("root")
UNBOUND = Bounds()
PASSWORD = "correct horse battery"


def cheap_hashes(patch: pytest.MonkeyPatch) -> None:
    """What a hash costs is written in it, so only making them need be cheap."""
    patch.setattr(secrets, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def key(
    db: Database,
    name: str = "lab",
    role: Role = "laboratory",
    bounds: Bounds = UNBOUND,
    per_second: float = 1000.0,
    now: datetime = NOON,
) -> Key:
    """A key that is entered."""
    made = new_key()
    keys.enter(db, NewKey(Account(name, role, bounds), made.tag, hashed(made.secret), per_second), BY, now)
    return made


def user(
    db: Database,
    name: str = "anna",
    role: Role = "supervisor",
    bounds: Bounds = UNBOUND,
    now: datetime = NOON,
) -> str:
    """The password of a user who is entered."""
    users.enter(db, Account(name, role, bounds), hashed(PASSWORD), BY, now)
    return PASSWORD
