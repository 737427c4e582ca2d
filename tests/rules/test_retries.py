from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, get_args

import pytest

from campaigns.rules.hours import Hours, Window
from campaigns.rules.policy import Policy
from campaigns.rules.retries import (
    FINAL,
    LOST_CALLS,
    History,
    Next,
    Person,
    after_attempt,
    after_interruption,
    backoff,
    is_ours,
)
from campaigns.words import Outcome

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ALWAYS = Hours(Window(time(0), time(0)), Window(time(0), time(0)))
WAITS = {
    "busy": (timedelta(minutes=10),),
    "no_answer": (timedelta(hours=2),),
    "not_here": (timedelta(hours=3),),
    "voicemail": (timedelta(hours=4),),
    "hung_up": (timedelta(hours=5),),
}
POLICY = Policy(3, WAITS, ALWAYS)


def after(policy: Policy = POLICY, **changes: Any) -> Next:
    facts: dict[str, Any] = {
        "attempts_used": 0,
        "own_failures": 0,
        "cause": "answered",
        "ours": False,
        "rang": True,
        "outcome": "unanswered",
        "delivered": False,
        "now": NOW,
    }
    return replace(after_attempt(policy, **(facts | changes)), history=None)


@pytest.mark.parametrize("outcome", sorted(FINAL))
@pytest.mark.parametrize("cause", ["answered", "media", "line_lost"])
def test_a_final_outcome_is_done(outcome: Outcome, cause: str) -> None:
    assert after(outcome=outcome, cause=cause, ours=cause != "answered") == Next(
        "done", outcome, None, None, counted=True
    )


@pytest.mark.parametrize(
    ("cause", "outcome", "wait", "reason"),
    [
        ("busy", "unanswered", timedelta(minutes=10), "retry"),
        ("no_answer", "unanswered", timedelta(hours=2), "retry"),
        ("busy", "failed", timedelta(minutes=10), "retry"),
        ("answered", "not_here", timedelta(hours=3), "not_here"),
        ("answered", "voicemail", timedelta(hours=4), "retry"),
        ("answered", "hung_up", timedelta(hours=5), "retry"),
    ],
)
def test_the_wait_goes_by_cause_or_outcome(
    cause: str, outcome: Outcome, wait: timedelta, reason: str
) -> None:
    found = after(cause=cause, outcome=outcome)
    assert (found.state, found.outcome, found.counted) == ("waiting", outcome, True)
    assert (found.next_at, found.wait_reason) == (NOW + wait, reason)


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("wrong_number", "unanswered"),
        ("blocked", "unanswered"),
        ("declined", "unanswered"),
        ("answered", "silent"),
        ("answered", "failed"),
    ],
)
def test_what_the_policy_does_not_name_is_never_tried_again(cause: str, outcome: Outcome) -> None:
    assert after(cause=cause, outcome=outcome, rang=False) == Next(
        "exhausted", outcome, None, None, counted=True
    )


@pytest.mark.parametrize(
    ("used", "state"), [(0, "waiting"), (1, "waiting"), (2, "exhausted"), (7, "exhausted")]
)
def test_attempts_come_to_an_end(used: int, state: str) -> None:
    assert after(cause="busy", attempts_used=used).state == state


@pytest.mark.parametrize("used", [0, 2, 9])
@pytest.mark.parametrize(
    ("cause", "rang"),
    [
        ("unreachable", False),
        ("congestion", False),
        ("rate_limited", False),
        ("authentication", False),
        ("media", False),
        ("line_lost", False),
    ],
)
def test_a_failure_of_our_own_uses_up_no_attempt(cause: str, rang: bool, used: int) -> None:
    found = after(cause=cause, ours=True, rang=rang, outcome="failed", attempts_used=used)
    assert found == Next("waiting", "failed", NOW + timedelta(seconds=60), "own_failure", counted=False)


@pytest.mark.parametrize("cause", ["line_lost", "media"])
def test_what_a_person_had_said_holds_when_our_line_is_lost_then(cause: str) -> None:
    found = after(cause=cause, ours=True, outcome="not_here")
    assert found == after(cause="answered", ours=False, outcome="not_here")
    assert found.wait_reason == "not_here"
    assert after(cause=cause, ours=True, outcome="partial").state == "done"


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [("media", "failed"), ("congestion", "failed"), ("unreachable", "failed"), ("media", "silent")],
)
@pytest.mark.parametrize(
    ("waits", "minutes"), [(WAITS, 120), ({}, 60), ({"no_answer": (timedelta(minutes=5),)}, 5)]
)
def test_our_failure_after_it_rang_counts_and_the_phone_is_left_alone_as_if_nobody_had_answered(
    cause: str, outcome: Outcome, waits: dict[str, tuple[timedelta, ...]], minutes: int
) -> None:
    policy = Policy(3, waits, ALWAYS)
    found = after(policy, cause=cause, ours=True, outcome=outcome, own_failures=1)
    assert found == Next("waiting", outcome, NOW + timedelta(minutes=minutes), "retry", counted=True)
    assert after(policy, cause=cause, ours=True, outcome=outcome, attempts_used=2).state == "exhausted"


@pytest.mark.parametrize(
    ("lost", "answered", "minutes", "counted"),
    [
        (0, False, 120, False),  # it rang, and nobody had taken it yet
        (1, False, 120, False),
        (2, False, 120, True),
        (9, False, 120, True),
        (0, True, 1, False),  # somebody speaks with us, and is called back
        (1, True, 1, False),
        (2, True, 120, True),
    ],
)
def test_a_line_lost_after_it_rang_costs_no_attempt_twice(
    lost: int, answered: bool, minutes: int, counted: bool
) -> None:
    person = Person(history=History({"line_lost": lost}))
    found = after(cause="line_lost", ours=True, outcome="failed", person=person, answered=answered)
    assert (found.state, found.counted) == ("waiting", counted)
    assert found.next_at == NOW + timedelta(minutes=minutes)


def test_lines_that_are_lost_again_and_again_come_to_an_end() -> None:
    person, used, failures, rings = Person(), 0, 0, 0
    state = "waiting"
    while state == "waiting":
        found = after_attempt(
            POLICY,
            attempts_used=used,
            own_failures=failures,
            cause="line_lost",
            ours=True,
            rang=True,
            outcome="failed",
            delivered=False,
            now=NOW,
            person=person,
        )
        state, rings, used = found.state, rings + 1, used + found.counted
        failures = 0 if found.counted else failures + 1
        person = replace(person, history=found.history or History())
    assert rings == POLICY.attempts + LOST_CALLS


@pytest.mark.parametrize(
    ("failures", "minutes", "counted"), [(0, 5, False), (1, 10, False), (2, 120, True), (9, 120, True)]
)
def test_who_answered_to_silence_loses_no_attempt_twice(failures: int, minutes: int, counted: bool) -> None:
    found = after(cause="media", ours=True, outcome="failed", own_failures=failures, no_sound=True)
    assert (found.state, found.counted) == ("waiting", counted)
    assert found.next_at == NOW + timedelta(minutes=minutes)


def test_a_line_that_falls_silent_midway_uses_up_an_attempt() -> None:
    assert after(cause="media", ours=True, outcome="failed", no_sound=False).counted


def test_what_was_said_holds_though_no_sound_came() -> None:
    assert after(cause="media", ours=True, outcome="opted_out", no_sound=True).state == "done"
    assert after(cause="media", ours=True, outcome="not_here", no_sound=True).wait_reason == "not_here"


@pytest.mark.parametrize(
    ("blame", "cause", "failures", "ours"),
    [
        ("trunk", "congestion", 0, True),
        ("trunk", "congestion", 99, True),
        ("us", "line_lost", 99, True),
        ("trunk", "no_answer", 4, True),
        ("trunk", "no_answer", 5, False),
        ("callee", "no_answer", 0, False),
        ("callee", "busy", 0, False),
    ],
)
def test_whose_failure_it_is(blame: str, cause: str, failures: int, ours: bool) -> None:
    assert is_ours(blame, cause, failures) is ours


def test_the_policy_may_say_how_long_to_wait_after_media_failures() -> None:
    policy = Policy(3, {"media": (timedelta(minutes=7),)}, ALWAYS)
    assert after(policy, cause="media", ours=True, outcome="failed").next_at == NOW + timedelta(minutes=7)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 60), (1, 120), (2, 240), (5, 1920), (6, 3600), (50, 3600), (10**6, 3600)]
)
def test_the_wait_after_own_failures_doubles_up_to_an_hour(failures: int, seconds: int) -> None:
    assert backoff(timedelta(seconds=60), failures) == timedelta(seconds=seconds)
    found = after(cause="unreachable", ours=True, rang=False, outcome="failed", own_failures=failures)
    assert found.next_at == NOW + timedelta(seconds=seconds)


def test_a_partial_survey_is_done_unless_the_policy_wants_the_rest() -> None:
    assert after(outcome="partial") == Next("done", "partial", None, None, counted=True)
    eager = Policy(2, WAITS | {"partial": (timedelta(days=1),)}, ALWAYS)
    assert after(eager, outcome="partial").next_at == NOW + timedelta(days=1)
    assert after(eager, outcome="partial", attempts_used=1).state == "exhausted"


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("rang", [True, False])
@pytest.mark.parametrize("cause", ["answered", "busy", "media", "line_lost", "unreachable"])
@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_who_heard_the_message_is_never_called_again(
    outcome: Outcome, cause: str, ours: bool, rang: bool
) -> None:
    eager = Policy(9, WAITS | {"partial": (timedelta(days=1),), "silent": (timedelta(days=1),)}, ALWAYS)
    found = after(eager, outcome=outcome, cause=cause, ours=ours, rang=rang, delivered=True)
    assert (found.state, found.next_at) == ("done", None)
    assert found.outcome == (outcome if outcome in FINAL | {"partial"} else "delivered")
    again = interrupted(outcome, delivered=True)
    assert (again.state, again.next_at) == ("done", None)


def interrupted(outcome: Outcome, own_failures: int = 0, delivered: bool = False) -> Next:
    found = after_interruption(
        POLICY, attempts_used=0, own_failures=own_failures, outcome=outcome, delivered=delivered, now=NOW
    )
    return replace(found, history=None)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 10), (1, 20), (3, 80), (9, 3600), (99, 3600)])
def test_an_interrupted_call_is_tried_again_soon(failures: int, seconds: int) -> None:
    found = interrupted("failed", own_failures=failures)
    assert found == Next("waiting", "failed", NOW + timedelta(seconds=seconds), "interrupted", counted=False)


def test_an_interrupted_call_with_a_final_outcome_is_done() -> None:
    assert interrupted("wrong_person").state == "done"


def test_an_interrupted_call_whose_meaning_was_recorded_waits_by_it() -> None:
    assert interrupted("not_here") == after(outcome="not_here")
    assert interrupted("not_here").wait_reason == "not_here"


@pytest.mark.parametrize(
    ("attempts", "waits", "deadline", "sentence"),
    [
        (0, {}, None, "at least one attempt"),
        (1, {"busy": (timedelta(0),)}, None, 'the wait after "busy"'),
        (1, {}, timedelta(days=-1), "the deadline of a campaign"),
    ],
)
def test_a_policy_that_cannot_be_followed_is_refused(
    attempts: int, waits: dict[str, tuple[timedelta, ...]], deadline: timedelta | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        Policy(attempts, waits, ALWAYS, deadline)
