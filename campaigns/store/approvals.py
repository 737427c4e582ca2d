"""Launched, with the texts that somebody approved, and with the first few calls on trial."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select, update

from campaigns.flows.approval import changed_texts, digest_of
from campaigns.models import LEASED, Campaign, Change, Contact
from campaigns.store.campaigns import enter_state, known
from campaigns.store.changes import note
from campaigns.store.database import Database
from campaigns.words import CampaignState

APPROVED = "texts_approved"
"""The kind of a change whose details are a digest of each wording."""


def unapproved(db: Database, name: str, said: Mapping[str, str]) -> tuple[str, ...]:
    """Text and language of what changed since the last approval; () also when nothing was approved yet."""
    with db.read() as session:
        campaign = session.get(Campaign, name)
        if campaign is None or campaign.approved_texts in ("", digest_of(said)):
            return ()
        return changed_texts(_last_approved(session, name), said)


def launch(db: Database, name: str, said: Mapping[str, str], first: int | None, now: datetime) -> None:
    """Let it call with these texts; `first`: only so many calls (1 or more), then it waits for approval.

    One that is running goes on, with the new texts and the new limit. Raises `IllegalMove`.
    """
    with db.write() as session:
        campaign = known(session, name, now)
        if campaign.state != "running":
            enter_state(session, campaign, "running", now)
        campaign.first_left, campaign.changed_at = first, now  # calls from before are not of these first ones
        if first is not None:
            note(session, name, "first_calls", now, {"calls": str(first)})
        _approve(session, campaign, said, now)


def resume(db: Database, name: str, said: Mapping[str, str], now: datetime) -> None:
    """Let a paused campaign go on with these texts. Raises `IllegalMove`."""
    with db.write() as session:
        campaign = known(session, name, now)
        enter_state(session, campaign, "running", now)
        _approve(session, campaign, said, now)


def approve(db: Database, name: str, said: Mapping[str, str], now: datetime) -> CampaignState:
    """Approve its first calls and its texts; what it waits for an approval with goes on. Its state then."""
    with db.write() as session:
        campaign = known(session, name, now)
        if campaign.first_left is not None:
            campaign.first_left = None
            note(session, name, "first_calls_approved", now)
        _approve(session, campaign, said, now)
        if campaign.state == "paused" and campaign.pause_reason in ("approval", "texts"):
            enter_state(session, campaign, "running", now)
        return campaign.state


def adopt(db: Database, name: str, said: Mapping[str, str], now: datetime) -> None:
    """What a running campaign says counts as approved where nothing was: it was launched by hand, or before
    approvals were kept."""
    with db.write() as session:
        campaign = known(session, name, now)
        if not campaign.approved_texts:
            _approve(session, campaign, said, now)


def revoke_leases(db: Database, name: str) -> int:
    """Take back who was taken and not called yet, with what was rendered for them; how many."""
    taken = update(Contact).where(
        col(Contact.campaign) == name, LEASED, col(Contact.state) == "waiting", col(Contact.due).is_(False)
    )
    values = {"leased": False, "node": None, "due": True, "token": Contact.token + 1}
    with db.write() as session:
        return session.exec(taken.values(values)).rowcount


def _approve(session: Session, campaign: Campaign, said: Mapping[str, str], now: datetime) -> None:
    digest = digest_of(said)
    if campaign.approved_texts != digest:
        campaign.approved_texts = digest
        note(session, campaign.name, APPROVED, now, said)


def _last_approved(session: Session, name: str) -> Mapping[str, str]:
    found = select(Change.details).where(Change.campaign == name, Change.kind == APPROVED)
    return session.exec(found.order_by(col(Change.id).desc())).first() or {}
