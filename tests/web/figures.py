"""Figures of a survey and of the service, as the store hands them to pages and tables."""

from typing import Any

from campaigns.rules.aapor import DISPOSITIONS, rates
from campaigns.rules.marks import marks_of

CASES: dict[str, int] = {str(name): 0 for name in DISPOSITIONS} | {"complete": 6, "refusal": 2, "unknown": 2}
MARKS = marks_of({"1": 1, "5": 3}, 5, {"1"}).as_json()
NO_MARKS = marks_of({}, 5, {"1"}).as_json()


def question(name: str, answers: dict[str, int], **more: Any) -> dict[str, Any]:
    whole = {"question": name, "answered": sum(answers.values()), "answers": answers}
    return {**whole, "broken": None, "marks": None, **more}


def place(name: str, called: str, marks: dict[str, Any]) -> dict[str, Any]:
    counts = {"contacts": 12, "open": 2, "cases": 10, **CASES, "rates": rates(CASES)}
    said = {mark: count for mark, count in marks["marks"].items() if count}
    return {name: called, **counts, "questions": [question("mark", said, marks=marks)]}


SURVEY: dict[str, Any] = {
    "campaign": "survey",
    "since": None,
    "until": None,
    "time_zone": "Asia/Yekaterinburg",
    "everybody_is_asked": ["dealt_with", "mark"],
    "contacts": 12,
    "open": 2,
    "cases": 10,
    **CASES,
    "rates": rates(CASES),
    "questions": [
        question("dealt_with", {"no": 1, "yes": 4}, broken=1),
        question("mark", {"1": 1, "5": 3}, marks=MARKS),
        question("why", {"": 1, "recorded": 2}),
        question("never_asked", {}),
    ],
    "institutions": [
        place("institution", "<b>Clinic 5</b>", MARKS),
        place("institution", "", NO_MARKS),
        place("institution", "=Clinic 6", marks_of({"2": 2}, 5).as_json()),
    ],
    "weeks": [place("week", "2026-W10", MARKS)],
}
NO_SURVEY: dict[str, Any] = SURVEY | {
    **dict.fromkeys(("contacts", "open", "cases", *DISPOSITIONS), 0),
    "rates": rates({}),
    "questions": [question("mark", {}, marks=NO_MARKS)],
    "institutions": [],
    "weeks": [],
}

_ENDS = {"tasks": 5, "on_time": 2, "late": 1, "overdue": 1, "running": 1, "share_on_time": 0.5}
_NO_ENDS = dict.fromkeys(_ENDS, 0) | {"share_on_time": None}
_REST = {"open": 2, "closed": 3, "verified": 1, "reopened": 0}
SERVICE: dict[str, Any] = {
    "since": "2026-03-01T19:00:00+00:00",
    "until": "2026-03-08T19:00:00+00:00",
    "time_zone": "Asia/Yekaterinburg",
    "campaigns": [
        {"campaign": "results", "purpose": "result", "contacts": 10},
        {"campaign": "gone", "purpose": None, "contacts": 1},
    ],
    "results": {
        "contacts": 10,
        "hour": 6,
        "four_hours": 1,
        "day": 1,
        "later": 0,
        "not_told": 1,
        "waiting": 0,
        "fresh": 1,
        "cancelled": 0,
        "share": 0.6667,
    },
    "reached": {
        "called": 8,
        "reached": 6,
        "share": 0.75,
        "by_attempt": [
            {"attempt": 1, "called": 8, "reached": 4, "share": 0.5, "by_then": 0.5},
            {"attempt": 2, "called": 4, "reached": 2, "share": 0.5, "by_then": 0.75},
        ],
    },
    "marks": [{"institution": "<b>Clinic 5</b>", "scale": 5, **MARKS}],
    "promises": {"asked": 4, "broken": 1, "share": 0.25},
    "tasks": {
        **_ENDS,
        **_REST,
        "by_level": {"operator": {**_ENDS, **_REST}, "head": {**_NO_ENDS, **_REST}},
        "by_urgency": {"high": {**_ENDS, **_REST}},
    },
    "opt_outs": {"numbers": 2, "by_how": {"key": 2}, "contacts": 2, "share_of_reached": 0.3333},
    "saved": {"calls": 12, "hours": 1.5, "talk_hours": 0.8, "with_operators": 1},
}
NO_SERVICE: dict[str, Any] = SERVICE | {
    "since": None,
    "until": None,
    "campaigns": [],
    "results": dict.fromkeys(SERVICE["results"], 0) | {"share": None},
    "reached": {"called": 0, "reached": 0, "share": None, "by_attempt": []},
    "marks": [],
    "promises": {"asked": 0, "broken": 0, "share": None},
    "tasks": {**_NO_ENDS, **_REST, "by_level": {}, "by_urgency": {}},
    "opt_outs": {"numbers": 0, "by_how": {}, "contacts": 0, "share_of_reached": None},
    "saved": {"calls": 0, "hours": 0.0, "talk_hours": 0.0, "with_operators": 0},
}
