"""The figures of a survey: SQL counts what the rules say, and every sum adds up."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import literal, select

from campaigns.flows.surveyed import Asked, Scale
from campaigns.rules.aapor import DISPOSITIONS, Call, disposition
from campaigns.store.database import Database
from campaigns.store.desk_figures import Span
from campaigns.store.moments import period
from campaigns.store.survey_figures import survey_report
from campaigns.words import ContactState, Outcome
from tests.store.people import NOW
from tests.store.surveys import SURVEY, Archive

ZONE = ZoneInfo("Asia/Yekaterinburg")
ASKED = Asked(
    ("came", "mark", "why"),
    frozenset({"came", "mark", "again"}),
    {"mark": Scale(5, frozenset({"1", "2"}))},
    {"came": frozenset({"no"})},
)
HUNG_UP: Call = ("hung_up", "answered")
MISSED: Call = ("unanswered", "no_answer")


def figures(db: Database, span: Span | None = None, asked: Asked = ASKED) -> dict[str, Any]:
    return survey_report(db, SURVEY, asked, ZONE, span or Span())


def test_a_survey_without_contacts_has_figures(db: Database) -> None:
    data = figures(db)
    assert (data["contacts"], data["open"], data["cases"]) == (0, 0, 0)
    assert set(data["rates"].values()) == {None}
    assert data["institutions"] == data["weeks"] == []
    assert [each["answered"] for each in data["questions"]] == [0, 0, 0]


STATES: list[tuple[ContactState, Outcome | None]] = [
    ("waiting", None),
    ("done", "opted_out"),
    ("exhausted", "unanswered"),
    ("done", "wrong_person"),
    ("cancelled", None),
]
CALLS: list[list[Call]] = [
    [],
    [MISSED],
    [("completed", "answered"), MISSED],
    [("unanswered", "wrong_number")],
    [("unanswered", "wrong_number"), ("voicemail", "answered")],
    [HUNG_UP, ("voicemail", "answered")],
    [("human_wanted", "answered"), (None, None)],
    [("silent", "answered"), ("wrong_person", "answered")],
    [MISSED, ("unanswered", "wrong_number")],
    [HUNG_UP, ("unanswered", "wrong_number")],
]
GIVEN = [{}, {"why": "answers/1.wav"}, {"came": "no"}, {"came": "yes", "mark": "4"}]


def test_sql_decides_as_the_rules_do(db: Database) -> None:
    archive, expected = Archive(db), Counter[str]()
    for (state, outcome), calls, given in itertools.product(STATES, CALLS, GIVEN):
        if given and not calls:
            continue
        archive.add(state, outcome, calls, given)
        core = len(given.keys() & ASKED.core)
        ended = [call for call in calls if call[0]]
        found = disposition(state, outcome, ended, len(ASKED.core), core, len(given))
        expected[found or "open"] += 1
    data = figures(db)
    assert {name: data[name] for name in ("open", *DISPOSITIONS)} == expected
    assert data["contacts"] == expected.total()


def test_one_wrong_number_of_two_leaves_the_case_unknown(db: Database) -> None:
    calls = [MISSED, ("unanswered", "wrong_number")]
    Archive(db).add("exhausted", "unanswered", calls, phones=["+79000000001", "+79000000002"])
    assert figures(db)["unknown"] == 1


def test_answers_are_counted_as_they_came(db: Database) -> None:
    archive = Archive(db)
    for mark, why in (("1", "answers/1.wav"), ("2", "answers/2.wav"), ("5", ""), ("5", "")):
        archive.add(answers={"came": "yes" if mark == "5" else "no", "mark": mark, "why": why})
    came, mark, why, extra = figures(db, asked=ASKED)["questions"] + [None]
    assert extra is None
    assert came["answers"] == {"no": 2, "yes": 2}
    assert came["broken"] == 2
    assert mark["answers"] == {"1": 1, "2": 1, "5": 2}
    assert mark["marks"]["mean"] == 3.25
    assert mark["marks"]["median"] == 3.5
    assert (mark["marks"]["low"], mark["marks"]["low_share"]) == (2, 0.5)
    assert why["answers"] == {"": 2, "recorded": 2}


def test_without_its_file_every_answer_counts(db: Database) -> None:
    Archive(db).add("exhausted", "unanswered", [("partial", "answered"), MISSED], {"came": "yes"})
    data = figures(db, asked=Asked())
    assert (data["partial"], data["cases"]) == (1, 1)
    assert [each["question"] for each in data["questions"]] == ["came"]


def test_parts_add_up_to_the_whole(db: Database) -> None:
    archive = Archive(db)
    for number in range(12):
        archive.add(
            "waiting" if number == 0 else "done",
            at=NOW + timedelta(days=2 * number),
            institution=f"Clinic {9 + number % 3}",
            answers={"mark": str(1 + number % 5)},
        )
    data = figures(db)
    assert [each["institution"] for each in data["institutions"]] == ["Clinic 9", "Clinic 10", "Clinic 11"]
    assert [each["week"] for each in data["weeks"]] == ["2026-W10", "2026-W11", "2026-W12", "2026-W13"]
    for parts in (data["institutions"], data["weeks"]):
        for name in ("contacts", "open", "cases", "complete"):
            assert sum(part[name] for part in parts) == data[name], name
        marks = [part["questions"][1]["marks"]["count"] for part in parts]
        assert sum(marks) == data["questions"][1]["marks"]["count"] == 12
    assert (data["contacts"], data["open"], data["complete"]) == (12, 1, 11)


def test_a_contact_stands_where_it_was_closed_in_the_clinics_week(db: Database) -> None:
    archive = Archive(db)
    monday = datetime(2026, 3, 8, 19, tzinfo=UTC)  # 0:00 of the 9th there
    archive.add(at=monday, queued_at=monday - timedelta(days=6))
    archive.add(at=monday - timedelta(microseconds=1), queued_at=monday - timedelta(days=6))
    archive.add("waiting", None, [], at=monday - timedelta(days=1))
    weeks = {each["week"]: (each["cases"], each["open"]) for each in figures(db)["weeks"]}
    assert weeks == {"2026-W10": (1, 1), "2026-W11": (1, 0)}
    assert figures(db, Span(since=monday))["contacts"] == 1
    assert figures(db, Span(until=monday))["contacts"] == 2


def test_other_campaigns_do_not_count(db: Database) -> None:
    Archive(db, "other").add(answers={"mark": "1"})
    assert figures(db)["contacts"] == 0


@pytest.mark.parametrize("count", [1, 2, 3, 7, 60])
def test_every_moment_lies_in_its_period(db: Database, count: int) -> None:
    begins = [NOW + timedelta(weeks=number) for number in range(count)]
    moments = [begin + shift for begin in begins for shift in (timedelta(0), timedelta(days=6.9))]
    with db.read() as session:
        found = [session.connection().execute(select(period(literal(at), begins))).scalar() for at in moments]
    assert found == [number for number in range(count) for _ in range(2)]


@pytest.mark.parametrize(("answers", "found"), [(1, "break_off"), (2, "partial"), (4, "partial")])
def test_half_of_what_everybody_is_asked_is_enough(db: Database, answers: int, found: str) -> None:
    questions = ("a", "b", "c", "d")
    given = dict.fromkeys(questions[:answers], "yes")
    Archive(db).add("exhausted", "partial", [("partial", "answered")], given)
    data = figures(db, asked=Asked(questions, frozenset(questions)))
    assert data[found] == data["cases"] == 1
