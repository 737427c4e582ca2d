"""`dialer keys` as people type it."""

from pathlib import Path

import pytest

from campaigns.access.secrets import fits, parse_key
from campaigns.models import AccessKey
from campaigns.store import keys
from campaigns.store.database import open_database
from tests.access.people import cheap_hashes
from tests.system.commands import Desk

LAB = ("--role", "laboratory")


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "sip:127.0.0.1:15998")


def kept(desk: Desk) -> list[AccessKey]:
    database = open_database(f"sqlite:///{desk.home / 'dialer.db'}")
    try:
        return keys.listing(database)
    finally:
        database.close()


def test_a_key_from_the_first_day_to_the_last(desk: Desk) -> None:
    bounds = ("--campaign", "covid-results", "--institution", " Поликлиника № 5 ", "--network", "192.0.2.7")
    said = desk.run("keys", "add", "lab [1]", *LAB, *bounds, "--per-second", "50").stdout.splitlines()
    first = parse_key(said[-1])
    assert first is not None
    assert "lab [1] (laboratory) is made" in said[0]
    [row] = kept(desk)
    assert fits(first.secret, row.secret_hash)
    assert first.secret not in str(row.model_dump())
    [shown] = desk.data("keys", "list")
    assert (shown["campaigns"], shown["institutions"]) == (["covid-results"], ["Поликлиника № 5"])
    assert (shown["networks"], shown["per_second"]) == (["192.0.2.7/32"], 50)
    assert (shown["role"], shown["used_at"], shown["revoked_at"]) == ("laboratory", None, None)
    assert not {"secret_hash", "old_hash"} & set(shown)

    second = parse_key(desk.run("keys", "rotate", "lab [1]", "--keep-old", "24").stdout.splitlines()[-1])
    assert second is not None
    [row] = kept(desk)
    assert fits(second.secret, row.secret_hash)
    assert fits(first.secret, row.old_hash)
    assert "rotated" in desk.run("keys", "list").stdout

    assert "opens nothing any more" in desk.run("keys", "revoke", "lab [1]").stdout
    assert "was revoked before" in desk.run("keys", "revoke", "lab [1]").stdout
    assert "revoked" in desk.run("keys", "list").stdout
    again = desk.run("keys", "add", "lab [1]", *LAB, code=1)
    assert "bring it back with dialer keys rotate 'lab [1]'" in again.stderr
    assert "is good again with this secret alone" in desk.run("keys", "rotate", "lab [1]").stdout
    [row] = kept(desk)
    assert (row.revoked_at, row.old_hash) == (None, "")


def test_the_key_is_data_where_data_is_asked_for(desk: Desk) -> None:
    made = desk.data("keys", "add", "lab", *LAB)
    assert made["name"] == "lab"
    assert parse_key(made["key"])
    rotated = desk.data("keys", "rotate", "lab")
    assert rotated["key"] != made["key"]


def test_a_home_without_keys_says_how_to_make_one(desk: Desk) -> None:
    assert "dialer keys add NAME --role laboratory" in desk.run("keys", "list").stdout
    assert desk.data("keys", "list") == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("lab",), "Missing option '--role'"),
        (("lab", "--role", "doctor"), 'there is no role "doctor"'),
        (("lab", "--role", ""), "name one of laboratory, operator"),
        (("", *LAB), "the name is blank"),
        ((" ", *LAB), "the name is blank"),
        (("n" * 61, *LAB), "longer than 60 letters"),
        (("a\tb", *LAB), "is not printable"),
        (("mllp:lab", *LAB), "has one of :/"),
        (("lab", *LAB, "--network", "10.0.0.1/8"), "no IPv4 address or network"),
        (("lab", *LAB, "--network", "::1"), "no IPv4 address or network"),
        (("lab", *LAB, "--network", ""), "no IPv4 address or network"),
        (("lab", *LAB, "--institution", " "), "an institution is blank"),
        (("lab", *LAB, "--per-second", "0"), "Invalid value for '--per-second'"),
        (("lab", *LAB, "--per-second", "nan"), "Invalid value for '--per-second'"),
    ],
)
def test_wrong_use_makes_no_key(desk: Desk, words: tuple[str, ...], complaint: str) -> None:
    refused = desk.run("keys", "add", *words, code=2)
    assert complaint in " ".join(refused.stderr.replace("│", " ").split())
    assert desk.data("keys", "list") == []


def test_a_campaign_that_is_not_there_makes_no_key(desk: Desk) -> None:
    assert "no campaign flue" in desk.run("keys", "add", "lab", *LAB, "--campaign", "flue", code=1).stderr
    assert desk.data("keys", "list") == []


@pytest.mark.parametrize("words", [("rotate", "nobody"), ("revoke", "nobody")])
def test_a_key_that_is_not_there(desk: Desk, words: tuple[str, ...]) -> None:
    assert "There is no key nobody: see dialer keys list." in desk.run("keys", *words, code=1).stderr


@pytest.mark.parametrize("hours", ["0", "-1", "721", "nan"])
def test_the_old_key_is_kept_for_a_month_at_most(desk: Desk, hours: str) -> None:
    desk.run("keys", "add", "lab", *LAB)
    before = kept(desk)
    desk.run("keys", "rotate", "lab", "--keep-old", hours, code=2)
    assert kept(desk) == before
