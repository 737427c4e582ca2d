from datetime import UTC, datetime, time, timedelta

import pytest

from campaigns.rules.forecast import FARTHEST, Demand, calls_needed, fewest_lines, forecast
from campaigns.rules.hours import Hours, Window

NOON = datetime(
    2026, 3, 2, 9, 0, tzinfo=UTC
)  # 12:00 in Moscow, 18:00 in Vladivostok, 19:00 in Magadan; Monday
MOSCOW, VLADIVOSTOK = "Europe/Moscow", "Asia/Vladivostok"
DAY = Window(time(9), time(20))
HOURS = [Hours(DAY, DAY)]
HOUR = timedelta(hours=1)


def demand(calls: float, zone: str = MOSCOW, deadline: datetime | None = None) -> Demand:
    return Demand(zone, deadline, round(calls), calls)


@pytest.mark.parametrize(
    ("closes", "left", "calls"), [(1.0, 5, 1.0), (0.5, 1, 1.0), (0.5, 3, 1.75), (0.0, 4, 4.0), (0.5, 0, 1.0)]
)
def test_how_many_calls_a_contact_takes(closes: float, left: int, calls: float) -> None:
    assert calls_needed(closes, left) == pytest.approx(calls)


def test_lines_and_seconds_give_the_hours() -> None:
    found = forecast([demand(600)], HOURS, 10, 60.0, NOON)  # 600 calls an hour
    assert found.finished == NOON + HOUR
    assert (found.open_hours, found.late, found.holds) == (1.0, 0.0, True)
    assert [slot.busy for slot in found.slots] == pytest.approx([10.0] * 4)


def test_the_night_is_waited_for() -> None:
    found = forecast([demand(60 * 9)], HOURS, 1, 60.0, NOON)  # 8 hours today, one tomorrow
    assert found.finished == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    assert found.open_hours == 9.0


def test_zones_are_called_while_they_are_open() -> None:
    found = forecast([demand(60, VLADIVOSTOK)], HOURS, 1, 60.0, NOON + 2 * HOUR)  # 21:00 there
    assert found.finished == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)  # 9:00 and an hour of calls


def test_all_bounds_must_be_open() -> None:
    narrow = Hours(Window(time(14), time(15)), None)
    found = forecast([demand(60)], [*HOURS, narrow], 1, 60.0, NOON)
    assert found.finished == NOON + 3 * HOUR


def test_the_nearer_deadline_goes_first() -> None:
    soon, later = NOON + HOUR, NOON + 5 * HOUR
    demands = [demand(60, deadline=later), demand(60, deadline=soon)]
    assert forecast(demands, HOURS, 1, 60.0, NOON).holds
    assert fewest_lines(demands, HOURS, 60.0, NOON) == 1


def test_what_a_deadline_leaves_unmade_is_told() -> None:
    demands = [demand(180, deadline=NOON + HOUR)]
    found = forecast(demands, HOURS, 1, 60.0, NOON)
    assert found.late == pytest.approx(120.0)
    assert not found.holds
    assert fewest_lines(demands, HOURS, 60.0, NOON) == 3


def test_no_number_of_lines_reopens_a_window() -> None:
    closed = [demand(5, VLADIVOSTOK, NOON + 3 * HOUR)]
    assert fewest_lines(closed, HOURS, 60.0, NOON + 2 * HOUR) is None


def test_nobody_left_is_finished_now() -> None:
    found = forecast([], HOURS, 1, 60.0, NOON)
    assert (found.finished, found.open_hours, found.slots) == (NOON, 0.0, [])


def test_a_rest_without_end_has_no_end() -> None:
    found = forecast([demand(10_000_000)], HOURS, 1, 60.0, NOON)
    assert found.finished is None
    assert not found.holds
    assert found.slots[-1].at < NOON + FARTHEST
