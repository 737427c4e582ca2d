"""Which of two things holds, in pairs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from campaigns.intake.lab.newest import is_newer, is_older
from campaigns.intake.lab.result import LabResult, LabStatus
from tests.intake.lab.laboratory import NOW


def at(clock: str) -> datetime | None:
    """Minutes and seconds after `NOW`; "": it is not told."""
    minute, _, second = clock.partition(":")
    return NOW + timedelta(minutes=int(minute), seconds=int(second)) if clock else None


def said(status: LabStatus, told: str, sent: str) -> LabResult:
    sent_at = at(sent)
    assert sent_at is not None
    return LabResult("A", status, at(told), sent_at)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (("final", "10:00", "10:10"), ("final", "11:00", "11:10")),
        (("corrected", "10:00", "12:00"), ("final", "11:00", "11:10")),
        (("final", "10:00", "10:15"), ("corrected", "10:00", "11:00")),  # OBR-22 stands still
        (("final", "10:00", "10:17"), ("withdrawn", "10:00", "11:00")),
        (("withdrawn", "10:00", "11:00"), ("final", "10:00", "12:00")),  # it was issued again
        (("final", "", "10:15"), ("corrected", "10:00", "11:00")),
        (("final", "10:00", "10:16"), ("corrected", "", "10:17")),
        (("final", "", "10:00"), ("corrected", "", "10:00")),
        (("corrected", "10:00", "10:00"), ("withdrawn", "10:00", "10:00")),
        (("final", "10:00", "10:00"), ("wrong_patient", "10:00", "10:00")),
        (("final", "", "10:00"), ("not_done", "9:00", "10:00")),
        (("preliminary", "10:00", "10:00"), ("final", "10:00", "10:00")),
        (("preliminary", "9:00", "9:00"), ("preliminary", "10:00", "10:00")),
    ],
)
def test_the_newer_holds_in_whatever_order_they_come(
    older: tuple[LabStatus, str, str], newer: tuple[LabStatus, str, str]
) -> None:
    first, second = said(*older), said(*newer)
    assert is_older(first, second)
    assert not is_older(second, first)
    assert (is_newer(second, first), is_newer(first, second)) == (True, False)


@pytest.mark.parametrize("status", ["final", "corrected", "withdrawn", "wrong_patient", "not_done"])
def test_a_preliminary_result_to_the_second_makes_no_final_one_to_the_minute_older(status: LabStatus) -> None:
    held, final = said("preliminary", "10:45", "10:50"), said(status, "10:00", "10:10")
    assert not is_older(final, held)
    assert is_newer(final, held)
    assert not is_newer(held, final)


def test_of_the_same_the_last_to_come_holds() -> None:
    one = said("withdrawn", "10:00", "10:10")
    assert not is_older(replace(one, status="not_done"), one)
    assert not is_newer(one, one)
