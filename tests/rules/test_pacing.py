from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.pacing import FAILURES_BEFORE_REST, REST_SECONDS, Pacer


def fail(pacer: Pacer, times: int, now: float) -> float:
    for _ in range(times):
        assert pacer.may_start(now)
        pacer.started(now)
        pacer.ended(trunk_failed=True, now=now)
        now += 1
    return now


def test_the_first_call_starts_at_once_and_the_next_after_its_share_of_a_second() -> None:
    pacer = Pacer(8, 4.0)
    assert pacer.may_start(100.0)
    pacer.started(100.0)
    assert not pacer.may_start(100.2)
    assert pacer.next_start(100.0) == 100.25
    assert pacer.may_start(100.25)


def test_idle_time_saves_up_no_burst() -> None:
    pacer = Pacer(8, 4.0)
    pacer.started(0.0)
    assert pacer.next_start(1000.0) == 1000.0
    pacer.started(1000.0)
    assert pacer.next_start(1000.0) == 1000.25


def test_all_lines_taken_waits_for_an_end() -> None:
    pacer = Pacer(2, 100.0)
    pacer.started(0.0)
    pacer.started(1.0)
    assert pacer.next_start(2.0) is None
    assert not pacer.may_start(2.0)
    pacer.ended(trunk_failed=False, now=3.0)
    assert pacer.may_start(3.0)


def test_failures_in_a_row_bring_a_rest() -> None:
    pacer = Pacer(8, 2.0)
    now = fail(pacer, FAILURES_BEFORE_REST, 0.0)
    assert pacer.resting
    assert pacer.next_start(now) == now - 1 + REST_SECONDS


def test_another_ending_between_keeps_the_trunk_awake() -> None:
    pacer = Pacer(8, 2.0)
    now = fail(pacer, FAILURES_BEFORE_REST - 1, 0.0)
    pacer.started(now)
    pacer.ended(trunk_failed=False, now=now)
    now = fail(pacer, FAILURES_BEFORE_REST - 1, now + 1)
    assert not pacer.resting
    assert pacer.may_start(now)


def test_after_the_rest_one_call_tries_the_trunk() -> None:
    pacer = Pacer(8, 2.0)
    now = fail(pacer, FAILURES_BEFORE_REST, 0.0) + REST_SECONDS
    pacer.started(now)
    assert pacer.next_start(now + 10) is None
    pacer.ended(trunk_failed=True, now=now + 10)
    assert pacer.next_start(now + 10) == now + 10 + REST_SECONDS
    later = now + 10 + REST_SECONDS
    pacer.started(later)
    pacer.ended(trunk_failed=False, now=later + 1)
    pacer.started(later + 1)
    assert pacer.next_start(later + 1) == later + 1.5


@pytest.mark.parametrize(("calls", "rate"), [(0, 1.0), (1, 0.0), (1, -1.0)])
def test_limits_that_let_nothing_through_are_refused(calls: int, rate: float) -> None:
    with pytest.raises(ValueError, match="a trunk needs"):
        Pacer(calls, rate)


@given(
    st.integers(1, 6),
    st.floats(0.2, 50),
    st.lists(st.tuples(st.floats(0, 2), st.sampled_from(["start", "ok", "failed"])), max_size=120),
)
def test_limits_hold_whatever_happens(calls: int, rate: float, events: list[tuple[float, str]]) -> None:
    pacer, now, starts = Pacer(calls, rate), 0.0, list[float]()
    for pause, event in events:
        now += pause
        if event == "start" and pacer.may_start(now):
            pacer.started(now)
            starts.append(now)
        elif event != "start" and pacer.running:
            pacer.ended(event == "failed", now)
        assert 0 <= pacer.running <= calls
    assert all(later - earlier >= 1 / rate - 1e-9 for earlier, later in pairwise(starts))
