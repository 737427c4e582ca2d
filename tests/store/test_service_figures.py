"""The figures of the whole service, each against contacts that can be counted on one's fingers."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns.flows.surveyed import Asked, Scale
from campaigns.models import Operator, OperatorCall, OptOut, Task
from campaigns.store.database import Database
from campaigns.store.desk_figures import Span
from campaigns.store.service_figures import Known, service_report
from campaigns.words import Level, TaskState
from tests.store.people import HOUR, NOW
from tests.store.surveys import Archive
from tests.store.test_survey_figures import ASKED, HUNG_UP, MISSED, ZONE

MINUTE = timedelta(minutes=1)
KNOWN = Known(
    {"results": "result", "survey": "survey"}, {"survey": ASKED, "nine": Asked(scales={"m": Scale(9)})}
)


def figures(db: Database, span: Span | None = None) -> dict[str, Any]:
    return service_report(db, KNOWN, NOW, ZONE, span or Span())


def test_an_empty_service_has_figures(db: Database) -> None:
    data = figures(db)
    assert data["campaigns"] == data["marks"] == data["reached"]["by_attempt"] == []
    shares = [data[name]["share"] for name in ("results", "reached", "promises")]
    assert [*shares, data["tasks"]["share_on_time"], data["opt_outs"]["share_of_reached"]] == [None] * 5
    assert data["saved"] == {"calls": 0, "hours": 0.0, "talk_hours": 0.0, "with_operators": 0}


def test_how_soon_results_were_told(db: Database) -> None:
    archive = Archive(db, "results")
    early = NOW - 3 * 24 * HOUR
    for told in (30 * MINUTE, HOUR, HOUR + MINUTE, 5 * HOUR, 24 * HOUR, 25 * HOUR):
        archive.add(queued_at=early, delivered_at=early + told)
    archive.add(queued_at=early, not_before=early + 9 * HOUR, delivered_at=early + 10 * HOUR)
    archive.add("exhausted", "unanswered", [MISSED])
    archive.add("waiting", None, [], at=NOW - HOUR)
    archive.add("waiting", None, [], at=NOW - HOUR + MINUTE)
    archive.add("cancelled", None, [])
    Archive(db, "survey").add()
    results = figures(db)["results"]
    assert results == {
        "contacts": 11,
        "hour": 3,
        "four_hours": 1,
        "day": 2,
        "later": 1,
        "not_told": 1,
        "waiting": 1,
        "fresh": 1,
        "cancelled": 1,
        "share": round(3 / 9, 4),
    }


def test_reached_by_the_number_of_the_attempt(db: Database) -> None:
    archive = Archive(db)
    completed = ("completed", "answered")
    for calls in (
        [completed],
        [completed],
        [MISSED, ("opted_out", "answered")],
        [MISSED, ("partial", "answered"), completed],  # reached by the second for the first time
        [MISSED, HUNG_UP, MISSED],
    ):
        archive.add(calls=calls)  # type: ignore[arg-type]
    archive.add("waiting", None, [("failed", "unreachable")], counted=False)
    data = figures(db)
    assert data["reached"] == {
        "called": 5,
        "reached": 4,
        "share": 0.8,
        "by_attempt": [
            {"attempt": 1, "called": 5, "reached": 2, "share": 0.4, "by_then": 0.4},
            {"attempt": 2, "called": 3, "reached": 2, "share": 0.6667, "by_then": 0.8},
            {"attempt": 3, "called": 2, "reached": 0, "share": 0.0, "by_then": 0.8},
        ],
    }
    assert data["opt_outs"] == {"numbers": 0, "by_how": {}, "contacts": 1, "share_of_reached": 0.25}


def test_marks_and_promises_over_all_campaigns(db: Database) -> None:
    archive, nine = Archive(db), Archive(db, "nine")
    for mark, came in (("5", "yes"), ("4", "yes"), ("1", "no")):
        archive.add(answers={"mark": mark, "came": came})
    archive.add(answers={"mark": "3", "came": "yes"}, institution="")
    nine.add(answers={"m": "9"})
    data = figures(db)
    shown = [(each["institution"], each["scale"], each["count"], each["mean"]) for each in data["marks"]]
    assert shown == [("", 5, 1, 3.0), ("Clinic 5", 5, 3, 3.33), ("Clinic 5", 9, 1, 9.0)]
    assert [each["low_share"] for each in data["marks"]] == [0.0, 0.3333, None]
    assert data["promises"] == {"asked": 4, "broken": 1, "share": 0.25}
    assert data["campaigns"] == [
        {"campaign": "nine", "purpose": None, "contacts": 1},
        {"campaign": "survey", "purpose": "survey", "contacts": 4},
    ]


TASKS: list[tuple[TaskState, Level, int, int | None, str, int]] = [
    ("resolved", "operator", 0, 0, "on_time", 0),
    ("verified", "head", 1, 0, "on_time", 1),
    ("resolved", "head", -2, -1, "late", 0),
    ("open", "authority", -1, None, "overdue", 2),
    ("taken", "operator", 1, None, "running", 0),
]


def test_tasks_in_time_and_by_level(db: Database) -> None:
    with db.write() as session:
        for state, level, due, closed, _, reopenings in TASKS:
            session.add(
                Task(
                    campaign="survey",
                    reason="low_mark",
                    urgency="high",
                    state=state,
                    level=level,
                    details={},
                    created_at=NOW - 24 * HOUR,
                    first_due_at=NOW + due * HOUR,
                    due_at=NOW + 99 * HOUR,
                    closed_at=None if closed is None else NOW + closed * HOUR,
                    reopenings=reopenings,
                )
            )
    tasks = figures(db)["tasks"]
    assert {name: tasks[name] for name in ("tasks", "on_time", "late", "overdue", "running")} == {
        "tasks": 5,
        "on_time": 2,
        "late": 1,
        "overdue": 1,
        "running": 1,
    }
    assert tasks["share_on_time"] == 0.5
    assert (tasks["open"], tasks["closed"], tasks["verified"], tasks["reopened"]) == (2, 3, 1, 2)
    assert {level: each["tasks"] for level, each in tasks["by_level"].items()} == {
        "operator": 2,
        "head": 2,
        "authority": 1,
    }
    assert tasks["by_urgency"]["high"]["tasks"] == 5
    assert tasks["by_urgency"]["low"]["share_on_time"] is None
    assert figures(db, Span(since=NOW))["tasks"]["tasks"] == 0


def test_hours_saved_are_those_of_calls_without_an_operator(db: Database) -> None:
    archive = Archive(db)
    for _ in range(60):
        archive.add()  # a minute from start to end, half of it talk
    with db.write() as session:
        operator = Operator(
            name="anna", address="sip:a@b", group="main", changed_at=NOW, idle_since=NOW, free_at=NOW
        )
        session.add(operator)
        session.flush()
        call: dict[str, Any] = {"operator_id": operator.id, "contact_id": 1, "campaign": "survey"}
        call |= {"mode": "robot_first", "trunk": "t", "node": "", "started_at": NOW, "ended_at": NOW}
        for attempt, taken in ((1, NOW), (2, NOW), (3, None)):
            session.add(OperatorCall(**call, attempt_id=attempt, taken_at=taken))
    saved = figures(db)["saved"]
    assert saved == {"calls": 58, "hours": 1.0, "talk_hours": 0.5, "with_operators": 2}


@pytest.mark.parametrize(("span", "numbers"), [(Span(), 3), (Span(since=NOW), 1), (Span(until=NOW), 2)])
def test_numbers_that_opted_out(db: Database, span: Span, numbers: int) -> None:
    with db.write() as session:
        for place, (how, at) in enumerate((("key", 0), ("file", -1), ("key", -1))):
            session.add(OptOut(phone=f"+7{place}", how=how, at=NOW + at * HOUR))
    assert figures(db, span)["opt_outs"]["numbers"] == numbers


def test_a_span_holds_for_every_figure(db: Database) -> None:
    archive = Archive(db)
    archive.add(answers={"mark": "1", "came": "no"}, calls=[("opted_out", "answered")], at=NOW - 2 * HOUR)
    after = figures(db, Span(since=NOW))
    assert after["marks"] == after["campaigns"] == []
    assert (after["reached"]["called"], after["promises"]["asked"], after["saved"]["calls"]) == (0, 0, 0)
    assert after["opt_outs"]["contacts"] == 0
    before = figures(db, Span(until=NOW))
    assert (before["reached"]["called"], before["opt_outs"]["contacts"]) == (1, 1)
