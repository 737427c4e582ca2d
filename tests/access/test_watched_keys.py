"""Keys of those who listen on and on: asked about without a try, and out once they are not good."""

from datetime import timedelta

import pytest

from campaigns.access import known_keys
from campaigns.access.keeper import Keeper
from campaigns.access.secrets import hashed, new_key
from campaigns.access.strangers import UNKNOWN_AT_ONCE
from campaigns.errors import NotRecognized, TooMany
from campaigns.store import keys
from campaigns.store.database import Database
from tests.access.conftest import StoppedClock
from tests.access.people import BY, NOON, key

HERE = "192.0.2.7"


def use_up_tries(keeper: Keeper) -> None:
    for _ in range(UNKNOWN_AT_ONCE):
        with pytest.raises(NotRecognized):
            keeper.by_key(str(new_key()), HERE)
    with pytest.raises(TooMany):
        keeper.by_key(str(new_key()), HERE)


def test_listening_is_no_request_and_no_guess(db: Database, keeper: Keeper, clock: StoppedClock) -> None:
    shown = str(key(db, per_second=1))
    keeper.by_key(shown, HERE)
    use_up_tries(keeper)
    for seconds in (0, 0, 2, 2):
        clock.pass_by(seconds)
        assert keeper.watched_key(shown, HERE).name == "lab"


@pytest.mark.parametrize("asked_before", [True, False])
def test_a_revoked_key_hears_no_more_whatever_comes_from_its_address(
    db: Database, keeper: Keeper, clock: StoppedClock, asked_before: bool
) -> None:
    shown = str(key(db))
    keeper.by_key(shown, HERE)
    keys.revoke(db, "lab", BY, NOON)
    clock.pass_by(1)
    if asked_before:
        with pytest.raises(NotRecognized):
            keeper.by_key(shown, HERE)
    use_up_tries(keeper)
    with pytest.raises(NotRecognized):
        keeper.watched_key(shown, HERE)


def test_a_rotated_key_hears_as_long_as_it_is_good(db: Database, keeper: Keeper, clock: StoppedClock) -> None:
    old = key(db)
    keeper.by_key(str(old), HERE)
    later = NOON + timedelta(hours=1)
    keys.rotate(db, "lab", hashed(new_key(old.tag).secret), later, BY, NOON)
    clock.pass_by(1800)
    assert keeper.watched_key(str(old), HERE).name == "lab"
    clock.pass_by(1800)
    with pytest.raises(NotRecognized):
        keeper.watched_key(str(old), HERE)


def test_a_key_that_was_forgotten_is_shown_again(
    db: Database, keeper: Keeper, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "REMEMBERED", 1)
    shown = [str(key(db, name)) for name in ("first", "second")]
    for each in shown:
        keeper.by_key(each, HERE)
    clock.pass_by(2)
    with pytest.raises(NotRecognized):
        keeper.watched_key(shown[0], HERE)
    assert keeper.watched_key(shown[1], HERE).name == "second"
