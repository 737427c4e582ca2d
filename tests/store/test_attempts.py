"""Attempts: committed before dialling, closed once, and never by somebody who comes late."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from campaigns.flows.turns import (
    Delivered,
    Fact,
    OptedOut,
    Replied,
    TaskRaised,
    VerificationFailed,
    Verified,
)
from campaigns.models import Attempt, Contact
from campaigns.rules.due import CallNow, Close, Decision, WaitUntil
from campaigns.rules.retries import Next
from campaigns.store import attempts, campaigns, contacts, optouts, tasks
from campaigns.store.database import Database
from campaigns.words import CampaignState
from tests.store.people import (
    COMPLETED,
    HOUR,
    NOW,
    OWN_FAILURE,
    RETRY,
    begun,
    call,
    call_now,
    finish,
    person,
    queue,
    seen,
    take,
    taken_ids,
    unless_opted_out,
)


def attempt_of(db: Database, attempt: int) -> Attempt:
    with db.read() as session:
        return session.get_one(Attempt, attempt)


def begin(db: Database, contact: Contact, decision: Decision | None = None) -> int | None:
    judge = (lambda _contact, _opted_out: decision) if decision else unless_opted_out
    return attempts.begin(db, contact.id, contact.token, "trunk", NOW, judge, "call.wav")


def test_an_attempt_is_in_the_database_before_anybody_dials(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    number = begin(db, contact)
    [(attempt, called)] = attempts.open_attempts(db)
    assert (attempt.id, attempt.number, attempt.trunk, attempt.token) == (number, 1, "trunk", contact.token)
    assert (attempt.started_at, attempt.recording, attempt.counted) == (NOW, "call.wav", False)
    assert (called.state, called.leased) == ("calling", True)


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_a_campaign_held_back_since_the_take_calls_nobody(db: Database, state: CampaignState) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    campaigns.move(db, "results", state, NOW)
    assert begin(db, contact) is None
    assert (seen(db).leased, attempts.open_attempts(db)) == (False, [])
    campaigns.move(db, "results", "running", NOW)
    assert taken_ids(db) == ["A"]


def test_a_window_closed_since_the_take_puts_the_contact_off(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    assert begin(db, contact, WaitUntil(NOW + HOUR, "hours")) is None
    assert (seen(db).next_at, seen(db).wait_reason, seen(db).leased) == (NOW + HOUR, "hours", False)
    assert (taken_ids(db), taken_ids(db, now=NOW + HOUR)) == ([], ["A"])


def test_an_opt_out_since_the_take_is_heeded_and_the_next_take_closes(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    optouts.add(db, contact.phone, "command", NOW)
    assert begin(db, contact) is None
    assert seen(db).state == "waiting"
    assert take(db) == []
    assert (seen(db).state, seen(db).outcome) == ("done", "opted_out")


def _released(db: Database, contact: Contact) -> None:
    contacts.release(db, contact.id, contact.token)


def _taken_again(db: Database, contact: Contact) -> None:
    _released(db, contact)
    take(db)


def _called(db: Database, contact: Contact) -> None:
    begin(db, contact)


def _finished(db: Database, contact: Contact) -> None:
    finish(db, begun(db, contact), contact)


@pytest.mark.parametrize("meanwhile", [_released, _taken_again, _called, _finished])
def test_who_lost_the_lease_neither_dials_nor_moves_the_contact(
    db: Database, meanwhile: Callable[[Database, Contact], None]
) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    meanwhile(db, contact)
    before = seen(db).model_dump()
    assert begin(db, contact) is None
    assert contacts.release(db, contact.id, contact.token) is False
    assert contacts.postpone(db, contact.id, contact.token, NOW + HOUR, "own_failure") is False
    assert seen(db).model_dump() == before


@pytest.mark.parametrize("change", [{"contact_id": 999}, {"token": 999}])
def test_a_lease_that_never_was_begins_nothing(db: Database, change: dict[str, int]) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    lease: Any = {"contact_id": contact.id, "token": contact.token} | change
    assert attempts.begin(db, **lease, trunk="t", now=NOW, judge=call_now, recording=None) is None
    assert attempts.open_attempts(db) == []


def test_the_database_itself_refuses_a_second_open_attempt_and_a_second_lease_of_a_phone(
    db: Database,
) -> None:
    contact, _ = call(db)
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(
            Attempt(contact_id=contact.id, campaign="results", number=2, trunk="t", token=1, started_at=NOW)
        )
    queue(db, person("B", phone=contact.phone))
    with pytest.raises(IntegrityError), db.write() as session:
        session.get_one(Contact, seen(db, "B").id).leased = True


def test_ringing_and_answer_are_kept_the_first_time_and_while_the_call_runs(db: Database) -> None:
    contact, attempt = call(db)
    for later in (0, 1):
        attempts.rang(db, attempt, NOW + later * HOUR)
        attempts.answered(db, attempt, NOW + later * HOUR)
    finish(db, attempt, contact, RETRY)
    [contact] = take(db, now=NOW + HOUR)
    again = begun(db, contact, NOW + HOUR)
    finish(db, again, contact)
    attempts.rang(db, again, NOW + HOUR)
    attempts.answered(db, again, NOW + HOUR)
    first, second = attempt_of(db, attempt), attempt_of(db, again)
    assert (first.rang_at, first.answered_at) == (NOW, NOW)
    assert (second.rang_at, second.answered_at, second.number) == (None, None, 2)


@pytest.mark.parametrize(
    ("next", "state", "next_at", "used", "failures", "closed_at"),
    [
        (COMPLETED, "done", None, 1, 0, NOW),
        (Next("exhausted", "unanswered", None, None, counted=True), "exhausted", None, 1, 0, NOW),
        (RETRY, "waiting", NOW + HOUR, 1, 0, None),
        (OWN_FAILURE, "waiting", NOW + HOUR, 0, 3, None),
        (
            Next("waiting", "failed", NOW + HOUR, "interrupted", counted=False),
            "waiting",
            NOW + HOUR,
            0,
            3,
            None,
        ),
    ],
)
def test_an_end_moves_the_contact_as_the_rules_say(
    db: Database, next: Next, state: str, next_at: Any, used: int, failures: int, closed_at: Any
) -> None:
    contact, attempt = call(db)
    for _ in range(2):  # two failures of our own before
        finish(db, attempt, contact, OWN_FAILURE)
        [contact] = take(db, now=NOW + HOUR)
        attempt = begun(db, contact)
    assert finish(db, attempt, contact, next)
    moved = seen(db)
    assert (moved.state, moved.outcome, moved.next_at) == (state, next.outcome, next_at)
    assert (moved.wait_reason, moved.attempts_used, moved.own_failures) == (next.wait_reason, used, failures)
    assert (moved.closed_at, moved.leased) == (closed_at, False)
    ended = attempt_of(db, attempt)
    assert (ended.ended_at, ended.cause, ended.sip_status) == (NOW, "answered", 200)
    assert (ended.talk_seconds, ended.outcome, ended.counted) == (12.5, next.outcome, next.counted)


def test_a_second_end_changes_nothing(db: Database) -> None:
    contact, attempt = call(db)
    assert finish(db, attempt, contact, RETRY)
    before = seen(db).model_dump(), attempt_of(db, attempt).model_dump()
    assert not finish(db, attempt, contact, COMPLETED, [TaskRaised("late", "high")], NOW + HOUR)
    assert (seen(db).model_dump(), attempt_of(db, attempt).model_dump()) == before
    assert tasks.listing(db) == []


def test_an_end_with_a_foreign_token_changes_nothing(db: Database) -> None:
    contact, attempt = call(db)
    contact.token += 1
    assert not finish(db, attempt, contact)
    assert (seen(db).state, attempt_of(db, attempt).ended_at) == ("calling", None)


def test_the_lease_of_a_later_call_does_not_end_an_earlier_one_again(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact, RETRY)
    [later] = take(db, now=NOW + HOUR)
    begun(db, later)
    assert not finish(db, attempt, later, COMPLETED)
    assert (seen(db).state, attempt_of(db, attempt).outcome) == ("calling", "unanswered")


def test_a_wait_without_a_time_is_refused_whole(db: Database) -> None:
    contact, attempt = call(db)
    with pytest.raises(ValueError, match="needs a time and a reason"):
        finish(db, attempt, contact, Next("waiting", "failed", None, None, counted=False))
    assert (seen(db).state, attempt_of(db, attempt).ended_at) == ("calling", None)


def test_tasks_of_an_end_are_there_with_it(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact, COMPLETED, [TaskRaised("positive result", "high", (("clinic", "7"),))])
    [task] = tasks.listing(db)
    assert (task.reason, task.details, task.due_at) == ("positive result", {"clinic": "7"}, NOW + HOUR)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([Replied("mark", "5")], {"mark": "5"}),
        ([Replied("mark", "5"), Replied("mark", "1")], {"mark": "1"}),
        ([Replied("mark", "5"), Verified(), Replied("solved", "yes")], {"mark": "5", "solved": "yes"}),
        ([], {}),
    ],
)
def test_the_last_reply_to_a_question_is_kept(db: Database, facts: list[Fact], said: dict[str, str]) -> None:
    contact, attempt = call(db)
    attempts.record(db, attempt, facts, "partial", NOW)
    assert contacts.answers(db, contact.id) == said
    assert attempt_of(db, attempt).outcome == "partial"


def test_a_late_reply_does_not_replace_one_from_a_later_call(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact, RETRY)
    [contact] = take(db, now=NOW + HOUR)
    again = begun(db, contact)
    attempts.record(db, again, [Replied("mark", "5")], "completed", NOW)
    attempts.record(db, attempt, [Replied("mark", "1"), Replied("solved", "no")], "partial", NOW)
    assert contacts.answers(db, contact.id) == {"mark": "5", "solved": "no"}
    assert attempt_of(db, attempt).outcome == "unanswered"  # as it was finished


def test_what_was_learned_of_a_person_is_kept_even_after_the_end(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact, RETRY)
    attempts.record(db, attempt, [Delivered(), OptedOut(), TaskRaised("call back", "low")], "opted_out", NOW)
    assert seen(db).delivered_at == NOW
    assert optouts.has(db, contact.phone)
    assert [task.reason for task in tasks.listing(db)] == ["call back"]


def test_wrong_tries_are_counted_over_all_calls_and_the_first_delivery_stands(db: Database) -> None:
    contact, attempt = call(db)
    attempts.record(db, attempt, [VerificationFailed(), VerificationFailed(), Delivered()], "delivered", NOW)
    finish(db, attempt, contact, RETRY)
    [contact] = take(db, now=NOW + HOUR)
    attempts.record(db, begun(db, contact), [VerificationFailed(), Delivered()], "delivered", NOW + HOUR)
    assert (seen(db).verification_failures, seen(db).delivered_at) == (3, NOW)


def test_facts_are_stored_all_together_or_not_at_all(db: Database) -> None:
    contact, attempt = call(db)
    with pytest.raises(AssertionError):
        attempts.record(db, attempt, [Replied("mark", "5"), "no fact"], "partial", NOW)  # type: ignore[list-item]
    assert contacts.answers(db, contact.id) == {}


def test_leases_of_a_dead_engine_are_given_back_but_not_its_calls(db: Database) -> None:
    queue(db, person("A"), person("B"), person("C"))
    calling, held = take(db, 2)
    attempt = begun(db, calling)
    assert contacts.release_all(db) == 1
    assert contacts.release(db, held.id, held.token) is False
    assert [contact.external_id for _, contact in attempts.open_attempts(db)] == ["A"]
    assert taken_ids(db) == ["B", "C"]
    assert finish(db, attempt, calling)


@pytest.mark.parametrize("give_back", ["release", "postpone"])
def test_a_contact_that_is_not_called_is_given_back(db: Database, give_back: str) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    if give_back == "release":
        assert contacts.release(db, contact.id, contact.token)
        assert (seen(db).leased, contacts.due_count(db, NOW)) == (False, 1)
    else:
        assert contacts.postpone(db, contact.id, contact.token, NOW + HOUR, "own_failure")
        assert (seen(db).wait_reason, contacts.due_count(db, NOW)) == ("own_failure", 0)
    [again] = take(db, now=NOW + HOUR)
    assert again.token == contact.token + 1


def test_interrupted_are_those_whose_campaign_still_runs(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact, Next("waiting", "failed", NOW + HOUR, "interrupted", counted=False))
    assert contacts.interrupted_count(db) == 1
    campaigns.move(db, "results", "paused", NOW)
    assert contacts.interrupted_count(db) == 0


def test_every_attempt_of_a_campaign_is_listed_in_order(db: Database) -> None:
    contact, attempt = call(db)
    finish(db, attempt, contact, RETRY)
    [contact] = take(db, now=NOW + HOUR)
    again = begun(db, contact)
    call(db, "other")
    listed = attempts.listing(db, "results")
    assert [(row.id, person.external_id) for row, person in listed][:2] == [(attempt, "A"), (again, "A")]
    assert attempts.listing(db, "survey") == []


def test_a_decision_to_close_at_the_last_moment_gives_the_contact_back(db: Database) -> None:
    queue(db, person("A"))
    [contact] = take(db)
    assert begin(db, contact, Close("exhausted", None)) is None
    assert (seen(db).leased, seen(db).state) == (False, "waiting")
    assert begin(db, contact, CallNow()) is None
