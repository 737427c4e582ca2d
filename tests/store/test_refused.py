"""Who waits at a number that opted out is closed with the tasks, though nobody takes contacts now."""

from collections.abc import Collection, Sequence

import pytest

from campaigns.flows.turns import TaskRaised
from campaigns.models import Contact
from campaigns.store import campaigns, contacts, optouts, refused, tasks
from campaigns.store.database import Database
from campaigns.words import ContactState, Outcome
from tests.store import invariants
from tests.store.people import HOUR, NOW, no_tasks, person, queue, seen, take
from tests.store.test_plans import LARGE, plans

PHONE, OTHER = "+79120000001", "+79120000002"


def doctor(_contact: Contact, _state: ContactState, outcome: Outcome | None) -> Sequence[TaskRaised]:
    return [TaskRaised(f"doctor_{outcome}", "high")]


def close(db: Database, after: str = "", names: Collection[str] = ("results",)) -> str | None:
    return refused.close_some(db, names, after, NOW + HOUR, doctor)


@pytest.mark.parametrize("state", ["draft", "running", "paused", "stopped"])
def test_whatever_the_state_of_the_campaign(db: Database, state: str) -> None:
    contacts.add(db, [person("A", phone=PHONE), person("B")], NOW)
    optouts.add(db, PHONE, "command", NOW)
    if state != "draft":
        campaigns.move(db, "results", "running", NOW)
    if state in ("paused", "stopped"):
        campaigns.move(db, "results", state, NOW)  # type: ignore[arg-type]
    assert close(db) is None
    assert (seen(db).state, seen(db).outcome, seen(db).closed_at) == ("done", "opted_out", NOW + HOUR)
    assert [(task.contact, task.reason) for task in tasks.listing(db)] == [("A", "doctor_opted_out")]
    assert seen(db, "B").state == "waiting"
    assert close(db) is None
    assert len(tasks.listing(db)) == 1
    invariants.check(db)


def test_who_is_queued_after_the_opt_out_too(db: Database) -> None:
    optouts.add(db, PHONE, "file", NOW)
    contacts.add(db, [person("A", phone=PHONE)], NOW)
    close(db)
    assert seen(db).state == "done"


def test_an_opt_out_of_one_campaign_leaves_the_others(db: Database) -> None:
    queue(db, person("A", phone=PHONE), person("A", campaign="survey", phone=PHONE))
    optouts.add(db, PHONE, "key", NOW, campaign="survey")
    close(db, names=("results", "survey"))
    assert (seen(db).state, seen(db, campaign="survey").state) == ("waiting", "done")


def test_a_campaign_whose_script_is_not_at_hand_waits(db: Database) -> None:
    queue(db, person("A", phone=PHONE))
    optouts.add(db, PHONE, "command", NOW)
    close(db, names=())
    assert seen(db).state == "waiting"


def test_who_is_taken_is_left_to_the_engine_that_holds_them(db: Database) -> None:
    queue(db, person("A", phone=PHONE))
    take(db)
    optouts.add(db, PHONE, "command", NOW)
    close(db)
    assert (seen(db).state, seen(db).leased) == ("waiting", True)


def test_who_has_another_number_waits_for_a_call_there(db: Database) -> None:
    queue(db, person("A", phone=PHONE, phones=(PHONE, OTHER)))
    optouts.add(db, PHONE, "command", NOW)
    close(db)
    assert (seen(db).state, seen(db).phone) == ("waiting", OTHER)
    optouts.add(db, OTHER, "command", NOW)
    close(db)
    assert (seen(db).state, seen(db).outcome) == ("done", "opted_out")


def test_all_opt_outs_are_gone_through_bit_by_bit(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "CLOSED_AT_ONCE", 2)
    waiting = 3 * refused.CLOSED_AT_ONCE - 1
    queue(db, *(person(f"A{n}", phone=PHONE) for n in range(waiting)))
    queue(db, *(person(f"B{n}") for n in range(waiting)))
    many = [f"+7913{n:07d}" for n in range(refused.NUMBERS_AT_ONCE)]
    for phone in (PHONE, *many, *(seen(db, f"B{n}").phone for n in range(waiting))):
        optouts.add(db, phone, "file", NOW)
    steps, after = 1, close(db)
    while after is not None:
        steps, after = steps + 1, close(db, after)
    assert 4 < steps < 20
    assert len(contacts.listing(db, "results", "done")) == 2 * waiting


def test_it_walks_indexes(db: Database, path: object) -> None:
    queue(db, *(person(f"A{n}", phone=PHONE) for n in range(3)))
    optouts.add(db, PHONE, "file", NOW)
    with plans() as lines:
        refused.close_some(db, ("results",), "", NOW, no_tasks)
    assert any("contact_phone" in line for line in lines)
    assert not [line for line in lines if line.startswith("SCAN") and line.split()[1] in LARGE]
