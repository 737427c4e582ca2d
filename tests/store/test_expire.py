"""Deadlines: nobody waits past them, in whatever campaign."""

from collections.abc import Sequence

import pytest

from campaigns.flows.turns import TaskRaised
from campaigns.models import Contact
from campaigns.store import campaigns, contacts, tasks
from campaigns.store.database import Database
from campaigns.words import CampaignState, ContactState, Outcome
from tests.store.people import HOUR, NOW, RETRY, begun, finish, no_tasks, person, queue, seen, take


def test_who_waits_past_the_deadline_is_exhausted_with_tasks(db: Database) -> None:
    queue(db, person("late", deadline=NOW), person("in time", deadline=NOW + HOUR), person("without"))

    def doctor(contact: Contact, state: ContactState, outcome: Outcome | None) -> Sequence[TaskRaised]:
        return [TaskRaised(f"{contact.external_id} {state} {outcome}", "high")]

    assert contacts.expire(db, ["results"], NOW, doctor) == 1
    assert contacts.expire(db, ["results"], NOW, doctor) == 0
    assert (seen(db, "late").state, seen(db, "late").closed_at) == ("exhausted", NOW)
    assert [task.reason for task in tasks.listing(db)] == ["late exhausted None"]
    assert [contact.external_id for contact in contacts.listing(db, "results", "waiting")] == [
        "in time",
        "without",
    ]


@pytest.mark.parametrize("state", ["draft", "paused", "stopped", "finished"])
def test_deadlines_pass_also_while_nobody_calls(db: Database, state: CampaignState) -> None:
    contacts.add(db, [person("A", deadline=NOW + HOUR)], NOW)
    if state != "draft":
        campaigns.move(db, "results", "running", NOW)
        campaigns.move(db, "results", state, NOW)
    assert contacts.expire(db, ["results"], NOW + HOUR, no_tasks) == 1


def test_a_contact_that_an_engine_holds_is_left_to_it(db: Database) -> None:
    queue(db, person("A", deadline=NOW + HOUR), person("B", deadline=NOW + HOUR))
    calling, held = take(db)
    attempt = begun(db, calling)
    assert contacts.expire(db, ["results"], NOW + HOUR, no_tasks) == 0
    finish(db, attempt, calling, RETRY)
    contacts.release(db, held.id, held.token)
    assert contacts.expire(db, ["results"], NOW + HOUR, no_tasks) == 2
    assert (seen(db, "A").outcome, seen(db, "B").outcome) == ("unanswered", None)


def test_thousands_expire_in_several_transactions(db: Database) -> None:
    queue(db, *(person(f"P{number}", deadline=NOW) for number in range(1201)))
    assert contacts.expire(db, ["results"], NOW, no_tasks, seconds=60) == 1201
    assert len(contacts.listing(db, "results", "exhausted")) == 1201


def test_a_campaign_that_cannot_be_judged_is_left_alone(db: Database) -> None:
    queue(db, person("A", deadline=NOW), person("A", campaign="survey", deadline=NOW))
    assert contacts.expire(db, [], NOW, no_tasks) == 0
    assert contacts.expire(db, ["survey", "unheard of"], NOW, no_tasks) == 1
    assert (seen(db, "A").state, seen(db, "A", "survey").state) == ("waiting", "exhausted")
