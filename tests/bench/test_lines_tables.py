"""What the tables of the lines call good."""

from dataclasses import replace
from typing import Any

import pytest

from bench.lines import Measured, Steady
from bench.lines_tables import ROWS, aims_met, cpu_ms, lines_table, rate_table
from bench.lines_wire import Reactions
from bench.machine import ENGINE
from bench.rate import Pace

CALLS = 240
RESULT: dict[str, Any] = {
    "placed": CALLS,
    "answered": CALLS,
    "completed": CALLS,
    "keys_caught": 2 * CALLS,
    "most_up": CALLS,
    "stuck": 0,
    "not_free": 0,
    "causes": {"answered": CALLS},
}
STEADY = Steady(12.0, {ENGINE: 0.1, "lines": 2.0}, 1.0, 500.0)
REACTION = Reactions((0.02,), (0.03, 0.04), (0.01, 0.02), 2, 0.025)
GOOD = Measured(CALLS, RESULT, 2.0, STEADY, [REACTION] * CALLS)


def unmet(measured: Measured) -> list[str]:
    return [what.split(",")[0] for what, _, cell in ROWS if not cell(measured)[1]]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"result": RESULT | {"completed": CALLS - 1}}, ["placed / answered / completed"]),
        ({"result": RESULT | {"keys_caught": 2 * CALLS - 1}}, ["keys pressed / caught / lost"]),
        ({"result": RESULT | {"stuck": 1}}, ["endings; stuck calls / lines"]),
        ({"result": RESULT | {"causes": {"media": CALLS}}}, ["endings; stuck calls / lines"]),
        ({"result": RESULT | {"most_up": CALLS - 1}}, ["most up at once"]),
        ({"steady": replace(STEADY, ms={"lines": 2.6})}, ["CPU"]),
        ({"steady": replace(STEADY, pss_mb=601.0)}, ["memory (PSS)"]),
        ({"steady": None}, ["CPU", "memory (PSS)"]),
        ({"ready_seconds": 5.1}, ["lines ready"]),
        ({"reactions": [replace(REACTION, largest_gap=0.05)] * CALLS}, ["largest RTP gap of a call"]),
        ({"reactions": [replace(REACTION, first_speech=(0.3,))] * CALLS}, ["answer -> first speech"]),
        ({"reactions": [replace(REACTION, key_to_prompt=(0.1, 0.3))] * CALLS}, ["key -> next prompt"]),
        ({"reactions": [replace(REACTION, key_to_stop=(0.1, 0.2))] * CALLS}, ["key -> prompt stops"]),
        (
            {"reactions": [REACTION] * (CALLS - 1)},
            [
                "keys pressed / caught / lost",
                "answer -> first speech",
                "key -> next prompt",
                "key -> prompt stops",
            ],
        ),
    ],
)
def test_what_is_lost_or_late_is_told(changed: dict[str, Any], expected: list[str]) -> None:
    measured = replace(GOOD, **changed)
    assert unmet(measured) == expected
    assert aims_met([GOOD, measured]) == (not expected)


def test_above_the_size_aimed_at_only_losses_count() -> None:
    slow = replace(STEADY, ms={"lines": 9.0}, pss_mb=2000.0)
    many = replace(
        GOOD,
        calls=480,
        result=RESULT
        | {name: 480 for name in ("placed", "answered", "completed", "most_up")}
        | {"keys_caught": 960},
        steady=slow,
        reactions=[replace(REACTION, largest_gap=0.3, key_to_prompt=(0.5, 0.5))] * 480,
    )
    assert unmet(many) == []


def test_the_bare_library_stands_beside() -> None:
    table = lines_table([GOOD, replace(GOOD, calls=480)], [GOOD])
    assert table.row_count == len(ROWS) + 2
    assert list(table.columns[1].cells)[-1] == "1.00"
    assert list(table.columns[2].cells)[-1] == "-"
    assert cpu_ms(GOOD) == pytest.approx(2.1)


@pytest.mark.parametrize(
    ("changed", "clean"),
    [({}, True), ({"completed": 99}, False), ({"no_free_line": 1}, False), ({"latest_seconds": 0.6}, False)],
)
def test_the_highest_clean_rate_is_told(changed: dict[str, Any], clean: bool) -> None:
    usual = RESULT | {"placed": 100, "completed": 100, "no_free_line": 0, "latest_seconds": 0.01}
    paces = [Pace(40, usual), Pace(60, usual | changed)]
    assert paces[1].clean == clean
    assert str(rate_table(paces).title).startswith(f"short calls of a second: {60 if clean else 40} a second")
