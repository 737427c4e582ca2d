"""Dispositions and rates, against figures worked out by hand from AAPOR's formulas."""

from collections.abc import Sequence
from typing import get_args

import pytest

from campaigns.rules.aapor import (
    CODES,
    DISPOSITIONS,
    MEANING,
    OF_CALL,
    Call,
    Disposition,
    disposition,
    rates,
)
from campaigns.words import ContactState, Outcome

DONE, EXHAUSTED, WAITING, CANCELLED = "done", "exhausted", "waiting", "cancelled"
MISSED: Call = ("unanswered", "no_answer")
MACHINE: Call = ("voicemail", "answered")
NO_NUMBER: Call = ("unanswered", "wrong_number")


def answered(outcome: Outcome) -> Call:
    return outcome, "answered"


@pytest.mark.parametrize(
    ("state", "outcome", "calls", "answers", "found"),
    [
        (WAITING, None, [], (0, 0), None),
        ("calling", "partial", [answered("partial")], (1, 1), None),
        (DONE, "completed", [MISSED, answered("completed")], (3, 3), "complete"),
        (EXHAUSTED, "unanswered", [answered("partial"), MISSED], (1, 1), "break_off"),
        (EXHAUSTED, "unanswered", [answered("partial"), MISSED], (2, 2), "partial"),
        (EXHAUSTED, "partial", [answered("partial")], (0, 2), "break_off"),
        (DONE, "opted_out", [answered("opted_out")], (2, 3), "partial"),
        (DONE, "opted_out", [answered("opted_out")], (1, 1), "break_off"),
        (DONE, "opted_out", [], (0, 0), "refusal"),
        (DONE, "opted_out", [MACHINE], (0, 0), "refusal"),
        (EXHAUSTED, "unanswered", [answered("hung_up"), MISSED], (0, 0), "refusal"),
        (DONE, "human_wanted", [answered("human_wanted")], (0, 0), "other"),
        (EXHAUSTED, "unanswered", [MACHINE, MISSED], (0, 0), "non_contact"),
        (EXHAUSTED, "unanswered", [MISSED, MISSED], (0, 0), "unknown"),
        (EXHAUSTED, None, [], (0, 0), "unknown"),
        (EXHAUSTED, "silent", [answered("silent")], (0, 0), "unknown"),
        (EXHAUSTED, "unanswered", [NO_NUMBER], (0, 0), "not_eligible"),
        (EXHAUSTED, "unanswered", [NO_NUMBER, MISSED], (0, 0), "unknown"),
        (EXHAUSTED, "wrong_person", [answered("wrong_person")], (0, 0), "not_eligible"),
        (DONE, "wrong_person", [MISSED, answered("wrong_person")], (0, 0), "not_eligible"),
        (DONE, "wrong_person", [answered("hung_up"), answered("wrong_person")], (0, 0), "not_eligible"),
        (DONE, "wrong_person", [answered("partial"), answered("wrong_person")], (1, 1), "break_off"),
        (EXHAUSTED, "unanswered", [MISSED, MACHINE, NO_NUMBER], (0, 0), "not_eligible"),
        (EXHAUSTED, "unanswered", [answered("hung_up"), NO_NUMBER], (0, 0), "refusal"),
        (CANCELLED, None, [], (0, 0), "not_eligible"),
        (CANCELLED, "partial", [answered("partial")], (2, 2), "partial"),
    ],
)
def test_each_case_has_one_disposition(
    state: ContactState,
    outcome: Outcome | None,
    calls: Sequence[Call],
    answers: tuple[int, int],
    found: Disposition | None,
) -> None:
    assert disposition(state, outcome, calls, 3, *answers) == found


def test_one_wrong_number_of_several_says_nothing_of_the_others() -> None:
    assert disposition("exhausted", "unanswered", [MISSED, NO_NUMBER], 3, 0, 0, one_number=False) == "unknown"


def test_where_everybody_is_asked_nothing_every_answer_makes_a_partial() -> None:
    assert disposition("done", "partial", [("partial", "answered")], 0, 0, 1) == "partial"


def test_every_outcome_and_every_disposition_has_its_place() -> None:
    assert set(OF_CALL) == set(get_args(Outcome))
    assert set(CODES) == set(MEANING) == set(DISPOSITIONS)
    assert list(CODES.values()) == sorted(CODES.values())


HUNDRED = {
    "complete": 40,
    "partial": 10,
    "refusal": 12,
    "break_off": 8,
    "non_contact": 5,
    "other": 5,
    "unknown": 20,
    "not_eligible": 20,
}
"""I 40, P 10, R 20, NC 5, O 5, U 20; e = 80 / 100."""


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("e", 0.8),
        ("RR1", 40 / 100),
        ("RR2", 50 / 100),
        ("RR3", 40 / 96),
        ("RR4", 50 / 96),
        ("RR5", 40 / 80),
        ("RR6", 50 / 80),
        ("COOP1", 40 / 75),
        ("COOP2", 50 / 75),
        ("COOP3", 40 / 70),
        ("COOP4", 50 / 70),
        ("REF1", 20 / 100),
        ("REF2", 20 / 96),
        ("REF3", 20 / 80),
        ("CON1", 75 / 100),
        ("CON2", 75 / 96),
        ("CON3", 75 / 80),
        ("BRK1", 8 / 58),
    ],
)
def test_rates_are_those_of_the_formulas(name: str, rate: float) -> None:
    assert rates(HUNDRED)[name] == round(rate, 4)


def test_nothing_is_divided_by_nothing() -> None:
    assert set(rates({}).values()) == {None}
    unknown = rates({"unknown": 3})
    assert (unknown["RR1"], unknown["RR3"], unknown["RR5"], unknown["e"]) == (0.0, None, None, None)
    assert rates({"not_eligible": 3})["RR1"] is None
