"""Keys and users: whether anybody can come in where a door is open, and who is locked out."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from campaigns.doctor.finding import Finding
from campaigns.doctor.machine import DATABASE_SECONDS
from campaigns.errors import CampaignsError
from campaigns.models import AccessKey, User
from campaigns.settings import Home
from campaigns.store import keys, users
from campaigns.store.database import open_database

WHAT = "keys and users"


def accounts(home: Home) -> Iterator[Finding]:
    """Nothing where the API is off, or where the database cannot be read, of which another one tells."""
    if home.file.api is None:
        return
    try:
        database = open_database(home.database_url, DATABASE_SECONDS, to_write=False)
    except CampaignsError:
        return
    try:
        yield from findings(keys.listing(database), users.listing(database), datetime.now(UTC))
    finally:
        database.close()


def findings(known: Sequence[AccessKey], people: Sequence[User], now: datetime) -> Iterator[Finding]:
    """What is to be said of them, whoever is revoked left out."""
    good = [key for key in known if key.revoked_at is None]
    there = [user for user in people if user.revoked_at is None]
    if not good and not there:
        sentence = (
            "[api] is on, and nobody may come in: make a key with dialer keys add NAME --role laboratory, or "
            "remove [api]."
        )
        yield Finding(WHAT, "doubtful", sentence)
        return
    yield Finding(WHAT, "right", f"Good keys: {len(good)}; users: {len(there)}.")
    for user in there:
        if user.locked_until is not None and now < user.locked_until:
            sentence = (
                f"Is locked out until {user.locked_until:%H:%M} UTC after failed logins: see dialer users "
                f"looks --who {user.name!r}, and give another password with dialer users rotate if need be."
            )
            yield Finding(f"user {user.name}", "doubtful", sentence)
