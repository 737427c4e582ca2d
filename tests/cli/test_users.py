"""`dialer users` as people type it."""

from pathlib import Path

import pytest

from campaigns.access.secrets import fits
from campaigns.models import User
from campaigns.store import users
from campaigns.store.database import open_database
from tests.access.people import cheap_hashes
from tests.system.commands import Desk

ANNA = ("users", "add", "anna", "--role", "supervisor")
GOOD = "correct horse battery"


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def kept(desk: Desk) -> User:
    database = open_database(f"sqlite:///{desk.home / 'dialer.db'}")
    try:
        [user] = users.listing(database)
        return user
    finally:
        database.close()


def test_a_user_from_the_first_day_to_the_last(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = desk.run(*ANNA, "--institution", "Clinic 5").stdout.splitlines()
    assert "anna (supervisor) is entered. The password is shown this once" in made[0]
    assert fits(made[-1], kept(desk).password_hash)
    assert made[-1] not in str(kept(desk).model_dump())
    [shown] = desk.data("users", "list")
    assert (shown["name"], shown["role"], shown["institutions"]) == ("anna", "supervisor", ["Clinic 5"])
    assert (shown["locked_until"], shown["used_at"]) == (None, None)
    assert "password_hash" not in shown
    monkeypatch.setenv("NEW_PASSWORD", GOOD)
    changed = desk.run("users", "rotate", "anna", "--password-env", "NEW_PASSWORD").stdout
    assert changed == "The user anna has another password, and every session is over.\n"
    assert fits(GOOD, kept(desk).password_hash)
    assert "anna is revoked" in desk.run("users", "revoke", "anna").stdout
    assert "was revoked before" in desk.run("users", "revoke", "anna").stdout
    assert "revoked" in desk.run("users", "list").stdout
    assert "dialer users rotate 'anna'" in desk.run(*ANNA, code=1).stderr
    told = [(look["what"], look["role"]) for look in desk.data("users", "looks")]
    assert told == [
        ("revoked the user anna", "administrator"),
        ("rotated the password of the user anna", "administrator"),
        ("added the user anna (supervisor)", "administrator"),
    ]
    assert "revoked the user" in " ".join(desk.run("users", "looks").stdout.replace("│", " ").split())


def test_a_password_that_is_typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: GOOD)
    said = desk.run(*ANNA, "--ask").stdout
    assert said.endswith("The user anna (supervisor) is entered.\n")
    assert GOOD not in said
    assert fits(GOOD, kept(desk).password_hash)


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("", "holds no password of 12 letters or more"),
        ("short", "no password of 12 letters or more"),
        ("abababababababab", "5 different ones at least"),
        ("x" * 1025, "no password of"),
        ("anna12345678", "a password that the name gives away"),
    ],
)
def test_a_password_that_can_be_guessed_is_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, password: str, complaint: str
) -> None:
    monkeypatch.setenv("A_PASSWORD", password)
    refused = desk.run(*ANNA, "--password-env", "A_PASSWORD", code=2)
    assert complaint in " ".join(refused.stderr.replace("│", " ").split())
    assert password not in refused.stderr or not password
    assert desk.data("users", "list") == []


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        ((*ANNA, "--ask", "--password-env", "X"), 2, "--ask goes not with --password-env"),
        ((*ANNA, "--password-env", "NOT_SET"), 2, "the variable NOT_SET holds no password"),
        (("users", "add", "anna", "--role", "boss"), 2, 'there is no role "boss"'),
        (("users", "rotate", "nobody"), 1, "There is no user nobody: see dialer users list."),
        (("users", "revoke", "nobody"), 1, "There is no user nobody: see dialer users list."),
        (("users", "looks", "--limit", "0"), 2, "Invalid value for '--limit'"),
        (("users", "looks", "--since", "yesterday"), 2, "Invalid value for '--since'"),
    ],
)
def test_wrong_use(desk: Desk, words: tuple[str, ...], code: int, complaint: str) -> None:
    refused = desk.run(*words, code=code)
    assert complaint in " ".join(refused.stderr.replace("│", " ").split())
    assert desk.data("users", "looks") == []


def test_an_operator_of_all_institutions_is_told_of(desk: Desk) -> None:
    bound = desk.run("users", "add", "olga", "--role", "operator", "--institution", "Clinic 5")
    free = desk.run("users", "add", "boris", "--role", "operator")
    assert "bound to no institution" not in bound.stderr
    assert "sees the tasks of all" in free.stderr


def test_a_home_without_users_says_how_to_enter_one(desk: Desk) -> None:
    assert "dialer users add NAME --role supervisor" in desk.run("users", "list").stdout
    assert "Nothing of this is in the log." in desk.run("users", "looks").stdout


def test_a_key_and_a_user_never_share_a_name(desk: Desk) -> None:
    desk.run("keys", "add", "Anna", "--role", "laboratory")
    assert "There is a key Anna already" in desk.run(*ANNA, code=1).stderr
