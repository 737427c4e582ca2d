"""Sessions of users: begun, shown, and over."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from campaigns.access import sessions
from campaigns.access.caller import Caller
from campaigns.access.keeper import Keeper
from campaigns.access.lockout import FAILURES, LOCKED_FOR
from campaigns.access.secrets import digest, fits, hashed
from campaigns.access.sessions import IDLE, LONGEST_SESSION, LoggedIn
from campaigns.access.strangers import WRONG_AT_ONCE
from campaigns.errors import LoginRefused, NotAllowed, NotRecognized, TooMany
from campaigns.models import Login
from campaigns.store import looks, users
from campaigns.store.accounts import Bounds
from campaigns.store.database import Database
from campaigns.store.looks import Wanted
from campaigns.store.together import Together
from tests.access.conftest import StoppedClock
from tests.access.people import BY, NOON, PASSWORD, user

HERE = "192.0.2.7"


def ask(keeper: Keeper, begun: LoggedIn, csrf: str | None = None, *, unsafe: bool = False) -> str:
    return keeper.by_session(begun.token, HERE, csrf, unsafe=unsafe).name


def settle(together: Together) -> None:
    """What was asked for is written."""
    together.submit(lambda session: None).result()


def fail(keeper: Keeper, times: int, name: str = "anna") -> None:
    for number in range(times):
        with pytest.raises(LoginRefused, match="do not belong together"):
            keeper.log_in(name, "wrong", f"198.51.100.{number}")


def test_a_session_from_its_beginning_to_its_end(db: Database, keeper: Keeper) -> None:
    user(db, bounds=Bounds(("covid",)))
    begun = keeper.log_in(" anna ", PASSWORD, HERE)
    assert begun.caller == Caller("anna", "user", "supervisor", frozenset({"covid"}), address=HERE)
    assert begun.ends_at == NOON + LONGEST_SESSION
    assert keeper.by_session(begun.token, HERE, None, unsafe=False) == begun.caller
    assert ask(keeper, begun, begun.csrf, unsafe=True) == "anna"
    keeper.log_out(begun.token)
    keeper.log_out(begun.token)
    with pytest.raises(NotRecognized, match="over"):
        ask(keeper, begun)


def test_only_hashes_are_kept(db: Database, keeper: Keeper) -> None:
    user(db)
    begun = keeper.log_in("anna", PASSWORD, HERE)
    with db.read() as session:
        login = session.get(Login, digest(begun.token))
        assert login is not None
        kept = str(login.model_dump()) + str(users.listing(db)[0].model_dump())
    assert begun.token not in kept
    assert begun.csrf not in kept
    assert PASSWORD not in kept
    assert begun.token not in repr(begun)
    assert begun.csrf not in repr(begun)


@pytest.mark.parametrize("csrf", [None, "", "wrong", "ключ"])
def test_a_forged_request_changes_nothing(db: Database, keeper: Keeper, csrf: str | None) -> None:
    user(db)
    begun = keeper.log_in("anna", PASSWORD, HERE)
    with pytest.raises(NotAllowed, match="X-CSRF-Token"):
        ask(keeper, begun, csrf, unsafe=True)
    assert ask(keeper, begun, csrf) == "anna"


def test_another_sessions_token_is_no_proof(db: Database, keeper: Keeper) -> None:
    user(db)
    first, second = (keeper.log_in("anna", PASSWORD, HERE) for _ in range(2))
    assert first.token != second.token
    with pytest.raises(NotAllowed):
        ask(keeper, first, second.csrf, unsafe=True)


def test_a_session_ends_when_nobody_uses_it(
    db: Database, together: Together, keeper: Keeper, clock: StoppedClock
) -> None:
    user(db)
    begun = keeper.log_in("anna", PASSWORD, HERE)
    for _ in range(3):
        clock.pass_by(IDLE.total_seconds() - 1)
        assert ask(keeper, begun) == "anna"
        settle(together)
    clock.pass_by(IDLE.total_seconds() + 60)
    with pytest.raises(NotRecognized):
        ask(keeper, begun)


def test_who_only_listens_does_not_keep_a_session_alive(
    db: Database, together: Together, keeper: Keeper, clock: StoppedClock
) -> None:
    user(db)
    begun = keeper.log_in("anna", PASSWORD, HERE)
    for _ in range(3):
        assert keeper.watched(begun.token, HERE) == begun.caller
        settle(together)
        clock.pass_by(IDLE.total_seconds() / 2)
    with pytest.raises(NotRecognized):
        keeper.watched(begun.token, HERE)
    with pytest.raises(NotRecognized):
        ask(keeper, begun)


def test_a_session_ends_after_a_day_of_work(
    db: Database, together: Together, keeper: Keeper, clock: StoppedClock
) -> None:
    user(db)
    begun = keeper.log_in("anna", PASSWORD, HERE)
    for _ in range(int(LONGEST_SESSION / IDLE * 2) - 1):
        clock.pass_by(IDLE.total_seconds() / 2)
        assert ask(keeper, begun) == "anna"
        settle(together)
    clock.pass_by(IDLE.total_seconds() / 2)
    with pytest.raises(NotRecognized):
        ask(keeper, begun)
    keeper.log_in("anna", PASSWORD, HERE)
    with db.read() as session:
        assert session.get(Login, digest(begun.token)) is None, "what is over is removed"


@pytest.mark.parametrize("how", ["revoked", "rotated"])
def test_who_is_revoked_or_gets_another_password_is_out_within_a_second(
    db: Database, keeper: Keeper, clock: StoppedClock, how: str
) -> None:
    user(db)
    begun = keeper.log_in("anna", PASSWORD, HERE)
    ask(keeper, begun)
    if how == "revoked":
        users.revoke(db, "anna", BY, NOON)
    else:
        users.rotate(db, "anna", hashed("another password"), BY, NOON)
    assert ask(keeper, begun) == "anna"
    clock.pass_by(1)
    with pytest.raises(NotRecognized):
        ask(keeper, begun)
    with pytest.raises(LoginRefused):
        keeper.log_in("anna", PASSWORD, HERE)


def test_a_password_that_changes_while_it_is_verified_lets_nobody_in(
    db: Database, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    user(db)

    def slow(secret: str, kept: str) -> bool:
        users.rotate(db, "anna", hashed("another password"), BY, NOON)
        return fits(secret, kept)

    monkeypatch.setattr(sessions, "fits", slow)
    with pytest.raises(LoginRefused):
        keeper.log_in("anna", PASSWORD, HERE)


@pytest.mark.parametrize("name", ["anna", "nobody", "no\0body", "\ud800", ""])
def test_five_failures_lock_a_name_whether_somebody_has_it_or_not(
    db: Database, keeper: Keeper, clock: StoppedClock, name: str
) -> None:
    user(db)
    fail(keeper, FAILURES, name)
    with pytest.raises(TooMany, match="locked for 15 minutes") as refused:
        keeper.log_in(name, PASSWORD, HERE)
    assert refused.value.seconds == LOCKED_FOR.total_seconds()
    clock.pass_by(LOCKED_FOR.total_seconds())
    if name == "anna":
        assert keeper.log_in(name, PASSWORD, HERE).caller.name == "anna"
    else:
        fail(keeper, 1, name)


def test_a_login_forgets_the_failures_before_it(db: Database, keeper: Keeper) -> None:
    user(db)
    for _ in range(2):
        fail(keeper, FAILURES - 1)
        keeper.log_in("anna", PASSWORD, HERE)
    [anna] = users.listing(db)
    assert (anna.failures, anna.locked_until, anna.used_at) == (0, None, NOON)


def test_many_guesses_at_once_are_no_more_tries(db: Database, keeper: Keeper) -> None:
    user(db)

    def guess(number: int) -> str:
        try:
            keeper.log_in("anna", "wrong", f"198.51.100.{number}")
        except (LoginRefused, TooMany) as refused:
            return type(refused).__name__
        return "let in"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(20)))
    assert sorted(answers) == ["LoginRefused"] * FAILURES + ["TooMany"] * (20 - FAILURES)


def test_one_address_cannot_try_many_names(db: Database, keeper: Keeper) -> None:
    user(db)
    for number in range(WRONG_AT_ONCE):
        with pytest.raises(LoginRefused):
            keeper.log_in(f"name {number}", PASSWORD, HERE)
    with pytest.raises(TooMany, match="came from this address"):
        keeper.log_in("anna", PASSWORD, HERE)
    assert keeper.log_in("anna", PASSWORD, "192.0.2.8").caller.name == "anna"


def test_a_right_password_from_a_wrong_place_begins_nothing(db: Database, keeper: Keeper) -> None:
    user(db, bounds=Bounds(networks=("192.0.2.0/24",)))
    with pytest.raises(NotAllowed):
        keeper.log_in("anna", PASSWORD, "198.51.100.7")
    begun = keeper.log_in("anna", PASSWORD, HERE)
    with pytest.raises(NotAllowed):
        keeper.by_session(begun.token, "198.51.100.7", None, unsafe=False)


def test_the_log_tells_who_came_in_and_who_did_not(db: Database, together: Together, keeper: Keeper) -> None:
    user(db)
    keeper.log_in("anna", PASSWORD, HERE)
    fail(keeper, FAILURES)
    fail(keeper, 1, "a secret typed as a name")
    together.close()
    told = [(each.what, each.address) for each in looks.listing(db, Wanted(who="anna"), 10)]
    assert told[-1] == ("logged in", HERE)
    assert [what for what, _ in told[:-1]] == [
        "failed to log in, and is locked out",
        *["failed to log in"] * (FAILURES - 1),
    ]
    assert not looks.listing(db, Wanted(who="a secret typed as a name"), 10)


def test_a_password_is_the_same_however_its_letters_are_put_together(db: Database, keeper: Keeper) -> None:
    user(db)
    users.rotate(db, "anna", hashed("пароль й длинный"), BY, NOON)
    assert keeper.log_in("anna", "пароль \u0438\u0306 длинный", HERE).caller.name == "anna"


def test_a_session_asks_no_more_often_than_humans_do(db: Database, keeper: Keeper) -> None:
    user(db)
    begun = keeper.log_in("anna", PASSWORD, HERE)
    for _ in range(100):
        ask(keeper, begun)
    with pytest.raises(TooMany):
        ask(keeper, begun)
