from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from campaigns.rules.caps import Caps
from campaigns.rules.forecast import FARTHEST, Demand, Terms, calls_needed, fewest_lines, forecast
from campaigns.rules.hours import Hours, Window

NOON = datetime(
    2026, 3, 2, 9, 0, tzinfo=UTC
)  # 12:00 in Moscow, 18:00 in Vladivostok, 19:00 in Magadan; Monday
MOSCOW, VLADIVOSTOK = "Europe/Moscow", "Asia/Vladivostok"
DAY = Window(time(9), time(20))
HOURS = [Hours(DAY, DAY)]
HOUR = timedelta(hours=1)
ONCE = Terms(HOURS, 60.0)  # everybody is reached at the first call
DAILY = Caps(day=1)


def demand(contacts: int, zone: str = MOSCOW, deadline: datetime | None = None, **more: Any) -> Demand:
    return Demand(zone, deadline, contacts, **more)


def twice(*waits: timedelta, caps: Caps = DAILY) -> Terms:
    """Nobody is ever reached, and everybody is called twice."""
    return Terms(HOURS, 60.0, 0.0, 2, waits or (HOUR,), caps)


@pytest.mark.parametrize(
    ("closes", "left", "calls"), [(1.0, 5, 1.0), (0.5, 1, 1.0), (0.5, 3, 1.75), (0.0, 4, 4.0), (0.5, 0, 1.0)]
)
def test_how_many_calls_a_contact_takes(closes: float, left: int, calls: float) -> None:
    assert calls_needed(closes, left) == pytest.approx(calls)


def test_lines_and_seconds_give_the_hours() -> None:
    found = forecast([demand(600)], ONCE, 10, NOON)  # 600 calls an hour
    assert found.finished == NOON + HOUR
    assert (found.open_hours, found.late, found.holds) == (1.0, 0.0, True)
    assert [slot.busy for slot in found.slots] == pytest.approx([10.0] * 4)


def test_the_night_is_waited_for() -> None:
    found = forecast([demand(60 * 9)], ONCE, 1, NOON)  # 8 hours today, one tomorrow
    assert found.finished == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    assert found.open_hours == 9.0


def test_zones_are_called_while_they_are_open() -> None:
    found = forecast([demand(60, VLADIVOSTOK)], ONCE, 1, NOON + 2 * HOUR)  # 21:00 there
    assert found.finished == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)  # 9:00 and an hour of calls


def test_all_bounds_must_be_open() -> None:
    narrow = Hours(Window(time(14), time(15)), None)
    found = forecast([demand(60)], Terms([*HOURS, narrow], 60.0), 1, NOON)
    assert found.finished == NOON + 3 * HOUR


def test_the_nearer_deadline_goes_first() -> None:
    soon, later = NOON + HOUR, NOON + 5 * HOUR
    demands = [demand(60, deadline=later), demand(60, deadline=soon)]
    assert forecast(demands, ONCE, 1, NOON).holds
    assert fewest_lines(demands, ONCE, NOON) == 1


def test_what_a_deadline_leaves_unmade_is_told() -> None:
    demands = [demand(180, deadline=NOON + HOUR)]
    found = forecast(demands, ONCE, 1, NOON)
    assert found.late == pytest.approx(120.0)
    assert not found.holds
    assert fewest_lines(demands, ONCE, NOON) == 3


def test_no_number_of_lines_reopens_a_window() -> None:
    closed = [demand(5, VLADIVOSTOK, NOON + 3 * HOUR)]
    assert fewest_lines(closed, ONCE, NOON + 2 * HOUR) is None


def test_nobody_left_is_finished_now() -> None:
    found = forecast([], ONCE, 1, NOON)
    assert (found.finished, found.open_hours, found.slots) == (NOON, 0.0, [])


def test_a_rest_without_end_has_no_end() -> None:
    found = forecast([demand(10_000_000)], ONCE, 1, NOON)
    assert found.finished is None
    assert not found.holds
    assert found.slots[-1].at < NOON + FARTHEST


def test_who_is_not_reached_is_called_again_after_the_wait() -> None:
    found = forecast([demand(15)], twice(2 * HOUR), 1, NOON)
    assert [slot.at - NOON for slot in found.slots if slot.calls] == [0 * HOUR, 2.25 * HOUR]


def test_the_second_call_waits_for_the_next_day_where_a_day_allows_one() -> None:
    capped = forecast([demand(15, capped=True)], twice(), 1, NOON)
    assert capped.finished == datetime(2026, 3, 3, 6, 15, tzinfo=UTC)  # 9:15 in Moscow
    exempt = forecast([demand(15)], twice(), 1, NOON)
    assert exempt.finished == NOON + 1.5 * HOUR


@pytest.mark.parametrize(("capped", "late"), [(True, 15.0), (False, 0.0)])
def test_no_number_of_lines_makes_two_calls_of_one_day(capped: bool, late: float) -> None:
    rest = [demand(15, deadline=NOON + 6 * HOUR, capped=capped)]
    assert forecast(rest, twice(), 100, NOON).late == pytest.approx(late)
    assert fewest_lines(rest, twice(), NOON) == (None if capped else 1)


def test_a_cap_of_a_week_is_counted_from_the_calls_that_rang() -> None:
    rang = NOON - 24 * HOUR
    found = forecast([demand(15, capped=True, rings=(rang,))], twice(caps=Caps(week=1)), 1, NOON)
    assert [slot.at for slot in found.slots if slot.calls] == [
        rang + timedelta(days=7),
        rang + timedelta(days=14),
    ]


def test_who_may_be_called_later_is_not_called_now() -> None:
    found = forecast([demand(15, due=NOON + 2 * HOUR)], ONCE, 1, NOON)
    assert found.finished == NOON + 2.25 * HOUR
    too_late = demand(15, due=NOON + 2 * HOUR, deadline=NOON + HOUR)
    assert forecast([too_late], ONCE, 1, NOON).late == 15.0


def test_no_more_lines_are_sought_than_there_may_be() -> None:
    rest = [demand(180, deadline=NOON + HOUR)]
    assert fewest_lines(rest, ONCE, NOON, most=2) is None
    assert fewest_lines(rest, ONCE, NOON, most=3) == 3
