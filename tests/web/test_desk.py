"""The page of a desk: every figure has its stretch, and nothing needs a network."""

import re
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from campaigns.rules.callback_ends import CallbackEnd
from campaigns.web.desk import CALLBACK_COLOURS, LOST_COLOURS, WORDS, Cell, desk_page, work
from campaigns.words import LostCallFate

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
ANNA: dict[str, Any] = {
    "operator": "<b>Anna</b>",
    "group": "tyumen",
    "calls": 3,
    "talked": 2,
    "talk_seconds": 240.0,
    "results": {"talked": 2, "refused": 1},
    "hours": [
        {"hour": 9, "calls": 2, "talked": 1, "talk_seconds": 180.0},
        {"hour": 11, "calls": 1, "talked": 1, "talk_seconds": 60.0},
    ],
}
DATA: dict[str, Any] = {
    "campaign": "abandoned-callback",
    "since": None,
    "until": None,
    "lost": {"in": 5, **dict.fromkeys(LOST_COLOURS, 0), "callbacks": 3, "misdial": 2},
    "callbacks": {"total": 3, **dict.fromkeys(CALLBACK_COLOURS, 0), "reached": 2, "waiting": 1},
    "hours": [
        {"hour": 9, "lost": 4, "callbacks": 3, "spoken_with": 2},
        {"hour": 10, "lost": 1, "callbacks": 0, "spoken_with": 0},
    ],
    "operators": [ANNA],
    "logs": [
        {
            "source": "/var/log/asterisk/queue_log",
            "lines": 20,
            "broken": 1,
            "open_calls": 2,
            "last_event_at": None,
            "read_at": "2026-03-02T07:00:00+00:00",
        }
    ],
}
NOTHING = DATA | {"lost": dict.fromkeys(DATA["lost"], 0), "callbacks": dict.fromkeys(DATA["callbacks"], 0)}


def test_every_figure_has_a_colour_and_words() -> None:
    assert set(LOST_COLOURS) == set(get_args(LostCallFate)) - {"callback"} | {"callbacks"}
    assert set(CALLBACK_COLOURS) == set(get_args(CallbackEnd))
    assert set(WORDS) == set(LOST_COLOURS) | set(CALLBACK_COLOURS)


def test_the_page_shows_the_figures_and_loads_nothing() -> None:
    page = desk_page(DATA, ["5 calls were lost."], NOW)
    for said in (
        "5 calls were lost.",
        "called back, or to be 3",
        "hung up at once 2",
        "Callbacks: 3",
        "reached 2",
        "9:00, 4 lost",
        "3′",
        "queue_log",
    ):
        assert said in page, said
    assert "http" not in page


def test_each_bar_is_as_wide_as_the_page() -> None:
    page = desk_page(DATA, [], NOW)
    widths = [float(said) for said in re.findall(r'y="2" width="([\d.]+)"', page)]
    assert widths == pytest.approx([720 * 3 / 5, 720 * 2 / 5, 720 * 2 / 3, 720 / 3])


def test_names_cannot_become_markup() -> None:
    page = desk_page(DATA, [], NOW)
    assert "<b>Anna</b>" not in page
    assert "&lt;b&gt;Anna" in page


def test_the_page_of_one_day_says_so() -> None:
    day = {"since": "2026-03-01T19:00:00+00:00", "until": "2026-03-02T19:00:00+00:00"}
    assert "2026-03-01 19:00 to 2026-03-02 19:00" in desk_page(DATA | day, [], NOW)


def test_a_desk_without_anything_has_no_pictures() -> None:
    page = desk_page(NOTHING | {"hours": [], "operators": [], "logs": []}, [], NOW)
    assert "<svg" not in page
    assert "<table" not in page


@pytest.mark.parametrize(
    ("operators", "hours", "cells"),
    [
        ([], [], []),
        ([ANNA], [9, 11], [[Cell(2, 3.0, 1.0), Cell(1, 1.0, 1 / 3)]]),
        ([ANNA | {"hours": []}], [], [[]]),
        (
            [ANNA, ANNA | {"hours": ANNA["hours"][:1]}],
            [9, 11],
            [[Cell(2, 3.0, 1.0), Cell(1, 1.0, 1 / 3)], [Cell(2, 3.0, 1.0), None]],
        ),
    ],
)
def test_each_hour_of_work_has_its_cell(operators: list[Any], hours: list[int], cells: list[Any]) -> None:
    found_hours, rows = work(operators)
    assert list(found_hours) == hours
    assert [row for _, row in rows] == cells
