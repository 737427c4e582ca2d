"""A clock that several machines share."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.clock import SharedClock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Machine:
    """Seconds since its start, and the moment elsewhere; asking takes a while."""

    def __init__(self) -> None:
        self.seconds, self.elsewhere, self.way_seconds = 100.0, NOON, 0.0

    def ask(self) -> datetime:
        self.seconds += self.way_seconds
        answer = self.elsewhere + timedelta(seconds=self.way_seconds)
        self.seconds += self.way_seconds
        return answer


def test_it_says_what_the_shared_one_says_and_counts_on() -> None:
    machine = Machine()
    clock = SharedClock(machine.ask, lambda: machine.seconds)
    assert clock.now() == NOON
    machine.seconds += 90.5
    assert clock.now() == NOON + timedelta(seconds=90.5)


def test_the_way_there_and_back_is_not_counted() -> None:
    machine = Machine()
    machine.way_seconds = 2.0
    clock = SharedClock(machine.ask, lambda: machine.seconds)
    assert clock.now() == NOON + timedelta(seconds=4)


def test_a_measure_follows_the_shared_clock_wherever_it_went() -> None:
    machine = Machine()
    clock = SharedClock(machine.ask, lambda: machine.seconds)
    machine.elsewhere = NOON - timedelta(hours=1)
    clock.measure()
    assert clock.now() == NOON - timedelta(hours=1)


def test_a_measure_that_fails_changes_nothing() -> None:
    answers = iter([NOON])
    clock = SharedClock(lambda: next(answers), lambda: 5.0)
    with pytest.raises(StopIteration):
        clock.measure()
    assert clock.now() == NOON
