"""Operators at work and the calls of their phones, for the tests of the store."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from campaigns.models import Contact, Operator, OperatorCall
from campaigns.rules.operators import Wanted
from campaigns.store import operators, staff
from campaigns.store.database import Database
from campaigns.store.operators import Seat
from campaigns.store.staff import NewOperator
from campaigns.words import OperatorCallResult
from tests.store.people import NOW, person, queue, seen

ZONE = "Asia/Yekaterinburg"
TRUNKS = {"main": "trunk"}
WANTED = Wanted("ru", "Clinic 5", ("main",))
WRAP_UP = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def hire(db: Database, *names: str, **changes: Any) -> None:
    """Operators at work, each idle a second longer than the next one."""
    for place, name in enumerate(names):
        new = NewOperator(name, f"sip:{name}@127.0.0.1", **{"group": "main", **changes})
        staff.enter(db, new, NOW)
        staff.put(db, name, "on", NOW - (len(names) - place) * SECOND)


def contact_of(db: Database, external_id: str = "A") -> Contact:
    queue(db, person(external_id))
    return seen(db, external_id)


def seat(db: Database, contact: Contact, **changes: Any) -> Seat | None:
    values: dict[str, Any] = {
        "wanted": WANTED,
        "contact_id": contact.id,
        "campaign": contact.campaign,
        "mode": "operator_first",
        "attempt_id": None,
        "trunk_of": TRUNKS,
        "node": "a",
        "now": NOW,
        "zone": ZONE,
    }
    return operators.seize(db, **{**values, **changes})


def seated(db: Database, contact: Contact, **changes: Any) -> Seat:
    found = seat(db, contact, **changes)
    assert found is not None
    return found


def end(db: Database, held: Seat, result: OperatorCallResult, at: int = 10, **changes: Any) -> str | None:
    return operators.release(db, held.call, result, NOW + at * SECOND, WRAP_UP, **changes)


def operator(db: Database, name: str = "anna") -> Operator:
    [found] = [each for each in staff.listing(db) if each.name == name]
    return found


def record(db: Database, held: Seat) -> OperatorCall:
    with db.read() as session:
        return session.exec(select(OperatorCall).where(OperatorCall.id == held.call)).one()


def free(db: Database, wanted: Wanted = WANTED, at: int = 0) -> int:
    return operators.free(db, [wanted], TRUNKS, NOW + at * SECOND, ZONE)
