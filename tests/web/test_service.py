"""The page of the service: every figure has its stretch, and nothing needs a network."""

from datetime import UTC, datetime
from typing import get_args

from campaigns.store.service_figures import TOLD, UNTOLD
from campaigns.store.task_figures import TaskEnd
from campaigns.web.service import TASK_COLOURS, TOLD_COLOURS, WORDS, service_page
from tests.web.figures import NO_SERVICE, SERVICE

NOW = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)


def test_every_figure_has_a_colour_and_words() -> None:
    assert set(TOLD_COLOURS) == {*TOLD, *UNTOLD}
    assert set(TASK_COLOURS) == set(get_args(TaskEnd))
    assert set(WORDS) == set(TOLD_COLOURS) | set(TASK_COLOURS)


def test_the_page_shows_the_figures_and_loads_nothing() -> None:
    page = service_page(SERVICE, ["6 of 10 in time."], ["It means this."], NOW)
    for said in (
        "From 2026-03-01 19:00 UTC; before 2026-03-08 19:00 UTC; made",
        "6 of 10 in time.",
        "It means this.",
        "How soon 10 results were told",
        "within an hour 6",
        "of all 8 contacts that were called",
        "75.0 %",
        "4.00 ± 1.73",
        "level: operator, 5 tasks, 50.0 % in time",
        "open and overdue 1",
        "its file cannot be read",
    ):
        assert said in page, said
    assert "http" not in page
    assert "level: head" not in page
    assert "<b>Clinic" not in page


def test_scales_are_told_apart_where_there_are_several() -> None:
    other = SERVICE["marks"][0] | {"scale": 9}
    assert "(1-9)" in service_page(SERVICE | {"marks": [*SERVICE["marks"], other]}, [], [], NOW)
    assert "(1-5)" not in service_page(SERVICE, [], [], NOW)


def test_a_service_that_did_nothing_has_a_page() -> None:
    page = service_page(NO_SERVICE, ["Nothing."], [], NOW)
    assert "Nothing." in page
    assert "<svg" not in page
