"""What became of callbacks, and figures that add up."""

from collections.abc import Mapping, Sequence

import pytest

from campaigns.rules.callback_ends import CallbackEnd, end_of, percentile, percents
from campaigns.words import ContactState, Outcome


@pytest.mark.parametrize(
    ("state", "outcome", "answer", "end"),
    [
        ("waiting", "unanswered", None, "waiting"),
        ("calling", None, "not_needed", "calling"),
        ("cancelled", "completed", None, "cancelled"),
        ("exhausted", "unanswered", None, "not_reached"),
        ("exhausted", None, None, "not_reached"),
        ("done", "completed", None, "reached"),
        ("done", "completed", "wanted", "reached"),
        ("done", "completed", "not_needed", "not_wanted"),
        ("done", "human_wanted", None, "reached"),
        ("done", "opted_out", "not_needed", "opted_out"),
        ("done", "wrong_person", None, "not_reached"),
        ("done", None, None, "not_reached"),
    ],
)
def test_each_callback_has_one_end(
    state: ContactState, outcome: Outcome | None, answer: str | None, end: CallbackEnd
) -> None:
    assert end_of(state, outcome, answer) == end


@pytest.mark.parametrize(
    ("values", "share", "value"),
    [
        ([], 0.5, None),
        ([7.0], 0.95, 7.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([4.0, 1.0, 2.0, 3.0], 0.5, 2.0),
        ([float(n) for n in range(100, 0, -1)], 0.95, 95.0),
        ([1.0, 2.0], 0.0, 1.0),
    ],
)
def test_a_percentile_is_one_of_the_values(
    values: Sequence[float], share: float, value: float | None
) -> None:
    assert percentile(values, share) == value


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ({}, {}),
        ({"a": 0, "b": 0}, {}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 33.4, "b": 33.3, "c": 33.3}),
        ({"a": 2, "b": 1, "c": 0}, {"a": 66.7, "b": 33.3, "c": 0.0}),
        ({"a": 1, "b": 5999}, {"a": 0.0, "b": 100.0}),
    ],
)
def test_shares_add_up_to_a_hundred(counts: Mapping[str, int], shares: Mapping[str, float]) -> None:
    assert percents(counts) == shares
    assert not shares or sum(shares.values()) == pytest.approx(100.0)
