from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.pacing import LATE_SECONDS, Pacer


def test_the_first_call_starts_at_once_and_the_next_after_its_share_of_a_second() -> None:
    pacer = Pacer(8, 4.0)
    assert pacer.next_start(100.0) == 100.0
    pacer.started(100.0)
    assert pacer.next_start(100.2) == 100.25
    assert pacer.next_start(100.3) == 100.3


def test_idle_time_saves_up_no_burst() -> None:
    pacer = Pacer(8, 4.0)
    pacer.started(0.0)
    pacer.started(1000.0)
    assert pacer.next_start(1000.0) == 1000.25


def test_a_start_that_is_a_little_late_does_not_shift_the_others() -> None:
    pacer, now = Pacer(1000, 40.0), 0.0
    for _ in range(400):
        start = pacer.next_start(now)
        assert start is not None
        now = start + 0.004
        pacer.started(now)
    assert now == pytest.approx(399 / 40, abs=0.01)


def test_all_lines_taken_waits_for_an_end() -> None:
    pacer = Pacer(2, 100.0)
    pacer.started(0.0)
    pacer.started(1.0)
    assert pacer.next_start(2.0) is None
    pacer.ended()
    assert pacer.next_start(3.0) == 3.0


@pytest.mark.parametrize(("calls", "rate"), [(0, 1.0), (1, 0.0), (1, -1.0)])
def test_limits_that_let_nothing_through_are_refused(calls: int, rate: float) -> None:
    with pytest.raises(ValueError, match="a trunk needs"):
        Pacer(calls, rate)


@given(
    st.integers(1, 6), st.floats(0.2, 50), st.lists(st.tuples(st.floats(0, 2), st.booleans()), max_size=120)
)
def test_limits_hold_whatever_happens(calls: int, rate: float, events: list[tuple[float, bool]]) -> None:
    pacer, now, starts = Pacer(calls, rate), 0.0, list[float]()
    for pause, starting in events:
        now += pause
        if starting and pacer.next_start(now) == now:
            pacer.started(now)
            starts.append(now)
        elif not starting and pacer.running:
            pacer.ended()
        assert 0 <= pacer.running <= calls
    late = min(LATE_SECONDS, 0.5 / rate)
    assert all(later - earlier >= 1 / rate - late - 1e-9 for earlier, later in pairwise(starts))
    for first in range(len(starts)):
        for last in range(first + 1, len(starts)):  # lateness is made up for once, and never added up
            assert starts[last] - starts[first] >= (last - first) / rate - late - 1e-9
