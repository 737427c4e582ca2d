from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from campaigns.rules.caps import Caps
from campaigns.rules.hours import Hours, Window
from campaigns.rules.packs import Edition, Pack
from campaigns.rules.policy import Policy
from campaigns.simulation.audit import BREACHES, audit, hours_between
from campaigns.store.calls_log import CallRow

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow, a Monday
HOUR = timedelta(hours=1)
DAY = Window(time(9), time(20))
EDITION = Edition(NOON.date(), caps=Caps(day=2, week=3))
POLICY = Policy(2, {}, Hours(DAY, None), pack=Pack("house", "House", (EDITION,)))
URGENT = replace(
    POLICY,
    purpose="result",
    urgent={"result": ("positive",)},
    pack=Pack("house", "House", (replace(EDITION, exempt=frozenset({"urgent_result"})),)),
)


def call(after: timedelta = timedelta(0), **changes: Any) -> CallRow:
    """A call of one minute that rang and was answered."""
    at = NOON + after
    row = CallRow(
        contact=1,
        phone="+79120000001",
        zone="Europe/Moscow",
        not_before=None,
        deadline=None,
        delivered_at=None,
        fields={"result": "positive"},
        started_at=at,
        rang_at=at + timedelta(seconds=2),
        answered_at=at + timedelta(seconds=9),
        ended_at=at + timedelta(minutes=1),
        outcome="completed",
        counted=True,
    )
    return row._replace(**changes)


def broken(*calls: CallRow, policy: Policy = POLICY) -> dict[str, int]:
    return {name: count for name, count in audit(policy, calls).breaches.items() if count}


def test_an_orderly_day_breaks_nothing() -> None:
    found = audit(POLICY, [call(), call(HOUR)])
    assert found.kept
    assert (found.calls, found.line_seconds) == (2, 120.0)
    assert found.zones["Europe/Moscow"].first == "12:00:00"
    assert found.zones["Europe/Moscow"].last == "13:00:00"
    assert [(at, hour.calls) for at, hour in hours_between(found, NOON, NOON + 3 * HOUR)] == [
        (NOON, 1),
        (NOON + HOUR, 1),
        (NOON + 2 * HOUR, 0),
    ]


@pytest.mark.parametrize(
    ("calls", "breach"),
    [
        ([call(8 * HOUR)], "outside_window"),
        ([call(5 * 24 * HOUR)], "outside_window"),  # a Saturday
        ([call(zone="Asia/Kamchatka")], "outside_window"),
        ([call(not_before=NOON + HOUR)], "before_start"),
        ([call(deadline=NOON)], "past_deadline"),
        ([call(delivered_at=NOON - HOUR)], "told_twice"),
        ([call(ended_at=None)], "left_open"),
        ([call(), call(timedelta(seconds=30), contact=2)], "two_at_once"),
        ([call(), call(HOUR), call(24 * HOUR)], "past_attempts"),
        ([call(contact=number, after=number * HOUR) for number in range(3)], "past_cap"),
        ([call(contact=number, after=24 * number * HOUR) for number in range(4)], "past_cap"),
    ],
)
def test_each_breach_is_found(calls: list[CallRow], breach: str) -> None:
    assert broken(*calls) == {breach: 1}
    assert breach in BREACHES


def test_what_did_not_ring_counts_for_no_cap() -> None:
    silent = [call(contact=number, after=number * HOUR, rang_at=None) for number in range(4)]
    assert broken(*silent) == {}


def test_exempt_calls_count_for_no_cap() -> None:
    calls = [call(contact=number, after=number * HOUR) for number in range(4)]
    assert broken(*calls, policy=URGENT) == {}
    negative = [row._replace(fields={"result": "negative"}) for row in calls]
    assert broken(*negative, policy=URGENT) == {"past_cap": 2}


def test_the_hours_of_the_pack_bind_too() -> None:
    narrow = replace(EDITION, hours=Hours(Window(time(14), time(15)), None))
    policy = replace(POLICY, pack=Pack("house", "House", (narrow,)))
    assert broken(call(), policy=policy) == {"outside_window": 1}
    assert broken(call(2 * HOUR), policy=policy) == {}
