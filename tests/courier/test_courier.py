"""The courier: what it does with what receivers answer, and with those that do not answer at all."""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from sqlmodel import col, select

from campaigns.courier.courier import Courier
from campaigns.courier.port import Fault, OutgoingEvent, Sent
from campaigns.errors import DatabaseUnusable
from campaigns.models import Contact, Delivery, OutboxEvent
from campaigns.store import outbox
from campaigns.store.creation import create_database
from campaigns.store.database import Database, open_database
from campaigns.store.events import tell
from tests.engine.world import StoppedClock
from tests.store.people import NOW, person, queue

PATIENCE_SECONDS = 10.0
NO = Fault("It answered 500.")
Answer = Callable[[OutgoingEvent], Sent | Fault]


class Receivers:
    """A sender whose receivers answer as they are told."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.tries: list[tuple[str, OutgoingEvent]] = []

    def wanted_by(self, event: OutgoingEvent) -> Sequence[str]:
        return list(self.answers)

    def send(self, receiver: str, event: OutgoingEvent, timeout: float) -> Sent | Fault:
        assert timeout > 0
        self.tries.append((receiver, event))
        return self.answers[receiver](event)

    def of(self, receiver: str) -> list[OutgoingEvent]:
        return [event for name, event in self.tries if name == receiver]


def takes(_event: OutgoingEvent) -> Sent | Fault:
    return Sent()


def refuses(_event: OutgoingEvent) -> Sent | Fault:
    return NO


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "dialer.db"
    create_database(f"sqlite:///{path}")
    return path


@pytest.fixture
def db(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{shutil.copy(migrated, tmp_path / 'dialer.db')}")
    queue(database, *(person(name) for name in "ABCDEFGHIJKL"))
    yield database
    database.close()


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(NOW)


def _tell(db: Database, *names: str) -> None:
    with db.write() as session:
        for name in names:
            contact = session.exec(select(Contact).where(Contact.external_id == name)).one()
            tell(session, "contact.delivered", NOW, contact.campaign, contact)


def _pass(courier: Courier, times: int = 10) -> None:
    for _ in range(times):
        courier.run_once()


def _states(db: Database) -> list[tuple[str, int]]:
    with db.read() as session:
        return [(row.state, row.tries) for row in session.exec(select(Delivery))]


def _courier(db: Database, receivers: Receivers, clock: StoppedClock, told: list[str]) -> Courier:
    return Courier(db, receivers, clock, told.append, Random(1), begin=lambda work: work())


def test_everything_arrives_once_and_in_order(db: Database, clock: StoppedClock) -> None:
    receivers = Receivers(registry=takes)
    _tell(db, "A", "B", "A", "A")
    _pass(_courier(db, receivers, clock, []))
    arrived = receivers.of("registry")
    assert sorted(event.body["contact"] for event in arrived) == ["A", "A", "A", "B"]
    keys = [event.key for event in arrived if event.body["contact"] == "A"]
    with db.read() as session:
        found = session.exec(select(OutboxEvent).order_by(col(OutboxEvent.id))).all()
    assert keys == [event.key for event in found if event.body["contact"] == "A"]
    assert _states(db) == [("delivered", 1)] * 4


def test_a_fault_is_tried_again_with_the_same_key(db: Database, clock: StoppedClock) -> None:
    answers: list[Sent | Fault] = [NO, Sent()]
    receivers = Receivers(registry=lambda _event: answers.pop(0))
    courier = _courier(db, receivers, clock, [])
    _tell(db, "A")
    _pass(courier)
    assert _states(db) == [("waiting", 1)]
    clock.pass_seconds(7)
    _pass(courier)
    first, second = receivers.of("registry")
    assert first == second
    assert _states(db) == [("delivered", 2)]


@pytest.mark.parametrize("fault", [Fault("It is gone.", permanent=True), NO])
def test_what_cannot_be_delivered_is_given_up_and_said(
    db: Database, clock: StoppedClock, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.courier.patience.WAITS_SECONDS", ())
    receivers, told = Receivers(registry=lambda _event: fault), list[str]()
    _tell(db, "A", "A")
    _pass(_courier(db, receivers, clock, told))
    assert _states(db) == [("dead", 1), ("waiting", 0)]
    [sentence] = told
    assert sentence.startswith("Delivery 1 to registry is given up, and what follows it waits")
    assert fault.sentence in sentence


def test_of_many_that_are_given_up_one_line_is_told_in_an_hour(db: Database, clock: StoppedClock) -> None:
    gone = Fault("It is gone.", permanent=True)
    receivers, told = Receivers(registry=lambda _event: gone), list[str]()
    courier = _courier(db, receivers, clock, told)
    _tell(db, "A", "B", "C")
    _pass(courier)
    assert _states(db) == [("dead", 1)] * 3
    assert len(told) == 1
    clock.pass_seconds(3600)
    _tell(db, "D")
    _pass(courier)
    assert [sentence.split(" is given up")[0] for sentence in told[1:]] == ["Delivery 4 to registry"]


def test_a_receiver_that_takes_nothing_is_left_alone_and_said_once(db: Database, clock: StoppedClock) -> None:
    receivers, told = Receivers(registry=refuses), list[str]()
    courier = _courier(db, receivers, clock, told)
    _tell(db, *"ABCDEFGHIJKL")
    _pass(courier)
    clock.pass_seconds(1)
    courier.run_once()
    assert len(receivers.of("registry")) == 8
    assert [sentence[:35] for sentence in told] == ["registry takes nothing for the mome"]
    receivers.answers["registry"] = takes
    clock.pass_seconds(3600)
    _pass(courier)
    assert told[1:] == ["registry takes what it is told again."]
    assert {state for state, _ in _states(db)} == {"delivered"}


def test_who_hangs_holds_up_nobody_else(db: Database, clock: StoppedClock) -> None:
    """What is under way is kept for as long as a try may take; then it is anybody's again."""
    begun, over = threading.Event(), threading.Event()

    def hangs(_event: OutgoingEvent) -> Sent | Fault:
        begun.set()
        over.wait(PATIENCE_SECONDS)
        return Sent()

    courier = Courier(db, Receivers(hanging=hangs, registry=takes), clock, list[str]().append, Random(1))
    _tell(db, "A")
    courier.run_once()
    assert begun.wait(PATIENCE_SECONDS)
    while ("delivered", 1) not in _states(db):
        courier.run_once()
    for _ in range(4):
        clock.pass_seconds(29)
        courier.run_once()
    assert sorted(_states(db)) == [("delivered", 1), ("waiting", 1)]
    for _ in range(2):
        clock.pass_seconds(31)
        courier.run_once()
    assert sorted(_states(db)) == [("delivered", 1), ("waiting", 2)]
    over.set()


def test_what_was_claimed_ahead_for_a_receiver_that_rests_keeps_its_tries(
    db: Database, clock: StoppedClock
) -> None:
    waiting: list[Callable[[], None]] = []
    receivers = Receivers(registry=takes)
    courier = Courier(db, receivers, clock, list[str]().append, Random(1), begin=waiting.append)
    _tell(db, *"ABCDEFGH")
    courier.run_once()
    waiting[0]()  # one thread sends them all: a receiver that is quick
    _tell(db, *"ABCDEFGHIJKL")
    courier.run_once()
    receivers.answers["registry"] = _refuses_then_breaks(5)
    with pytest.raises(KeyboardInterrupt):
        waiting[-1]()
    courier.run_once()
    with db.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.state == "waiting")).all()
    assert sorted(row.tries for row in rows) == [0] * 6 + [1] * 6


def _refuses_then_breaks(times: int) -> Answer:
    """The thread dies after so many faults, as if it hung."""
    left = [NO] * times

    def answer(_event: OutgoingEvent) -> Sent | Fault:
        if not left:
            raise KeyboardInterrupt
        return left.pop()

    return answer


def test_a_database_that_is_away_loses_nothing(
    db: Database, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    receivers, told = Receivers(registry=takes), list[str]()
    courier = _courier(db, receivers, clock, told)
    _tell(db, "A")
    courier.run_once()

    def away(*_: object) -> None:
        raise DatabaseUnusable("The database cannot be reached: see whether the server runs.")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "settle", away)
        assert not courier.look()
        assert not courier.look()
    assert told == [
        "Other systems are told nothing for the moment, and it is tried again: "
        "the database cannot be reached: see whether the server runs."
    ]
    courier.look()
    assert _states(db) == [("delivered", 1)]


def test_a_backlog_goes_out_in_bounds(
    db: Database, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.courier.courier.MOST_A_SECOND", 3.0)
    receivers = Receivers(registry=takes, clinic=takes)
    courier = _courier(db, receivers, clock, [])
    _tell(db, *"ABCDEFGHIJKL")
    begun = []
    for _ in range(4):
        _pass(courier)
        begun.append(len(receivers.tries))
        clock.pass_seconds(0.5)
    clock.pass_seconds(60)
    _pass(courier)
    assert begun == [3, 4, 6, 7]
    assert len(receivers.tries) == 10


def test_a_sender_that_fails_against_its_promise_is_a_fault(db: Database, clock: StoppedClock) -> None:
    def breaks(_event: OutgoingEvent) -> Sent | Fault:
        raise ZeroDivisionError

    receivers = Receivers(registry=breaks)
    _tell(db, "A")
    _pass(_courier(db, receivers, clock, []))
    assert _states(db) == [("waiting", 1)]


def test_it_works_by_itself_and_ends_with_what_is_due(db: Database, clock: StoppedClock) -> None:
    arrived = threading.Event()

    def hears(_event: OutgoingEvent) -> Sent | Fault:
        arrived.set()
        return Sent()

    courier = Courier(db, Receivers(registry=hears), clock, list[str]().append)
    courier.start()
    _tell(db, "A")
    courier.wake()
    assert arrived.wait(PATIENCE_SECONDS)
    _tell(db, "B")
    courier.stop()
    assert _states(db) == [("delivered", 1)] * 2


def test_it_ends_though_a_receiver_hangs(db: Database, clock: StoppedClock) -> None:
    begun, over = threading.Event(), threading.Event()

    def hangs(_event: OutgoingEvent) -> Sent | Fault:
        begun.set()
        over.wait(PATIENCE_SECONDS)
        return Sent()

    courier = Courier(db, Receivers(registry=hangs), clock, list[str]().append)
    _tell(db, "A")
    courier.start()
    assert begun.wait(PATIENCE_SECONDS)
    courier.stop()
    assert not over.is_set()
    over.set()
    assert _states(db) == [("waiting", 1)]
