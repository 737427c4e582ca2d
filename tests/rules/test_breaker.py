import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.breaker import (
    FAILURES_BEFORE_REST,
    MOVES,
    NOT_WELL,
    TRIAL_AGAINST_ADVICE_SECONDS,
    TRIAL_SECONDS,
    Breaker,
)


def fail(breaker: Breaker, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        breaker.started(now)
        breaker.failed(now, now)


def resting() -> Breaker:
    breaker = Breaker()
    fail(breaker, FAILURES_BEFORE_REST)
    assert breaker.state == "resting"
    return breaker


def asked_at(breaker: Breaker, until: int, status: int = 0) -> list[int]:
    """The seconds at which OPTIONS is sent; each is answered so at once."""
    seconds = []
    for second in range(until):
        if breaker.probe_due(second):
            seconds.append(second)
            breaker.probed(status, second)
    return seconds


def test_failures_in_a_row_bring_a_rest() -> None:
    breaker = Breaker()
    fail(breaker, FAILURES_BEFORE_REST - 1)
    assert breaker.may_call(0.0)
    fail(breaker, 1)
    assert breaker.rests
    assert not breaker.may_call(0.0)


def test_a_call_that_begins_well_in_between_keeps_it_awake() -> None:
    breaker = Breaker()
    fail(breaker, FAILURES_BEFORE_REST - 1)
    breaker.worked(0.0, 0.0)
    fail(breaker, FAILURES_BEFORE_REST - 1)
    assert not breaker.rests


def test_it_is_asked_less_and_less_often() -> None:
    assert asked_at(resting(), 300) == [5, 15, 35, 75, 135, 195, 255]


@pytest.mark.parametrize("status", [200, 401, 403, 404, 405, 407, 481, 500, 501, 603])
def test_any_sign_of_life_lets_one_call_try_it(status: int) -> None:
    breaker = resting()
    breaker.probed(status, 5.0)
    assert breaker.rests
    assert breaker.may_call(5.0)
    breaker.started(6.0)
    assert not breaker.may_call(7.0)
    breaker.worked(6.0, 8.0)
    assert not breaker.rests
    assert breaker.may_call(8.0)


@pytest.mark.parametrize("status", sorted(NOT_WELL))
def test_other_answers_leave_it_at_rest(status: int) -> None:
    breaker = resting()
    breaker.probed(status, 5.0)
    assert not breaker.may_call(5.0)


def test_a_trial_that_fails_brings_a_longer_rest() -> None:
    breaker = resting()
    assert breaker.probe_due(5.0)
    breaker.probed(200, 5.0)
    breaker.started(5.0)
    breaker.failed(5.0, 6.0)
    assert breaker.state == "resting"
    assert not breaker.probe_due(15.9)
    assert breaker.probe_due(16.0)


@pytest.mark.parametrize(("status", "seconds"), [(0, TRIAL_SECONDS), (503, TRIAL_AGAINST_ADVICE_SECONDS)])
def test_one_that_never_says_it_is_back_is_tried_in_the_end(status: int, seconds: float) -> None:
    breaker = resting()
    asked_at(breaker, int(seconds) - 1, status)
    assert not breaker.may_call(seconds - 1)
    assert breaker.may_call(seconds)
    breaker.started(seconds)
    assert not breaker.may_call(seconds)
    breaker.failed(seconds, seconds + 1)
    breaker.probed(status, seconds + 2)
    assert not breaker.may_call(seconds + 2)
    assert breaker.may_call(seconds + 1 + TRIAL_SECONDS) is (status == 0)


def test_a_lost_answer_to_options_does_not_end_the_asking() -> None:
    breaker = resting()
    assert breaker.probe_due(5.0)
    assert not breaker.probe_due(64.0)
    assert breaker.probe_due(65.0)


def test_calls_that_were_on_their_way_say_nothing_of_the_trial() -> None:
    breaker = resting()
    breaker.probed(200, 5.0)
    breaker.failed(begun=-1.0, now=6.0)
    assert breaker.state == "trying"
    breaker.worked(begun=-1.0, now=6.0)
    assert breaker.state == "trying"


def test_a_trial_that_we_spoil_ourselves_is_made_again() -> None:
    breaker = resting()
    breaker.probed(200, 5.0)
    breaker.started(6.0)
    breaker.told_nothing(6.0)
    assert breaker.state == "trying"
    assert breaker.may_call(7.0)


def test_an_unregistered_trunk_rests_until_it_is_registered() -> None:
    breaker = Breaker(registered=False)
    assert breaker.rests
    assert not breaker.may_call(10_000.0)
    breaker.registered = True
    assert breaker.may_call(0.0)


@given(st.lists(st.tuples(st.floats(0, 90), st.sampled_from(["start", "ok", "bad", "ours", "200", "0"]))))
def test_whatever_happens_no_move_is_illegal_and_a_trial_is_alone(events: list[tuple[float, str]]) -> None:
    breaker, now, open_calls = Breaker(), 0.0, list[float]()
    for pause, event in events:
        now += pause
        breaker.probe_due(now)
        if event == "start" and breaker.may_call(now):
            breaker.started(now)
            open_calls.append(now)
        elif event in ("200", "0"):
            breaker.probed(int(event), now)
        elif event in ("ok", "bad", "ours") and open_calls:
            begun = open_calls.pop(0)
            {"ok": breaker.worked, "bad": breaker.failed}.get(
                event, lambda begun, _now: breaker.told_nothing(begun)
            )(begun, now)
        if breaker.state == "trying":
            assert sum(begun >= breaker.since for begun in open_calls) <= 1
        assert breaker.failures < FAILURES_BEFORE_REST


def test_every_state_can_be_left() -> None:
    assert {state for state, _ in MOVES} == set(MOVES.values())
