"""Service levels: working hours, and who can be told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.hours import Hours, is_open
from campaigns.rules.service_levels import ServiceLevels, after, as_set, day_window, service_levels, usual
from campaigns.settings import SettingsFile
from campaigns.words import Urgency

TYUMEN, BERLIN = "Asia/Yekaterinburg", "Europe/Berlin"
WORK = Hours(day_window("8:00-20:00"), day_window("9:00-18:00"), "RU")
WEEKDAYS = Hours(day_window("8:00-16:00"), None)
NIGHT_TOO = Hours(day_window("0:00-24:00"), day_window("0:00 – 24:00"))
SMALL_HOURS = Hours(day_window("1:30-4:00"), day_window("1:30-4:00"))


@pytest.mark.parametrize(
    ("hours", "zone", "since", "minutes", "until"),
    [
        (WORK, TYUMEN, "2026-03-02T12:30+05:00", 60, "2026-03-02T13:30+05:00"),
        (WORK, TYUMEN, "2026-03-02T19:30+05:00", 60, "2026-03-03T08:30+05:00"),
        (WORK, TYUMEN, "2026-03-02T19:00+05:00", 60, "2026-03-02T20:00+05:00"),
        (WORK, TYUMEN, "2026-03-02T03:00+05:00", 60, "2026-03-02T09:00+05:00"),
        (WORK, TYUMEN, "2026-03-06T19:00+05:00", 120, "2026-03-07T10:00+05:00"),  # into the week-end
        (WORK, TYUMEN, "2026-01-01T12:00+05:00", 8 * 60, "2026-01-02T11:00+05:00"),  # holidays
        (WEEKDAYS, TYUMEN, "2026-03-06T15:00+05:00", 120, "2026-03-09T09:00+05:00"),
        (WEEKDAYS, TYUMEN, "2026-03-02T08:00+05:00", 24 * 60, "2026-03-04T16:00+05:00"),
        (NIGHT_TOO, TYUMEN, "2026-03-02T23:00+05:00", 24 * 60, "2026-03-03T23:00+05:00"),
        (SMALL_HOURS, BERLIN, "2026-03-29T01:30+01:00", 60, "2026-03-29T03:30+02:00"),  # an hour is left out
        (SMALL_HOURS, BERLIN, "2026-03-29T01:30+01:00", 120, "2026-03-30T02:00+02:00"),
        (SMALL_HOURS, BERLIN, "2026-10-25T01:30+02:00", 180, "2026-10-25T03:30+01:00"),  # one comes twice
        (NIGHT_TOO, BERLIN, "2026-10-25T00:00+02:00", 25 * 60, "2026-10-26T00:00+01:00"),
    ],
)
def test_working_time_passes_while_people_work(
    hours: Hours, zone: str, since: str, minutes: int, until: str
) -> None:
    passed = after(hours, zone, datetime.fromisoformat(since), timedelta(minutes=minutes))
    assert passed == datetime.fromisoformat(until)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@given(moments, st.integers(1, 3000), st.integers(1, 3000), st.sampled_from([WORK, WEEKDAYS, NIGHT_TOO]))
def test_working_time_adds_up(since: datetime, first: int, second: int, hours: Hours) -> None:
    one, other = timedelta(minutes=first), timedelta(minutes=second)
    due = after(hours, BERLIN, since, one)
    assert due >= since + one
    assert is_open(hours, BERLIN, due - timedelta(microseconds=1))
    assert after(hours, BERLIN, due, other) == after(hours, BERLIN, since, one + other)


def settings(**tables: object) -> SettingsFile:
    return SettingsFile.model_validate({"trunks": [{"name": "main", "uri": "sip:127.0.0.1"}], **tables})


@pytest.mark.parametrize(("urgency", "hours"), [("high", 1), ("normal", 8), ("low", 24)])
def test_a_home_that_says_nothing_has_the_usual_levels(urgency: Urgency, hours: int) -> None:
    assert as_set(settings())() == usual()
    assert usual().within[urgency] == timedelta(hours=hours)
    assert usual().lease == timedelta(minutes=30)


def test_a_home_has_the_levels_that_it_says() -> None:
    tasks = {"high_hours": 0.5, "weekdays": "9:00-17:00", "weekends": "none", "holidays": ""}
    read = service_levels(settings(tasks={**tasks, "lease_minutes": 10}))
    assert read.due("high", datetime.fromisoformat("2026-03-06T16:45+05:00")) == datetime.fromisoformat(
        "2026-03-09T09:15+05:00"
    )
    assert read.lease == timedelta(minutes=10)


def test_who_can_be_told_is_who_has_an_address() -> None:
    usually = usual()
    levels = ServiceLevels(usually.within, WORK, TYUMEN, usually.lease, frozenset({"Clinic 5"}), True)
    assert levels.can_be_told("head", "Clinic 5")
    assert not levels.can_be_told("head", "Clinic 6")
    assert levels.can_be_told("authority", "Clinic 6")
    assert not usually.can_be_told("authority", "")


def test_a_head_without_an_address_cannot_be_told() -> None:
    told = {
        "mail": {"host": "127.0.0.1", "from": "dialer@clinic.example"},
        "institutions": [{"name": "5", "email": "head@clinic.example"}, {"name": "6"}],
        "authority": {"email": "health@region.example"},
    }
    read = service_levels(settings(**told))
    assert (read.heads, read.authority) == (frozenset({"5"}), True)
