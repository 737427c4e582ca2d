"""How far FHIR servers were read, and which process reads each of them now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from campaigns.errors import ReadElsewhere
from campaigns.models import LabMessage, LabOrder, PullPosition
from campaigns.store import rows
from campaigns.store.database import Database

READ = "fhir:"  # and the server's name: who sent what was read from a server
LEASE = timedelta(minutes=5)
"""So long a server is its reader's, who asks again with each page; then any process may read it."""


@dataclass(frozen=True)
class Place:
    """From where a server is read on: the page that is next, else what was updated since then."""

    since: datetime
    next_page: str = ""
    newest: datetime | None = None


def claim(session: Session, server: str, holder: str, now: datetime) -> Place | None:
    """Begin to read; None while another process does. A server is read from the first time on."""
    known = rows.find(session, PullPosition, server, rows.OWN)
    if known is None:
        values = {"server": server, "since": now, "next_page": "", "newest": None, "read_at": None}
        rows.insert(
            session,
            PullPosition,
            {**values, "fault": "", "held_by": holder, "held_until": now + LEASE},
        )
        return Place(now)
    if known.held_by not in ("", holder) and known.held_until is not None and known.held_until > now:
        return None
    with rows.kept(session, known):
        known.held_by, known.held_until = holder, now + LEASE
    return Place(known.since or now, known.next_page, known.newest)


def move(session: Session, server: str, holder: str, place: Place, now: datetime) -> None:
    """So far all is read. Raises ReadElsewhere when another process reads it by now."""
    known = _mine(session, server, holder)
    with rows.kept(session, known):
        known.since, known.next_page, known.newest = place.since, place.next_page, place.newest
        known.read_at, known.fault, known.held_until = now, "", now + LEASE


def leave(session: Session, server: str, holder: str, fault: str = "") -> None:
    """Let others read it, or us again; `fault` says why it cannot be read at present."""
    known = _mine(session, server, holder)
    with rows.kept(session, known):
        known.held_by, known.held_until = "", None
        known.fault = fault or known.fault


def all_of(db: Database) -> list[PullPosition]:
    """Every server that was ever read, by name."""
    with db.read() as session:
        return list(session.exec(select(PullPosition).order_by(col(PullPosition.server))))


def origin_of(db: Database, campaign: str, external_id: str) -> tuple[str, str] | None:
    """Who last sent a result, and under which control id, where a server was read; else None."""
    wanted = (
        select(LabMessage.sender, LabMessage.control_id)
        .join(LabOrder, col(LabOrder.message_id) == col(LabMessage.id))
        .where(LabOrder.campaign == campaign, LabOrder.external_id == external_id)
        .where(LabMessage.format == "fhir", col(LabMessage.sender).startswith(READ))
    )
    with db.read() as session:
        found = session.exec(wanted).first()
    return None if found is None else (found[0], found[1])


def _mine(session: Session, server: str, holder: str) -> PullPosition:
    known = rows.find(session, PullPosition, server, rows.OWN)
    if known is None or known.held_by != holder:
        raise ReadElsewhere(f"FHIR server {server} is read by another process by now.")
    return known
