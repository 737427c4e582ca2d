"""The middle and the spread of marks, against the library's own statistics."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.marks import Marks, marks_of

MARKS = st.lists(st.integers(1, 5), min_size=1, max_size=60)


def of(marks: list[int], low: set[str] = frozenset()) -> Marks:  # type: ignore[assignment]
    return marks_of({str(mark): marks.count(mark) for mark in marks}, 5, low)


@given(MARKS)
def test_the_figures_are_those_of_the_single_marks(marks: list[int]) -> None:
    found = of(marks, {"1", "2"})
    assert found.count == len(marks)
    assert found.mean == pytest.approx(statistics.fmean(marks))
    assert found.median == statistics.median(marks)
    assert found.deviation == pytest.approx(statistics.pstdev(marks))
    assert found.low == sum(mark <= 2 for mark in marks)
    assert found.low_share == pytest.approx(found.low / len(marks))


@given(MARKS, MARKS)
def test_two_together_are_all_of_them(one: list[int], other: list[int]) -> None:
    assert (of(one) + of(other)).counts == of(one + other).counts


def test_as_it_is_printed() -> None:
    assert of([1, 2, 5, 5], {"1"}).as_json() == {
        "count": 4,
        "mean": 3.25,
        "median": 3.5,
        "deviation": 1.79,
        "low": 1,
        "low_share": 0.25,
        "marks": {"1": 1, "2": 1, "3": 0, "4": 0, "5": 2},
    }


def test_without_marks_there_are_no_figures() -> None:
    nothing = marks_of({}, 5, {"1"})
    assert (nothing.count, nothing.mean, nothing.median, nothing.deviation) == (0, None, None, None)
    assert nothing.low_share is None


def test_what_no_question_calls_low_has_no_share() -> None:
    unnamed = of([1, 1])
    assert unnamed.low_share is None
    assert unnamed.as_json()["low"] is None
    assert (unnamed + of([1, 5], {"1"})).low_share == 0.5  # of the two that were judged


def test_what_is_no_mark_of_the_scale_is_left_out() -> None:
    assert marks_of({"5": 1, "7": 4, "": 2}, 5).count == 1
