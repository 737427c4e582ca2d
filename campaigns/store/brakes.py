"""Campaigns that pause themselves: what their last calls were like, and the pause with its task."""

from datetime import datetime

from sqlmodel import Session, col, select

from campaigns.flows.turns import TaskRaised
from campaigns.models import Attempt, Campaign
from campaigns.rules.brakes import Ended, Tripped
from campaigns.store.campaigns import enter_state, known
from campaigns.store.database import Database
from campaigns.store.task_raising import raise_of_campaign

PAUSED_ITSELF = "campaign_paused"
"""The reason of the task that a human gets."""
FAILED_OVER = "another_trunk"
"""What `Attempt.decision` says under `follows` of a call that another trunk took over at once."""
_LOOKED_AT = 4  # times as many calls as are wanted: trunks that fail over leave several for one


def last_calls(db: Database, name: str, of_last: int) -> list[Ended]:
    """The calls that ended last, the newest first, of those begun since it was launched or resumed.

    A call that another trunk took over at once is not among them: what came of it there is.
    """
    ended = select(Attempt.cause, Attempt.outcome, Attempt.decision).where(
        Attempt.campaign == name, col(Attempt.ended_at).is_not(None)
    )
    with db.read() as session:
        campaign = session.get(Campaign, name)
        if campaign is None:
            return []
        since = col(Attempt.ended_at) >= campaign.changed_at, col(Attempt.started_at) >= campaign.changed_at
        newest = ended.where(*since).order_by(col(Attempt.ended_at).desc()).limit(of_last * _LOOKED_AT)
        calls = [
            Ended(cause or "", outcome)
            for cause, outcome, decision in session.exec(newest)
            if decision.get("follows") != FAILED_OVER
        ]
    return calls[:of_last]


def pause(db: Database, name: str, tripped: Tripped, now: datetime) -> bool:
    """Pause a running campaign and make one task; False when it is held back already."""
    details = {
        "why": tripped.why,
        "calls": f"{tripped.count} of {tripped.calls}",
        "most": f"{tripped.share:.0%} of {tripped.of_last}",
    }
    with db.write() as session:
        campaign = known(session, name, now)
        if campaign.state != "running":
            return False
        enter_state(session, campaign, "paused", now, tripped.why)
        raise_of_campaign(session, name, TaskRaised(PAUSED_ITSELF, "high", tuple(details.items())), now)
    return True


def pause_after_first(db: Database, now: datetime) -> list[str]:
    """Pause the running campaigns whose first calls are over, until somebody approves; their names."""
    spent = select(Campaign.name).where(Campaign.state == "running", col(Campaign.first_left) <= 0)
    with db.read() as session:
        names = [name for name in session.exec(spent) if not _calls(session, name)]
    if not names:
        return []
    paused = []
    with db.write() as session:
        for name in sorted(names):
            campaign = known(session, name, now)
            if campaign.state == "running" and campaign.first_left == 0 and not _calls(session, name):
                enter_state(session, campaign, "paused", now, "approval")
                paused.append(name)
    return paused


def _calls(session: Session, name: str) -> bool:
    """Whether a call of the campaign is in progress."""
    running = select(Attempt.id).where(Attempt.campaign == name, col(Attempt.ended_at).is_(None)).limit(1)
    return session.exec(running).first() is not None
