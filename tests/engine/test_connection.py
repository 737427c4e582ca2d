"""The states of an operator's call, and what predictive calling counts."""

import re
from pathlib import Path
from typing import get_args

import pytest

from campaigns.engine.connection import (
    MOVES,
    PARTINGS,
    IllegalMove,
    Leg,
    Parting,
    State,
    Step,
    breaks_off,
    result_of_end,
)
from campaigns.engine.tally import DAY_SECONDS, Tally
from campaigns.rules.policy import Connect
from campaigns.rules.predictive import calls_now
from campaigns.store.operators import Seat
from campaigns.words import OperatorCallResult
from dialer.messages import Cause

CAP = 0.03
README = Path(__file__).parents[2] / "README.md"
ORDINARY = frozenset(get_args(State)) - {"parting", "over"}  # from everywhere a call may part, and end


def leg(state: State = "ringing") -> Leg:
    return Leg(Seat(7, 1, "Anna", "sip:anna@127.0.0.1", "main", "first"), {}, (), Connect(), state=state)


def test_every_state_is_reached_and_every_call_can_end() -> None:
    states = set(get_args(State))
    assert {state for state, _ in MOVES} == states - {"over"}
    assert set(MOVES.values()) == states - {"referring"}
    assert all((state, "ended") in MOVES for state in states - {"over"})
    assert {step for _, step in MOVES} == set(get_args(Step))
    assert PARTINGS.keys() == set(get_args(Parting))


@pytest.mark.parametrize(
    ("state", "step"), [("ringing", "pressed"), ("asking", "join"), ("parting", "part"), ("over", "ended")]
)
def test_an_illegal_move_changes_nothing(state: State, step: Step) -> None:
    call = leg(state)
    with pytest.raises(IllegalMove):
        call.move(step, 5.0)
    assert (call.state, call.since) == (state, 0.0)


def test_the_talk_is_counted_until_one_of_them_leaves() -> None:
    call = leg("joining")
    call.move("joined", 10.0)
    call.move("part", 70.0)
    call.move("ended", 72.0)
    assert call.talk_seconds == 60.0


@pytest.mark.parametrize(
    ("state", "cause", "result"),
    [
        ("ringing", "busy", "busy"),
        ("ringing", "no_answer", "no_answer"),
        ("ringing", "declined", "refused"),
        ("ringing", "congestion", "failed"),
        ("asking", "answered", "refused"),
        ("calling", "answered", "refused"),
        ("asking", "line_lost", "failed"),
        ("joined", "line_lost", "talked"),
    ],
)
def test_what_an_operators_call_was(state: State, cause: Cause, result: OperatorCallResult) -> None:
    assert result_of_end(leg(state), cause) == result


@pytest.mark.parametrize(
    ("seconds", "cause", "lost"),
    [(60.0, "answered", False), (4.9, "answered", True), (60.0, "media", True), (60.0, "line_lost", True)],
)
def test_which_ends_of_a_talk_leave_somebody_unserved(seconds: float, cause: Cause, lost: bool) -> None:
    assert breaks_off(seconds, cause) is lost


def test_the_tally_forgets_after_a_day_and_a_new_engine_calls_progressively() -> None:
    tally = Tally()
    assert calls_now(tally.pressure("c", 0.0, free=3, ringing=0, waiting=0), CAP) == 3
    for second in range(1000):
        tally.note("c", "placed", float(second))
        if second % 4 == 0:
            tally.note("c", "wanted", float(second))
    assert tally.count("c", "wanted", 1000.0) == 250
    assert calls_now(tally.pressure("c", 1000.0, free=3, ringing=0, waiting=0), CAP) > 3
    for _ in range(8):
        tally.note("c", "abandoned", 1000.0)
    assert calls_now(tally.pressure("c", 1000.0, free=3, ringing=0, waiting=0), CAP) == 3
    assert tally.count("c", "placed", 1000.0 + DAY_SECONDS) == 0


def test_the_readme_shows_where_each_state_leads() -> None:
    table = (
        README.read_text(encoding="utf-8")
        .partition("| state of an operator's call |")[2]
        .partition("\n\n")[0]
    )
    shown = {
        state: ORDINARY & set(re.findall(r"\w+", leads_to))
        for state, leads_to in re.findall(r"^\| (\w+) \| ([^|]+) \|", table, re.MULTILINE)
    }
    assert shown == {
        state: {to for (before, _), to in MOVES.items() if before == state} & ORDINARY for state in shown
    }
    assert shown.keys() == {state for state, _ in MOVES}
