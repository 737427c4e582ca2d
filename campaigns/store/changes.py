"""What was done to campaigns and contacts, kept for those who ask why; names of values, never the values."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from campaigns.models import Change


def note(
    session: Session,
    campaign: str,
    kind: str,
    now: datetime,
    details: Mapping[str, str] | None = None,
    contact_id: int | None = None,
) -> None:
    """Write down what was done, in the transaction that does it."""
    session.add(
        Change(at=now, campaign=campaign, contact_id=contact_id, kind=kind, details=dict(details or {}))
    )


def of_contact(session: Session, contact_id: int) -> list[Change]:
    """All that was done to one contact, the first first."""
    wanted = select(Change).where(Change.contact_id == contact_id)
    return list(session.exec(wanted.order_by(col(Change.id))))


def of_campaign(
    session: Session, campaign: str, since: datetime | None = None, until: datetime | None = None
) -> list[Change]:
    """What was done to a campaign as a whole between these moments (both included), the first first."""
    wanted = select(Change).where(Change.campaign == campaign, col(Change.contact_id).is_(None))
    if since is not None:
        wanted = wanted.where(Change.at >= since)
    if until is not None:
        wanted = wanted.where(Change.at <= until)
    return list(session.exec(wanted.order_by(col(Change.at), col(Change.id))))
