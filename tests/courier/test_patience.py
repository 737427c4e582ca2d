"""How long the courier waits after faults."""

from datetime import timedelta
from random import Random

import pytest

from campaigns.courier.patience import AT_ONCE, FAULTS_UNTIL_REST, JITTER, WAITS_SECONDS, Pace, wait_after


class _Even(Random):
    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


@pytest.mark.parametrize(
    ("tries", "asked", "waits"),
    [
        (1, None, timedelta(seconds=5)),
        (2, None, timedelta(seconds=30)),
        (11, None, timedelta(hours=7)),
        (12, None, None),
        (1, 2.0, timedelta(seconds=5)),
        (1, 90.0, timedelta(seconds=90)),
        (1, 1e12, timedelta(hours=6)),
        (12, 90.0, None),
    ],
)
def test_waits(tries: int, asked: float | None, waits: timedelta | None) -> None:
    found = wait_after(tries, _Even(), asked)
    assert found == waits or (found and waits and abs(found - waits) < timedelta(milliseconds=1))


def test_all_tries_together_take_a_day() -> None:
    assert timedelta(hours=23) < timedelta(seconds=sum(WAITS_SECONDS)) < timedelta(hours=25)


def test_who_failed_together_does_not_come_back_together() -> None:
    waits = {wait_after(4, Random(seed)) for seed in range(20)}
    assert len(waits) == 20
    for wait in waits:
        assert wait is not None
        assert 1 - JITTER <= wait.total_seconds() / WAITS_SECONDS[3] <= 1 + JITTER


def test_a_receiver_that_takes_nothing_rests_and_is_looked_after() -> None:
    pace = Pace()
    assert pace.free(0, 0.0) == AT_ONCE
    assert [pace.failed(0.0) for _ in range(FAULTS_UNTIL_REST)] == [False] * (FAULTS_UNTIL_REST - 1) + [True]
    assert pace.free(0, 4.9) == 0
    assert [pace.free(under_way, 5.0) for under_way in (0, 1, 5)] == [1, 0, 0]
    assert not pace.failed(5.0)
    assert (pace.free(0, 14.9), pace.free(0, 15.0)) == (0, 1)
    assert pace.took()
    assert not pace.took()
    assert pace.free(AT_ONCE + 1, 15.0) == 0
