"""States of campaigns; the legal moves are `words.CAMPAIGN_MOVES`."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, or_, select

from campaigns.errors import IllegalMove
from campaigns.models import Campaign, Contact
from campaigns.store import locks, rows, wakeups
from campaigns.store.changes import note
from campaigns.store.database import Database
from campaigns.words import CAMPAIGN_MOVES, CampaignState, PauseReason

_RUNNING = (
    select(Campaign.name)
    .where(Campaign.state == "running", or_(col(Campaign.first_left).is_(None), col(Campaign.first_left) > 0))
    .order_by(Campaign.name)
)


def state_of(db: Database, name: str) -> CampaignState:
    """The campaign's state; `draft` for one that nobody has queued for or launched."""
    with db.read() as session:
        campaign = session.get(Campaign, name)
    return campaign.state if campaign else "draft"


def states(db: Database) -> dict[str, CampaignState]:
    """The state of every campaign that the database knows, by name."""
    with db.read() as session:
        return {campaign.name: campaign.state for campaign in session.exec(select(Campaign))}


def find(db: Database, name: str) -> Campaign | None:
    """The campaign's row; None for one that nobody has queued for or launched."""
    with db.read() as session:
        return session.get(Campaign, name)


def every(db: Database) -> list[Campaign]:
    """Every campaign that the database knows, by name."""
    with db.read() as session:
        return list(session.exec(select(Campaign).order_by(Campaign.name)))


def move(
    db: Database, name: str, to: CampaignState, now: datetime, why: PauseReason = "supervisor"
) -> CampaignState:
    """Move the campaign; its new state. Raises `IllegalMove`, also for the state it is in already.

    why: kept with a campaign that is paused or stopped.
    """
    with db.write() as session:
        enter_state(session, known(session, name, now), to, now, why)
    return to


def pause_running(db: Database, name: str, why: PauseReason, now: datetime) -> bool:
    """Pause the campaign if it is running; False when somebody held it back first, and it stays so."""
    with db.write() as session:
        campaign = known(session, name, now)
        if campaign.state != "running":
            return False
        enter_state(session, campaign, "paused", now, why)
    return True


def stop_all(db: Database, now: datetime, only: Collection[str] = ()) -> list[str]:
    """Stop every campaign that is running or paused, all in one transaction; their names.

    only: of these, as somebody may stop no others; () is all of them.
    """
    with db.write() as session:
        halted = select(Campaign.name).where(col(Campaign.state).in_(("running", "paused")))
        halted = halted.where(col(Campaign.name).in_(only)) if only else halted
        names = locks.in_order(session.exec(halted))
        for name in names:
            enter_state(session, known(session, name, now), "stopped", now)
    return names


def enter_state(
    session: Session, campaign: Campaign, to: CampaignState, now: datetime, why: PauseReason = "supervisor"
) -> None:
    """Move a campaign that this transaction holds. Raises `IllegalMove` and changes nothing."""
    if to not in CAMPAIGN_MOVES[campaign.state]:
        raise IllegalMove(_refusal(campaign.name, campaign.state, to))
    campaign.state, campaign.changed_at = to, now
    if to == "running":
        wakeups.ring(session)
    campaign.pause_reason = why if to in ("paused", "stopped") else ""
    note(session, campaign.name, to, now, {"why": campaign.pause_reason} if campaign.pause_reason else {})


def finish_done(db: Database, now: datetime) -> list[str]:
    """Finish running campaigns that have contacts of which none waits or is being called; their names.

    Whoever queues for one at this moment keeps it running: then it is looked at again another time.
    """
    with db.write() as session:
        launched = locks.in_order(session.exec(select(Campaign.name).where(Campaign.state == "running")))
        likely = [name for name in launched if _is_done(session, name) and locks.queue_free(session, name)]
        held = [known(session, name, now) for name in likely]
        done = [row for row in held if row.state == "running" and _is_done(session, row.name)]
        for campaign in done:
            enter_state(session, campaign, "finished", now)
        return [campaign.name for campaign in done]


def known(session: Session, name: str, now: datetime) -> Campaign:
    """The campaign's row, which nobody else changes before the transaction ends; a new one is a draft."""
    campaign = locks.campaign_to_change(session, name)
    if campaign is None:
        campaign = Campaign(name=name, state="draft", changed_at=now)
        session.add(campaign)
        session.flush()
    return campaign


def spend_first(campaign: Campaign) -> bool:
    """Count one call that begins, where only the first few may be made; False when none is left.

    The caller holds the row (`locks.campaign_to_call`).
    """
    if campaign.first_left is not None:
        if campaign.first_left <= 0:
            return False
        campaign.first_left -= 1
    return True


def regain_first(session: Session, name: str, begun_at: datetime) -> None:
    """A call of the first few that cost the patient nothing, for a dead trunk say, is not one of them."""
    campaign = rows.find(session, Campaign, name, rows.OWN)
    if campaign and campaign.first_left is not None and begun_at >= campaign.changed_at:
        with rows.kept(session, campaign):
            campaign.first_left += 1


def running(session: Session) -> list[str]:
    """The names of the campaigns that may call; one whose first calls are all made may not."""
    return list(session.connection().execute(_RUNNING).scalars())


def _is_done(session: Session, name: str) -> bool:
    anybody = select(Contact.id).where(Contact.campaign == name).limit(1)
    left = anybody.where(col(Contact.state).in_(("waiting", "calling")))
    return session.exec(left).first() is None and session.exec(anybody).first() is not None


def _refusal(name: str, state: CampaignState, to: CampaignState) -> str:
    legal = " or ".join(sorted(CAMPAIGN_MOVES[state]))
    return f"The campaign {name} is {state} and cannot become {to}: from here it can only become {legal}."
