"""What the doctor says of keys and users."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.doctor.accounts import accounts, findings
from campaigns.models import AccessKey, User
from campaigns.settings import Home, SettingsFile
from campaigns.store import keys
from campaigns.store.accounts import Account
from campaigns.store.database import open_database
from campaigns.store.keys import NewKey
from campaigns.store.looks import Clerk
from tests import ready

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRUNKS = ({"name": "main", "uri": "sip:127.0.0.1"},)
API = {"listen": "127.0.0.1:8080"}


def key(revoked_at: datetime | None = None) -> AccessKey:
    return AccessKey(
        name="lab",
        tag="lab",
        role="laboratory",
        secret_hash="",
        per_second=1,
        created_at=NOW,
        changed_at=NOW,
        revoked_at=revoked_at,
    )


def user(locked_until: datetime | None = None, revoked_at: datetime | None = None) -> User:
    return User(
        name="anna",
        role="operator",
        password_hash="",
        created_at=NOW,
        changed_at=NOW,
        locked_until=locked_until,
        revoked_at=revoked_at,
    )


@pytest.mark.parametrize(
    ("known", "people", "said"),
    [
        ([], [], [("doubtful", "nobody may come in: make a key with dialer keys add")]),
        ([key(NOW)], [user(revoked_at=NOW)], [("doubtful", "nobody may come in")]),
        ([key()], [], [("right", "Good keys: 1; users: 0.")]),
        ([], [user()], [("right", "Good keys: 0; users: 1.")]),
        ([key()], [user(NOW)], [("right", "users: 1")]),
        (
            [key()],
            [user(NOW + timedelta(minutes=5))],
            [("right", "users: 1"), ("doubtful", "locked out until 12:05 UTC")],
        ),
        ([key()], [user(NOW + timedelta(minutes=5), NOW)], [("right", "users: 0")]),
    ],
)
def test_findings(known: list[AccessKey], people: list[User], said: list[tuple[str, str]]) -> None:
    found = list(findings(known, people, NOW))
    assert [each.verdict for each in found] == [verdict for verdict, _ in said]
    assert all(sentence in each.sentence for each, (_, sentence) in zip(found, said, strict=True))


def test_a_home_with_the_api_and_one_without(tmp_path: Path) -> None:
    home = Home(tmp_path, SettingsFile.model_validate({"trunks": TRUNKS, "api": API}))
    assert list(accounts(home)) == [], "there is no database"
    ready.fresh_database(home.database_url)
    assert [each.verdict for each in accounts(home)] == ["doubtful"]
    database = open_database(home.database_url)
    keys.enter(database, NewKey(Account("lab", "laboratory"), "tag", "hash", 1.0), Clerk("root"), NOW)
    database.close()
    assert [each.verdict for each in accounts(home)] == ["right"]
    assert list(accounts(Home(tmp_path, SettingsFile.model_validate({"trunks": TRUNKS})))) == []
