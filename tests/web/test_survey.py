"""The page of a survey: every figure has its stretch, and nothing needs a network."""

import re
from datetime import UTC, datetime

import pytest

from campaigns.rules.aapor import DISPOSITIONS
from campaigns.web.survey import DISPOSITION_COLOURS, survey_page
from tests.web.figures import NO_SURVEY, SURVEY

NOW = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)


def test_every_disposition_has_a_colour() -> None:
    assert set(DISPOSITION_COLOURS) == set(DISPOSITIONS)


def test_the_page_shows_the_figures_and_loads_nothing() -> None:
    page = survey_page(SURVEY, ["12 contacts."], ["It means this."], NOW)
    for said in (
        "12 contacts.",
        "It means this.",
        "What became of 10 cases",
        "complete 6",
        "RR1 <b>60.0 %</b>",
        "dealt with: 5 answers",
        "1 did not get what they were promised",
        "recorded 2",
        "2026-W10: 10 cases",
        "mark by institution",
        "4.00 ± 1.73",
        "25.0 %",
    ):
        assert said in page, said
    assert "http" not in page
    assert "never asked" not in page


def test_bars_are_as_wide_as_their_shares() -> None:
    page = survey_page(SURVEY, [], [], NOW)
    widths = [float(said) for said in re.findall(r'y="2" width="([\d.]+)"', page)]
    assert widths[:3] == pytest.approx([432, 144, 144])  # complete, refusal, unknown of ten
    assert widths[3:5] == pytest.approx([144, 576])  # no, yes
    assert widths[5:7] == pytest.approx([180, 540])  # marks 1 and 5


def test_the_lowest_mean_comes_first_and_who_has_no_mark_is_left_out() -> None:
    page = survey_page(SURVEY, [], [], NOW)
    marks = page[page.index("mark by institution") :]
    assert marks.index("=Clinic 6") < marks.index("Clinic 5")
    assert marks.count("Marks of") == 2


def test_names_cannot_become_markup() -> None:
    assert "<b>Clinic" not in survey_page(SURVEY, ["<b>said</b>"], [], NOW)


def test_a_survey_without_contacts_has_a_page() -> None:
    page = survey_page(NO_SURVEY, ["Nobody."], [], NOW)
    assert "Nobody." in page
    assert "<svg" not in page
