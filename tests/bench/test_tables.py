"""What the bench calls good, and what it calls lost."""

from typing import Any

import pytest

from bench.machine import Spending
from bench.plan import AT_ONCE, CALLS, HURRIED, KEYS_A_CALL, MARK, PROMPTS_AFTER_KEYS, people
from bench.product import Measured
from bench.tables import campaign_rows, other_rows, table
from bench.wire import Sent, WireCall
from tests.sipp.patients import Report, Seen

REPORT = {
    "attempts": CALLS,
    "endings": {"answered": CALLS},
    "outcomes": {"completed": CALLS},
    "answers": {"mark": {MARK: CALLS}},
}
PRESSED = tuple(Seen(call, 0, "", f"pressed {key}") for call in range(CALLS) for _, key in HURRIED.keys)


def call(begun: float, reaction: float = 0.02) -> WireCall:
    """Answered, spoken to, seven keys, four of them followed by a prompt."""
    keys = [begun + 1 + number for number in range(KEYS_A_CALL)]
    times = [begun + reaction, *(key + reaction for key in keys[:PROMPTS_AFTER_KEYS])]
    return WireCall(1, begun, begun + 9, [Sent(at, loud=True, begins=True) for at in times], keys)


WIRE = [call(10.0 * (number // AT_ONCE)) for number in range(CALLS)]


def unmet(**changed: Any) -> list[str]:
    given: dict[str, Any] = {"report": REPORT, "sipp": Report(CALLS, CALLS, 0, {}, PRESSED), "wire": WIRE}
    measured = Measured(**(given | changed), spending=Spending(), first_answer_seconds=1.0)
    return [what for what, _, _, met in campaign_rows(measured) if not met]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"report": REPORT | {"outcomes": {"completed": CALLS - 1}}}, ["completed", "digits", "outcomes"]),
        ({"report": REPORT | {"endings": {"line_lost": CALLS}}}, ["endings"]),
        ({"report": REPORT | {"attempts": CALLS + 1}}, ["placed"]),
        ({"sipp": Report(CALLS, CALLS - 1, 1, {}, PRESSED[1:])}, ["completed", "digits"]),
        ({"wire": WIRE[1:]}, ["digits", "answer", "key"]),
        ({"wire": [call(9.5 * number) for number in range(CALLS)]}, ["simultaneous"]),
        ({"wire": [call(10.0 * (n // AT_ONCE), 0.25) for n in range(CALLS)]}, ["answer", "key"]),
        ({"wire": []}, ["simultaneous", "digits", "answer", "key"]),
    ],
)
def test_what_is_lost_or_late_is_told(changed: dict[str, Any], expected: list[str]) -> None:
    assert [what.split()[0] for what in unmet(**changed)] == expected


def test_a_slow_intake_is_told() -> None:
    assert [met for *_, met in other_rows(61.0, 1.0, 2.0)] == [False, True, True]
    assert table("t", other_rows(1.0, 1.0, 2.0)).row_count == 3


def test_the_plan_calls_everybody_once_in_both_languages_and_tempers() -> None:
    called = people(8)
    assert len({person.number for person in called}) == 8
    assert len({(person.language, person.behaviour) for person in called}) == 4
    assert {len(person.behaviour.keys) for person in called} == {KEYS_A_CALL}
