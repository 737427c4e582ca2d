"""The audit finds every kind of hole, and nothing where there is none."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from campaigns.flows.turns import Delivered, Replied, TaskChecked, TaskRaised, Work
from campaigns.models import Contact
from campaigns.rules.retries import Next
from campaigns.store import audit, campaigns, corrections, tasks
from campaigns.store.audit_checks import KINDS
from campaigns.store.audit_tasks import LEGAL_STEPS
from campaigns.store.database import Database, open_database
from campaigns.store.task_checks import ASKED_FOR
from campaigns.store.task_times import pass_time
from campaigns.words import ContactState, Outcome
from tests.store.audited import CHECK, KNOWN, LATER, LOW, OWED, UNHEARD, called, everything
from tests.store.people import COMPLETED, NOW, RETRY, begun, finish, take
from tests.store.test_task_times import levels


@pytest.fixture(scope="module")
def furnished(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which everything has a person."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("furnished") / "dialer.db"))
    db = open_database(f"sqlite:///{path}")
    everything(db)
    db.close()
    return path


def found(db: Database, now: datetime = LATER, known: audit.Known = KNOWN) -> list[tuple[str, str]]:
    return [(hole.kind, hole.contact) for hole in audit.audit(db, known, now).holes]


def altered(db: Database, *statements: str) -> None:
    with db.write() as session:
        for statement in statements:
            session.connection().execute(text(statement))


def test_where_everything_has_a_person_nothing_is_found(db: Database) -> None:
    everything(db)
    seen = audit.audit(db, KNOWN, NOW)
    assert seen.clean
    assert seen.holes == []
    assert dict(seen.examined) == {
        "low_mark": 1,
        "broken_promise": 1,
        "unverified": 1,
        "undelivered": 1,
        "no_outcome": 1,
        "not_asked": 1,
        "no_verdict": 1,
        "not_escalated": 3,
        "lease_over": 0,
        "not_woken": 0,
        "record_differs": 4,
        "illegal_record": 5,
    }


def _forget(name: str) -> list[str]:
    """No task was ever raised for this person."""
    of = f"(SELECT id FROM task WHERE contact_id = (SELECT id FROM contact WHERE external_id = '{name}'))"
    told = [f"DELETE FROM {table} WHERE task_id IN {of}" for table in ("task_change", "outbox_event")]
    return [*told, f"DELETE FROM task WHERE id IN {of}"]


OF_LOW = "WHERE reason = 'low_mark'"
OF_BROKEN = "WHERE reason = 'promise_broken'"
LONG_AGO = "'2026-03-01 00:00:00.000000'"


@pytest.mark.parametrize(
    ("statements", "holes"),
    [
        (_forget("low"), [("low_mark", "low")]),
        ([f"UPDATE task SET reason = 'never_reached' {OF_LOW}"], [("low_mark", "low")]),
        ([f"UPDATE task SET closed_at = {LONG_AGO} {OF_LOW}"], [("low_mark", "low")]),
        (_forget("broken"), [("broken_promise", "broken")]),
        (_forget("stranger"), [("unverified", "stranger")]),
        (_forget("unheard"), [("undelivered", "unheard")]),
        (
            ["UPDATE contact SET delivered_at = NULL WHERE external_id = 'content'"],
            [("undelivered", "content")],
        ),
        (
            ["UPDATE contact SET delivered_at = NULL, state = 'cancelled' WHERE external_id = 'content'"],
            [("undelivered", "content")],
        ),
        (
            ["UPDATE contact SET outcome = 'unverified' WHERE external_id = 'content'"],
            [("unverified", "content")],
        ),
        ([f"UPDATE task SET note = ' ' {OF_LOW}"], [("no_outcome", "low")]),
        ([f"UPDATE task SET checked_by = NULL {OF_LOW}"], [("not_asked", "low")]),
        ([f"UPDATE task SET reopenings = 1 {OF_LOW}"], [("not_asked", "low")]),
        (
            [f"UPDATE contact SET state = 'exhausted', closed_at = {LONG_AGO} WHERE campaign = '{CHECK}'"],
            [("no_verdict", "low")],
        ),
        ([f"UPDATE contact SET deadline = {LONG_AGO} WHERE campaign = '{CHECK}'"], [("no_verdict", "low")]),
        ([f"UPDATE task SET due_at = {LONG_AGO} {OF_BROKEN}"], [("not_escalated", "broken")]),
        (
            [f"UPDATE task SET level = 'authority' {OF_BROKEN}"],
            [("record_differs", "broken")],
        ),
        (
            [f"UPDATE task SET state = 'taken', owner = 'olga', lease_until = {LONG_AGO} {OF_BROKEN}"],
            [("lease_over", "broken"), ("record_differs", "broken")],
        ),
        (
            [f"UPDATE task SET state = 'taken' {OF_BROKEN}"],
            [("lease_over", "broken"), ("record_differs", "broken")],
        ),
        (
            [f"UPDATE task SET state = 'waiting', wake_at = {LONG_AGO} {OF_BROKEN}"],
            [("not_woken", "broken"), ("record_differs", "broken")],
        ),
        (
            [f"DELETE FROM task_change WHERE task_id = (SELECT id FROM task {OF_BROKEN})"],
            [("record_differs", "broken")],
        ),
        (
            [
                f"UPDATE task SET level = 'authority' {OF_BROKEN}",
                "INSERT INTO task_change (task_id, at, who, event, state, level, note) "
                "SELECT id, created_at, 'engine', 'escalated', 'open', 'authority', '' "
                f"FROM task {OF_BROKEN}",
            ],
            [("illegal_record", "broken")],
        ),
        (
            ["DELETE FROM task_change WHERE event = 'raised'"],
            [
                ("illegal_record", "low"),
                *(("record_differs", name) for name in ("broken", "stranger", "unheard")),
            ],
        ),
    ],
)
def test_every_kind_of_hole_is_found(
    furnished: Path, tmp_path: Path, statements: list[str], holes: list[tuple[str, str]]
) -> None:
    db = open_database(f"sqlite:///{shutil.copy(furnished, tmp_path / 'dialer.db')}")
    altered(db, *statements)
    assert sorted(found(db)) == sorted(holes)
    db.close()


def test_on_every_database_all_kinds_of_holes_are_found(db: Database) -> None:
    everything(db)
    altered(
        db,
        "UPDATE contact SET delivered_at = NULL WHERE external_id = 'content'",
        *_forget("stranger"),
        f"UPDATE task SET note = '', checked_by = NULL, reason = 'never_reached' {OF_LOW}",
        f"UPDATE task SET due_at = {LONG_AGO}, state = 'taken', reason = 'low_mark' {OF_BROKEN}",
        "UPDATE task_change SET level = 'head' WHERE event = 'raised'",
        "UPDATE task SET state = 'waiting' WHERE reason = 'never_reached' AND closed_at IS NULL",
    )
    kinds = {kind for kind, _ in found(db)}
    assert kinds == set(KINDS) - {"no_verdict"}


def test_a_hole_says_whose_it_is_what_is_missing_and_since_when(db: Database) -> None:
    everything(db)
    altered(db, *_forget("low"), f"UPDATE task SET due_at = {LONG_AGO} {OF_BROKEN}")
    low, late = audit.audit(db, KNOWN, LATER).holes
    assert low.as_json() == {
        "kind": "low_mark",
        "campaign": "results",
        "contact": "low",
        "task": None,
        "missing": "a task for a low mark",
        "since": "2026-03-02T07:30:00+00:00",
    }
    assert (late.kind, late.task, late.since) == (
        "not_escalated",
        next(task.id for task in tasks.listing(db) if task.reason == "promise_broken"),
        datetime.fromisoformat("2026-03-01T00:00+00:00"),
    )


def test_an_answer_before_the_last_call_has_no_task_yet(db: Database) -> None:
    called(db, "low", [Replied("mark", "1")], RETRY)
    seen = audit.audit(db, KNOWN, LATER)
    assert (seen.clean, seen.still_called) == (True, 1)
    campaigns.move(db, "results", "stopped", NOW)
    assert found(db) == [("low_mark", "low")]


def test_whom_nobody_closed_though_the_deadline_is_past(db: Database) -> None:
    called(db, "low", [Replied("mark", "1")], RETRY)
    altered(db, "UPDATE contact SET deadline = next_at")
    assert found(db, LATER) == []
    assert found(db, NOW + timedelta(days=2)) == [("low_mark", "low"), ("undelivered", "low")]


@pytest.mark.parametrize("work", [[], [LOW]])
def test_who_was_cancelled_by_somebody_has_a_recorded_reason(db: Database, work: Sequence[Work]) -> None:
    def close(_contact: Contact, _state: ContactState, _outcome: Outcome | None) -> Sequence[Work]:
        return work

    called(db, "low", [Replied("mark", "1")], RETRY)
    corrections.cancel(db, "results", ["low"], NOW, close)
    assert found(db) == []
    altered(db, "DELETE FROM change")
    assert found(db) == ([] if work else [("low_mark", "low"), ("undelivered", "low")])


def test_who_wants_no_calls_is_told_by_a_person(db: Database) -> None:
    called(db, "A", [], Next("done", "opted_out", None, None, counted=True))
    assert found(db) == [("undelivered", "A")]


@pytest.mark.parametrize("state", ["gone", "faulty"])
def test_without_its_file_a_campaign_is_audited_by_what_it_left(db: Database, state: Any) -> None:
    everything(db)
    altered(db, *_forget("low"), *_forget("unheard"), *_forget("stranger"))
    known: audit.Known = {} if state == "gone" else {"results": state}
    seen = audit.audit(db, known, NOW)
    assert [(hole.kind, hole.contact) for hole in seen.holes] == [
        ("unverified", "stranger"),
        ("undelivered", "unheard"),
    ]
    assert seen.files["results"] == state
    assert seen.unproved == {"results": 3}


def test_where_nobody_was_ever_told_anything_a_campaign_without_a_file_owes_no_result(db: Database) -> None:
    called(db, "A", [], UNHEARD)
    assert found(db, known={}) == []
    assert audit.audit(db, {}, LATER).clean


def test_one_campaign_is_looked_at_alone(db: Database) -> None:
    everything(db)
    altered(db, *_forget("low"), f"UPDATE task SET due_at = {LONG_AGO} {OF_BROKEN}")
    assert audit.audit(db, KNOWN, LATER, CHECK).clean
    assert len(audit.audit(db, KNOWN, LATER, "results").holes) == 2


def test_many_holes_are_all_counted_and_some_listed(db: Database) -> None:
    for name in "ABC":
        called(db, name, [], UNHEARD)
    seen = audit.audit(db, KNOWN, NOW, most=2)
    assert (len(seen.holes), seen.counts) == (2, {"undelivered": 3})


def test_tasks_of_an_older_file_are_named_and_are_no_hole(db: Database) -> None:
    called(db, "A", [Delivered(), Replied("mark", "1"), TaskRaised("bad_mark", "normal")])
    seen = audit.audit(db, KNOWN, NOW)
    assert seen.clean
    assert (seen.warnings[0].kind, seen.warnings[0].count) == ("older_reason", 1)


def test_offices_that_nobody_can_tell_are_named_and_counted(db: Database) -> None:
    everything(db)
    warned = audit.audit(db, KNOWN, NOW).warnings
    assert [(each.kind, each.about, each.count) for each in warned] == [
        ("no_head", "Clinic 5", 3),
        ("no_authority", "", 3),
    ]


def test_who_can_be_told_is_not_complained_of(url: str) -> None:
    told = levels(heads=frozenset({"Clinic 5"}), authority=True)
    db = open_database(url, levels=lambda: told)
    try:
        everything(db)
        assert audit.audit(db, KNOWN, NOW).warnings == []
    finally:
        db.close()


def test_marks_that_no_file_calls_low_and_results_that_wait_are_named(db: Database) -> None:
    called(db, "A", [Replied("mark", "1")], RETRY)
    campaigns.move(db, "results", "stopped", NOW)
    known: audit.Known = {"results": replace(OWED, answers=(), unmarked=("mark", "other"))}
    assert [(each.kind, each.count) for each in audit.audit(db, known, NOW).warnings] == [
        ("marks_not_named", 1),
        ("results_stopped", 1),
    ]


def test_a_check_that_was_answered_is_proved(db: Database) -> None:
    everything(db)
    campaigns.move(db, CHECK, "running", NOW)
    [asked] = take(db, 1)
    assert finish(db, begun(db, asked), asked, COMPLETED, [TaskChecked("unknown")])
    assert audit.audit(db, KNOWN, NOW).clean
    altered(db, "DELETE FROM task_change WHERE event = 'unverified'")
    assert found(db, NOW) == [("no_verdict", "low")]


def test_what_goes_up_in_time_is_proved(db: Database) -> None:
    everything(db)
    late = NOW + ASKED_FOR + timedelta(days=2)
    assert {kind for kind, _ in found(db, late)} == {"no_verdict", "not_escalated"}
    for days in range(4):
        pass_time(db, late + timedelta(days=days))
    assert {kind for kind, _ in found(db, late + timedelta(days=3))} == {"no_verdict"}


def test_no_legal_step_skips_a_level() -> None:
    levels_of = {"": 0, "operator": 0, "head": 1, "authority": 2}
    for step in LEGAL_STEPS:
        if not step.startswith("raised"):
            event, _, before, _, after = step.split(" ")
            climbed = levels_of[after] - levels_of[before]
            assert climbed in ((0, 1) if event in ("escalated", "stands") else (0,))
