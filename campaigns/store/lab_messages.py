"""Messages of laboratories, each once, and what was last said of each result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from campaigns.models import KEPT, LabMessage, LabOrder
from campaigns.store import rows
from campaigns.store.database import Database
from campaigns.words import LabAnswer, LabFate

ASKED_AT_ONCE = 500  # databases bound how many values one statement may hold
KEPT_AT_ONCE = 100  # messages with their content, some kB each

_MESSAGE, _ORDER = rows.table_of(LabMessage), rows.table_of(LabOrder)
_ORDER_COLUMNS = tuple(column.name for column in _ORDER.columns)
_FROM_IT = sqlalchemy.and_(
    _MESSAGE.c.sender == bindparam("whose"), _MESSAGE.c.control_id == bindparam("control")
)
_SAME = sqlalchemy.select(_MESSAGE).where(
    _FROM_IT, _MESSAGE.c.subject.in_((bindparam("about"), bindparam("raw")))
)
_SAME_BYTES = (
    sqlalchemy.select(_MESSAGE)
    .where(_FROM_IT, _MESSAGE.c.digest == bindparam("bytes"))
    .order_by(_MESSAGE.c.id)
    .limit(1)
)
_SUPERSEDE = (
    sqlalchemy.update(_MESSAGE)
    .where(
        KEPT,
        _FROM_IT,
        sqlalchemy.or_(
            _MESSAGE.c.subject == bindparam("raw"),
            sqlalchemy.and_(_MESSAGE.c.about == bindparam("same"), _MESSAGE.c.about != ""),
        ),
    )
    .values(answer="AA", content=b"", answered_at=bindparam("moment"))
    .returning(_MESSAGE.c.received_at)
)
_ORDERS = (
    sqlalchemy.select(_ORDER, _MESSAGE.c.sender)
    .join(_MESSAGE, _MESSAGE.c.id == _ORDER.c.message_id)
    .where(
        _ORDER.c.campaign == bindparam("name"),
        _ORDER.c.external_id.in_(bindparam("some", expanding=True)),
    )
)


@dataclass(frozen=True)
class Arrival:
    """A message as it came: the columns of `LabMessage` that do not depend on what became of it."""

    sender: str
    control_id: str
    subject: str
    about: str
    digest: str
    meaning: str
    campaign: str
    format: str
    content: bytes


@dataclass(frozen=True)
class Told:
    """What was last said of a result, and by whom."""

    order: LabOrder
    sender: str


def subject_of_bytes(digest: str) -> str:
    """What a message is about of which nothing is known but its bytes."""
    return f"sha256:{digest}"


def earlier(session: Session, arrival: Arrival) -> LabMessage | None:
    """The same message as it came before: the same bytes, or else other ones about the same.

    A message that could not be read then is known by its bytes; one that cannot be read now, as well.
    """
    raw = subject_of_bytes(arrival.digest)
    asked = {"whose": arrival.sender, "control": arrival.control_id}
    found = session.connection().execute(_SAME, {**asked, "about": arrival.subject, "raw": raw}).all()
    if not found and arrival.subject == raw:
        found = session.connection().execute(_SAME_BYTES, {**asked, "bytes": arrival.digest}).all()
    same = [rows.made(LabMessage, row._mapping) for row in found]
    return min(same, key=lambda row: (row.answer != "AA", row.subject != raw), default=None)


def enter(session: Session, arrival: Arrival, answer: LabAnswer, faults: Sequence[str], now: datetime) -> int:
    """Write down a message that comes for the first time; its number. Its bytes are kept with AE alone."""
    values: dict[str, Any] = {
        **vars(arrival),
        "content": arrival.content if answer == "AE" else b"",
        "answer": answer,
        "faults": "\n".join(faults),
        "received_at": now,
        "answered_at": now,
        "repeats": 0,
    }
    return rows.insert(session, LabMessage, values)


def judged_anew(
    session: Session,
    known: LabMessage,
    arrival: Arrival,
    answer: LabAnswer,
    faults: Sequence[str],
    now: datetime,
) -> int:
    """A message that was refused came again; its number.

    One that could be read only now is still known by its bytes: another may be about the same.
    """
    with rows.kept(session, known):
        known.digest, known.meaning, known.about = arrival.digest, arrival.meaning, arrival.about
        known.content = arrival.content if answer == "AE" else b""
        known.campaign, known.answer, known.faults = arrival.campaign, answer, "\n".join(faults)
        known.answered_at = now
        known.repeats += 1
    return known.id


def supersede(session: Session, arrival: Arrival, now: datetime, by: LabMessage | None = None) -> bool:
    """What was refused of the same message is not run again, as it has been accepted since, mended.

    by: the message that was accepted before, when this one, which was refused, is run again.
    Whether any of them came before `by`.
    """
    raw = subject_of_bytes(arrival.digest)
    asked = {"whose": arrival.sender, "control": arrival.control_id, "raw": raw, "moment": now}
    about = "" if by is not None else arrival.about
    done = session.connection().execute(_SUPERSEDE, {**asked, "same": about}).scalars().all()
    return by is not None and any(at <= by.received_at for at in done)


def repeated(session: Session, known: LabMessage, content: bytes = b"") -> None:
    """A message that was answered came again. content: what it says now, where that is something else."""
    with rows.kept(session, known):
        known.repeats += 1
        known.content = content or known.content


def orders(session: Session, campaign: str, external_ids: Sequence[str]) -> dict[str, Told]:
    """What was last said of these results, by external_id, as far as anything was."""
    found: dict[str, Told] = {}
    for start in range(0, len(external_ids), ASKED_AT_ONCE):
        some = list(external_ids[start : start + ASKED_AT_ONCE])
        for row in session.connection().execute(_ORDERS, {"name": campaign, "some": some}):
            values = row._mapping
            told = rows.made(LabOrder, {name: values[name] for name in _ORDER_COLUMNS})
            found[told.external_id] = Told(told, values["sender"])
    return found


def say(
    session: Session,
    known: LabOrder | None,
    *,
    campaign: str,
    external_id: str,
    contact_id: int | None,
    status: str,
    fate: LabFate,
    told_at: datetime | None,
    sent_at: datetime,
    message_id: int,
) -> None:
    """Write down what is last said of a result."""
    if known is None:
        values = {"campaign": campaign, "external_id": external_id, "contact_id": contact_id}
        said = {"status": status, "fate": fate, "told_at": told_at, "sent_at": sent_at}
        rows.insert(session, LabOrder, {**values, **said, "message_id": message_id})
        return
    with rows.kept(session, known):
        known.contact_id, known.status, known.fate = contact_id, status, fate
        known.told_at, known.sent_at, known.message_id = told_at, sent_at, message_id


def kept(db: Database, after: int = 0, limit: int = KEPT_AT_ONCE) -> list[LabMessage]:
    """Refused messages, which can be run again, with their bytes, the first first; ids above `after`."""
    with db.read() as session:
        wanted = select(LabMessage).where(KEPT, col(LabMessage.id) > after)
        return list(session.exec(wanted.order_by(col(LabMessage.id)).limit(limit)))
