"""The report page: every outcome has its stretch of the bar, and nothing needs a network."""

from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns.web.report import COLOURS, report_page, slices
from campaigns.words import Outcome

REPORT: dict[str, Any] = {
    "campaign": "covid-results",
    "state": "finished",
    "contacts": {"total": 4, "waiting": 1, "calling": 0, "done": 3, "exhausted": 0, "cancelled": 0},
    "attempts": 4,
    "endings": {"answered": 3, "busy": 1},
    "outcomes": {"completed": 3, "unanswered": 1},
    "quality": {"measured": 3, "median_mos": 4.31, "one_way": 1},
    "answers": {"mark": {"5": 2, "1": 1}},
    "tasks": {"open": 1, "closed": 0},
}
TASK = {
    "id": 7,
    "campaign": "covid-results",
    "contact": "<b>A-1</b>",
    "reason": "low_mark",
    "urgency": "high",
    "due_at": "2026-03-02T12:00:00+05:00",
    "details": {"mark": "1"},
}
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def test_the_bar_holds_every_outcome_in_proportion() -> None:
    completed, unanswered = slices({"completed": 3, "unanswered": 1})
    assert (completed.count, unanswered.count) == (3, 1)
    assert completed.width == pytest.approx(3 * unanswered.width)
    assert unanswered.x == pytest.approx(completed.width)


def test_every_outcome_has_a_colour() -> None:
    assert set(COLOURS) == set(Outcome.__args__)  # type: ignore[attr-defined]


def test_the_page_shows_figures_and_tasks_and_loads_nothing() -> None:
    page = report_page([REPORT], NOW, [TASK])
    assert 'aria-label="Outcomes of the attempts of covid-results"' in page
    assert "5 × 2" in page
    assert "median MOS 4.31" in page
    assert "1 in which nothing was heard" in page
    assert "low mark" in page
    assert "http" not in page


def test_values_cannot_become_markup() -> None:
    assert "<b>A-1</b>" not in report_page([REPORT], NOW, [TASK])


def test_a_campaign_without_attempts_says_so() -> None:
    assert "No attempt yet." in report_page([REPORT | {"outcomes": {}}], NOW)
