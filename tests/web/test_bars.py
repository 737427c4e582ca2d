import pytest

from campaigns.web.bars import HEIGHT, WIDTH, bars, scale, text_bar


def test_the_highest_is_the_full_height_and_all_fit() -> None:
    first, second = bars([("a", 10, 5), ("b", 5, 9)])
    assert (first.height, first.part) == (HEIGHT, HEIGHT / 2)
    assert (second.height, second.part) == (HEIGHT / 2, HEIGHT / 2)
    assert 0 < first.x < first.x + first.width < second.x
    assert second.x + second.width < WIDTH


def test_a_given_top_is_the_full_height() -> None:
    [bar] = bars([("a", 5, 0)], top=20)
    assert bar.height == HEIGHT / 4


def test_nothing_is_no_bar() -> None:
    assert bars([]) == []
    assert [bar.height for bar in bars([("a", 0, 0)])] == [0]


@pytest.mark.parametrize(
    ("highest", "values"), [(480, ["240", "480"]), (0, []), (1, ["1"]), (5, ["2.5", "5"])]
)
def test_the_scale_says_what_half_and_full_height_stand_for(highest: float, values: list[str]) -> None:
    assert [value for _, value in scale(highest)] == values
    assert [height for height, _ in scale(highest)][-1:] == ([HEIGHT] if values else [])


@pytest.mark.parametrize(
    ("value", "highest", "bar"),
    [
        (0, 10, ""),
        (5, 0, ""),
        (10, 10, "████"),
        (5, 10, "██"),
        (1, 32, "▏"),
        (0.001, 10, "▏"),
        (20, 10, "████"),
    ],
)
def test_a_bar_of_characters_is_exact_to_an_eighth(value: float, highest: float, bar: str) -> None:
    assert text_bar(value, highest, 4) == bar
