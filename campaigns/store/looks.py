"""The audit log: who saw what not everybody may see, who came in, and who changed who may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session, col, select

from campaigns.models import Contact, Look
from campaigns.store.database import Database
from campaigns.words import Role


class Looker(Protocol):
    """Somebody who looks, such as `access.caller.Caller`."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True)
class Clerk:
    """Somebody at the command line: who the machine says it is."""

    name: str
    role: Role = "administrator"
    address: str = ""


@dataclass(frozen=True)
class Seen:
    """A line of the log; external_id: of the contact that was looked at, "" for none."""

    id: int
    at: datetime
    who: str
    role: Role
    address: str
    what: str
    campaign: str
    external_id: str
    task_id: int | None


@dataclass(frozen=True)
class Wanted:
    """Which lines; what is left empty does not matter. before: only those with a lower id."""

    who: str = ""
    campaign: str = ""
    external_id: str = ""
    since: datetime | None = None
    before: int | None = None


def note(
    session: Session,
    looker: Looker,
    what: str,
    now: datetime,
    *,
    campaign: str = "",
    contact_id: int | None = None,
    task_id: int | None = None,
) -> None:
    """Write a line in the transaction of what is done or shown. what: in plain words, never a value seen."""
    session.add(
        Look(
            at=now,
            who=looker.name,
            role=looker.role,
            address=looker.address,
            what=what,
            campaign=campaign,
            contact_id=contact_id,
            task_id=task_id,
        )
    )


def listing(db: Database, wanted: Wanted, limit: int) -> Sequence[Seen]:
    """The lines, the latest first."""
    asked = (
        select(Look, Contact.external_id)
        .join(Contact, col(Contact.id) == col(Look.contact_id), isouter=True)
        .order_by(col(Look.id).desc())
        .limit(limit)
    )
    if wanted.who:
        asked = asked.where(Look.who == wanted.who)
    if wanted.campaign:
        asked = asked.where(Look.campaign == wanted.campaign)
    if wanted.external_id:
        asked = asked.where(Contact.external_id == wanted.external_id)
    if wanted.since is not None:
        asked = asked.where(Look.at >= wanted.since)
    if wanted.before is not None:
        asked = asked.where(Look.id < wanted.before)
    with db.read() as session:
        return [_seen(look, external_id or "") for look, external_id in session.exec(asked)]


def _seen(look: Look, external_id: str) -> Seen:
    return Seen(
        look.id,
        look.at,
        look.who,
        look.role,
        look.address,
        look.what,
        look.campaign,
        external_id,
        look.task_id,
    )
