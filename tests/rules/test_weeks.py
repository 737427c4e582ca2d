from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.rules.weeks import week_name, weeks_between

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 3, 1), "2026-W09"),
        (date(2026, 3, 2), "2026-W10"),
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_weeks_are_named_by_iso(day: date, name: str) -> None:
    assert week_name(day) == name


def test_a_week_begins_on_monday_at_midnight_there() -> None:
    zone = ZoneInfo("Asia/Yekaterinburg")  # 5 hours ahead
    sunday_evening = datetime(2026, 3, 1, 19, tzinfo=UTC)  # Monday 0:00 there
    assert weeks_between(sunday_evening, sunday_evening, zone) == [("2026-W10", sunday_evening)]
    before = sunday_evening - timedelta(seconds=1)
    [(name, _)] = weeks_between(before, before, zone)
    assert name == "2026-W09"


def test_weeks_follow_summer_time() -> None:
    weeks = weeks_between(datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), BERLIN)
    assert weeks == [
        ("2026-W13", datetime(2026, 3, 22, 23, tzinfo=UTC)),
        ("2026-W14", datetime(2026, 3, 29, 22, tzinfo=UTC)),  # an hour less
    ]
