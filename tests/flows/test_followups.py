"""What remains for humans when a contact is closed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from campaigns.flows.followups import followups
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.turns import TaskRaised, Work
from campaigns.words import ContactState, Outcome
from tests.flows.scripts import load, spoiled

COVID = {"birth_year": "1954", "sample_date": "2026-11-18", "clinic": "Clinic"}
NEGATIVE = {**COVID, "result": "negative"}
SURVEY = {"request_id": "A", "service": "visit", "clinic": "Clinic", "served_on": "2026-11-17"}


def reasons(work: Sequence[Work]) -> list[str]:
    return [each.reason for each in work if isinstance(each, TaskRaised)]


def survey(**answers: str) -> dict[str, str]:
    return {**SURVEY, **answers}


def test_details_are_those_that_are_known(tmp_path: Path) -> None:
    script = load(tmp_path)
    told = followups(script, {"result": "good", "mark": "2"}, "done", "completed")
    assert told == (TaskRaised("low_mark", "high", (("result", "good"), ("mark", "2"))),)
    assert followups(script, {"mark": "1"}, "done", "completed") == (
        TaskRaised("low_mark", "high", (("mark", "1"),)),
    )
    assert followups(script, {"mark": "3"}, "done", "completed") == ()
    assert followups(script, {}, "done", "completed") == ()


def test_a_rule_may_ask_for_who_was_never_called(tmp_path: Path) -> None:
    script = load(tmp_path, spoiled(("when: {mark: [1, 2]}", "when: {outcome: none, mark: none}")))
    assert reasons(followups(script, {}, "exhausted", None)) == ["low_mark"]
    assert followups(script, {}, "exhausted", "unanswered") == ()
    assert followups(script, {"mark": "1"}, "exhausted", None) == ()


@pytest.mark.parametrize("state", ["done", "exhausted", "cancelled"])
@pytest.mark.parametrize(
    "outcome", [None, "opted_out", "unverified", "unanswered", "voicemail", "completed", "wrong_person"]
)
@pytest.mark.parametrize("result", ["positive", "inconclusive"])
def test_a_worrying_result_is_always_work_for_a_doctor(
    state: ContactState, outcome: Outcome | None, result: str
) -> None:
    script = load_script(LIBRARY / "covid-results.yaml")
    told = followups(script, {**COVID, "result": result}, state, outcome)
    assert reasons(told) == [f"doctor_{result}_result"]
    assert {task.urgency for task in told if isinstance(task, TaskRaised)} == {"high"}


@pytest.mark.parametrize(
    ("campaign", "fields", "state", "outcome", "tasks"),
    [
        ("covid-results", NEGATIVE, "exhausted", "unanswered", ["never_reached"]),
        ("covid-results", NEGATIVE, "exhausted", None, ["never_reached"]),
        ("covid-results", NEGATIVE, "done", "opted_out", ["not_told"]),
        ("covid-results", NEGATIVE, "done", "completed", []),
        ("abandoned-callback", {}, "exhausted", "voicemail", ["never_reached"]),
        ("abandoned-callback", {"callback": "wanted"}, "done", "completed", []),
        ("abandoned-callback", {"callback": "wanted"}, "done", "partial", ["callback"]),
        ("satisfaction-survey", SURVEY, "exhausted", "unanswered", []),
        ("satisfaction-survey", survey(dealt_with="yes", mark="1"), "done", "partial", []),
        ("satisfaction-survey", survey(dealt_with="no", mark="2"), "done", "completed", []),
        ("satisfaction-survey", survey(dealt_with="no", mark="3"), "done", "completed", ["unsolved"]),
        ("satisfaction-survey", survey(dealt_with="no"), "done", "partial", ["unsolved"]),
        ("satisfaction-survey", survey(dealt_with="yes", mark="3"), "done", "completed", []),
    ],
)  # fmt: skip
def test_the_shipped_campaigns_leave_this_work(
    campaign: str,
    fields: dict[str, str],
    state: ContactState,
    outcome: Outcome | None,
    tasks: list[str],
) -> None:
    told = followups(load_script(LIBRARY / f"{campaign}.yaml"), fields, state, outcome)
    assert reasons(told) == tasks
    urgent = tasks == ["callback"]
    assert {task.urgency for task in told if isinstance(task, TaskRaised)} <= {"high" if urgent else "normal"}


def test_who_wants_no_calls_and_has_heard_the_result_needs_nobody() -> None:
    script = load_script(LIBRARY / "covid-results.yaml")
    assert followups(script, NEGATIVE, "done", "opted_out", delivered=True) == ()
    assert reasons(followups(script, NEGATIVE, "done", "opted_out", delivered=False)) == ["not_told"]


def test_an_unhappy_patient_is_told_of_with_clinic_and_reason() -> None:
    answers = {"dealt_with": "no", "mark": "3"}
    script = load_script(LIBRARY / "satisfaction-survey.yaml")
    (task,) = followups(script, {**SURVEY, **answers}, "done", "completed")
    assert isinstance(task, TaskRaised)
    assert task.check == "problem-check"
    assert dict(task.details) == {
        "clinic": "Clinic",
        "service": "visit",
        "served_on": "2026-11-17",
        "request_id": "A",
        **answers,
    }
