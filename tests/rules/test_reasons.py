from datetime import UTC, datetime
from typing import get_args

import pytest

from campaigns.rules import reasons
from campaigns.words import PauseReason, WaitReason, ZoneSource
from dialer.messages import Cause

ZONE = "Asia/Yekaterinburg"
CALLED = {
    "zone": ZONE,
    "zone_from": "number",
    "local": "2026-03-04T12:00:00+05:00",
    "day": "working day",
    "window": "09:00-20:00",
    "pack": "careful",
    "edition": "2025-09-01",
    "caps": "day 1, week 2",
    "rang": "day 0, week 1, month 3",
}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (reasons.ZONE_SOURCES, ZoneSource),
        (reasons.PAUSES, PauseReason),
        (reasons.WAITS, WaitReason),
    ],
)
def test_every_word_of_the_record_has_its_sentence(table: dict[str, object], words: object) -> None:
    assert set(table) == set(get_args(words))


def test_every_cause_of_an_ending_has_its_words() -> None:
    assert set(get_args(Cause)) <= set(reasons.ENDINGS)


@pytest.mark.parametrize("reason", get_args(WaitReason))
@pytest.mark.parametrize("grounds", [{}, {"earliest": "2026-03-05T04:00:00+00:00"}])
def test_a_wait_without_grounds_is_told_all_the_same(reason: WaitReason, grounds: dict[str, str]) -> None:
    said = reasons.waits(reason, grounds, ZONE)
    assert said.endswith(".")
    assert ("until Thu 2026-03-05 09:00 there" in said) is bool(grounds)


@pytest.mark.parametrize(
    ("reason", "grounds", "said"),
    [
        (
            "hours",
            {
                "zone": ZONE,
                "zone_from": "file",
                "local": "2026-03-04T23:00:00+05:00",
                "window": "09:00-20:00",
                "opens": "2026-03-05T09:00:00+05:00",
            },
            f"At Wed 2026-03-04 23:00 there ({ZONE}, from its row) it was outside the calling hours "
            "(09:00-20:00 that day); they open on Thu 2026-03-05 09:00.",
        ),
        (
            "hours",
            {
                "zone": ZONE,
                "zone_from": "clinic",
                "local": "2026-03-04T23:00:00+05:00",
                "window": "closed",
                "opens": "never",
            },
            f"At Wed 2026-03-04 23:00 there ({ZONE}, the clinic's, for neither row nor number says one) it "
            "was outside the calling hours (nobody is called that day), and they never open: correct the "
            "campaign's hours.",
        ),
        (
            "hours",
            {"unknown_zone": "Mars/Olympus"},
            "Its time zone Mars/Olympus is not known to this machine any more: correct it, or update the "
            "time zones.",
        ),
        (
            "cap",
            {"cap": "week", "most": "2", "pack": "careful"},
            "The number has rung as often as the rules careful allow: 2 in 7 days, counted over all "
            "campaigns.",
        ),
        (
            "cap",
            {"cap": "after_machine", "most": "0", "pack": "uk"},
            "The rules uk leave a number alone for a while after a call that met a machine.",
        ),
        (
            "pause",
            {"pause_seconds": "900"},
            "Another person at the same number was called; the campaign's pause between two people is "
            "15 min, and it is not over.",
        ),
        (
            "retry",
            {
                "after": "no_answer",
                "used": "1 of 5",
                "wait_seconds": "3600",
                "part": "evening",
                "number": "2 of 2",
            },
            "The last call: nobody answered; 1 of 5 attempts are used. Then the campaign's rules wait 1 h, "
            "and for the evening, when it rang least; its number 2 of 2 is next.",
        ),
        (
            "retry",
            {"after": "wrong_number", "used": "1 of 5", "struck": "1", "wait_seconds": "60"},
            "The last call: no such number; 1 of 5 attempts are used. Then the campaign's rules wait 1 min. "
            "Its number 1 is not called any more.",
        ),
        (
            "own_failure",
            {"after": "congestion", "in_a_row": "3", "wait_seconds": "240"},
            "It could not be called through a fault that is not the patient's (the network was congested), "
            "3 in a row: no attempt was used, and it is tried again after 4 min.",
        ),
    ],
)
def test_what_a_contact_waits_for(reason: WaitReason, grounds: dict[str, str], said: str) -> None:
    assert reasons.waits(reason, grounds, ZONE) == said


def test_what_allowed_a_call() -> None:
    assert reasons.allowed(CALLED) == [
        f"It was Wed 2026-03-04 12:00 there ({ZONE}, from its phone number), on a working day with calling "
        "hours 09:00-20:00.",
        "The rules careful held, in the edition of 2025-09-01: at most 1 on the same day, 2 in 7 days.",
        "The number had rung before: 0 on the same day, 1 in 7 days, 3 in 30 days.",
    ]
    exempt = reasons.allowed(CALLED | {"exempt": "urgent_result"})
    assert exempt[1].endswith("2 in 7 days; the call was exempt from these caps as an urgent result.")
    assert reasons.allowed(CALLED | {"pack": "none"})[1] == "No rule pack was asked for."
    assert reasons.allowed({"trunk": ""}) == ["What allowed it was not recorded: an older version placed it."]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("only", "It went through b: it was the only one."),
        ("others_rest", "It went through b: those before it were at rest."),
        ("fail_over from a, c", "It went through b after a, c had just failed it."),
        ("", "It went through b: why was not recorded."),
    ],
)
def test_why_that_trunk(why: str, said: str) -> None:
    assert reasons.by_trunk("b", why) == said


@pytest.mark.parametrize(
    ("grounds", "said"),
    [
        ({}, ""),
        ({"closed": "opted_out"}, "the number has opted out"),
        (
            {"closed": "attempts", "after": "busy"},
            "its attempts were used up (the last call: busy)",
        ),
        (
            {"closed": "no_time", "earliest": "2026-03-05T04:00:00+00:00"},
            "it could not be called again before its deadline: the rules would have allowed that on "
            "Thu 2026-03-05 09:00 there",
        ),
    ],
)
def test_why_it_was_closed(grounds: dict[str, str], said: str) -> None:
    assert reasons.closed(grounds, ZONE) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ("45", "45 s"),
        ("60", "1 min"),
        ("3600", "1 h"),
        ("5400", "90 min"),
        ("86400", "1 day"),
        ("172800", "2 days"),
        ("3754", "63 min"),
    ],
)
def test_how_long_a_wait_lasts(seconds: str, said: str) -> None:
    assert reasons.lasting(seconds) == said


def test_a_time_in_a_zone_that_is_not_known_is_told_in_utc() -> None:
    moment = datetime(2026, 3, 5, 4, tzinfo=UTC)
    assert reasons.clock(moment, "Mars/Olympus") == "Thu 2026-03-05 04:00 UTC"
    assert reasons.clock(moment, ZONE) == "Thu 2026-03-05 09:00"


@pytest.mark.parametrize(
    ("hour", "said"), [(17, "it will be outside"), (18, "it is outside"), (19, "it was outside")]
)
def test_closed_hours_to_come_are_told_as_such_and_the_zone_is_not_explained_twice(
    hour: int, said: str
) -> None:
    grounds = {
        "zone": ZONE,
        "zone_from": "file",
        "local": "2026-03-04T23:00:00+05:00",
        "window": "09:00-20:00",
        "opens": "2026-03-05T09:00:00+05:00",
    }
    told = reasons.waits("hours", grounds, ZONE, datetime(2026, 3, 4, hour, tzinfo=UTC))
    assert told.startswith(f"At Wed 2026-03-04 23:00 there {said} the calling hours")
    moved = reasons.waits("hours", grounds, "Europe/Moscow", datetime(2026, 3, 4, hour, tzinfo=UTC))
    assert f"there ({ZONE}, from its row) {said}" in moved


def test_a_zone_that_was_told_is_not_explained_with_every_call() -> None:
    assert reasons.allowed(CALLED, ZONE)[0].startswith("It was Wed 2026-03-04 12:00 there, on a working day")
