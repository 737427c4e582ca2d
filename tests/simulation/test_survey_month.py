"""The figures of a month are those that were known before anybody was called."""

import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.surveyed import asked
from campaigns.models import Task
from campaigns.rules.aapor import DISPOSITIONS
from campaigns.rules.weeks import week_name
from campaigns.store.service_figures import Known, service_report
from campaigns.store.survey_figures import RECORDED, survey_report
from tests.simulation.survey_month import CAMPAIGN, FIRST_MONDAY, LOW, ZONE, Person, SurveyMonth, everybody
from tests.store import invariants

ASKED = asked(load_script(find_scripts(LIBRARY)[CAMPAIGN]))


@pytest.mark.timeout(180)
def test_a_few_institutions(tmp_path: Path) -> None:
    check(tmp_path, list(everybody(institutions=4, weeks=2, each=15, seed=1)))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_month_of_forty_institutions(tmp_path: Path) -> None:
    check(tmp_path, list(everybody(institutions=40, weeks=4, each=25, seed=2)))


def check(folder: Path, persons: Sequence[Person]) -> None:
    """Play it; then compare every figure with what was settled beforehand."""
    month = SurveyMonth(folder, persons)
    month.run()
    invariants.check(month.database)
    data = survey_report(month.database, CAMPAIGN, ASKED, ZONE)
    known = Known({CAMPAIGN: "survey"}, {CAMPAIGN: ASKED})
    service = service_report(month.database, known, month.clock.now(), ZONE)
    same(data, persons)
    for key, name in (("institutions", "institution"), ("weeks", "week")):
        groups = Counter(_group(person, name) for person in persons)
        assert [each[name] for each in data[key]] == sorted(groups)
        for each in data[key]:
            same(each, [person for person in persons if _group(person, name) == each[name]])
    same_service(service, persons)
    with month.database.read() as session:
        raised = session.exec(select(Task.contact_id).where(Task.campaign == CAMPAIGN)).all()
    assert len(raised) == len(set(raised)) == sum(person.task for person in persons)
    month.database.close()


def same(data: dict[str, Any], persons: Sequence[Person]) -> None:
    """Counts, rates, answers and marks of these persons."""
    found = Counter(person.found for person in persons)
    assert {name: data[name] for name in DISPOSITIONS} == {name: found[name] for name in DISPOSITIONS}
    assert (data["contacts"], data["open"]) == (len(persons), 0)
    sample = len(persons) - found["not_eligible"]
    assert data["rates"]["RR1"] == round(found["complete"] / sample, 4)
    assert data["rates"]["RR2"] == round((found["complete"] + found["partial"]) / sample, 4)
    assert data["rates"]["REF1"] == round((found["refusal"] + found["break_off"]) / sample, 4)
    questions = {each["question"]: each for each in data["questions"]}
    came = Counter(person.came for person in persons if person.came)
    assert questions["dealt_with"]["answers"] == came
    assert questions["dealt_with"]["broken"] == came["no"]
    recorded = sum(person.recorded for person in persons)
    assert questions["words"]["answers"] == ({RECORDED: recorded} if recorded else {})
    same_marks(questions["mark"]["marks"], [int(person.mark) for person in persons if person.mark])


def same_marks(figures: dict[str, Any], marks: Sequence[int]) -> None:
    """Against the library's statistics."""
    assert figures["count"] == len(marks)
    if not marks:
        return
    assert figures["mean"] == pytest.approx(statistics.fmean(marks), abs=0.005)
    assert figures["median"] == statistics.median(marks)
    assert figures["deviation"] == pytest.approx(statistics.pstdev(marks), abs=0.005)
    assert figures["low"] == sum(str(mark) in LOW for mark in marks)
    assert figures["low_share"] == round(figures["low"] / len(marks), 4)


def same_service(data: dict[str, Any], persons: Sequence[Person]) -> None:
    """Whom calls reached when, marks, promises, refusals, tasks."""
    by_number = Counter(person.reached_at for person in persons if person.reached_at)
    checked = sum(bool(person.solved) for person in persons)
    by_number[1] += checked  # the short call that asks whether it is solved
    rows = {each["attempt"]: each["reached"] for each in data["reached"]["by_attempt"]}
    assert {number: count for number, count in rows.items() if count} == by_number
    assert (data["reached"]["called"], data["reached"]["reached"]) == (
        len(persons) + checked,
        by_number.total(),
    )
    for row in data["marks"]:
        theirs = [person.mark for person in persons if person.institution == row["institution"]]
        same_marks(row, [int(mark) for mark in theirs if mark])
    came = Counter(person.came for person in persons if person.came)
    assert data["promises"]["asked"] == came.total()
    assert data["promises"]["broken"] == came["no"]
    same_tasks(data["tasks"], persons)
    refused = sum(person.opts_out for person in persons)
    assert (data["opt_outs"]["contacts"], data["opt_outs"]["numbers"]) == (refused, refused)


def same_tasks(data: dict[str, Any], persons: Sequence[Person]) -> None:
    """All were resolved in time, and those that the person found unsolved once more, by the head."""
    raised = sum(person.task for person in persons)
    solved = Counter(person.solved for person in persons)
    again = solved["no"]
    assert (data["tasks"], data["open"], data["closed"]) == (raised, 0, raised)
    assert (data["on_time"], data["late"]) == (raised - again, again)
    assert (data["verified"], data["reopened"]) == (solved["yes"], again)
    levels = {level: figures["tasks"] for level, figures in data["by_level"].items()}
    assert levels == {"operator": raised - again, "head": again, "authority": 0}


def _group(person: Person, name: str) -> str:
    if name == "institution":
        return person.institution
    return week_name(FIRST_MONDAY + timedelta(weeks=person.week))
