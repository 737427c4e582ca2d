"""Lock-out after failed logins."""

from datetime import timedelta

import pytest

from campaigns.access.lockout import FAILURES, KEPT, LOCKED_FOR, StrangeNames, Tries, tried
from campaigns.errors import TooMany
from tests.access.people import NOON


def after(times: int) -> Tries:
    tries = Tries()
    for _ in range(times):
        tries = tried(tries, NOON)
    return tries


@pytest.mark.parametrize(("times", "locked"), [(1, False), (FAILURES - 1, False), (FAILURES, True)])
def test_the_fifth_locks(times: int, locked: bool) -> None:
    assert after(times) == Tries(times, NOON + LOCKED_FOR if locked else None)


def test_a_lock_refuses_and_no_try_makes_it_longer() -> None:
    locked = after(FAILURES)
    with pytest.raises(TooMany, match="locked for 15 minutes") as refused:
        tried(locked, NOON + timedelta(minutes=5))
    assert refused.value.seconds == 600
    with pytest.raises(TooMany):
        tried(locked, NOON + LOCKED_FOR - timedelta(seconds=1))


def test_after_the_lock_everything_begins_anew() -> None:
    assert tried(after(FAILURES), NOON + LOCKED_FOR) == Tries(1)


def test_a_name_that_nobody_has_is_locked_alike() -> None:
    strange = StrangeNames()
    for _ in range(FAILURES):
        strange.tried("nobody", NOON)
    with pytest.raises(TooMany, match="locked for 15 minutes"):
        strange.tried("nobody", NOON)
    strange.tried("somebody else", NOON)


def test_strange_names_take_no_more_room_than_they_may() -> None:
    strange = StrangeNames()
    for _ in range(FAILURES):
        strange.tried("first", NOON)
    for number in range(KEPT):
        strange.tried(str(number), NOON)
    strange.tried("first", NOON)
