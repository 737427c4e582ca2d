"""What `dialer report` says of a survey and of the service: sentences, tables, rows of a spreadsheet."""

import csv
import io
from typing import Any

import pytest

from campaigns.cli import options, service_tables, survey_tables
from campaigns.cli.spreadsheet import as_csv
from campaigns.cli.survey_tables import By
from tests.web.figures import NO_SERVICE, NO_SURVEY, SERVICE, SURVEY


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options.console, "width", 80)


def test_a_survey_in_sentences() -> None:
    said = " ".join(survey_tables.sentences(SURVEY))
    assert "12 contacts: 2 still wait, 10 are closed cases; 6 completed the survey" in said
    assert "Response rate 60.0 % (AAPOR RR1" in said
    assert "refusals 20.0 % (REF1)" in said
    assert "mark: 4 marks, mean 4.00, median 5, standard deviation 1.73, 25.0 % of them low." in said
    assert survey_tables.sentences(NO_SURVEY) == ["No contact of survey was closed or queued in this time."]


def test_definitions_name_every_code_and_who_is_asked_what() -> None:
    said = " ".join(survey_tables.definitions(SURVEY))
    for told in (
        "10th edition (2023)",
        "1.1 complete:",
        "2.12 break off:",
        "dealt with, mark",
        "Yekaterinburg",
    ):
        assert told in said, told


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize(
    ("by", "shown"),
    [
        ("question", ["dealt with", "80.0", "(nothing)"]),
        ("institution", ["<b>Clinic 5</b>", "(none)", "60.0", "1.73"]),
        ("week", ["2026-W10", "25.0"]),
    ],
)
def test_a_survey_in_tables(by: By, shown: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    survey_tables.show(SURVEY, by)
    said = capsys.readouterr().out
    for told in ("2.12", "RR6", *shown):
        assert told in said, told
    assert "…" not in said


def read(rows: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(rows).decode("utf-8-sig"))))


def test_a_spreadsheet_of_questions() -> None:
    rows = read(survey_tables.rows(SURVEY, "question"))
    assert [(row["question"], row["answer"], row["count"], row["share"]) for row in rows[:3]] == [
        ("dealt_with", "no", "1", "0.2"),
        ("dealt_with", "yes", "4", "0.8"),
        ("mark", "1", "1", "0.25"),
    ]
    assert (rows[0]["mean"], rows[2]["mean"], rows[2]["low_share"]) == ("", "4.0", "0.25")


def test_a_spreadsheet_of_institutions_carries_no_formula() -> None:
    rows = read(survey_tables.rows(SURVEY, "institution"))
    assert [row["institution"] for row in rows] == ["<b>Clinic 5</b>", "", "'=Clinic 6"]
    assert (rows[0]["complete"], rows[0]["RR1"], rows[0]["mark_mean"], rows[0]["mark=5"]) == (
        "6",
        "0.6",
        "4.0",
        "3",
    )
    assert rows[1]["mark=5"] == ""


@pytest.mark.parametrize(
    ("cell", "kept"), [("+1", "'+1"), ("@x", "'@x"), ("-", "'-"), (-1.5, "-1.5"), (None, "")]
)
def test_only_texts_could_be_formulas(cell: str | float | None, kept: str) -> None:
    assert read([{"cell": cell, "other": 1}])[0]["cell"] == kept


def test_the_service_in_sentences() -> None:
    said = " ".join(service_tables.sentences(SERVICE))
    for told in (
        "6 of 10 results were told within an hour: 66.7 % of those whose hour is over.",
        "6 of 8 contacts that were called were reached, 75.0 %.",
        "1 of 4 who were asked did not get what they were promised, 25.0 %.",
        "Tasks raised: 5, 50.0 % of those due were done in time; open: 2, 1 of them overdue.",
        "2 of those reached want no more calls, 33.3 %; numbers entered: 2.",
        "Calls that needed no operator: 12; they took 1.5 hours, 0.8 of them talking.",
    ):
        assert told in said, told
    assert len(service_tables.sentences(NO_SERVICE)) == 1


@pytest.mark.usefixtures("wide")
def test_the_service_in_tables(capsys: pytest.CaptureFixture[str]) -> None:
    service_tables.show(SERVICE)
    said = capsys.readouterr().out
    for told in ("within 4 hours", "% by then", "<b>Clinic 5</b>", "operator", "reopened"):
        assert told in said, told
    service_tables.show(NO_SERVICE)
    assert "│" not in capsys.readouterr().out


def test_every_figure_of_the_service_has_a_row() -> None:
    rows = {
        (row["table"], row["of"], row["figure"]): row["value"] for row in read(service_tables.rows(SERVICE))
    }
    assert rows["results", "", "hour"] == "6"
    assert rows["reached", "2", "by_then"] == "0.75"
    assert rows["marks", "<b>Clinic 5</b>", "marks.5"] == "3"
    assert rows["tasks", "", "share_on_time"] == "0.5"
    assert rows["tasks_by_level", "head", "share_on_time"] == ""
    assert rows["opt_outs", "", "by_how.key"] == "2"
    assert rows["campaigns", "gone", "contacts"] == "1"
