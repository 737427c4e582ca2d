"""Lost calls on a database that several write at once."""

from contextlib import ExitStack
from typing import Any

import pytest

from campaigns.errors import ReadElsewhere
from campaigns.rules.lost_calls import AgentNow, Folded, Mark, Taken
from campaigns.store import attempts, contacts, lost_calls, queueing, staff
from campaigns.store.database import Database
from campaigns.store.lost_calls import LostCalls
from campaigns.store.staff import NewOperator
from tests.store import invariants
from tests.store.lost import ANNA, IVAN, fates, kept, loss, losses, read_on
from tests.store.people import HOUR, NOW, person, queue, seen, take, unless_opted_out
from tests.store.shared import meanwhile, until_somebody_waits


@pytest.fixture
def db(shared_db: Database) -> Database:
    return shared_db


def taken_or_refused(desk: LostCalls, key: str, phone: str = ANNA) -> Taken | str:
    try:
        return desk.take_in(losses(loss(key, phone=phone)), None, Mark(7, "head", 10, read_at=NOW), NOW)
    except ReadElsewhere:
        return "read elsewhere"


@pytest.mark.parametrize(
    ("other", "came_of_it", "kept_fates"),
    [
        (("east", "2", IVAN), "read elsewhere", {"1": "callback"}),  # the same log
        (("west", "2", ANNA), Taken({"joined": 1}), {"1": "callback", "2": "joined"}),
        (("west", "2", IVAN), Taken({"callback": 1}), {"1": "callback", "2": "callback"}),
    ],
)
def test_two_that_take_in_at_once_take_turns(
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
    other: tuple[str, str, str],
    came_of_it: object,
    kept_fates: dict[str, str],
) -> None:
    enter = queueing.enter
    source, key, phone = other
    with ExitStack() as stack:
        results: list[list[object]] = []

        def slowly(*said: Any) -> object:
            monkeypatch.setattr(lost_calls, "enter", enter)
            act = meanwhile(lambda: taken_or_refused(kept(db, source), key, phone))
            results.append(stack.enter_context(act))
            until_somebody_waits(db)
            return enter(*said)

        monkeypatch.setattr(lost_calls, "enter", slowly)
        assert taken_or_refused(kept(db, "east"), "1") == Taken({"callback": 1})
    assert results == [[came_of_it]]
    assert fates(db) == kept_fates


def test_a_callback_is_either_dropped_or_called(db: Database) -> None:
    desk = kept(db)
    read_on(desk, losses(loss("1")), 10)
    queue(db, person("other", phone="+79129999999", not_before=NOW + 9 * HOUR))
    [contact] = take(db, 1)
    with ExitStack() as stack, db.write() as session:
        session.get(type(contact), contact.id, with_for_update=True)  # an engine that begins its call
        results = stack.enter_context(meanwhile(lambda: read_on(desk, Folded(reached={ANNA: NOW}), 20)))
        until_somebody_waits(db)
    assert results == [Taken(dropped=1)]
    assert attempts.begin(db, contact.id, contact.token, "t", NOW, unless_opted_out, None) is None
    assert (seen(db, "1").state, contacts.due_count(db, NOW)) == ("cancelled", 0)
    invariants.check(db)


def test_an_operator_whom_an_engine_seizes_is_waited_for(db: Database) -> None:
    staff.enter(db, NewOperator("Anna", "sip:101@10.0.0.1", "main", agent="A1"), NOW - HOUR)
    [anna] = staff.listing(db)
    said = Folded(agents={"A1": AgentNow("5", NOW)})
    with ExitStack() as stack, db.write() as session:
        held = session.get(type(anna), anna.id, with_for_update=True)
        assert held is not None
        results = stack.enter_context(meanwhile(lambda: read_on(kept(db), said, 10)))
        until_somebody_waits(db)
        held.held_by = "n1"
    assert results == [Taken()]
    [anna] = staff.listing(db)
    assert (anna.held_by, anna.queue_call) == ("n1", "5")
