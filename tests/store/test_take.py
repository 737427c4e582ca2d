"""Taking: who may be called now, first things first, nobody twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count, pairwise

import pytest

from campaigns.flows.turns import TaskRaised
from campaigns.models import Contact
from campaigns.rules.due import CallNow, Close, Decision, Standing, WaitUntil
from campaigns.store import campaigns, contacts, optouts, tasks
from campaigns.store.database import Database
from campaigns.words import CampaignState, ContactState, Outcome
from tests.store.people import (
    HOUR,
    NOW,
    RETRY,
    begun,
    call,
    finish,
    no_tasks,
    person,
    queue,
    seen,
    take,
    taken_ids,
    tomorrow,
    unless_opted_out,
)

JUDGED_SECONDS = 1 / 512  # by slow rules; sums of it are exact


def test_a_taken_contact_is_leased_with_a_new_token(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    assert (contact.leased, contact.token, contact.state) == (True, 1, "waiting")
    assert seen(db).model_dump() == contact.model_dump()
    assert take(db) == []


def test_the_order_is_priority_then_deadline_then_waiting_time_then_queue(db: Database) -> None:
    queue(db, person("late"), now=NOW - HOUR)
    queue(db, person("later"), person("last"))
    queue(db, person("survey", campaign="survey", priority=-1, deadline=NOW + HOUR), now=NOW - 2 * HOUR)
    queue(db, person("urgent", priority=5), person("tomorrow", deadline=NOW + 24 * HOUR))
    queue(db, person("today", campaign="other", deadline=NOW + HOUR))
    order = ["urgent", "today", "tomorrow", "late", "later", "last", "survey"]
    assert [name for _ in order for name in taken_ids(db, 1)] == order


def test_the_order_holds_within_one_take(db: Database) -> None:
    queue(db, *(person(f"P{rank}", priority=rank, campaign=f"c{rank % 3}") for rank in range(9)))
    assert taken_ids(db, 5) == ["P8", "P7", "P6", "P5", "P4"]
    assert taken_ids(db, 5) == ["P3", "P2", "P1", "P0"]


def test_who_waits_for_the_same_opening_is_woken_in_order(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.store.order.WOKEN_AT_ONCE", 3)
    later = NOW + HOUR
    queue(db, *(person(f"P{rank}", priority=rank, not_before=later) for rank in range(20)))
    assert taken_ids(db, 2, later) == ["P19", "P18"]


@pytest.mark.parametrize("state", ["draft", "paused", "stopped", "finished"])
def test_only_a_running_campaign_calls(db: Database, state: CampaignState) -> None:
    contacts.add(db, [person("A")], NOW)
    if state != "draft":
        campaigns.move(db, "results", "running", NOW)
        campaigns.move(db, "results", state, NOW)
    assert (taken_ids(db), contacts.due_count(db, NOW)) == ([], 0)
    campaigns.move(db, "results", "running", NOW)
    assert contacts.due_count(db, NOW) == 1
    assert taken_ids(db) == ["A"]


def test_only_campaigns_that_the_caller_can_judge_are_looked_at(db: Database) -> None:
    queue(db, person("A", priority=9), person("B", campaign="survey"))
    [contact] = contacts.take(db, 10, NOW, unless_opted_out, no_tasks, seconds=60, only={"survey"})
    assert contact.external_id == "B"
    assert contacts.due_count(db, NOW) == 1


def test_two_contacts_of_one_phone_are_never_held_at_once(db: Database) -> None:
    queue(db, person("A", phone="+71"), person("B", phone="+71"), person("C", campaign="survey", phone="+71"))
    for external_id, campaign in (("A", "results"), ("B", "results"), ("C", "survey")):
        [contact] = take(db)
        assert (contact.external_id, contact.campaign) == (external_id, campaign)
        assert take(db) == []
        finish(db, begun(db, contact), contact)


def test_a_phone_is_free_again_when_its_contact_waits(db: Database) -> None:
    queue(db, person("A", phone="+71"), person("B", phone="+71"))
    [contact] = take(db)
    finish(db, begun(db, contact), contact, RETRY)
    assert taken_ids(db) == ["B"]


def test_who_must_wait_is_put_off(db: Database) -> None:
    queue(db, person("A"))
    assert contacts.take(db, 1, NOW, tomorrow, no_tasks) == []
    contact = seen(db)
    assert (contact.next_at, contact.wait_reason, contact.leased) == (NOW + 24 * HOUR, "hours", False)
    assert contacts.due_count(db, NOW) == 0
    assert taken_ids(db, now=NOW + 24 * HOUR) == ["A"]


@pytest.mark.parametrize("at", [NOW - HOUR, NOW])
def test_a_wait_that_is_over_already_does_not_go_round_for_ever(db: Database, at: datetime) -> None:
    queue(db, person("A"))
    asked = count()

    def impatient(_contact: Contact, _standing: Standing) -> Decision:
        next(asked)
        return WaitUntil(at, "hours")

    assert contacts.take(db, 1, NOW, impatient, no_tasks, seconds=60) == []
    assert next(asked) == 1


def test_who_is_closed_leaves_tasks_in_the_same_transaction(db: Database) -> None:
    queue(db, person("A"), person("B"))
    optouts.add(db, seen(db, "A").phone, "command", NOW)

    def doctor(contact: Contact, state: ContactState, outcome: Outcome | None) -> Sequence[TaskRaised]:
        return [TaskRaised("tell", "high", (("state", state), ("outcome", outcome or "")))]

    def judge(_contact: Contact, standing: Standing) -> Decision:
        return Close("done", "opted_out") if standing.opted_out else CallNow()

    [taken] = contacts.take(db, 10, NOW, judge, doctor, seconds=60)
    contact = seen(db, "A")
    assert taken.external_id == "B"
    assert (contact.state, contact.outcome, contact.closed_at) == ("done", "opted_out", NOW)
    assert (contact.next_at, contact.wait_reason, contact.due) == (None, None, False)
    [task] = tasks.listing(db)
    assert (task.contact, task.details) == ("A", {"state": "done", "outcome": "opted_out"})


def test_a_fault_in_the_rules_changes_nothing(db: Database) -> None:
    queue(db, person("A"), person("B"))

    def judge(contact: Contact, _standing: Standing) -> Decision:
        return CallNow() if contact.external_id == "A" else Close("done", None)

    def broken(_contact: Contact, _state: ContactState, _outcome: Outcome | None) -> Sequence[TaskRaised]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        contacts.take(db, 2, NOW, judge, broken)
    assert taken_ids(db) == ["A", "B"]


def test_a_closed_decision_without_an_outcome_keeps_the_last(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    finish(db, begun(db, contact), contact, RETRY)
    contacts.take(db, 1, NOW + HOUR, lambda _contact, _opted_out: Close("exhausted", None), no_tasks)
    assert (seen(db).state, seen(db).outcome) == ("exhausted", "unanswered")


def test_thousands_who_must_wait_do_not_starve_the_one_behind_them(db: Database) -> None:
    queue(db, *(person(f"P{number}", priority=1) for number in range(3000)), person("behind"))

    def judge(contact: Contact, _standing: Standing) -> Decision:
        return CallNow() if contact.external_id == "behind" else WaitUntil(NOW + HOUR, "hours")

    [contact] = contacts.take(db, 1, NOW, judge, no_tasks, seconds=60)
    assert contact.external_id == "behind"
    assert contacts.due_count(db, NOW) == 0


class RunningClock:
    """Seconds that pass only when rules judge; `breaths`: when other writers got their turn."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.breaths = [0.0]

    def perf_counter(self) -> float:
        return self.seconds

    def sleep(self, _seconds: float) -> None:
        self.breaths.append(self.seconds)


@pytest.mark.usefixtures("path")  # SQLite's lock: writers of PostgreSQL do not wait for each other
def test_no_transaction_of_a_take_holds_the_lock_for_long(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow rules: each judgement takes its time. Between the transactions another writer gets through."""
    queue(db, *(person(f"P{number}") for number in range(400)))
    clock = RunningClock()
    monkeypatch.setattr("campaigns.store.contacts.time", clock)

    def slow(_contact: Contact, _standing: Standing) -> Decision:
        clock.seconds += JUDGED_SECONDS
        return WaitUntil(NOW + HOUR, "hours")

    contacts.take(db, 1, NOW, slow, no_tasks, seconds=60)
    held = [later - earlier for earlier, later in pairwise(clock.breaths)]
    within = int(contacts.LOCK_SECONDS / JUDGED_SECONDS)  # so many, and the one that is under way
    assert max(held) == (within + 1) * JUDGED_SECONDS
    assert sum(held) == 400 * JUDGED_SECONDS


def test_a_take_ends_when_its_time_is_over(db: Database) -> None:
    queue(db, *(person(f"P{number}") for number in range(2000)))
    assert contacts.take(db, 1, NOW, tomorrow, no_tasks, seconds=0) == []
    left = contacts.due_count(db, NOW)
    assert 0 < left < 2000
    contacts.take(db, 1, NOW, tomorrow, no_tasks, seconds=0)
    assert contacts.due_count(db, NOW) < left


@pytest.mark.parametrize("limit", [0, -1])
def test_nothing_is_asked_when_nothing_is_wanted(db: Database, limit: int) -> None:
    queue(db, person("A"))
    assert contacts.take(db, limit, NOW, tomorrow, no_tasks) == []
    assert contacts.due_count(db, NOW) == 1


def test_due_are_those_that_wait_for_nothing_but_a_line(db: Database) -> None:
    queue(db, person("A"), person("B"), person("C", not_before=NOW + HOUR), person("D"))
    contacts.add(db, [person("E", campaign="draft")], NOW)
    take(db, 1)
    assert contacts.due_count(db, NOW) == 2
    assert contacts.due_count(db, NOW + HOUR) == 3
    assert contacts.due_count(db, NOW + HOUR, at_most=1) == 2


def test_the_summary_says_who_waits_for_what(db: Database) -> None:
    queue(db, person("A"), person("B"), person("C", not_before=NOW + HOUR))
    queue(db, person("A", campaign="survey", phone="+71"), now=NOW - HOUR)

    def judge(contact: Contact, _standing: Standing) -> Decision:
        return WaitUntil(NOW + 24 * HOUR, "hours") if contact.external_id == "B" else CallNow()

    _survey, contact = contacts.take(db, 10, NOW, judge, no_tasks, seconds=60)
    finish(db, begun(db, contact), contact, RETRY)
    assert contacts.waiting_summary(db) == [
        ("results", "hours", 1, NOW + 24 * HOUR),
        ("results", "queued", 1, NOW + HOUR),
        ("results", "retry", 1, NOW + HOUR),
        ("survey", "queued", 1, NOW - HOUR),
    ]


def test_clocks_of_writers_may_differ(db: Database) -> None:
    queue(db, person("A"), now=NOW + timedelta(minutes=3))
    assert taken_ids(db, now=NOW) == ["A"]


def test_who_is_leased_or_in_a_call_is_not_free_however_many_are_asked_for(db: Database) -> None:
    called, _ = call(db, "A")
    queue(db, person("B"), person("C"))
    [leased] = take(db, 1)
    waiting = seen(db, "C")
    free = contacts.free_among(db, range(1, 260_001))
    assert len(free) == 260_000 - 2
    assert waiting.id in free
    assert not {called.id, leased.id} & set(free)
