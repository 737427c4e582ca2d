"""Shifts as people write them, by the clinic's clock."""

from datetime import UTC, datetime

import pytest

from campaigns.rules.shifts import in_shift, parse_shift

ZONE = "Asia/Yekaterinburg"  # UTC+5


def at(clock: str) -> datetime:
    """A moment of a day in March whose wall clock in the clinic shows this."""
    return datetime.fromisoformat(f"2026-03-02T{clock}+05:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("shift", "clock", "works"),
    [
        ("", "03:00", True),
        ("7:30-14:00", "07:29:59.999", False),
        ("7:30-14:00", "07:30", True),
        ("7:30-14:00", "13:59:59.999", True),
        ("7:30-14:00", "14:00", False),
        ("20:00-8:00", "19:59", False),
        ("20:00-8:00", "20:00", True),
        ("20:00-8:00", "00:00", True),
        ("20:00-8:00", "07:59", True),
        ("20:00-8:00", "08:00", False),
        ("14:00-24:00", "23:59", True),
        ("14:00-24:00", "00:00", False),
        ("00:00-6:00", "00:00", True),
    ],
)
def test_who_works_when(shift: str, clock: str, works: bool) -> None:
    assert in_shift(shift, ZONE, at(clock)) is works


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("7:30-14:00", "7:30-14:00"),
        (" 07:30 – 14:00 ", "7:30-14:00"),
        ("14:00-0:00", "14:00-24:00"),
        ("14:00-24:00", "14:00-24:00"),
        ("24:00-6:00", "0:00-6:00"),
    ],
)
def test_shifts_are_written_in_one_way(written: str, kept: str) -> None:
    assert str(parse_shift(written)) == kept
    assert parse_shift(kept) == parse_shift(written)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "7:30-14:00"),
        ("morning", "is not of the form 7:30-14:00"),
        ("7.30-14.00", "is not of the form"),
        ("7:30-14:60", "is not of the form"),
        ("7:30-25:00", "is not of the form"),
        ("7:30-24:01", "the day ends at 24:00"),
        ("8:00-8:00", "has no length: leave it out"),
        ("0:00-24:00", "has no length: leave it out"),
    ],
)
def test_what_is_no_shift_is_refused(written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_shift(written)


def test_a_change_of_the_clock_moves_the_shift_with_it() -> None:
    """In Berlin 2:30 of 29 March 2026 does not exist; who begins at 3:00 begins an hour earlier in UTC."""
    before, after = datetime(2026, 3, 28, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert not in_shift("3:00-9:00", "Europe/Berlin", before)
    assert in_shift("3:00-9:00", "Europe/Berlin", after)
