"""Token buckets."""

import pytest

from campaigns.access import limits
from campaigns.access.limits import Buckets


def test_a_burst_then_as_many_as_flow_in() -> None:
    buckets = Buckets()
    assert [buckets.take("lab", 5, 0.0) for _ in range(5)] == [0.0] * 5
    assert buckets.take("lab", 5, 0.0) == pytest.approx(0.2)
    assert buckets.take("lab", 5, 0.1) == pytest.approx(0.1)
    assert buckets.take("lab", 5, 0.2) == 0.0
    assert buckets.take("lab", 5, 0.2) == pytest.approx(0.2)


def test_who_waits_as_long_as_was_said_gets_one_however_slow_the_rate() -> None:
    buckets = Buckets()
    now = 0.0
    assert buckets.take("lab", 0.1, now) == 0.0
    wait = buckets.take("lab", 0.1, now)
    assert wait == pytest.approx(10)
    assert buckets.take("lab", 0.1, now + wait) == 0.0


def test_a_long_rest_saves_up_no_more_than_one_burst() -> None:
    buckets = Buckets(burst_seconds=2)
    assert [buckets.take("lab", 2, 0.0) for _ in range(4)] == [0.0] * 4
    taken = [buckets.take("lab", 2, 1000.0) for _ in range(6)]
    assert [wait == 0.0 for wait in taken] == [True] * 4 + [False] * 2


def test_each_has_a_bucket_of_its_own() -> None:
    buckets = Buckets()
    assert buckets.take("one", 1, 0.0) == 0.0
    assert buckets.take("one", 1, 0.0) > 0
    assert buckets.take("other", 1, 0.0) == 0.0


def test_what_is_given_back_can_be_taken_again_but_fills_no_bucket_beyond_its_rim() -> None:
    buckets = Buckets()
    assert buckets.take("one", 1, 0.0) == 0.0
    buckets.give_back("one")
    buckets.give_back("one")
    buckets.give_back("nobody")
    assert buckets.take("one", 1, 0.0) == 0.0
    assert buckets.take("one", 1, 0.0) > 0


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    buckets = Buckets()
    assert buckets.take("one", 2, 10.0) == 0.0
    assert buckets.take("one", 2, 9.0) == 0.0


def test_who_was_not_seen_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEPT", 2)
    buckets = Buckets()
    for name in ("first", "second", "first", "third"):
        buckets.take(name, 2, 0.0)
    assert buckets.take("first", 2, 0.0) > 0, "it was seen lately, and is empty"
    assert buckets.take("second", 2, 0.0) == 0.0
