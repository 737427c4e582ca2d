from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.caps import Caps, Ring
from campaigns.rules.due import (
    CallingHours,
    CallNow,
    Candidate,
    Close,
    Decision,
    Standing,
    WaitUntil,
    holds,
    judge,
)
from campaigns.rules.hours import Hours, Window, is_open
from campaigns.rules.packs import Edition, Pack
from campaigns.rules.policy import Policy
from campaigns.words import Purpose

POLICY = Policy(3, {}, Hours(Window(time(9), time(20)), Window(time(10), time(18))))
ZONE = "Etc/GMT-5"  # five hours ahead of UTC
NOON = datetime(2026, 3, 4, 7, tzinfo=UTC)  # Wednesday 12:00 there
NIGHT = datetime(2026, 3, 4, 18, tzinfo=UTC)  # 23:00 there
MORNING = datetime(2026, 3, 5, 4, tzinfo=UTC)  # the next 09:00 there
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("contact", "now", "expected"),
    [
        (Candidate(ZONE), NOON, CallNow()),
        (Candidate(ZONE), NIGHT, WaitUntil(MORNING, "hours")),
        (Candidate(ZONE, delivered=True), NOON, Close("done", "delivered")),
        # not before
        (Candidate(ZONE, not_before=NOON + HOUR), NOON, WaitUntil(NOON + HOUR, "queued")),
        (Candidate(ZONE, not_before=NOON), NOON, CallNow()),
        (Candidate(ZONE, not_before=NOON - HOUR), NIGHT, WaitUntil(MORNING, "hours")),
        # the deadline
        (Candidate(ZONE, deadline=NOON), NOON, Close("exhausted", None)),
        (Candidate(ZONE, deadline=NOON, outcome="voicemail"), NOON, Close("exhausted", "voicemail")),
        (Candidate(ZONE, deadline=NOON + HOUR), NOON, CallNow()),
        (Candidate(ZONE, not_before=NOON + HOUR, deadline=NOON - HOUR), NOON, Close("exhausted", None)),
        # the hours do not open again before it
        (Candidate(ZONE, deadline=MORNING), NIGHT, Close("exhausted", None)),
        (Candidate(ZONE, deadline=MORNING - HOUR, outcome="hung_up"), NIGHT, Close("exhausted", "hung_up")),
        (Candidate(ZONE, deadline=MORNING + HOUR), NIGHT, WaitUntil(MORNING, "hours")),
    ],
)
def test_the_judgement(contact: Candidate, now: datetime, expected: Decision) -> None:
    assert judge(POLICY, contact, Standing(), now) == expected


@pytest.mark.parametrize(("purpose", "back"), [("callback", True), ("notice", False)])
def test_only_who_called_first_is_called_back(purpose: Purpose, back: bool) -> None:
    decision = judge(replace(POLICY, purpose=purpose), Candidate(ZONE), Standing(), NOON)
    assert isinstance(decision, CallNow)
    assert decision.back is back


@pytest.mark.parametrize("now", [NOON, NIGHT])
@pytest.mark.parametrize("delivered", [True, False])
def test_who_opted_out_is_closed_whatever_else_holds(now: datetime, delivered: bool) -> None:
    contact = Candidate(ZONE, not_before=NOON + HOUR, deadline=NOON - HOUR, delivered=delivered)
    assert judge(POLICY, contact, Standing(opted_out=True), now) == Close("done", "opted_out")


def test_every_wait_lies_in_the_future_and_ends() -> None:
    contact, now = Candidate("America/Sao_Paulo", not_before=NIGHT), NOON
    waits = 0
    while isinstance(decision := judge(POLICY, contact, Standing(), now), WaitUntil):
        assert decision.at > now
        now, waits = decision.at, waits + 1
        assert waits < 4
    assert decision == CallNow()


def packed(*editions: Edition, **changes: object) -> Policy:
    return replace(POLICY, pack=Pack("careful", "Careful", editions), **changes)  # type: ignore[arg-type]


DAY_OFF_AT_NOON = Hours(Window(time(8), time(22)), Window(time(12), time(14)))
TILL_WEDNESDAY = Edition(date(2020, 1, 1), until=date(2026, 3, 4))
LATER_FROM_THURSDAY = Edition(date(2026, 3, 5), hours=Hours(Window(time(11), time(22)), None))
NEVER = Edition(date(2020, 1, 1), hours=Hours(Window(time(5), time(6)), None))
FRIDAY_EVENING = datetime(2026, 3, 6, 16, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("policy", "now", "expected"),
    [
        (packed(Edition(date(2020, 1, 1), hours=DAY_OFF_AT_NOON)), NIGHT, WaitUntil(MORNING, "hours")),
        (  # the pack closes weekends but for two hours: Saturday 12:00 there
            packed(Edition(date(2020, 1, 1), hours=DAY_OFF_AT_NOON)),
            FRIDAY_EVENING,
            WaitUntil(datetime(2026, 3, 7, 7, tzinfo=UTC), "hours"),
        ),
        (  # tomorrow's edition holds tomorrow
            packed(TILL_WEDNESDAY, LATER_FROM_THURSDAY),
            NIGHT,
            WaitUntil(MORNING + 2 * HOUR, "hours"),
        ),
        (packed(TILL_WEDNESDAY, LATER_FROM_THURSDAY), NOON, CallNow()),
        (packed(NEVER), NOON, WaitUntil(NOON + timedelta(days=400), "hours")),
    ],
)
def test_a_campaigns_hours_and_its_packs_hold_together(
    policy: Policy, now: datetime, expected: Decision
) -> None:
    assert judge(policy, Candidate(ZONE), Standing(), now) == expected


def test_the_edition_is_that_of_the_contacts_own_day() -> None:
    policy = packed(TILL_WEDNESDAY, replace(LATER_FROM_THURSDAY, consent=True))
    midnight_there = datetime(2026, 3, 4, 19, tzinfo=UTC)
    assert judge(policy, Candidate(ZONE), Standing(), midnight_there - HOUR) == WaitUntil(
        MORNING + 2 * HOUR, "hours"
    )
    assert judge(policy, Candidate(ZONE), Standing(), midnight_there) == WaitUntil(
        midnight_there + DAY, "consent"
    )


CONSENT = packed(Edition(date(2020, 1, 1), consent=True))


@pytest.mark.parametrize(
    ("contact", "now", "expected"),
    [
        (Candidate(ZONE), NOON, WaitUntil(NOON + DAY, "consent")),
        (Candidate(ZONE, consent=True), NOON, CallNow()),
        # it may still be entered, so the contact is not closed before its deadline
        (Candidate(ZONE, deadline=NOON + HOUR), NOON, WaitUntil(NOON + HOUR, "consent")),
        (Candidate(ZONE, deadline=NOON), NOON, Close("exhausted", None)),
        # whatever is entered
        (
            Candidate(ZONE, not_before=NOON + 2 * HOUR, deadline=NOON + HOUR),
            NOON,
            Close("exhausted", None),
        ),
    ],
)
def test_consent(contact: Candidate, now: datetime, expected: Decision) -> None:
    assert judge(CONSENT, contact, Standing(), now) == expected


def test_a_zone_that_is_not_known_any_more_holds_its_contact_back_and_stops_nothing() -> None:
    decision = judge(POLICY, Candidate("Mars/Olympus"), Standing(), NOON)
    assert decision == WaitUntil(NOON + DAY, "hours")
    assert isinstance(decision, WaitUntil)
    assert decision.grounds == {"unknown_zone": "Mars/Olympus"}


ONE_A_DAY = packed(Edition(date(2020, 1, 1), caps=Caps(day=1)))
RANG_TODAY = Standing(rings=(Ring(9, NOON - HOUR, NOON - HOUR),))
MIDNIGHT = datetime(2026, 3, 4, 19, tzinfo=UTC)  # 00:00 there


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (None, WaitUntil(MIDNIGHT, "cap")),
        (MORNING + HOUR, WaitUntil(MIDNIGHT, "cap")),
        (MORNING, Close("exhausted", None)),  # the cap is over at midnight, and then the hours are closed
    ],
)
def test_what_holds_it_back_one_after_the_other(deadline: datetime | None, expected: Decision) -> None:
    contact = Candidate(ZONE, deadline=deadline)
    decision = judge(ONE_A_DAY, contact, RANG_TODAY, NOON)
    assert decision == expected
    if isinstance(decision, WaitUntil):
        assert decision.grounds["earliest"] == MORNING.isoformat()
    waits = [(wait.reason, wait.at) for wait in holds(ONE_A_DAY, contact, RANG_TODAY, NOON)]
    assert waits == [("cap", MIDNIGHT), ("hours", MORNING)]


def test_not_before_and_then_the_hours() -> None:
    contact = Candidate(ZONE, not_before=NIGHT)
    assert judge(POLICY, contact, Standing(), NOON) == WaitUntil(NIGHT, "queued")
    late = replace(contact, deadline=MORNING)
    assert judge(POLICY, late, Standing(), NOON) == Close("exhausted", None)


@pytest.mark.parametrize(
    ("purpose", "urgent", "fields", "exempt"),
    [
        ("result", True, {}, "urgent_result"),
        ("result", {"result": ("positive",)}, {"result": "positive"}, "urgent_result"),
        ("result", {"result": ("positive",)}, {"result": "negative"}, None),
        ("result", False, {}, None),
        ("callback", False, {}, "callback"),
        ("survey", True, {}, None),
    ],
)
def test_who_the_caps_do_not_hold_back(
    purpose: str, urgent: object, fields: dict[str, str], exempt: str | None
) -> None:
    edition = Edition(date(2020, 1, 1), caps=Caps(day=1), exempt=frozenset({"callback", "urgent_result"}))
    policy = packed(edition, purpose=purpose, urgent=urgent)
    decision = judge(policy, Candidate(ZONE, fields=fields), RANG_TODAY, NOON)
    assert isinstance(decision, CallNow if exempt else WaitUntil)
    assert decision.grounds.get("exempt") == exempt
    strict = packed(replace(edition, exempt=frozenset()), purpose=purpose, urgent=urgent)
    assert judge(strict, Candidate(ZONE, fields=fields), RANG_TODAY, NOON) == WaitUntil(MIDNIGHT, "cap")


def test_what_allowed_a_call_is_told() -> None:
    edition = Edition(date(2026, 3, 1), hours=DAY_OFF_AT_NOON, caps=Caps(day=3, month=9))
    decision = judge(packed(edition), Candidate(ZONE, zone_from="number"), RANG_TODAY, NOON)
    assert isinstance(decision, CallNow)
    assert decision.grounds == {
        "zone": ZONE,
        "zone_from": "number",
        "local": "2026-03-04T12:00:00+05:00",
        "day": "working day",
        "window": "09:00-20:00",
        "pack": "careful",
        "edition": "2026-03-01",
        "caps": "day 3, month 9",
        "rang": "day 1, week 1, month 1",
    }


def test_what_holds_a_call_back_is_told() -> None:
    decision = judge(POLICY, Candidate(ZONE), Standing(), NIGHT)
    assert isinstance(decision, WaitUntil)
    assert decision.grounds == {
        "zone": ZONE,
        "zone_from": "clinic",
        "local": "2026-03-04T23:00:00+05:00",
        "window": "09:00-20:00",
        "opens": "2026-03-05T09:00:00+05:00",
        "pack": "none",
    }


hour = st.integers(0, 23)
windows = st.tuples(hour, st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1])
some_hours = st.builds(
    lambda week, off, place: Hours(_window(week), off and _window(off), place),
    windows,
    st.none() | windows,
    st.sampled_from([None, "RU", "US-NY"]),
)
offsets = st.integers(-60 * 24 * 40, 60 * 24 * 20).map(lambda minutes: timedelta(minutes=minutes))
some_candidates = st.builds(
    Candidate,
    st.sampled_from(["Europe/Berlin", "Asia/Kamchatka", "America/Scoresbysund", "Pacific/Chatham"]),
    not_before=st.none() | offsets.map(lambda by: NOON + by),
    deadline=st.none() | offsets.map(lambda by: NOON + by + 20 * DAY),
    consent=st.booleans(),
)
some_caps = st.builds(Caps, st.none() | st.integers(0, 2), st.none() | st.integers(1, 3), st.none() | hour)
some_standings = st.lists(offsets.filter(lambda by: by < timedelta(0)), max_size=6).map(
    lambda ago: Standing(rings=tuple(Ring(n, NOON + by, NOON + by) for n, by in enumerate(ago)))
)


def _window(hours: tuple[int, int]) -> Window:
    return Window(time(hours[0]), time(hours[1] % 24))


@settings(max_examples=400, deadline=None)
@given(some_hours, st.none() | some_hours, some_caps, st.booleans(), some_candidates, some_standings)
def test_no_judgement_raises_and_none_that_allows_a_call_breaks_a_rule(
    hours: Hours,
    outer: Hours | None,
    caps: Caps,
    consent: bool,
    contact: Candidate,
    standing: Standing,
) -> None:
    edition = Edition(date(2020, 1, 1), hours=outer, caps=caps, consent=consent)
    policy = replace(packed(edition), hours=hours, pause=HOUR)
    decision = judge(policy, contact, standing, NOON)
    match decision:
        case CallNow():
            assert is_open(CallingHours(policy), contact.time_zone, NOON)
            assert contact.not_before is None or contact.not_before <= NOON
            assert contact.deadline is None or contact.deadline > NOON
            assert contact.consent or not consent
        case WaitUntil(at):
            assert at > NOON
            assert contact.deadline is None or at <= contact.deadline
        case Close():
            assert contact.deadline is not None
            spots = (NOON + n * 3 * HOUR for n in range(200))
            left = [spot for spot in spots if spot < contact.deadline]
            assert all(list(holds(policy, contact, standing, spot)) for spot in left)
