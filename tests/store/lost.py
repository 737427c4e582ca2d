"""A queue's log, as values: losses, readings and where they are kept."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from campaigns.models import LostCall
from campaigns.rules.lost_calls import Fold, Folded, Loss, Mark
from campaigns.store.database import Database
from campaigns.store.lost_calls import LostCalls
from campaigns.store.queueing import NewContact
from tests.store.people import NOW, person

CAMPAIGN = "results"
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ANNA, IVAN = "+79121111111", "+79122222222"


def caller(loss: Loss) -> NewContact | None:
    """Whose number begins so nobody can be called."""
    if loss.phone.startswith("+7900"):
        return None
    return person(loss.key, CAMPAIGN, phone=loss.phone, deadline=loss.lost_at + DAY)


def kept(db: Database, source: str = "pbx", **changes: Any) -> LostCalls:
    values: dict[str, Any] = {"campaign": CAMPAIGN, "make": caller, "deadline": DAY}
    return LostCalls(db, source=source, **(values | changes))


def loss(key: str, minutes: float = -10, phone: str = ANNA, **changes: Any) -> Loss:
    """One that waited for a minute, so many minutes before or after NOW."""
    values: dict[str, Any] = {"queue": "desk", "withheld": False, "waited_seconds": 60.0, "how": "ABANDON"}
    return Loss(key, phone=phone, lost_at=at(minutes), **(values | changes))


def at(minutes: float) -> datetime:
    return NOW + minutes * MINUTE


def losses(*them: Loss, **changes: Any) -> Folded:
    return Folded(them, last_event_at=max((one.lost_at for one in them), default=NOW), **changes)


def fates(db: Database) -> dict[str, str]:
    """What became of each loss that is kept, by its key."""
    with db.read() as session:
        return {one.key: one.fate for one in session.exec(select(LostCall))}


def row(db: Database, key: str) -> LostCall:
    with db.read() as session:
        return session.exec(select(LostCall).where(LostCall.key == key)).one()


def read_on(desk: LostCalls, folded: Folded, offset: int, now: datetime = NOW) -> Any:
    """Take it in as a reader of a log does, up to this offset."""
    return desk.take_in(folded, desk.position(), Mark(7, "head", offset, lines=offset, read_at=now), now)


def fold(desk: LostCalls) -> Fold:
    return Fold(desk.open_calls())
