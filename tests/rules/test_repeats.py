"""The next attempt: lists of waits, jitter, parts of the day, several numbers, the age limit."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.hours import Hours, Window
from campaigns.rules.numbers import next_number
from campaigns.rules.policy import Policy, Spread
from campaigns.rules.retries import History, Next, Person, after_attempt, after_interruption
from campaigns.words import Outcome

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)  # a Wednesday
ALWAYS = Hours(Window(time(0), time(0)), Window(time(0), time(0)))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WAITS = {"busy": (10 * MINUTE, 30 * MINUTE), "no_answer": (2 * HOUR,), "not_here": (3 * HOUR,)}
POLICY = Policy(5, WAITS, ALWAYS)
A, B, C = "+79120000001", "+79120000002", "+79120000003"
FAMILY = Person(id=7, phone=A, phones=(A, B, C))


def after(policy: Policy = POLICY, person: Person = FAMILY, **changes: Any) -> Next:
    facts: dict[str, Any] = {
        "attempts_used": 0,
        "own_failures": 0,
        "cause": "no_answer",
        "ours": False,
        "rang": True,
        "outcome": "unanswered",
        "delivered": False,
        "now": NOW,
    }
    return after_attempt(policy, person=person, **(facts | changes))


# ------------------------------------------------------------ waits


@pytest.mark.parametrize(("before", "minutes"), [(0, 10), (1, 30), (2, 30), (3, 30)])
def test_each_time_has_its_wait_and_the_last_one_holds_on(before: int, minutes: int) -> None:
    person = replace(FAMILY, history=History(causes={"busy": before, "no_answer": 9}))
    found = after(person=person, cause="busy")
    assert found.next_at == NOW + minutes * MINUTE
    assert found.history == History(causes={"busy": before + 1, "no_answer": 9})
    assert found.grounds["times"] == str(before + 1)


def test_jitter_varies_the_wait_within_its_bounds_and_always_alike() -> None:
    policy = replace(POLICY, spread=Spread(jitter=0.2))
    waits = [after(policy, replace(FAMILY, id=id)).next_at for id in range(200)]
    again = [after(policy, replace(FAMILY, id=id)).next_at for id in range(200)]
    assert waits == again
    found = [cast(datetime, at) - NOW for at in waits]
    assert min(found) >= 0.8 * 2 * HOUR
    assert max(found) <= 1.2 * 2 * HOUR
    assert max(found) - min(found) > 0.35 * 2 * HOUR  # 200 of them fill the span of 0.4
    assert after(policy).next_at != after(policy, attempts_used=1).next_at


def test_who_cannot_be_called_again_before_the_deadline_is_closed_now() -> None:
    late = after(person=replace(FAMILY, deadline=NOW + 2 * HOUR))
    assert (late.state, late.next_at, late.grounds["closed"]) == ("exhausted", None, "no_time")
    assert after(person=replace(FAMILY, deadline=NOW + 2 * HOUR + MINUTE)).state == "waiting"


@pytest.mark.parametrize(("cause", "outcome"), [("unreachable", "failed"), ("line_lost", "failed")])
def test_our_own_failure_closes_nobody_before_the_deadline(cause: str, outcome: Outcome) -> None:
    person = replace(FAMILY, deadline=NOW + MINUTE)
    found = after(person=person, cause=cause, outcome=outcome, ours=True, rang=False, own_failures=9)
    assert (found.state, found.counted, found.phone) == ("waiting", False, None)


def test_completed_calls_again_whoever_hung_up_midway() -> None:
    waits = {**WAITS, "hung_up": (5 * HOUR,)}
    assert after(Policy(3, waits, ALWAYS), outcome="partial", cause="answered").state == "done"
    eager = Policy(3, waits, ALWAYS, completed=True)
    assert after(eager, outcome="partial", cause="answered").next_at == NOW + 5 * HOUR
    own = Policy(3, {**waits, "partial": (HOUR,)}, ALWAYS, completed=True)
    assert after(own, outcome="partial", cause="answered").next_at == NOW + HOUR
    assert after(eager, outcome="completed", cause="answered").state == "done"


# ------------------------------------------------------------ parts of the day

PARTS = (
    ("morning", Window(time(9), time(12))),
    ("day", Window(time(12), time(17))),
    ("evening", Window(time(17), time(20))),
)
SPREAD = replace(POLICY, hours=Hours(Window(time(9), time(20)), None), spread=Spread(PARTS))


def test_the_next_attempt_goes_into_another_part_of_the_day() -> None:
    found = after(SPREAD, cause="no_answer", rang_at=NOW - MINUTE)
    assert found.history == History({"no_answer": 1}, {"morning": 1})
    assert (found.next_at, found.grounds["part"]) == (NOW.replace(hour=12), "day")
    person = replace(FAMILY, history=found.history or History())
    later = after(SPREAD, person, now=NOW.replace(hour=12, minute=1), attempts_used=1)
    assert (later.next_at, later.grounds["part"]) == (NOW.replace(hour=17), "evening")


def test_a_call_counts_for_the_part_in_which_it_rang() -> None:
    noon = NOW.replace(hour=12)
    found = after(SPREAD, now=noon + MINUTE, rang_at=noon - MINUTE)
    assert cast(History, found.history).parts == {"morning": 1}
    assert cast(History, after(SPREAD, rang=False).history).parts == {}


def test_who_speaks_on_the_phone_is_called_again_soon() -> None:
    assert after(SPREAD, cause="busy").next_at == NOW + 10 * MINUTE


def test_an_interrupted_call_that_rang_counts_for_its_part() -> None:
    found = after_interruption(
        SPREAD,
        attempts_used=0,
        own_failures=0,
        outcome="failed",
        delivered=False,
        now=NOW,
        person=FAMILY,
        rang_at=NOW,
    )
    assert (found.counted, found.history) == (False, History(parts={"morning": 1}))


# ------------------------------------------------------------ several numbers


@pytest.mark.parametrize(
    ("present", "barred", "found"),
    [
        (A, (), B),
        (C, (), A),
        (A, (B,), C),
        (C, (A, B), C),
        (A, (A, B, C), None),
        ("+79120000009", (), A),
    ],
)
def test_the_numbers_go_round(present: str, barred: tuple[str, ...], found: str | None) -> None:
    assert next_number((A, B, C), present, barred) == found
    assert next_number((), present, ()) is None


@pytest.mark.parametrize(
    ("cause", "outcome", "phone"),
    [
        ("no_answer", "unanswered", B),
        ("answered", "not_here", B),
        ("busy", "unanswered", None),  # somebody is there
    ],
)
def test_where_nobody_was_reached_the_next_number_follows_after_the_wait(
    cause: str, outcome: Outcome, phone: str | None
) -> None:
    found = after(cause=cause, outcome=outcome)
    wait = WAITS[cause if cause in WAITS else outcome][0]
    assert (found.phone, found.next_at, found.counted) == (phone, NOW + wait, True)
    assert found.grounds["number"] == ("2 of 3" if phone else "1 of 3")


def test_one_number_is_simply_called_again() -> None:
    alone = replace(FAMILY, phones=(A,))
    assert (after(person=alone).phone, after(person=alone).grounds.get("number")) == (None, None)


@pytest.mark.parametrize(
    ("cause", "outcome", "rang"),
    [
        ("wrong_number", "unanswered", False),
        ("answered", "wrong_person", True),
        ("blocked", "unanswered", False),  # for these the policy names no wait
        ("declined", "unanswered", True),
        ("answered", "voicemail", True),
    ],
)
def test_a_number_that_leads_nowhere_is_struck_and_the_next_one_called_soon(
    cause: str, outcome: Outcome, rang: bool
) -> None:
    found = after(cause=cause, outcome=outcome, rang=rang)
    assert (found.state, found.phone, found.next_at) == ("waiting", B, NOW + MINUTE)
    assert found.counted == rang  # what did not ring costs nothing
    assert cast(History, found.history).struck == {"0": 1}
    assert found.grounds["struck"] == "1"


@pytest.mark.parametrize(
    ("cause", "outcome", "state"),
    [("wrong_number", "unanswered", "exhausted"), ("answered", "wrong_person", "done")],
)
def test_the_contact_is_closed_when_no_number_is_left(cause: str, outcome: Outcome, state: str) -> None:
    last = replace(FAMILY, phone=C, history=History(struck={"0": 1, "1": 1}))
    found = after(person=last, cause=cause, outcome=outcome)
    assert (found.state, found.outcome, found.grounds["closed"]) == (state, outcome, "numbers")


def test_a_fault_of_our_own_says_nothing_against_the_number() -> None:
    found = after(cause="congestion", outcome="failed", ours=True)
    assert (found.state, found.counted, found.phone) == ("waiting", True, None)


def test_a_struck_number_is_left_out_of_the_round() -> None:
    person = replace(FAMILY, history=History(struck={"1": 1}))
    assert after(person=person).phone == C


@pytest.mark.parametrize("outcome", ["hung_up", "failed", "opted_out", "unverified", "human_wanted"])
def test_who_was_reached_is_not_sought_at_another_number(outcome: Outcome) -> None:
    found = after(cause="answered", outcome=outcome)
    assert (found.state, found.phone) == (
        "done" if outcome not in ("hung_up", "failed") else "exhausted",
        None,
    )


def test_a_struck_number_uses_no_attempt_up_that_was_not_there() -> None:
    assert after(attempts_used=4, cause="wrong_number", rang=False).state == "waiting"
    assert after(attempts_used=4, cause="answered", outcome="wrong_person").state == "done"


def test_an_interruption_after_somebody_did_not_know_the_contact_strikes_too() -> None:
    found = after_interruption(
        POLICY,
        attempts_used=0,
        own_failures=0,
        outcome="wrong_person",
        delivered=False,
        now=NOW,
        person=FAMILY,
    )
    assert (found.state, found.phone) == ("waiting", B)


# ------------------------------------------------------------ over any sequence

ENDINGS: tuple[tuple[str, Outcome, bool, bool], ...] = (  # cause, outcome, rang, ours
    ("busy", "unanswered", False, False),
    ("no_answer", "unanswered", True, False),
    ("declined", "unanswered", True, False),
    ("wrong_number", "unanswered", False, False),
    ("unreachable", "failed", False, True),
    ("line_lost", "failed", True, True),
    ("media", "failed", True, True),
    ("answered", "voicemail", True, False),
    ("answered", "not_here", True, False),
    ("answered", "hung_up", True, False),
    ("answered", "wrong_person", True, False),
    ("answered", "completed", True, False),
)


@given(
    endings=st.lists(st.sampled_from(ENDINGS), min_size=1, max_size=30),
    attempts=st.integers(1, 6),
    jitter=st.sampled_from([0.0, 0.5]),
    parts=st.sampled_from([(), PARTS]),
)
@settings(max_examples=150, deadline=None)
def test_no_sequence_of_calls_breaks_the_policy(
    endings: list[tuple[str, Outcome, bool, bool]], attempts: int, jitter: float, parts: Any
) -> None:
    policy = Policy(attempts, WAITS, SPREAD.hours, spread=Spread(parts, jitter))
    person, now, used, failures = replace(FAMILY, deadline=NOW + timedelta(days=30)), NOW, 0, 0
    gone: set[str] = set()
    for cause, outcome, rang, ours in endings:
        found = after(
            policy,
            person,
            cause=cause,
            outcome=outcome,
            rang=rang,
            ours=ours,
            now=now,
            attempts_used=used,
            own_failures=failures,
        )
        used += found.counted
        failures = 0 if found.counted else failures + 1
        assert used <= attempts
        if found.state != "waiting":
            break
        assert found.next_at is not None
        assert now < found.next_at < NOW + timedelta(days=30)
        gone |= {person.phone} if "struck" in found.grounds else set()
        history = found.history if found.history is not None else person.history
        person = replace(person, phone=found.phone or person.phone, history=history)
        assert person.phone not in gone
        now = found.next_at
