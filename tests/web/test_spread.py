"""Marks as pictures: shares are widths, and the mean stands on its scale."""

import pytest

from campaigns.rules.marks import marks_of
from campaigns.web.spread import WIDTH, colour, on_scale, spread


def test_a_bar_of_shares_and_a_dot_for_the_mean() -> None:
    found = spread("Clinic 5", marks_of({"1": 1, "5": 3}, 5).as_json())
    assert found is not None
    assert [(part.name, part.x, part.width) for part in found.bar] == [("1", 0, 60), ("5", 60, 180)]
    assert (found.dot, found.to) == (on_scale(4, 5), on_scale(5, 5))  # one deviation would be beyond 5
    assert found.from_ == pytest.approx(on_scale(4 - 1.73, 5))


def test_nobody_gave_a_mark() -> None:
    assert spread("Clinic 5", marks_of({}, 5).as_json()) is None


@pytest.mark.parametrize(
    ("mark", "top", "place"), [(1, 5, 6), (3, 5, WIDTH / 2), (5, 5, WIDTH - 6), (1, 1, 6)]
)
def test_marks_stand_between_the_ends_of_their_scale(mark: int, top: int, place: float) -> None:
    assert on_scale(mark, top) == pytest.approx(place)


@pytest.mark.parametrize(("top", "colours"), [(2, 2), (3, 3), (5, 5), (9, 5)])
def test_colours_go_from_the_worst_to_the_best(top: int, colours: int) -> None:
    shown = [colour(mark, top) for mark in range(1, top + 1)]
    assert (shown[0], shown[-1]) == (colour(1, 5), colour(5, 5))
    assert len(set(shown)) == colours
