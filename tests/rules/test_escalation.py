"""Escalation: one level at a time, and the table of moves of a task."""

from itertools import product
from typing import get_args

import pytest

from campaigns.rules.escalation import LEVELS, above, level_after, when_late
from campaigns.words import TASK_MOVES, Level, TaskEvent, TaskState


@pytest.mark.parametrize(
    ("level", "next_one", "late"),
    [("operator", "head", "escalated"), ("head", "authority", "escalated"), ("authority", None, "reminded")],
)
def test_the_way_up(level: Level, next_one: Level | None, late: TaskEvent) -> None:
    assert (above(level), when_late(level)) == (next_one, late)


@pytest.mark.parametrize(("level", "event"), list(product(LEVELS, get_args(TaskEvent))))
def test_nothing_skips_a_level_or_goes_down(level: Level, event: TaskEvent) -> None:
    climbed = LEVELS.index(level_after(level, event)) - LEVELS.index(level)
    assert climbed == (event in ("escalated", "stands") and level != "authority")


def test_the_table_knows_every_event_and_state() -> None:
    states = set(get_args(TaskState))
    assert set(TASK_MOVES) == set(get_args(TaskEvent)) - {"raised"}
    assert {state for moves in TASK_MOVES.values() for state in (*moves, *moves.values())} <= states
    assert {state for moves in TASK_MOVES.values() for state in moves} == states, "no state is the end of it"
