"""What time does to tasks: leases, waits, and one level after the other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.flows.turns import TaskRaised
from campaigns.rules.service_levels import ServiceLevels, usual
from campaigns.store import attempts, tasks
from campaigns.store.database import Database, open_database
from campaigns.store.task_times import MOVED_AT_ONCE, pass_time
from tests.store.people import HOUR, NOW, begun, person, queue, take

DAY = timedelta(days=1)
CLINIC = "Clinic 5"
MINUTE = timedelta(minutes=1)


def levels(**changes: object) -> ServiceLevels:
    return replace(usual(), **changes)  # type: ignore[arg-type]


def one(db: Database, institution: str = CLINIC) -> int:
    queue(db, person("A", institution=institution))
    [contact] = take(db, 1)
    attempts.record(db, begun(db, contact), [TaskRaised("call back", "high")], "partial", NOW)
    [task] = tasks.listing(db)
    return task.id


def story(db: Database, number: int) -> list[tuple[str, str, str, str]]:
    return [(each.event, each.who, each.state, each.level) for each in tasks.history(db, number)[1:]]


def test_a_lease_ends_by_itself(db: Database) -> None:
    number = one(db)
    tasks.take(db, "olga", NOW)
    assert pass_time(db, NOW + 29 * MINUTE) == []
    assert tasks.find(db, number).owner == "olga"
    assert pass_time(db, NOW + 30 * MINUTE) == []
    assert story(db, number)[1:] == [("returned", "engine", "open", "operator")]
    assert tasks.take(db, "ivan", NOW + 30 * MINUTE).owner == "ivan"


def test_who_works_on_it_keeps_it(db: Database) -> None:
    number = one(db)
    tasks.take(db, "olga", NOW)
    tasks.note(db, number, "olga", "rang her sister", NOW + 20 * MINUTE)
    pass_time(db, NOW + 40 * MINUTE)
    assert tasks.find(db, number).state == "taken"


def test_what_waits_comes_back(db: Database) -> None:
    number = one(db)
    tasks.put_off(db, number, "olga", NOW + 10 * MINUTE, "", NOW)
    pass_time(db, NOW + 9 * MINUTE)
    assert tasks.find(db, number).state == "waiting"
    pass_time(db, NOW + 10 * MINUTE)
    back = tasks.find(db, number)
    assert (back.state, back.owner, back.wake_at) == ("open", "", None)


@pytest.mark.parametrize("held", ["open", "taken", "waiting"])
def test_what_is_late_goes_up_level_by_level_however_late_it_is(db: Database, held: str) -> None:
    number = one(db)
    if held == "taken":
        tasks.take(db, "olga", NOW)
    if held == "waiting":
        tasks.put_off(db, number, "olga", NOW + 9 * DAY, "", NOW)
    pass_time(db, NOW + HOUR - MINUTE)
    assert tasks.find(db, number).level == "operator"
    late = NOW + 3 * DAY  # Thursday, 12:30 there
    told = pass_time(db, late)
    up = tasks.find(db, number)
    assert (up.level, up.state, up.due_at, up.owner) == ("head", "open", late + HOUR, "")
    assert (up.first_due_at, up.lease_until, up.wake_at) == (NOW + HOUR, None, None)
    assert pass_time(db, late) == []
    told += pass_time(db, late + HOUR)
    told += pass_time(db, late + 2 * HOUR)
    assert pass_time(db, late + 3 * HOUR - MINUTE) == []
    assert story(db, number)[-3:] == [
        ("escalated", "engine", "open", "head"),
        ("escalated", "engine", "open", "authority"),
        ("reminded", "engine", "open", "authority"),
    ]
    assert told == [
        "1 task is late and is now for the head of Clinic 5, whom nobody could tell: "
        "give an email or a webhook under [[institutions]] in dialer.toml.",
        "1 task is late and is now for the authority, whom nobody could tell: "
        "give an email or a webhook under [authority] in dialer.toml.",
    ]


def test_who_can_be_told_is_not_complained_of(url: str) -> None:
    told = levels(heads=frozenset({CLINIC}), authority=True)
    db = open_database(url, levels=lambda: told)
    try:
        number = one(db)
        assert pass_time(db, NOW + HOUR) == pass_time(db, NOW + 2 * HOUR) == []
        assert [each.note for each in tasks.history(db, number)] == ["", "it is late", "it is late"]
    finally:
        db.close()


def test_what_is_resolved_is_late_for_nobody(db: Database) -> None:
    number = one(db)
    tasks.resolve(db, number, "olga", "was called", NOW)
    assert pass_time(db, NOW + 9 * DAY) == []
    assert tasks.find(db, number).level == "operator"


def test_what_is_reopened_and_late_stays_reopened(db: Database) -> None:
    number = one(db)
    tasks.resolve(db, number, "olga", "was called", NOW)
    tasks.reopen(db, number, "olga", "", NOW)
    pass_time(db, NOW + HOUR)
    assert (tasks.find(db, number).level, tasks.find(db, number).state) == ("head", "reopened")


def test_more_than_one_pass_looks_at_are_looked_at_one_after_another(db: Database) -> None:
    queue(db, *(person(f"A{number}") for number in range(4)))
    for contact in take(db, 4):
        work = [TaskRaised(f"reason {number}", "high") for number in range(MOVED_AT_ONCE // 3)]
        attempts.record(db, begun(db, contact), work, "partial", NOW)
    told = [pass_time(db, NOW + HOUR), pass_time(db, NOW + HOUR), pass_time(db, NOW + HOUR)]
    assert [sentence.split(" late ")[0] for sentences in told for sentence in sentences] == [
        "20 tasks are",
        "4 tasks are",
    ]
    assert {task.level for task in tasks.listing(db)} == {"head"}
