from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.rules.hours import Calendar, Hours, Overlap, Window, is_open, never_opens, opening

USUAL = Hours(Window(time(9), time(20)), Window(time(10), time(18)))
RUSSIAN = Hours(Window(time(9), time(20)), Window(time(10), time(18)), "RU")
ALWAYS = Hours(Window(time(0), time(0)), Window(time(0), time(0)))
BERLIN = "Europe/Berlin"


def at(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def next_opening(hours: Calendar, zone: str, now: datetime) -> datetime:
    found = opening(hours, zone, now)
    assert found is not None
    return found


def every_day(opens: time, closes: time) -> Hours:
    return Hours(Window(opens, closes), Window(opens, closes))


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        (BERLIN, "2026-03-04T08:59:59.999999", False),  # a Wednesday
        (BERLIN, "2026-03-04T09:00", True),
        (BERLIN, "2026-03-04T19:59:59.999999", True),
        (BERLIN, "2026-03-04T20:00", False),
        (BERLIN, "2026-03-07T09:30", False),  # a Saturday
        (BERLIN, "2026-03-07T10:00", True),
        (BERLIN, "2026-03-08T18:00", False),
        ("Etc/GMT-5", "2026-03-04T09:00", True),
        ("Asia/Kathmandu", "2026-03-04T09:00", True),
        ("Asia/Yekaterinburg", "2026-03-04T08:59", False),
    ],
)
def test_windows_are_in_the_contacts_own_time(zone: str, now: str, expected: bool) -> None:
    moment = at(zone, now)
    assert is_open(USUAL, zone, moment) is expected
    assert is_open(USUAL, zone, moment.astimezone(ZoneInfo("America/Lima"))) is expected


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-04T03:00", "2026-03-04T09:00"),
        ("2026-03-04T12:00:00.5", "2026-03-04T12:00:00.5"),
        ("2026-03-04T20:00", "2026-03-05T09:00"),
        ("2026-03-06T23:00", "2026-03-07T10:00"),  # Friday night -> Saturday
        ("2026-03-08T18:00", "2026-03-09T09:00"),  # Sunday evening -> Monday
        ("2026-12-31T21:00", "2027-01-01T09:00"),
    ],
)
def test_the_next_opening_of_usual_days(now: str, opens: str) -> None:
    assert next_opening(USUAL, BERLIN, at(BERLIN, now)) == at(BERLIN, opens)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-02-23", False),  # Defender of the Fatherland Day, a Monday
        ("2026-01-05", False),  # the long New Year, a Monday
        ("2024-04-27", True),  # a Saturday that was a working day, for a Monday off
        ("2024-04-29", False),  # and that Monday
        ("2025-11-01", True),
        ("2025-11-03", False),
        ("2026-03-04", True),
        ("2026-03-07", False),
    ],
)
def test_russian_holidays_and_moved_working_days(day: str, expected: bool) -> None:
    assert is_open(RUSSIAN, "Europe/Moscow", at("Europe/Moscow", f"{day}T09:30")) is expected
    assert is_open(RUSSIAN, "Europe/Moscow", at("Europe/Moscow", f"{day}T19:30")) is expected
    assert is_open(RUSSIAN, "Europe/Moscow", at("Europe/Moscow", f"{day}T12:00"))


def test_a_holiday_is_that_of_the_local_date() -> None:
    eve_in_moscow = at("Europe/Moscow", "2026-02-22T23:30")
    assert next_opening(RUSSIAN, "Asia/Kamchatka", eve_in_moscow) == at("Asia/Kamchatka", "2026-02-23T10:00")


def test_a_country_brings_its_own_weekend() -> None:
    hours = Hours(Window(time(9), time(20)), None, "IL")
    assert next_opening(hours, "Asia/Jerusalem", at("Asia/Jerusalem", "2026-03-12T21:00")) == at(
        "Asia/Jerusalem", "2026-03-15T09:00"
    )  # Thursday evening -> Sunday


def test_days_off_without_calls() -> None:
    hours = Hours(Window(time(9), time(20)), None)
    assert next_opening(hours, BERLIN, at(BERLIN, "2026-03-06T20:00")) == at(BERLIN, "2026-03-09T09:00")


def test_the_whole_day_is_always_open() -> None:
    for hour in range(24):
        assert is_open(ALWAYS, BERLIN, datetime(2026, 3, 29, hour, tzinfo=UTC))


@pytest.mark.parametrize(
    ("opens", "closes", "now", "fold", "expected"),
    [
        # 29 March 2026: 02:00 CET becomes 03:00 CEST
        (time(2, 30), time(5), "2026-03-29T01:00", 0, "2026-03-29T01:00+00:00"),  # opens when the gap ends
        (time(2, 10), time(2, 50), "2026-03-29T01:00", 0, "2026-03-30T00:10+00:00"),  # lies in the gap
        (time(9), time(20), "2026-03-28T22:00", 0, "2026-03-29T07:00+00:00"),  # a night of 10 hours
        # 25 October 2026: 03:00 CEST becomes 02:00 CET
        (time(2, 15), time(2, 45), "2026-10-25T02:50", 0, "2026-10-25T01:15+00:00"),  # opens a second time
        (time(1), time(2, 30), "2026-10-25T02:45", 0, "2026-10-25T01:00+00:00"),  # at the change itself
        (time(2, 15), time(2, 45), "2026-10-25T02:00", 1, "2026-10-25T01:15+00:00"),
        (time(9), time(20), "2026-10-24T22:00", 0, "2026-10-25T08:00+00:00"),  # a night of 12 hours
    ],
)
def test_changes_of_the_clock(opens: time, closes: time, now: str, fold: int, expected: str) -> None:
    found = next_opening(every_day(opens, closes), BERLIN, at(BERLIN, now, fold))
    assert found == datetime.fromisoformat(expected)


def test_a_day_that_a_zone_left_out() -> None:
    before = datetime(2011, 12, 30, 8, tzinfo=UTC)  # Thursday 22:00 in Apia; Friday the 30th never was
    assert next_opening(USUAL, "Pacific/Apia", before) == at("Pacific/Apia", "2011-12-31T10:00")


@pytest.mark.parametrize(
    ("opens", "closes"), [(time(20), time(9)), (time(9), time(9)), (time(9, 1), time(9))]
)
def test_a_window_that_never_opens_is_refused(opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match="never open: the end must be later"):
        Window(opens, closes)


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("Rossiya", 'the country "Rossiya" are not known: use its two-letter code, such as RU'),
        ("", 'the country "" are not known'),
        ("ru", 'the country "ru" are not known'),
        ("XX-NY", 'the country "XX" are not known'),
        ("US-XX", 'the region "US-XX" are not known: use US, or one of its regions AK, AL'),
        ("US-", 'the region "US-" are not known'),
        ("RU-MOW", 'the region "RU-MOW" are not known: RU has no regions with holidays of their own'),
    ],
)
def test_unknown_countries_and_regions_are_refused(place: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Hours(USUAL.weekdays, USUAL.weekends, place)


@pytest.mark.parametrize(
    ("place", "day", "works"),
    [
        ("DE", "2026-01-06", True),  # Epiphany, in Bavaria alone
        ("DE-BY", "2026-01-06", False),
        ("DE-BY", "2026-01-07", True),
        ("US", "2026-02-12", True),  # Lincoln's Birthday
        ("US-NY", "2026-02-12", False),
        ("GB-SCT", "2026-01-02", False),
        ("GB-ENG", "2026-01-02", True),
        ("RU", "2026-12-31", False),  # moved from 4 January
        ("RU", "2027-02-20", True),  # a Saturday that is worked
        (None, "2026-12-31", True),
        (None, "2027-02-20", False),
    ],
)
def test_holidays_per_country_and_region(place: str | None, day: str, works: bool) -> None:
    hours = Hours(USUAL.weekdays, None, place)
    assert hours.works_on(date.fromisoformat(day)) is works
    assert (hours.window(date.fromisoformat(day)) is not None) is works


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ((9, 20), (8, 22), (9, 20)),
        ((9, 20), (10, 0), (10, 20)),
        ((9, 0), (10, 0), (10, 0)),
        ((0, 0), (0, 0), (0, 0)),
        ((0, 12), (0, 0), (0, 12)),
        ((9, 12), (12, 20), None),
        ((9, 12), (13, 0), None),
    ],
)
def test_two_windows_at_once(
    one: tuple[int, int], other: tuple[int, int], both: tuple[int, int] | None
) -> None:
    first, second = (Window(time(opens), time(closes)) for opens, closes in (one, other))
    expected = both and Window(time(both[0]), time(both[1]))
    assert first & second == second & first == expected


NO_WEEKENDS = Hours(Window(time(9), time(20)), None)
EARLY = every_day(time(6), time(9))


@pytest.mark.parametrize(
    ("hours", "never"),
    [
        ((USUAL,), False),
        ((USUAL, RUSSIAN), False),
        ((USUAL, EARLY), True),  # 9:00 is the end of one and the beginning of the other
        ((Hours(EARLY.weekdays, USUAL.weekends), USUAL), False),  # at weekends
        ((Hours(EARLY.weekdays, None), Hours(USUAL.weekdays, EARLY.weekends, "IL")), False),  # Fridays
        ((Hours(EARLY.weekdays, None), Hours(USUAL.weekdays, EARLY.weekends)), True),
        ((Hours(EARLY.weekdays, None), Hours(USUAL.weekdays, EARLY.weekends, "RU")), False),  # on holidays
    ],
)
def test_hours_that_are_never_open_together(hours: tuple[Hours, ...], never: bool) -> None:
    assert never_opens(*hours) is never
    found = opening(Overlap(hours), BERLIN, at(BERLIN, "2026-01-01T00:00"))
    assert (found is None) is never


def test_a_calendar_that_never_opens_has_no_next_opening() -> None:
    assert opening(Overlap((USUAL, EARLY)), BERLIN, at(BERLIN, "2026-01-01T00:00")) is None


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="with its offset"):
        is_open(USUAL, BERLIN, datetime(2026, 3, 4, 9))
    with pytest.raises(ValueError, match="with its offset"):
        opening(USUAL, BERLIN, datetime(2026, 3, 4, 9))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    opens, closes = sorted(draw(st.lists(st.integers(0, 1440), min_size=2, max_size=2, unique=True)))
    return Window(time(*divmod(opens, 60)), time(*divmod(closes % 1440, 60)))


some_hours = st.builds(
    Hours, windows(), st.one_of(st.none(), windows()), st.sampled_from([None, "RU", "US", "DE"])
)
zones = st.sampled_from(sorted(available_timezones()))
moments = st.datetimes(datetime(1995, 1, 1), datetime(2038, 1, 1), timezones=st.just(UTC))


some_overlaps = st.builds(lambda one, other: Overlap((one, other)), some_hours, some_hours)


@settings(max_examples=300, deadline=None)
@given(some_overlaps, zones, moments)
def test_several_calendars_open_when_all_of_them_are(both: Overlap, zone: str, now: datetime) -> None:
    assert is_open(both, zone, now) is all(is_open(hours, zone, now) for hours in both.parts)
    found = opening(both, zone, now)
    last = found or now + timedelta(days=30)
    spots = [now + (last - now) * part / 97 for part in range(97)] if last > now else []
    assert not any(all(is_open(hours, zone, spot) for hours in both.parts) for spot in spots)
    if found is not None:
        assert all(is_open(hours, zone, found) for hours in both.parts)
        assert found == now or not is_open(both, zone, found - timedelta(microseconds=1))


@settings(max_examples=600, deadline=None)
@given(some_hours, zones, moments)
@example(every_day(time(0, 10), time(0, 20)), "Africa/Cairo", at("Africa/Cairo", "2026-04-23T22:00"))
@example(every_day(time(1, 45), time(2, 15)), "Australia/Lord_Howe", datetime(2026, 4, 4, 14, 50, tzinfo=UTC))
@example(USUAL, "America/Scoresbysund", datetime(2024, 3, 30, 23, tzinfo=UTC))
def test_the_next_opening_is_the_first_open_moment(hours: Hours, zone: str, now: datetime) -> None:
    opening = next_opening(hours, zone, now)
    assert opening >= now
    assert is_open(hours, zone, opening)
    assert next_opening(hours, zone, opening) == opening
    span = opening - now
    if span:
        assert not is_open(hours, zone, opening - timedelta(microseconds=1))
        assert not any(is_open(hours, zone, now + span * part / 97) for part in range(97))


def _changes(zone: str, first: date, last: date) -> list[datetime]:
    """Days (as UTC midnights) before each change of the offset."""
    midnight = datetime.combine(first, time(0), UTC)
    days = [midnight + timedelta(days=n) for n in range((last - first).days)]
    tz = ZoneInfo(zone)
    return [a for a, b in pairwise(days) if a.astimezone(tz).utcoffset() != b.astimezone(tz).utcoffset()]


CHANGES = [
    (zone, day)
    for zone in sorted(available_timezones())
    for day in _changes(zone, date(2026, 1, 1), date(2026, 12, 31))
]


@settings(max_examples=600, deadline=None)
@given(windows(), st.sampled_from(CHANGES), st.integers(-12 * 3600, 30 * 3600))
def test_around_every_change_of_the_clock_minute_by_minute(
    window: Window, change: tuple[str, datetime], shift_seconds: int
) -> None:
    zone, day = change
    hours, now = Hours(window, window), day + timedelta(seconds=shift_seconds)
    opening = next_opening(hours, zone, now)
    assert is_open(hours, zone, opening)
    minutes = range(int((opening - now) / timedelta(minutes=1)))
    assert not any(is_open(hours, zone, now + timedelta(minutes=n)) for n in minutes)
