"""Keys, users, sessions and the audit log, on both databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from campaigns.errors import AccountRefused, UnknownAccount
from campaigns.models import AccessKey, Contact, Login
from campaigns.store import keys, logins, looks, users
from campaigns.store.accounts import Account, Bounds
from campaigns.store.database import Database
from campaigns.store.keys import NewKey
from campaigns.store.looks import Clerk, Wanted
from tests.store.people import person, queue

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BY = Clerk("root")


def new_key(name: str, tag: str = "") -> NewKey:
    bounds = Bounds(("covid",), ("Clinic 5",), ("192.0.2.0/24",))
    return NewKey(Account(name, "laboratory", bounds), tag or name, f"hash of {name}", 50.0)


def told(db: Database, wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008 - it is frozen
    return [each.what for each in looks.listing(db, wanted, 100)]


def key_of(db: Database, tag: str) -> AccessKey:
    found = keys.by_tag(db, tag)
    assert found is not None
    return found


def test_a_key_is_kept_as_it_was_entered(db: Database) -> None:
    keys.enter(db, new_key("lab"), BY, NOON)
    found = key_of(db, "lab")
    assert (found.name, found.role, found.secret_hash) == ("lab", "laboratory", "hash of lab")
    assert (found.campaigns, found.institutions, found.networks) == (
        ["covid"],
        ["Clinic 5"],
        ["192.0.2.0/24"],
    )
    assert (found.per_second, found.created_at, found.used_at, found.revoked_at) == (50.0, NOON, None, None)
    assert keys.by_tag(db, "other") is None


@pytest.mark.parametrize("name", ["lab", "LAB", "anna", "Anna", "gone", "Left"])
def test_no_two_share_a_name_not_even_with_one_who_is_gone(db: Database, name: str) -> None:
    for there in ("lab", "gone"):
        keys.enter(db, new_key(there), BY, NOON)
    for there in ("anna", "left"):
        users.enter(db, Account(there, "operator"), "hash", BY, NOON)
    keys.revoke(db, "gone", BY, NOON)
    users.revoke(db, "left", BY, NOON)
    with pytest.raises(AccountRefused, match="choose another name"):
        keys.enter(db, new_key(name, "tag"), BY, NOON)
    with pytest.raises(AccountRefused, match="choose another name"):
        users.enter(db, Account(name, "operator"), "hash", BY, NOON)
    assert len(keys.listing(db)) == len(users.listing(db)) == 2


@pytest.mark.parametrize("name", ["", " ", "engine", "Engine", " ENGINE "])
def test_nobody_is_called_as_the_engine_or_not_at_all(db: Database, name: str) -> None:
    with pytest.raises(AccountRefused, match="blank, or the engine's own: choose another"):
        keys.enter(db, new_key(name, "tag"), BY, NOON)
    with pytest.raises(AccountRefused, match="blank, or the engine's own: choose another"):
        users.enter(db, Account(name, "operator"), "hash", BY, NOON)
    assert (list(keys.listing(db)), list(users.listing(db))) == ([], [])


def test_of_two_who_enter_a_name_at_once_one_is_refused(db: Database) -> None:
    start, refused = threading.Barrier(2), []

    def enter(number: int) -> None:
        start.wait(10)
        try:
            if number:
                keys.enter(db, new_key("anna"), BY, NOON)
            else:
                users.enter(db, Account("Anna", "operator"), "hash", BY, NOON)
        except AccountRefused as error:
            refused.append(error)

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 1
    assert len(keys.listing(db)) + len(users.listing(db)) == 1


def test_a_key_is_rotated_with_and_without_the_one_before(db: Database) -> None:
    keys.enter(db, new_key("lab"), BY, NOON)
    until = NOON + timedelta(hours=1)
    keys.rotate(db, "lab", "second", until, BY, NOON)
    found = key_of(db, "lab")
    assert (found.secret_hash, found.old_hash, found.old_until) == ("second", "hash of lab", until)
    keys.rotate(db, "lab", "third", None, BY, NOON)
    found = key_of(db, "lab")
    assert (found.secret_hash, found.old_hash, found.old_until) == ("third", "", None)


def test_a_key_that_was_revoked_comes_back_without_what_was_known_before(db: Database) -> None:
    keys.enter(db, new_key("lab"), BY, NOON)
    keys.rotate(db, "lab", "second", NOON + timedelta(hours=1), BY, NOON)
    assert keys.revoke(db, "lab", BY, NOON)
    found = key_of(db, "lab")
    assert (found.revoked_at, found.old_hash, found.old_until) == (NOON, "", None)
    assert not keys.revoke(db, "lab", BY, NOON + timedelta(hours=2))
    keys.rotate(db, "lab", "third", NOON + timedelta(hours=1), BY, NOON)
    found = key_of(db, "lab")
    assert (found.revoked_at, found.secret_hash, found.old_hash) == (None, "third", "")
    assert told(db) == [
        "rotated the key lab",
        "revoked the key lab",
        "rotated the key lab",
        "added the key lab (laboratory)",
    ]


@pytest.mark.parametrize("name", ["", "lab", "no\tbody"])
def test_what_is_unknown_is_neither_rotated_nor_revoked(db: Database, name: str) -> None:
    with pytest.raises(UnknownAccount, match="There is no key"):
        keys.rotate(db, name, "hash", None, BY, NOON)
    with pytest.raises(UnknownAccount, match="dialer keys list"):
        keys.revoke(db, name, BY, NOON)
    with pytest.raises(UnknownAccount, match="There is no user"):
        users.rotate(db, name, "hash", BY, NOON)
    with pytest.raises(UnknownAccount, match="dialer users list"):
        users.revoke(db, name, BY, NOON)
    assert told(db) == []


def test_sessions_begin_are_seen_and_end(db: Database) -> None:
    users.enter(db, Account("anna", "operator"), "hash", BY, NOON)
    with db.write() as session:
        logins.begin(session, "one", "csrf", "anna", NOON, NOON + timedelta(hours=12))
        logins.begin(session, "two", "csrf", "anna", NOON, NOON + timedelta(hours=12))
        logins.seen(session, "one", NOON + timedelta(minutes=5))
        logins.seen(session, "one", NOON)
        logins.seen(session, "three", NOON)
    login, user = logins.found(db, "one") or pytest.fail("it is there")
    assert (login.seen_at, user.name) == (NOON + timedelta(minutes=5), "anna")
    with db.write() as session:
        logins.end(session, "one")
        logins.end(session, "one")
    assert logins.found(db, "one") is None
    assert logins.found(db, "two") is not None


def test_what_is_over_is_removed_when_another_begins(db: Database) -> None:
    users.enter(db, Account("anna", "operator"), "hash", BY, NOON)
    later = NOON + timedelta(hours=12)
    with db.write() as session:
        logins.begin(session, "old", "csrf", "anna", NOON, later)
        logins.begin(session, "newer", "csrf", "anna", NOON, later + timedelta(seconds=1))
    with db.write() as session:
        logins.begin(session, "new", "csrf", "anna", later, later + timedelta(hours=12))
    with db.read() as session:
        assert session.get(Login, "old") is None
        assert session.get(Login, "newer") is not None


@pytest.mark.parametrize("how", ["revoked", "rotated"])
def test_all_sessions_of_one_end_and_nobody_elses(db: Database, how: str) -> None:
    for name in ("anna", "boris"):
        users.enter(db, Account(name, "operator"), "hash", BY, NOON)
        with db.write() as session:
            logins.begin(session, f"of {name}", "csrf", name, NOON, NOON + timedelta(hours=12))
    if how == "revoked":
        assert users.revoke(db, "anna", BY, NOON)
        assert not users.revoke(db, "anna", BY, NOON)
    else:
        users.rotate(db, "anna", "other hash", BY, NOON)
    assert logins.found(db, "of anna") is None
    assert logins.found(db, "of boris") is not None


def test_another_password_opens_a_lock_and_brings_back_who_was_revoked(db: Database) -> None:
    users.enter(db, Account("anna", "operator"), "hash", BY, NOON)
    with db.write() as session:
        anna = users.to_log_in(session, "anna")
        assert anna is not None
        anna.failures, anna.locked_until = 5, NOON + timedelta(minutes=15)
    users.revoke(db, "anna", BY, NOON)
    with db.write() as session:
        assert users.to_log_in(session, "anna") is None
    users.rotate(db, "anna", "other hash", BY, NOON)
    anna = users.named(db, "anna")
    assert (anna.failures, anna.locked_until, anna.revoked_at) == (0, None, None)
    assert anna.password_hash == "other hash"


def test_the_log_is_read_from_its_end_and_by_what_is_wanted(db: Database) -> None:
    queue(db, person("C1"), person("C2"))
    with db.write() as session:
        first, second = session.exec(select(Contact.id).order_by(Contact.external_id)).all()
        for number, contact in enumerate([first, second, first]):
            who = Clerk(f"user {number}", "operator", "192.0.2.7")
            at = NOON + timedelta(minutes=number)
            looks.note(session, who, f"look {number}", at, campaign="results", contact_id=contact)
        looks.note(session, Clerk("root"), "look 3", NOON + timedelta(minutes=3))
    latest = looks.listing(db, Wanted(), 1)[0]
    assert (latest.what, latest.who, latest.address, latest.external_id) == ("look 3", "root", "", "")
    assert told(db) == ["look 3", "look 2", "look 1", "look 0"]
    assert told(db, Wanted(before=latest.id)) == ["look 2", "look 1", "look 0"]
    assert told(db, Wanted(who="user 1")) == ["look 1"]
    assert told(db, Wanted(external_id="C1")) == ["look 2", "look 0"]
    assert told(db, Wanted(campaign="results", since=NOON + timedelta(minutes=1))) == [
        "look 2",
        "look 1",
    ]
    assert told(db, Wanted(campaign="other")) == []
