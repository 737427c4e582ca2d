"""Events in the order of their numbers: none is passed by that comes later, and each to whom it concerns."""

from collections.abc import Sequence
from dataclasses import replace

import psycopg
import pytest
from sqlmodel import col, select, update

from campaigns.models import Contact
from campaigns.store import event_log, events
from campaigns.store.database import Database
from campaigns.store.event_log import GAP_SECONDS, Horizon, Scope, Sight
from tests.postgres import plain
from tests.store.people import NOW, person, queue

ALL = Scope(frozenset({"contact.closed", "contact.delivered"}))
LATE = GAP_SECONDS + 1


@pytest.mark.parametrize(
    ("sights", "settled"),
    [
        ([(0, Sight(0, 0, 50, 50))], [None]),
        ([(0, Sight(7, 7, 50, 50)), (1, Sight(7, 7, 50, 50)), (2, Sight(7, 7, 50, 50))], [None, None, 7]),
        ([(0, Sight(7, 7, 50, 52)), (1, Sight(7, 7, 50, 53)), (2, Sight(7, 7, 52, 53))], [None, None, None]),
        ([(0, Sight(7, 7, 50, 52)), (1, Sight(7, 7, 50, 53)), (LATE, Sight(9, 9, 50, 53))], [None, None, 7]),
    ],
    ids=["not-yet-known", "nobody-writes", "who-wrote-then-writes-yet", "for-too-long"],
)
def test_at_first_nobody_knows_what_is_missing(
    sights: Sequence[tuple[float, Sight]], settled: Sequence[int | None]
) -> None:
    horizon = Horizon()
    for (seconds, sight), expected in zip(sights, settled, strict=True):
        horizon.see(sight, seconds)
        assert horizon.settled == expected


def test_without_a_gap_nothing_is_waited_for_and_a_gap_only_for_those_who_may_fill_it() -> None:
    horizon = Horizon(settled=7)
    horizon.see(Sight(9, 2, 40, 60), 0)
    assert horizon.settled == 9
    horizon.see(Sight(12, 2, 58, 60), 1)  # 10, 11 or 12 is missing; transaction 58 may bring it
    horizon.see(Sight(12, 2, 58, 61), 2)
    horizon.see(Sight(14, 4, 60, 70), 3)
    assert horizon.settled == 9
    horizon.see(Sight(14, 4, 61, 70), 4)
    assert horizon.settled == 12
    horizon.see(Sight(14, 2, 61, 70), 5)
    assert horizon.settled == 14


def _closed(db: Database, *names: str, **changes: str) -> None:
    queue(db, *(person(name, **changes) for name in names))
    with db.write() as session:
        for name in names:
            contact = session.exec(select(Contact).where(Contact.external_id == name)).one()
            events.tell(session, "contact.closed", NOW, contact.campaign, contact)


def _seen(db: Database, scope: Scope = ALL, last: int = 0, most: int = 10) -> list[str]:
    horizon = Horizon()
    for seconds in (0.0, 1.0, 2.0):
        event_log.look(db, horizon, seconds)
    assert horizon.settled is not None
    page = event_log.after(db, scope, last, horizon.settled, most)
    return [event.body["contact"] for event in page.events]


def test_each_is_told_of_its_own(db: Database) -> None:
    _closed(db, "A", institution="Clinic 1")
    _closed(db, "B", institution="Clinic 2")
    _closed(db, "C", campaign="marks")
    with db.write() as session:
        session.exec(update(Contact).where(col(Contact.external_id) == "B").values(queued_by="lab"))
    assert _seen(db) == ["A", "B", "C"]
    assert _seen(db, last=1, most=1) == ["B"]
    assert _seen(db, replace(ALL, queued_by="lab")) == ["B"]
    assert _seen(db, replace(ALL, queued_by="")) == ["A", "C"]
    assert _seen(db, replace(ALL, institutions=frozenset({"Clinic 1"}))) == ["A"]
    assert _seen(db, replace(ALL, campaigns=frozenset({"marks"}))) == ["C"]
    assert _seen(db, Scope(frozenset({"task.raised"}))) == []


def test_a_page_says_how_far_it_looked(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    _closed(db, "A", "B", "C", "D")
    monkeypatch.setattr(event_log, "WINDOW", 3)
    nobody = replace(ALL, queued_by="lab")
    assert event_log.after(db, nobody, 0, 4, 10) == event_log.Page([], 3)
    assert event_log.after(db, nobody, 3, 4, 10) == event_log.Page([], 4)
    assert event_log.after(db, ALL, 0, 4, 2).reached == 2
    assert event_log.after(db, ALL, 9, 4, 2) == event_log.Page([], 9)


def test_a_number_that_is_not_committed_yet_is_waited_for(shared_db: Database) -> None:
    _closed(shared_db, "A")
    horizon = Horizon()
    for seconds in (0.0, 1.0, 2.0):
        event_log.look(shared_db, horizon, seconds)
    assert horizon.settled == 1
    with psycopg.connect(plain(str(shared_db._reading.url.render_as_string(False)))) as slow:
        slow.execute(
            "INSERT INTO outbox_event (key, at, kind, campaign, body, spread) "
            "VALUES ('k', now(), 'contact.closed', 'results', '{}', false)"
        )
        _closed(shared_db, "C")
        for seconds in (3.0, 4.0, 5.0):
            event_log.look(shared_db, horizon, seconds)
            assert horizon.settled == 1
        slow.commit()
    event_log.look(shared_db, horizon, 6.0)
    assert horizon.settled == 3
    page = event_log.after(shared_db, ALL, 1, 3, 10)
    assert [event.id for event in page.events] == [2, 3]


def test_a_number_that_never_comes_is_passed_by(shared_db: Database) -> None:
    horizon = Horizon(settled=0)
    with pytest.raises(ZeroDivisionError):
        _fail_after_telling(shared_db)
    _closed(shared_db, "A")
    for seconds in (0.0, 1.0, 2.0):
        event_log.look(shared_db, horizon, seconds)
    assert horizon.settled == 2


def _fail_after_telling(db: Database) -> None:
    with db.write() as session:
        events.tell(session, "contact.closed", NOW, "results")
        raise ZeroDivisionError
