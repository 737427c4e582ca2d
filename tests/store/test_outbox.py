"""The outbox: every event to every receiver, in order within a stream, whatever engines and receivers do."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from campaigns.errors import IllegalMove, NoSuchDelivery
from campaigns.models import Contact, Delivery, OutboxEvent
from campaigns.store import changes, outbox, outbox_desk
from campaigns.store.database import Database, open_database
from campaigns.store.events import tell
from campaigns.store.outbox import LEASE, Claim, Result
from tests.store.people import NOW, done_to, person, queue, seen
from tests.store.shared import meanwhile

SECOND = timedelta(seconds=1)


def _to_both(_event: OutboxEvent) -> Sequence[str]:
    return ("clinic", "registry")


def _to_one(_event: OutboxEvent) -> Sequence[str]:
    return ("registry",)


def _tell(db: Database, *names: str) -> None:
    """One event of each of these contacts."""
    with db.write() as session:
        for name in names:
            contact = session.exec(select(Contact).where(Contact.external_id == name)).one()
            tell(session, "contact.delivered", NOW, contact.campaign, contact, number=name)


def happened(db: Database, *names: str) -> None:
    """The same, spread to one receiver."""
    queue(db, *(person(name) for name in sorted(set(names)) if name not in _known(db)))
    _tell(db, *names)
    while outbox.spread(db, _to_one, NOW):
        pass


def _known(db: Database) -> set[str]:
    with db.read() as session:
        return set(session.exec(select(Contact.external_id)))


def _claimed(
    db: Database, now: datetime = NOW, most: int = 10, receiver: str = "registry"
) -> Sequence[Claim]:
    return outbox.claim(db, receiver, most, now)


def _of(claims: Sequence[Claim]) -> list[str]:
    return [claim.event.body["contact"] for claim in claims]


def state(db: Database, number: int) -> Delivery:
    with db.read() as session:
        return session.get_one(Delivery, number)


def test_each_event_is_spread_once_to_who_wants_it(db: Database) -> None:
    queue(db, person("A"))
    _tell(db, "A", "A")
    assert outbox.spread(db, _to_both, NOW) == 2
    assert outbox.spread(db, _to_both, NOW) == 0
    assert outbox.due_receivers(db, NOW) == ["clinic", "registry"]
    assert [len(_claimed(db, receiver=name)) for name in ("clinic", "registry", "nobody")] == [1, 1, 0]


def test_what_nobody_wants_is_spread_too(db: Database) -> None:
    queue(db, person("A"))
    _tell(db, "A")
    assert outbox.spread(db, lambda _event: (), NOW) == 1
    assert outbox.spread(db, _to_both, NOW) == 0
    assert outbox.due_receivers(db, NOW) == []


def test_an_event_of_a_transaction_that_fails_was_never_there(db: Database) -> None:
    queue(db, person("A"))

    def fails() -> None:
        with db.write() as session:
            tell(session, "contact.delivered", NOW, "results", session.exec(select(Contact)).one())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert outbox.spread(db, _to_both, NOW) == 0


def test_a_stream_goes_on_only_after_what_is_before_it(db: Database) -> None:
    happened(db, "A", "B", "A", "A")
    first = _claimed(db)
    assert _of(first) == ["A", "B"]
    assert _claimed(db) == ()
    outbox.settle(db, [Result(first[0])], NOW)
    second = _claimed(db)
    assert _of(second) == ["A"]
    assert second[0].event.key != first[0].event.key
    outbox.settle(db, [Result(second[0]), Result(first[1])], NOW)
    assert _of(_claimed(db)) == ["A"]


def test_a_later_event_waits_for_one_that_is_under_way(db: Database) -> None:
    happened(db, "A")
    [first] = _claimed(db)
    happened(db, "A")
    assert _claimed(db, NOW + SECOND) == ()
    outbox.settle(db, [Result(first)], NOW)
    assert _of(_claimed(db)) == ["A"]


def test_a_fault_holds_its_stream_back_until_it_is_tried_again(db: Database) -> None:
    happened(db, "A", "A")
    [first] = _claimed(db)
    outbox.settle(db, [Result(first, "It answered 500.", NOW + 60 * SECOND)], NOW)
    assert _claimed(db, NOW + 59 * SECOND) == ()
    [again] = _claimed(db, NOW + 60 * SECOND)
    assert (again.delivery, again.tries, again.event.key) == (first.delivery, 2, first.event.key)


def test_a_dead_delivery_holds_back_its_stream_and_no_other(db: Database) -> None:
    happened(db, "A", "A", "A", "B")
    dead, other = _claimed(db)
    outbox.settle(db, [Result(dead, "It is gone."), Result(other)], NOW)
    assert _claimed(db, NOW + timedelta(days=9)) == ()
    happened(db, "A", "B")
    assert _of(_claimed(db, NOW + timedelta(days=9))) == ["B"]
    [line] = outbox_desk.lines(db, 10, dead=True)
    assert (line.number, line.fault, line.behind, line.next_at) == (dead.delivery, "It is gone.", 3, None)


def test_a_dead_delivery_tried_again_has_all_its_tries(db: Database) -> None:
    happened(db, "A", "A")
    [dead] = _claimed(db)
    outbox.settle(db, [Result(dead, "It is gone.")], NOW)
    assert outbox_desk.retry(db, NOW, dead.delivery) == 1
    [again] = _claimed(db)
    assert (again.delivery, again.tries) == (dead.delivery, 1)
    outbox.settle(db, [Result(again)], NOW)
    assert len(_claimed(db)) == 1


def test_what_waits_out_a_fault_can_be_hurried_and_what_is_under_way_not(db: Database) -> None:
    happened(db, "A", "B", "C")
    failed, dead, _under_way = _claimed(db)
    outbox.settle(db, [Result(failed, "No.", NOW + timedelta(hours=3)), Result(dead, "No.")], NOW)
    assert outbox_desk.retry(db, NOW, receiver="clinic") == 0
    assert outbox_desk.retry(db, NOW, receiver="registry") == 2
    assert sorted(_of(_claimed(db))) == ["A", "B"]


def test_a_dropped_delivery_lets_its_stream_go_and_is_remembered(db: Database) -> None:
    happened(db, "A", "A")
    [first] = _claimed(db)
    outbox.settle(db, [Result(first, "It is gone.")], NOW)
    outbox_desk.drop(db, first.delivery, "anna", "told by telephone", NOW)
    [second] = _claimed(db)
    assert second.delivery != first.delivery
    [change] = done_to(db, seen(db))
    assert (change.kind, change.details["who"], change.details["note"]) == (
        "delivery_dropped",
        "anna",
        "told by telephone",
    )
    outbox.settle(db, [Result(first)], NOW)
    assert state(db, first.delivery).state == "dropped"


def test_all_that_waits_for_a_receiver_that_is_gone_is_dropped_at_once(db: Database) -> None:
    happened(db, "A", "A", "B")
    dead, _ = _claimed(db)
    outbox.settle(db, [Result(dead, "It is gone.")], NOW)
    assert outbox_desk.drop_all(db, "registry", "anna", "the registry was closed", NOW) == 3
    assert {line.receiver for line in outbox_desk.lines(db, 10, dead=False)} <= {"clinic"}
    with db.read() as session:
        change = changes.of_campaign(session, seen(db).campaign)[-1]
    assert (change.kind, change.details["deliveries"], change.details["who"]) == (
        "delivery_dropped",
        "3",
        "anna",
    )
    with pytest.raises(NoSuchDelivery, match='Nothing waits for "registry"'):
        outbox_desk.drop_all(db, "registry", "anna", "again", NOW)
    happened(db, "A")
    assert _of(_claimed(db)) == ["A"]


def test_nothing_is_dropped_or_tried_again_that_is_over_or_unknown(db: Database) -> None:
    happened(db, "A")
    [claim] = _claimed(db)
    outbox.settle(db, [Result(claim)], NOW)
    for act in (
        lambda number: outbox_desk.drop(db, number, "anna", "", NOW),
        lambda number: outbox_desk.retry(db, NOW, number),
    ):
        with pytest.raises(IllegalMove, match=f"Delivery {claim.delivery} is delivered already"):
            act(claim.delivery)
        with pytest.raises(NoSuchDelivery, match="There is no delivery 999"):
            act(999)


def test_a_killed_engines_claims_come_back(db: Database) -> None:
    happened(db, "A")
    [lost] = _claimed(db)
    assert _claimed(db, NOW + LEASE - SECOND) == ()
    [mine] = _claimed(db, NOW + LEASE)
    assert (mine.delivery, mine.tries) == (lost.delivery, 2)
    outbox.settle(db, [Result(lost, "Too late to matter.", NOW)], NOW)  # it was only slow: its fault is old
    assert state(db, mine.delivery).last_fault == ""
    outbox.settle(db, [Result(lost)], NOW)  # and what it delivered is delivered
    assert state(db, mine.delivery).state == "delivered"


def test_a_claim_that_is_renewed_is_nobody_elses(db: Database) -> None:
    happened(db, "A")
    claims = _claimed(db)
    outbox.renew(db, claims, NOW + LEASE - SECOND)
    assert _claimed(db, NOW + LEASE) == ()
    assert len(_claimed(db, NOW + 2 * LEASE)) == 1


def test_old_deliveries_are_forgotten_and_their_events_kept(db: Database) -> None:
    happened(db, "A", "A")
    [claim] = _claimed(db)
    outbox.settle(db, [Result(claim)], NOW)
    assert outbox.forget_delivered(db, NOW + outbox.KEPT) == 0
    assert outbox.forget_delivered(db, NOW + outbox.KEPT + SECOND) == 1
    assert outbox.forget_delivered(db, NOW + outbox.KEPT + SECOND) == 0
    assert len(list(outbox_desk.told(db))) == 2


def test_how_receivers_stand(db: Database) -> None:
    happened(db, "A", "A", "B", "C")
    dead, delivered, waits = _claimed(db)
    faults = [Result(dead, "It is gone."), Result(waits, "It answered 500.", NOW + timedelta(hours=1))]
    outbox.settle(db, [*faults, Result(delivered)], NOW)
    [one] = outbox_desk.standings(db, NOW)
    assert (one.receiver, one.waiting, one.dead, one.delivered) == ("registry", 2, 1, 1)
    assert (one.last_fault, one.oldest_at) == ("It is gone.", NOW)
    assert outbox_desk.not_spread(db) == 0


def test_what_was_told_can_be_read_from_a_moment_on(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_desk, "READ_AT_ONCE", 2)
    happened(db, "A", "B", "C", "A", "B")
    keys = [event.key for event in outbox_desk.told(db)]
    assert len(keys) == len(set(keys)) == 5
    assert len(list(outbox_desk.told(db, "results", NOW))) == 5
    assert not list(outbox_desk.told(db, "another")) + list(outbox_desk.told(db, since=NOW + SECOND))


def test_two_engines_never_have_the_same_delivery(shared_db: Database) -> None:
    happened(shared_db, *"ABCDEFGH")
    with meanwhile(lambda: _claimed(_another(shared_db), most=4)) as theirs:
        mine = _claimed(shared_db, most=4)
    [others] = theirs
    assert isinstance(others, list)
    assert sorted(_of([*mine, *others])) == list("ABCDEFGH")


def test_who_spreads_while_another_settles_leaves_no_delivery_behind(shared_db: Database) -> None:
    """The later event sees the earlier one under way, and must be let go by whoever ends that one."""
    happened(shared_db, "A")
    [first] = _claimed(shared_db)
    _tell(shared_db, "A")
    other = _another(shared_db)
    with meanwhile(lambda: outbox.settle(other, [Result(first)], NOW)):
        outbox.spread(shared_db, _to_one, NOW)
    assert len(_claimed(shared_db)) == 1


def _another(db: Database) -> Database:
    return open_database(db.place.replace("postgresql+psycopg://:@", "postgresql+psycopg://"))


_ASKED = {"receiver": "a", "last": "a", "now": NOW, "before": NOW, "most": 5}
_ASKED |= {"receivers": ["a", "b"], "streams": ["c", "d"], "deliveries": [1, 2]}


@pytest.mark.parametrize(
    "name", ["ANY_FRESH", "FRESH", "NEXT_RECEIVER", "DUE_AT", "DUE_NOW", "OLD", "HELD", "FIRST"]
)
def test_no_look_goes_through_a_whole_table(db: Database, path: object, name: str) -> None:
    statement = getattr(outbox, f"_{name}")
    with db.read() as session:
        connection = session.connection()
        made = statement.compile(dialect=connection.dialect).construct_expanded_state(_ASKED)
        values = tuple(str(made.parameters[key]) for key in made.positiontup)
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {made.statement}", values).all())
    assert "INDEX delivery_" in plan or "INDEX outbox_" in plan
    assert "TEMP B-TREE FOR ORDER" not in plan or name == "HELD"
