from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.hours import Hours, Window, is_open
from campaigns.rules.parts import least_tried, part_of

PARTS = (
    ("morning", Window(time(9), time(12))),
    ("day", Window(time(12), time(17))),
    ("evening", Window(time(17), time(20))),
)
HOURS = Hours(Window(time(9), time(20)), Window(time(10), time(18)))
ZONE = "Asia/Yekaterinburg"  # UTC+5
WEDNESDAY = datetime(2026, 3, 4, tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("hour", "minute", "part"),
    [
        (8, 59, ""),
        (9, 0, "morning"),
        (11, 59, "morning"),
        (12, 0, "day"),
        (19, 59, "evening"),
        (20, 0, ""),
    ],
)
def test_the_part_is_that_of_the_contacts_own_clock(hour: int, minute: int, part: str) -> None:
    at = (WEDNESDAY + timedelta(hours=hour, minutes=minute)).astimezone(UTC)
    assert part_of(PARTS, ZONE, at) == part
    assert part_of((), ZONE, at) == ""


@pytest.mark.parametrize(
    ("tried", "earliest_hour", "day", "hour", "part"),
    [
        ({}, 10, 0, 10, "morning"),  # none was tried: the one that is now
        ({"morning": 1}, 10, 0, 12, "day"),
        ({"morning": 1, "day": 1}, 13, 0, 17, "evening"),
        ({"morning": 1, "day": 1, "evening": 1}, 19, 0, 19, "evening"),
        ({"morning": 1, "day": 1, "evening": 2}, 19, 1, 9, "morning"),
        ({"morning": 1, "day": 2, "evening": 2}, 12, 1, 9, "morning"),
        ({"day": 1, "evening": 1}, 21, 1, 9, "morning"),
    ],
)
def test_the_part_tried_least_comes_next(
    tried: Mapping[str, int], earliest_hour: int, day: int, hour: int, part: str
) -> None:
    earliest = WEDNESDAY + timedelta(hours=earliest_hour)
    found = least_tried(PARTS, tried, HOURS, ZONE, earliest.astimezone(UTC), None)
    assert found == ((WEDNESDAY + timedelta(days=day, hours=hour)).astimezone(UTC), part)


def test_a_part_after_the_deadline_is_passed_over() -> None:
    earliest, tried = (WEDNESDAY + timedelta(hours=13)).astimezone(UTC), {"day": 1}
    at = least_tried(PARTS, tried, HOURS, ZONE, earliest, earliest + timedelta(hours=4, seconds=1))
    assert at == (earliest + timedelta(hours=4), "evening")
    assert least_tried(PARTS, tried, HOURS, ZONE, earliest, earliest + timedelta(hours=4)) == (
        earliest,
        "day",
    )
    assert least_tried(PARTS, tried, HOURS, ZONE, earliest, earliest) == (earliest, "")


def test_a_part_in_which_nobody_is_called_that_day_waits_for_another_day() -> None:
    saturday = (WEDNESDAY + timedelta(days=3, hours=19)).astimezone(UTC)
    at, part = least_tried(PARTS, {"morning": 1, "day": 1}, HOURS, ZONE, saturday, None)
    assert (at.astimezone(ZoneInfo(ZONE)), part) == (WEDNESDAY + timedelta(days=4, hours=17), "evening")


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    tried=st.fixed_dictionaries({name: st.integers(0, 3) for name, _ in PARTS}),
    hours_left=st.integers(1, 400),
)
@settings(max_examples=60, deadline=None)
def test_what_is_found_is_open_in_its_part_and_in_time(
    at: datetime, zone: str, tried: dict[str, int], hours_left: int
) -> None:
    earliest = at.replace(tzinfo=UTC)
    deadline = earliest + timedelta(hours=hours_left)
    found, part = least_tried(PARTS, tried, HOURS, zone, earliest, deadline)
    if not part:
        assert found == earliest
        return
    assert earliest <= found < deadline
    assert is_open(HOURS, zone, found)
    assert part_of(PARTS, zone, found) == part
