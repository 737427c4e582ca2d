"""An operator is held by one engine at a time, rests, and outlives every crash."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from campaigns.models import Operator
from campaigns.rules.operators import BREATH, ON_ANOTHER_CALL, Wanted
from campaigns.store import nodes, operators, staff
from campaigns.store.database import Database
from campaigns.store.staff import NewOperator
from campaigns.words import OperatorCallResult
from tests.store.people import NOW, begun, person, queue, seen, take
from tests.store.seats import (
    SECOND,
    WRAP_UP,
    contact_of,
    end,
    free,
    hire,
    operator,
    record,
    seat,
    seated,
)
from tests.store.shared import meanwhile


def test_the_longest_idle_is_seized_and_nobody_twice(db: Database) -> None:
    hire(db, "anna", "boris")
    contact = contact_of(db)
    assert free(db) == 2
    first, second = seated(db, contact), seated(db, contact, node="b")
    assert (first.name, first.address, first.group, first.trunk) == (
        "anna",
        "sip:anna@127.0.0.1",
        "main",
        "trunk",
    )
    assert second.name == "boris"
    assert seat(db, contact) is None
    assert free(db) == 0
    assert (operator(db).held_by, operator(db, "boris").held_by) == ("a", "b")
    made = record(db, first)
    assert (made.contact_id, made.mode, made.node, made.started_at) == (
        contact.id,
        "operator_first",
        "a",
        NOW,
    )
    assert [call.id for call in operators.open_calls(db, "a")] == [first.call]


def test_who_was_tried_is_passed_over(db: Database) -> None:
    hire(db, "anna", "boris")
    contact = contact_of(db)
    assert seated(db, contact, tried={operator(db).id}).name == "boris"
    assert seat(db, contact, tried={operator(db).id}) is None


@pytest.mark.parametrize(
    "changes",
    [{"languages": ("en",)}, {"skills": ("Clinic 1",)}, {"shift": "14:00-20:00"}, {"group": "other"}],
)
def test_the_unsuitable_are_not_free_for_it(db: Database, changes: dict[str, Any]) -> None:
    hire(db, "anna", **changes)
    assert free(db) == 0
    assert seat(db, contact_of(db)) is None


def test_a_group_whose_trunk_rests_overflows_and_back(db: Database) -> None:
    hire(db, "anna", group="north")
    hire(db, "boris", group="south")
    contact, wanted = contact_of(db), Wanted("ru", "", ("north", "south"))
    both = {"north": "one", "south": "two"}
    over = seated(db, contact, wanted=wanted, trunk_of={"south": "two"})
    assert (over.name, over.trunk) == ("boris", "two")
    assert seated(db, contact, wanted=wanted, trunk_of=both).name == "anna"
    end(db, over, "patient_unreached")
    later = NOW + 20 * SECOND
    assert seated(db, contact, wanted=wanted, trunk_of=both, now=later).name == "boris"  # north is full


def test_a_call_from_ring_to_rest(db: Database) -> None:
    hire(db, "anna")
    queue(db, person("A"))
    [contact] = take(db, 1)
    held = seated(db, contact)
    attempt = begun(db, contact)
    operators.answered(db, held.call, NOW + 2 * SECOND)
    operators.taken(db, held.call, NOW + 4 * SECOND)
    operators.began(db, held.call, attempt)
    operators.bridged(db, held.call, attempt, NOW + 9 * SECOND)
    assert end(db, held, "talked", 69, talk_seconds=60.0, cause="answered", sip_status=200) is None
    made = record(db, held)
    assert (made.attempt_id, made.result, made.talk_seconds) == (attempt, "talked", 60.0)
    moments = (made.answered_at, made.taken_at, made.bridged_at, made.ended_at)
    assert moments == tuple(NOW + seconds * SECOND for seconds in (2, 4, 9, 69))
    rested = operator(db)
    assert (rested.held_by, rested.idle_since) == ("", NOW + 69 * SECOND)
    assert (free(db, at=98), free(db, at=99)) == (0, 1)


@pytest.mark.parametrize(
    ("result", "rest"),
    [
        ("refused", WRAP_UP),
        ("patient_unreached", BREATH),
        ("busy", ON_ANOTHER_CALL),
        ("no_answer", ON_ANOTHER_CALL),
    ],
)
def test_the_rest_is_as_long_as_the_call_deserves(
    db: Database, result: OperatorCallResult, rest: timedelta
) -> None:
    hire(db, "anna", "boris")
    held = seated(db, contact_of(db))
    end(db, held, result, 0)
    assert operator(db).free_at == NOW + rest
    assert seated(db, seen(db), now=NOW + rest).name == "boris"  # anna went to the end of the line


def test_what_is_over_is_not_ended_again(db: Database) -> None:
    hire(db, "anna")
    contact = contact_of(db)
    held = seated(db, contact)
    end(db, held, "refused", 1)
    before = (record(db, held), operator(db))
    for late in (
        lambda: end(db, held, "talked", 50, talk_seconds=9.0),
        lambda: operators.answered(db, held.call, NOW),
        lambda: operators.taken(db, held.call, NOW),
        lambda: operators.give_back(db, held.call),
        lambda: operators.recover(db, "a", NOW + 50 * SECOND),
    ):
        late()
    assert (record(db, held), operator(db)) == before


# ---------------------------------------------------------------- several engines, and their deaths


def test_what_was_not_dialled_is_as_if_never_seized(db: Database) -> None:
    hire(db, "anna")
    before = operator(db)
    held = seated(db, contact_of(db))
    operators.give_back(db, held.call)
    assert operator(db) == before
    assert operators.open_calls(db, "a") == []
    assert free(db) == 1


def test_an_engine_that_died_lets_go_of_its_operators_alone(db: Database) -> None:
    hire(db, "anna", "boris", "vera")
    queue(db, person("A"))
    [contact] = take(db, 1)
    ringing, talking = seated(db, contact), seated(db, contact)
    other = seated(db, contact, node="b")
    attempt = begun(db, contact)
    operators.bridged(db, talking.call, attempt, NOW + 10 * SECOND)
    nodes.beat(db, "a", nodes.join(db, "a", NOW), NOW + 40 * SECOND)
    alone = not db.shared  # then what an engine of another name holds is nobody's any more
    assert operators.recover(db, "a", NOW + 90 * SECOND) == 2 + alone
    assert operators.recover(db, "a", NOW + 90 * SECOND) == 0
    lost, talked = record(db, ringing), record(db, talking)
    assert (lost.result, lost.cause, lost.talk_seconds) == ("failed", "line_lost", 0.0)
    assert (talked.result, talked.talk_seconds, talked.attempt_id) == ("talked", 30.0, attempt)
    assert operator(db, "anna").free_at == NOW + 90 * SECOND + BREATH
    assert operator(db, "boris").free_at == NOW + 90 * SECOND + ON_ANOTHER_CALL
    assert [operator(db, name).held_by for name in ("anna", "boris", "vera")] == [
        "",
        "",
        "" if alone else "b",
    ]
    assert operator(db, "anna").misses == 0
    assert (record(db, other).ended_at is None) is db.shared


def test_a_node_that_is_not_heard_of_any_more_lets_go(db: Database) -> None:
    hire(db, "anna", "boris", "vera")
    contact = contact_of(db)
    dead, alive, unheard = (seated(db, contact, node=node) for node in ("dead", "alive", "unheard of"))
    for node, beat in (("dead", NOW), ("alive", NOW + 31 * SECOND)):
        nodes.beat(db, node, nodes.join(db, node, NOW), beat)
    at = NOW + 60 * SECOND
    assert operators.recover_dead(db, at - 30 * SECOND, at) == 1
    assert operators.recover_dead(db, at - 30 * SECOND, at) == 0
    ended = [record(db, held).result for held in (dead, alive, unheard)]
    assert ended == ["failed", None, None]
    assert free(db, at=60) == 0
    assert free(db, at=65) == 1


def test_two_engines_seize_two_operators(shared_db: Database) -> None:
    """The second neither waits for the first nor takes the same one."""
    hire(shared_db, "anna", "boris")
    contact = contact_of(shared_db)
    with shared_db.write() as session:
        _hold_row(session, "anna")
        assert seated(shared_db, contact, node="b").name == "boris"
        assert seat(shared_db, contact, node="b") is None
    assert seated(shared_db, contact).name == "anna"


def test_many_engines_at_once_hold_each_operator_once(shared_db: Database) -> None:
    names = [f"operator {number}" for number in range(6)]
    for number, name in enumerate(names):
        staff.enter(shared_db, NewOperator(name, f"sip:{number}@127.0.0.1", "main"), NOW)
        staff.put(shared_db, name, "on", NOW)
    contact = contact_of(shared_db)

    def seize_all() -> list[str]:
        mine = []
        while (found := seat(shared_db, contact)) is not None:
            mine.append(found.name)
        return mine

    with meanwhile(seize_all) as theirs:
        mine = seize_all()
    assert sorted([*mine, *theirs[0]]) == names  # type: ignore[misc]
    assert len(operators.open_calls(shared_db, "a")) == 6


def test_how_many_are_registered(db: Database) -> None:
    assert operators.registered(db) == 0
    hire(db, "anna", "boris")
    staff.put(db, "anna", "off", NOW)
    assert operators.registered(db) == 2


def _hold_row(session: Session, name: str) -> None:
    session.exec(select(Operator).where(Operator.name == name).with_for_update()).one()
