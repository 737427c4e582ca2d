"""Names in the order in which people expect them."""

import pytest

from campaigns.rules.naturally import natural


@pytest.mark.parametrize(
    "ordered",
    [
        ["", "10", "Clinic 2", "clinic 10", "Clinic 10 a"],
        ["Поликлиника на Садовой", "Поликлиника № 3", "Поликлиника № 10", "поликлиника № 10 б"],
        ["ward 1-2", "ward 1-10", "ward 2-1"],
    ],
)
def test_numbers_in_names_count_as_numbers(ordered: list[str]) -> None:
    assert sorted(reversed(ordered), key=natural) == ordered
