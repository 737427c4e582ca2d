"""Who shows a key: known, remembered, and no longer known within a second."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from campaigns.access import known_keys
from campaigns.access.caller import Caller
from campaigns.access.keeper import Keeper
from campaigns.access.secrets import Key, fits, hashed, new_key
from campaigns.access.strangers import UNKNOWN_AT_ONCE, WRONG_AT_ONCE, WRONG_EVERY_SECONDS
from campaigns.errors import DatabaseUnusable, LoginRefused, NotAllowed, NotRecognized, TooMany
from campaigns.store import keys
from campaigns.store.accounts import Bounds
from campaigns.store.database import Database
from campaigns.store.together import Together
from tests.access.conftest import StoppedClock
from tests.access.people import BY, NOON, PASSWORD, key, user

HERE = "192.0.2.7"


def test_a_key_tells_who_it_is_and_what_it_is_bound_to(db: Database, keeper: Keeper) -> None:
    shown = str(key(db, bounds=Bounds(("covid",), ("Clinic 5",), ("192.0.2.0/24",))))
    assert keeper.at_hand(shown, HERE) is None, "nobody has looked at it yet"
    caller = keeper.by_key(shown, HERE)
    expected = Caller("lab", "key", "laboratory", frozenset({"covid"}), frozenset({"Clinic 5"}), HERE)
    assert caller == expected == keeper.at_hand(shown, HERE)


@pytest.mark.parametrize("address", ["198.51.100.7", "::1", "", "testclient"])
def test_a_key_opens_only_from_its_networks(db: Database, keeper: Keeper, address: str) -> None:
    shown = str(key(db, bounds=Bounds(networks=("192.0.2.0/24",))))
    with pytest.raises(NotAllowed, match="lab may not come from this address"):
        keeper.by_key(shown, address)
    assert keeper.by_key(shown, "::ffff:192.0.2.9").address == "::ffff:192.0.2.9"
    with pytest.raises(NotAllowed):
        keeper.at_hand(shown, address)


def test_wrong_keys_are_refused_and_nothing_of_them_is_told(db: Database, keeper: Keeper) -> None:
    right = key(db)
    other_secret = Key(right.tag, new_key().secret)
    for shown in ("", "anything", str(new_key()), str(other_secret), str(right)[:-1], f" {right}"):
        with pytest.raises(NotRecognized) as refused:
            keeper.by_key(shown, HERE)
        assert shown.strip() not in str(refused.value) or not shown.strip()
    assert keeper.by_key(str(right), HERE).name == "lab"


def test_a_revoked_key_is_out_within_a_second(db: Database, keeper: Keeper, clock: StoppedClock) -> None:
    shown = str(key(db))
    keeper.by_key(shown, HERE)
    keys.revoke(db, "lab", BY, NOON)
    assert keeper.at_hand(shown, HERE) is not None
    clock.pass_by(1.0)
    assert keeper.at_hand(shown, HERE) is None
    with pytest.raises(NotRecognized):
        keeper.by_key(shown, HERE)


def test_a_key_that_is_revoked_while_it_is_verified_is_out_within_a_second(
    db: Database, keeper: Keeper, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = str(key(db))

    def slow(secret: str, kept: str) -> bool:
        keys.revoke(db, "lab", BY, NOON)
        clock.pass_by(1)
        return fits(secret, kept)

    monkeypatch.setattr(known_keys, "fits", slow)
    keeper.by_key(shown, HERE)
    assert keeper.at_hand(shown, HERE) is None
    with pytest.raises(NotRecognized):
        keeper.by_key(shown, HERE)


def test_a_rotated_key_is_good_as_long_as_was_said(db: Database, keeper: Keeper, clock: StoppedClock) -> None:
    old = key(db)
    new = new_key(old.tag)
    keeper.by_key(str(old), HERE)
    keys.rotate(db, "lab", hashed(new.secret), NOON + timedelta(hours=1), BY, NOON)
    clock.pass_by(1800)
    assert keeper.by_key(str(old), HERE) == keeper.by_key(str(new), HERE)
    clock.pass_by(1800)
    with pytest.raises(NotRecognized):
        keeper.by_key(str(old), HERE)
    assert keeper.by_key(str(new), HERE).name == "lab"


def test_a_key_that_is_rotated_at_once_leaves_the_old_one_nothing(
    db: Database, keeper: Keeper, clock: StoppedClock
) -> None:
    old = key(db)
    keeper.by_key(str(old), HERE)
    new = new_key(old.tag)
    keys.rotate(db, "lab", hashed(new.secret), None, BY, NOON)
    clock.pass_by(1)
    with pytest.raises(NotRecognized):
        keeper.by_key(str(old), HERE)
    assert keeper.by_key(str(new), HERE).name == "lab"


def test_what_a_key_is_bound_to_changes_within_a_second(
    db: Database, keeper: Keeper, clock: StoppedClock
) -> None:
    shown = str(key(db))
    keeper.by_key(shown, HERE)
    with db.write() as session:
        row = keys.listing(db)[0]
        row.campaigns = ["flu"]
        session.merge(row)
    clock.pass_by(1)
    assert keeper.by_key(shown, HERE).campaigns == {"flu"}


def guess(keeper: Keeper, tag: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotRecognized):
            keeper.by_key(str(new_key(tag)), HERE)


def test_guesses_at_a_key_run_out_for_the_address_and_hinder_no_other_key(
    db: Database, keeper: Keeper, clock: StoppedClock
) -> None:
    shown, unseen = key(db), str(key(db, "lab-2"))
    guess(keeper, shown.tag, WRONG_AT_ONCE)
    with pytest.raises(TooMany, match="came from this address") as refused:
        keeper.by_key(str(shown), HERE)
    assert refused.value.seconds == pytest.approx(WRONG_EVERY_SECONDS)
    assert keeper.by_key(unseen, HERE).name == "lab-2"
    assert keeper.by_key(str(shown), "192.0.2.8").name == "lab"
    clock.pass_by(WRONG_EVERY_SECONDS)
    assert keeper.by_key(str(shown), HERE).name == "lab"


def test_a_known_key_is_let_in_whatever_is_guessed(db: Database, keeper: Keeper, clock: StoppedClock) -> None:
    shown = key(db)
    keeper.by_key(str(shown), HERE)
    guess(keeper, shown.tag, WRONG_AT_ONCE)
    clock.pass_by(2)
    assert keeper.by_key(str(shown), HERE).name == "lab"


@pytest.mark.parametrize("deed", ["revoked", "rotated"])
def test_an_old_key_that_keeps_coming_costs_next_to_nothing_and_keeps_no_other_out(
    db: Database, keeper: Keeper, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    old, other, tried = key(db), str(key(db, "lab-2")), []
    new = new_key(old.tag)
    if deed == "revoked":
        keys.revoke(db, "lab", BY, NOON)
    else:
        keys.rotate(db, "lab", hashed(new.secret), None, BY, NOON)

    def counted(secret: str, kept: str) -> bool:
        tried.append(secret)
        return fits(secret, kept)

    monkeypatch.setattr(known_keys, "fits", counted)
    for _ in range(3 * WRONG_AT_ONCE):
        with pytest.raises(NotRecognized):
            keeper.by_key(str(old), HERE)
    assert tried == ([] if deed == "revoked" else [old.secret])
    assert keeper.by_key(other, HERE).name == "lab-2"
    if deed == "rotated":
        assert keeper.by_key(str(new), HERE).name == "lab"


def test_a_key_that_was_wrong_is_tried_again_once_it_may_be_right(db: Database, keeper: Keeper) -> None:
    old = key(db)
    new = new_key(old.tag)
    with pytest.raises(NotRecognized):
        keeper.by_key(str(new), HERE)
    keys.rotate(db, "lab", hashed(new.secret), None, BY, NOON)
    assert keeper.by_key(str(new), HERE).name == "lab"


def test_keys_that_nobody_ever_had_run_out_too_and_hinder_no_right_one(db: Database, keeper: Keeper) -> None:
    shown = str(key(db))
    for _ in range(UNKNOWN_AT_ONCE):
        with pytest.raises(NotRecognized):
            keeper.by_key("hd_", HERE)
    with pytest.raises(TooMany):
        keeper.by_key(str(new_key()), HERE)
    assert keeper.by_key(shown, HERE).name == "lab"


@pytest.mark.parametrize("passwords_first", [True, False])
def test_wrong_passwords_and_wrong_keys_are_counted_apart(
    db: Database, keeper: Keeper, passwords_first: bool
) -> None:
    shown = key(db)
    user(db)
    if passwords_first:
        for number in range(WRONG_AT_ONCE):
            with pytest.raises(LoginRefused):
                keeper.log_in(f"name {number}", PASSWORD, HERE)
        assert keeper.by_key(str(shown), HERE).name == "lab"
    else:
        guess(keeper, shown.tag, WRONG_AT_ONCE)
        assert keeper.log_in("anna", PASSWORD, HERE).caller.name == "anna"


def test_who_is_revoked_is_told_so_though_others_have_used_up_their_tries(
    db: Database, keeper: Keeper, clock: StoppedClock
) -> None:
    shown = key(db)
    keeper.by_key(str(shown), HERE)
    guess(keeper, shown.tag, WRONG_AT_ONCE)
    keys.revoke(db, "lab", BY, NOON)
    clock.pass_by(1)
    for _ in range(2):
        with pytest.raises(NotRecognized):
            keeper.by_key(str(shown), HERE)


def test_right_keys_are_no_guesses_however_many(db: Database, keeper: Keeper) -> None:
    shown = [str(key(db, f"lab-{number}")) for number in range(WRONG_AT_ONCE + 2)]
    assert len({keeper.by_key(each, HERE).name for each in shown}) == len(shown)


def test_a_database_that_is_away_counts_as_no_guess(
    db: Database, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = str(key(db))

    def away(*_: object) -> None:
        raise DatabaseUnusable("It is away.")

    with monkeypatch.context() as patch:
        patch.setattr(keys, "by_tag", away)
        for _ in range(WRONG_AT_ONCE + 1):
            with pytest.raises(DatabaseUnusable):
                keeper.by_key(shown, HERE)
    assert keeper.by_key(shown, HERE).name == "lab"


def test_a_known_key_stays_known_while_the_database_is_away(
    db: Database, keeper: Keeper, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = str(key(db))
    keeper.by_key(shown, HERE)
    clock.pass_by(1)

    def away(*_: object) -> None:
        raise DatabaseUnusable("It is away.")

    with monkeypatch.context() as patch:
        patch.setattr(keys, "by_tag", away)
        with pytest.raises(DatabaseUnusable):
            keeper.by_key(shown, HERE)
    monkeypatch.setattr(known_keys, "fits", pytest.fail)
    assert keeper.by_key(shown, HERE).name == "lab"


def test_a_key_asks_no_more_often_than_it_may(db: Database, keeper: Keeper, clock: StoppedClock) -> None:
    slow, fast = str(key(db, per_second=2)), str(key(db, "fast"))
    assert [keeper.by_key(slow, HERE).name for _ in range(2)] == ["lab", "lab"]
    for ask in (keeper.by_key, keeper.at_hand):
        with pytest.raises(TooMany, match="lab asks more often than 2 times a second") as refused:
            ask(slow, HERE)
        assert refused.value.seconds == pytest.approx(0.5)
    assert keeper.by_key(fast, HERE).name == "fast"
    clock.pass_by(0.5)
    assert keeper.at_hand(slow, HERE) is not None


def test_many_requests_with_a_new_key_verify_it_once(
    db: Database, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, verified = str(key(db)), []

    def counted(secret: str, kept: str) -> bool:
        verified.append(kept)
        return fits(secret, kept)

    monkeypatch.setattr(known_keys, "fits", counted)
    with ThreadPoolExecutor(8) as pool:
        callers = list(pool.map(lambda _: keeper.by_key(shown, HERE), range(40)))
    assert {caller.name for caller in callers} == {"lab"}
    assert len(verified) == 1


def test_when_a_key_was_used_is_kept_to_the_minute(
    db: Database, together: Together, keeper: Keeper, clock: StoppedClock
) -> None:
    shown = str(key(db))
    for _ in range(3):
        keeper.by_key(shown, HERE)
        clock.pass_by(2)
    together.close()
    assert keys.listing(db)[0].used_at == NOON.replace(second=0)


def test_the_key_that_was_not_shown_for_longest_is_verified_anew(
    db: Database, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "REMEMBERED", 1)
    shown = [str(key(db, name)) for name in ("first", "second")]
    for each in shown:
        keeper.by_key(each, HERE)
    assert keeper.at_hand(shown[0], HERE) is None
    assert keeper.at_hand(shown[1], HERE) is not None
    assert keeper.by_key(shown[0], HERE).name == "first"
