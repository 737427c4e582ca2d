"""What every language shares: values in their canonical forms are read, and anything else is refused."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.spoken.language import (
    clock_of,
    count_of,
    day_of,
    decimal_of,
    digits_of,
    parts_of,
    short_groups_of,
)


@pytest.mark.parametrize(
    ("raw", "places", "parts"),
    [
        ("36.6", 1, (False, 36, 6)),
        ("36,6", 1, (False, 36, 6)),
        ("-36.55", 1, (True, 36, 6)),
        ("36.65", 1, (False, 36, 7)),
        ("36.95", 1, (False, 37, 0)),
        ("-0.04", 1, (False, 0, 0)),
        ("-0.05", 1, (True, 0, 1)),
        ("12.345", 2, (False, 12, 35)),
        ("0.999", 2, (False, 1, 0)),
        ("5e3", 2, (False, 5000, 0)),
        ("0e999999999", 2, (False, 0, 0)),
    ],
)
def test_parts(raw: str, places: int, parts: tuple[bool, int, int]) -> None:
    assert parts_of(raw, places) == parts


@given(hundredths=st.integers(1, 10**9), sign=st.sampled_from(["", "-"]))
def test_parts_put_together_are_the_number(hundredths: int, sign: str) -> None:
    below, whole, part = parts_of(f"{sign}{hundredths // 100}.{hundredths % 100:02}", 2)
    assert (below, whole * 100 + part) == (sign == "-", hundredths)


@pytest.mark.parametrize("raw", ["", "NaN", "inf", "1e12", "-1e12", "one", "1.2.3"])
def test_what_is_no_number_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        decimal_of(raw)


def test_counts_are_whole() -> None:
    assert count_of("12.0") == 12
    with pytest.raises(ValueError, match="whole"):
        count_of("12.5")


def test_days_and_hours_are_those_that_are_written() -> None:
    assert day_of("2024-12-03T23:30:00-08:00") == date(2024, 12, 3)
    assert clock_of("2024-12-03T23:30:00-08:00") == time(23, 30)
    assert clock_of("09:05") == time(9, 5)


@pytest.mark.parametrize(("raw", "digits"), [("0407", "0407"), ("12 34-5", "12345")])
def test_digits(raw: str, digits: str) -> None:
    assert digits_of(raw) == digits


@pytest.mark.parametrize("raw", ["", "12a", "١٢", "1" * 41])
def test_what_is_no_row_of_digits_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        digits_of(raw)


@pytest.mark.parametrize(
    ("raw", "country", "groups"),
    [
        ("+79123456789", "7", ("912", "345", "67", "89")),
        ("+73452500000", "7", ("34", "52", "50", "00", "00")),
        ("112", "", ("112",)),
    ],
)
def test_no_group_of_a_telephone_number_is_longer_than_three(
    raw: str, country: str, groups: tuple[str, ...]
) -> None:
    assert short_groups_of(raw) == (country, groups)
