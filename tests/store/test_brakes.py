"""Campaigns that pause themselves, and first calls on trial."""

from dataclasses import replace
from datetime import datetime

import pytest

from campaigns.rules.brakes import Ended, Tripped
from campaigns.store import approvals, attempts, brakes, campaigns, contacts, tasks
from campaigns.store.database import Database
from tests.store.people import (
    COMPLETED,
    HOUR,
    NOW,
    OWN_FAILURE,
    begun,
    done_to_campaign,
    finish,
    no_tasks,
    person,
    queue,
    take,
    taken_ids,
    unless_opted_out,
)

SAID = {"opening ru": "1"}
FAILED = replace(COMPLETED, outcome="failed")
TRIPPED = Tripped("failures", 16, 20, 0.3, 50)


def one_call(db: Database, next: object = COMPLETED, now: datetime = NOW) -> None:
    [contact] = take(db, 1, now)
    finish(db, begun(db, contact, now), contact, next, now=now)  # type: ignore[arg-type]


def on_trial(db: Database, calls: int, people: int = 5) -> None:
    contacts.add(db, [person(f"P{number}") for number in range(people)], NOW)
    approvals.launch(db, "results", SAID, calls, NOW)


def test_the_last_calls_are_seen_the_newest_first(db: Database) -> None:
    queue(db, person("A"), person("B"), person("C"))
    for minute, next in enumerate((COMPLETED, FAILED, COMPLETED)):
        one_call(db, next, NOW + minute * HOUR)
    reached, failed = Ended("answered", "completed"), Ended("answered", "failed")
    assert brakes.last_calls(db, "results", 50) == [reached, failed, reached]
    assert brakes.last_calls(db, "results", 2) == [reached, failed]
    assert brakes.last_calls(db, "unheard of", 50) == []


def test_calls_before_it_was_resumed_do_not_count(db: Database) -> None:
    queue(db, person("A"), person("B"))
    one_call(db, FAILED)
    campaigns.move(db, "results", "paused", NOW + HOUR)
    campaigns.move(db, "results", "running", NOW + 2 * HOUR)
    assert brakes.last_calls(db, "results", 50) == []
    one_call(db, FAILED, NOW + 3 * HOUR)
    assert len(brakes.last_calls(db, "results", 50)) == 1


def test_a_call_that_another_trunk_took_over_is_not_seen(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    again = attempts.fail_over(db, begun(db, contact), contact.token, "congestion", 503, NOW)
    assert again is not None
    assert brakes.last_calls(db, "results", 50) == []
    finish(db, begun(db, again), again, COMPLETED)
    assert brakes.last_calls(db, "results", 50) == [Ended("answered", "completed")]


def test_a_campaign_that_pauses_itself_makes_one_task(db: Database) -> None:
    queue(db, person("A"))
    assert brakes.pause(db, "results", TRIPPED, NOW)
    assert not brakes.pause(db, "results", TRIPPED, NOW)
    row = campaigns.find(db, "results")
    assert row is not None
    assert (row.state, row.pause_reason) == ("paused", "failures")
    assert taken_ids(db) == []
    [task] = tasks.listing(db)
    assert (task.reason, task.urgency, task.contact) == ("campaign_paused", "high", "")
    assert task.details == {"why": "failures", "calls": "16 of 20", "most": "30% of 50"}
    campaigns.move(db, "results", "running", NOW)
    assert brakes.pause(db, "results", replace(TRIPPED, why="opt_outs"), NOW)
    [again] = tasks.listing(db)
    assert (again.id, again.details["why"]) == (task.id, "opt_outs")


def test_a_task_of_a_campaign_is_resolved_like_any_other(db: Database) -> None:
    queue(db, person("A"))
    brakes.pause(db, "results", TRIPPED, NOW)
    [task] = tasks.listing(db, tasks.Filter("results"))
    tasks.resolve(db, task.id, "olga", "the trunk is repaired", NOW)
    assert tasks.listing(db, tasks.Filter("results")) == []
    campaigns.move(db, "results", "running", NOW)
    brakes.pause(db, "results", TRIPPED, NOW)
    assert [open_task.id for open_task in tasks.listing(db, tasks.Filter("results"))] != [task.id]


def test_only_so_many_calls_are_made_before_somebody_approves(db: Database) -> None:
    on_trial(db, 2)
    taken = take(db, 5)
    begun_calls = [
        attempts.begin(db, contact.id, contact.token, "trunk", NOW, unless_opted_out, None)
        for contact in taken
    ]
    assert [attempt is not None for attempt in begun_calls] == [True, True, False, False, False]
    assert taken_ids(db) == []
    assert contacts.due_count(db, NOW) == 0
    assert brakes.pause_after_first(db, NOW) == []  # these two are on the telephone
    for attempt, contact in zip(begun_calls[:2], taken[:2], strict=True):
        assert attempt is not None
        finish(db, attempt, contact)
    assert brakes.pause_after_first(db, NOW) == ["results"]
    assert brakes.pause_after_first(db, NOW) == []
    row = campaigns.find(db, "results")
    assert row is not None
    assert (row.state, row.pause_reason, row.first_left) == ("paused", "approval", 0)
    assert approvals.approve(db, "results", SAID, NOW) == "running"
    assert len(taken_ids(db)) == 3


@pytest.mark.parametrize("fails", ["own failure", "fail-over"])
def test_a_call_that_cost_nobody_anything_is_none_of_the_first(db: Database, fails: str) -> None:
    on_trial(db, 1)
    [contact] = take(db, 1)
    attempt = begun(db, contact)
    assert taken_ids(db) == []
    if fails == "own failure":
        finish(db, attempt, contact, OWN_FAILURE)
    else:
        again = attempts.fail_over(db, attempt, contact.token, "congestion", 503, NOW)
        assert again is not None
        contacts.release(db, again.id, again.token)
    assert brakes.pause_after_first(db, NOW) == []
    assert len(taken_ids(db, 1)) == 1


def test_a_call_from_before_the_launch_gives_nothing_back(db: Database) -> None:
    queue(db, person("A"), person("B"))
    [contact] = take(db, 1)
    attempt = begun(db, contact)
    campaigns.move(db, "results", "paused", NOW)
    approvals.launch(db, "results", SAID, 1, NOW + HOUR)
    finish(db, attempt, contact, OWN_FAILURE, now=NOW + HOUR)
    row = campaigns.find(db, "results")
    assert row is not None
    assert row.first_left == 1


def test_a_campaign_of_few_is_finished_rather_than_left_waiting(db: Database) -> None:
    on_trial(db, 1, people=1)
    one_call(db)
    assert campaigns.finish_done(db, NOW) == ["results"]
    contacts.add(db, [person("later")], NOW)
    assert taken_ids(db) == []  # it runs again, and its first call is made
    assert brakes.pause_after_first(db, NOW) == ["results"]


def test_everything_is_stopped_at_once(db: Database) -> None:
    queue(db, person("A"), person("B", campaign="survey"), person("C", campaign="other"))
    contacts.add(db, [person("D", campaign="draft")], NOW)
    campaigns.move(db, "survey", "paused", NOW)
    [contact, _] = take(db)
    assert campaigns.stop_all(db, NOW, {"survey", "strange"}) == ["survey"]
    assert campaigns.stop_all(db, NOW) == ["other", "results"]
    assert campaigns.states(db) == {
        "draft": "draft",
        "other": "stopped",
        "results": "stopped",
        "survey": "stopped",
    }
    begin = attempts.begin(db, contact.id, contact.token, "trunk", NOW, unless_opted_out, None)
    assert begin is None
    assert campaigns.stop_all(db, NOW) == []
    assert done_to_campaign(db, "survey") == ["running", "paused", "stopped"]
    assert contacts.expire(db, ["results"], NOW, no_tasks) == 0
