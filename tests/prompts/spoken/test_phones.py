"""Telephone numbers in groups."""

import pytest

from prompts.spoken.phones import groups_of


@pytest.mark.parametrize(
    ("number", "country", "groups"),
    [
        ("+79123456789", "7", "912 345 67 89"),
        ("+73452123456", "7", "3452 12 34 56"),  # Tyumen
        ("+78482123456", "7", "8482 12 34 56"),  # Togliatti
        ("+74951234567", "7", "495 123 45 67"),
        ("+73433456789", "7", "343 345 67 89"),  # Yekaterinburg, not a code 3433
        ("+78001000005", "7", "800 100 00 05"),
        ("+77172123456", "7", "71 72 12 34 56"),  # Astana
        ("+12025550123", "1", "202 555 01 23"),
        ("112", "", "112"),
        ("0611", "", "06 11"),
        ("1234567", "", "123 45 67"),
        ("88001000005", "7", "800 100 00 05"),
        ("1234567890", "", "123 456 78 90"),
    ],
)
def test_groups(number: str, country: str, groups: str) -> None:
    assert groups_of(number) == (country, tuple(groups.split()))


@pytest.mark.parametrize("number", ["", "7", "+7 912", "+0123456", "8(912)", "+999123456789", "один"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="telephone number"):
        groups_of(number)
