"""States of campaigns; the legal moves are `words.CAMPAIGN_MOVES`."""

from datetime import datetime

from sqlmodel import Session, col, select

from campaigns.errors import IllegalMove
from campaigns.models import Campaign, Contact
from campaigns.store.database import Database
from campaigns.words import CAMPAIGN_MOVES, CampaignState


def state_of(db: Database, name: str) -> CampaignState:
    """The campaign's state; `draft` for one that nobody has queued for or launched."""
    with db.read() as session:
        campaign = session.get(Campaign, name)
    return campaign.state if campaign else "draft"


def states(db: Database) -> dict[str, CampaignState]:
    """The state of every campaign that the database knows, by name."""
    with db.read() as session:
        return {campaign.name: campaign.state for campaign in session.exec(select(Campaign))}


def move(db: Database, name: str, to: CampaignState, now: datetime) -> CampaignState:
    """Move the campaign; its new state. Raises `IllegalMove`, also for the state it is in already."""
    with db.write() as session:
        campaign = known(session, name, now)
        if to not in CAMPAIGN_MOVES[campaign.state]:
            raise IllegalMove(_refusal(name, campaign.state, to))
        campaign.state, campaign.changed_at = to, now
    return to


def finish_done(db: Database, now: datetime) -> list[str]:
    """Finish running campaigns that have contacts of which none waits or is being called; their names."""
    with db.write() as session:
        done = [name for name in running(session) if _is_done(session, name)]
        for name in done:
            campaign = session.get_one(Campaign, name)
            campaign.state, campaign.changed_at = "finished", now
    return done


def known(session: Session, name: str, now: datetime) -> Campaign:
    """The campaign's row; a new one is a draft."""
    campaign = session.get(Campaign, name)
    if campaign is None:
        campaign = Campaign(name=name, state="draft", changed_at=now)
        session.add(campaign)
        session.flush()
    return campaign


def running(session: Session) -> list[str]:
    """The names of the campaigns that may call."""
    return list(
        session.exec(select(Campaign.name).where(Campaign.state == "running").order_by(Campaign.name))
    )


def _is_done(session: Session, name: str) -> bool:
    anybody = select(Contact.id).where(Contact.campaign == name).limit(1)
    left = anybody.where(col(Contact.state).in_(("waiting", "calling")))
    return session.exec(left).first() is None and session.exec(anybody).first() is not None


def _refusal(name: str, state: CampaignState, to: CampaignState) -> str:
    legal = " or ".join(sorted(CAMPAIGN_MOVES[state]))
    return f"The campaign {name} is {state} and cannot become {to}: from here it can only become {legal}."
