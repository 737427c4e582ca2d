"""New contacts, entered in bulk and only once each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy
from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, select

from campaigns.models import Campaign, Contact, rank_of
from campaigns.store import locks, rows, wakeups
from campaigns.store.campaigns import known
from campaigns.store.database import Database
from campaigns.words import ZoneSource

LOOKED_UP_AT_ONCE = 500  # external ids in one query

Verdict = Literal["new", "known", "changed"]

_CONTACT = rows.table_of(Contact)
_QUEUED = sqlalchemy.select(_CONTACT.c.external_id, _CONTACT.c.id, _CONTACT.c.digest).where(
    _CONTACT.c.campaign == bindparam("name"),
    _CONTACT.c.external_id.in_(bindparam("some", expanding=True)),
)


@dataclass(frozen=True)
class NewContact:
    """One row of a file, checked and canonical.

    digest tells a repetition (the same) from a change (another). priority: higher goes first.
    """

    campaign: str
    external_id: str
    phone: str
    full_name: str
    language: str
    time_zone: str
    fields: Mapping[str, str]
    digest: str
    not_before: datetime | None = None
    deadline: datetime | None = None
    priority: int = 0
    phones: tuple[str, ...] = ()  # with the second and third number; () is just `phone`
    zone_from: ZoneSource = "clinic"
    institution: str = ""
    consent_source: str = ""
    consent_at: datetime | None = None
    queued_by: str = ""


def add(db: Database, contacts: Sequence[NewContact], now: datetime) -> list[Verdict]:
    """Queue contacts in one transaction; one verdict each, in their order.

    `known` and `changed` ones are left as they stand. A finished campaign runs again when something new came.
    Nobody else can write meanwhile, for about 25 ms per 1,000 contacts: hand in a few thousand at a time.
    """
    with db.write() as session:
        return enter(session, contacts, now)


def enter(session: Session, contacts: Sequence[NewContact], now: datetime) -> list[Verdict]:
    """The same as part of a transaction."""
    queued: dict[tuple[str, str], str] = {}
    for campaign in locks.in_order(contact.campaign for contact in contacts):
        locks.queue(session, campaign)
        if session.get(Campaign, campaign) is None:
            known(session, campaign, now)
    for campaign in {contact.campaign for contact in contacts}:
        mine = [contact.external_id for contact in contacts if contact.campaign == campaign]
        found = _digests(session, campaign, mine)
        queued |= {(campaign, external_id): digest for external_id, digest in found.items()}
    verdicts, new = _sort_out(contacts, queued, now)
    if new:
        session.connection().execute(insert(Contact), new)
    for campaign in locks.in_order(row["campaign"] for row in new):
        reopen(session, campaign, now)
    return verdicts


def enter_new(session: Session, contact: NewContact, now: datetime) -> int:
    """Queue one contact that is not there; its number. The transaction holds the queue (`locks.queue`)."""
    if rows.find(session, Campaign, contact.campaign) is None:
        known(session, contact.campaign, now)
    number = rows.insert(session, Contact, _row(contact, now))
    reopen(session, contact.campaign, now)
    return number


def queued(session: Session, campaign: str, external_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Number and digest of those contacts that the campaign has, by external_id."""
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(external_ids), LOOKED_UP_AT_ONCE):
        asked = {"name": campaign, "some": list(external_ids[start : start + LOOKED_UP_AT_ONCE])}
        answered = session.connection().execute(_QUEUED, asked)
        found |= {name: (number, digest) for name, number, digest in answered}
    return found


def digests(db: Database, campaign: str, external_ids: Sequence[str]) -> dict[str, str]:
    """The digests of those contacts that the campaign has, by external_id."""
    with db.read() as session:
        return _digests(session, campaign, external_ids)


def _digests(session: Session, campaign: str, external_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(external_ids), LOOKED_UP_AT_ONCE):
        some = external_ids[start : start + LOOKED_UP_AT_ONCE]
        rows = select(Contact.external_id, Contact.digest).where(Contact.campaign == campaign)
        found |= dict(session.exec(rows.where(col(Contact.external_id).in_(some))).all())
    return found


def _sort_out(
    contacts: Sequence[NewContact], digests: dict[tuple[str, str], str], now: datetime
) -> tuple[list[Verdict], list[dict[str, Any]]]:
    """The verdicts, and the rows to insert; a second row of the same contact is judged by the first."""
    verdicts: list[Verdict] = []
    rows: list[dict[str, Any]] = []
    for contact in contacts:
        key = contact.campaign, contact.external_id
        if key not in digests:
            digests[key] = contact.digest
            rows.append(_row(contact, now))
            verdicts.append("new")
        else:
            verdicts.append("known" if digests[key] == contact.digest else "changed")
    return verdicts, rows


def _row(contact: NewContact, now: datetime) -> dict[str, Any]:
    next_at = max(now, contact.not_before or now)
    return {
        **vars(contact),
        "fields": dict(contact.fields),
        "phones": list(contact.phones),
        "rank": rank_of(contact.priority, contact.deadline),
        "state": "waiting",
        "next_at": next_at,
        "wait_reason": "queued",
        "due": next_at <= now,
        "leased": False,
        "token": 0,
        "revision": 1,
        "wait_grounds": {},
        "cancel_asked": False,
        "history": {},
        "attempts_used": 0,
        "own_failures": 0,
        "verification_failures": 0,
        "queued_at": now,
    }


def reopen(session: Session, name: str, now: datetime) -> None:
    """Something new came. The transaction holds the queue, without which no campaign becomes finished.

    So its row is locked only where it is, and nobody who begins calls waits for whoever queues.
    """
    if rows.get(session, Campaign, name).state == "finished":
        campaign = rows.get(session, Campaign, name, rows.OWN)
        with rows.kept(session, campaign):
            if campaign.state == "finished":
                campaign.state, campaign.changed_at = "running", now
    wakeups.ring(session)
