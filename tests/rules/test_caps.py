"""Caps: how often one number may ring, on a local day and over rolling spans."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from operator import add
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.caps import LONGEST, WEEK, Caps, Reached, Ring, reached

ZONE = "Asia/Yekaterinburg"  # five hours ahead of UTC
NOON = datetime(2026, 3, 4, 7, tzinfo=UTC)  # Wednesday 12:00 there
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 4, 19, tzinfo=UTC)  # the end of that day there
CAREFUL = Caps(1, 2, 8)


def rang(*ages: timedelta) -> list[Ring]:
    return [Ring(1, NOON - age) for age in ages]


@pytest.mark.parametrize(
    ("caps", "rings", "expected"),
    [
        (Caps(), rang(HOUR, HOUR, HOUR), None),
        (CAREFUL, [], None),
        (CAREFUL, rang(HOUR), Reached("day", 1, MIDNIGHT)),
        (CAREFUL, rang(12 * HOUR), Reached("day", 1, MIDNIGHT)),  # 00:00 there
        (CAREFUL, rang(12 * HOUR + timedelta(microseconds=1)), None),
        (CAREFUL, rang(2 * DAY, 3 * DAY), Reached("week", 2, NOON + 4 * DAY)),
        (CAREFUL, rang(3 * DAY, 2 * DAY), Reached("week", 2, NOON + 4 * DAY)),
        (CAREFUL, rang(2 * DAY, WEEK), None),
        (
            CAREFUL,
            rang(2 * DAY, WEEK - timedelta(seconds=1)),
            Reached("week", 2, NOON + timedelta(seconds=1)),
        ),
        # the one that holds longest is told
        (CAREFUL, rang(HOUR, 2 * DAY), Reached("week", 2, NOON + 5 * DAY)),
        # more calls than the cap, as exempt ones make them: as many must pass as are too many
        (Caps(week=2), rang(DAY, 2 * DAY, 3 * DAY), Reached("week", 2, NOON + 5 * DAY)),
        (Caps(month=2), rang(10 * DAY, 20 * DAY, LONGEST), Reached("month", 2, NOON + 10 * DAY)),
        # a clock that was set back has calls that lie ahead: they count
        (Caps(week=1), rang(-HOUR), Reached("week", 1, NOON + WEEK + HOUR)),
    ],
)
def test_the_cap_that_forbids_for_longest(caps: Caps, rings: list[Ring], expected: Reached | None) -> None:
    assert reached(caps, rings, ZONE, NOON) == expected


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        (Ring(1, NOON - HOUR, NOON - HOUR, "machine"), Reached("after_machine", 0, NOON + 23 * HOUR)),
        (Ring(1, NOON - HOUR, None, "machine"), Reached("after_machine", 0, NOON + 23 * HOUR)),
        (Ring(1, NOON - 25 * HOUR, NOON - 23 * HOUR, "machine"), Reached("after_machine", 0, NOON + HOUR)),
        (Ring(1, NOON - 25 * HOUR, NOON - DAY, "machine"), None),
        (Ring(1, NOON - DAY, NOON - DAY, "abandoned"), Reached("after_abandoned", 0, NOON + 48 * HOUR)),
        (Ring(1, NOON - 72 * HOUR, None, "abandoned"), None),
        (Ring(1, NOON - HOUR, NOON - HOUR), None),
    ],
)
def test_a_number_is_left_alone_for_what_a_call_met(ring: Ring, expected: Reached | None) -> None:
    caps = Caps(after_machine=DAY, after_abandoned=3 * DAY)
    assert reached(caps, [ring], ZONE, NOON) == expected


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        # clocks are set forward over midnight: the day begins at 01:00
        ("America/Santiago", datetime(2026, 9, 6, 3, 30, tzinfo=UTC), datetime(2026, 9, 6, 4, tzinfo=UTC)),
        # set back at midnight: the 4th has 25 hours, and 23:30 comes twice
        ("America/Santiago", datetime(2026, 4, 5, 2, 30, tzinfo=UTC), datetime(2026, 4, 5, 4, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 4, 5, 3, 30, tzinfo=UTC), datetime(2026, 4, 5, 4, tzinfo=UTC)),
        # set back over midnight, at 00:01: the 5th begins twice, and the second time for good
        (
            "America/St_Johns",
            datetime(2006, 10, 29, 2, 0, tzinfo=UTC),
            datetime(2006, 10, 29, 2, 30, tzinfo=UTC),
        ),
        (
            "America/St_Johns",
            datetime(2006, 10, 29, 2, 40, tzinfo=UTC),
            datetime(2006, 10, 29, 3, 30, tzinfo=UTC),
        ),
        # a day that never was
        ("Pacific/Apia", datetime(2011, 12, 30, 9, 30, tzinfo=UTC), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_the_next_day_begins_where_clocks_jump(zone: str, now: datetime, opens: datetime) -> None:
    cap = reached(Caps(day=1), [Ring(1, now)], zone, now)
    assert cap == Reached("day", 1, opens)
    assert opens.astimezone(ZoneInfo(zone)).date() > now.astimezone(ZoneInfo(zone)).date()


def test_a_call_written_down_while_the_clock_ran_ahead_counts_for_its_day() -> None:
    ahead = [Ring(1, NOON + 30 * HOUR)]
    assert reached(Caps(day=1), ahead, "UTC", NOON) is not None
    assert reached(Caps(day=1), ahead, "UTC", NOON + DAY) is not None
    assert reached(Caps(day=2), ahead, "UTC", NOON) is None


def test_a_day_is_over_only_when_it_is_over_wherever_the_number_may_be() -> None:
    """Two contacts of one number, one said to be in Kaliningrad: it is Wednesday there until 22:00 UTC."""
    rings = [Ring(2, MIDNIGHT - HOUR, zone="Europe/Kaliningrad")]
    assert reached(Caps(day=1), rings, ZONE, MIDNIGHT) == Reached(
        "day", 1, datetime(2026, 3, 4, 22, tzinfo=UTC)
    )
    assert reached(Caps(day=1), [replace(rings[0], zone="Lost/Zone")], ZONE, MIDNIGHT) is None


CAPS = st.builds(Caps, *(st.one_of(st.none(), st.integers(1, most)) for most in (3, 6, 10)))
GAPS = st.lists(
    st.integers(1, 4 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds)), min_size=1, max_size=40
)
ZONES = st.sampled_from(sorted(available_timezones()))


@settings(max_examples=150, deadline=None)
@given(
    caps=CAPS,
    gaps=GAPS,
    zones=st.lists(ZONES, min_size=1, max_size=3),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2029, 1, 1)).map(lambda day: day.replace(tzinfo=UTC)),
    data=st.data(),
)
def test_no_sequence_of_calls_goes_past_a_cap(
    caps: Caps, gaps: list[timedelta], zones: list[str], start: datetime, data: st.DataObject
) -> None:
    """Whoever asks before each call, and calls when nothing is reached, keeps every cap in every zone."""
    rings: list[Ring] = []
    for now in accumulate(gaps, add, initial=start):
        zone = data.draw(st.sampled_from(zones))
        cap = reached(caps, [ring for ring in rings if ring.at > now - LONGEST], zone, now)
        if cap is None:
            rings.append(Ring(1, now, zone=zone))
        else:
            assert cap.until > now
    ats = [ring.at for ring in rings]
    for most, span in ((caps.week, WEEK), (caps.month, LONGEST)):
        assert most is None or all(sum(at - span < other <= at for other in ats) <= most for at in ats)
    for name in {ring.zone for ring in rings}:
        days = [at.astimezone(ZoneInfo(name)).date() for at in ats]
        mine = [day for day, ring in zip(days, rings, strict=True) if ring.zone == name]
        assert caps.day is None or all(days.count(day) <= caps.day for day in mine)


@settings(max_examples=100, deadline=None)
@given(caps=CAPS, gaps=GAPS, zone=ZONES)
def test_until_is_the_first_moment_without_that_cap(caps: Caps, gaps: list[timedelta], zone: str) -> None:
    rings = [Ring(1, NOON - age) for age in accumulate(gaps) if age < LONGEST]
    cap = reached(caps, rings, zone, NOON)
    if cap is not None:
        field: dict[str, Any] = {cap.name: cap.most}
        alone = Caps(**field)
        assert reached(alone, rings, zone, cap.until - timedelta(microseconds=1)) is not None
        assert reached(alone, rings, zone, cap.until) is None
