"""What a launch or a resumption of a campaign comes to, and why a campaign is held back."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.errors import IllegalMove
from campaigns.flows.approval import texts_said
from campaigns.flows.script import Script
from campaigns.models import Campaign
from campaigns.store import approvals, campaigns
from campaigns.store.database import Database
from campaigns.words import PauseReason

WHY: Mapping[PauseReason, str] = {
    "": "",
    "supervisor": "by a supervisor",
    "approval": "its first calls are made: approve it",
    "failures": "too many of its calls failed",
    "opt_outs": "too many people opted out",
    "file": "its file is wrong",
    "texts": "its texts changed: approve them",
}
"""Why a campaign is held back, in plain words."""


@dataclass(frozen=True)
class Step:
    """What is to be done, in this order: agree to `changed`, render, write down (`store.approvals`).

    changed: text and language of what nobody approved yet as it is now; somebody must agree to it. renders:
    audio is to be made ahead. done: it calls just so already, and nothing is to be done.
    """

    changed: tuple[str, ...] = ()
    renders: bool = False
    done: bool = False


def to_launch(database: Database, script: Script, first: int | None) -> Step:
    """Of a launch; first: only so many calls, then it waits for an approval.

    Raises IllegalMove for one that waits for an approval, unless it is to make further first calls.
    """
    runs = campaigns.state_of(database, script.name) == "running"
    if not runs and first is None:
        _refuse_unapproved(database, script.name)
    changed = approvals.unapproved(database, script.name, texts_said(script))
    return Step(changed, bool(changed) or not runs, runs and not changed and first is None)


def to_resume(database: Database, script: Script) -> Step:
    """Of going on after a pause. Raises IllegalMove for one that is not paused, or waits for an approval."""
    state = campaigns.state_of(database, script.name)
    if state == "running":
        return Step(done=True)
    if state != "paused":
        raise IllegalMove(f"The campaign {script.name} is {state} and not paused: launch it first.")
    _refuse_unapproved(database, script.name)
    changed = approvals.unapproved(database, script.name, texts_said(script))
    return Step(changed, bool(changed))


def not_agreed(script: Script, changed: tuple[str, ...]) -> str:
    """What keeps a campaign from calling whose texts changed; what to do is still to be said."""
    return f"The texts of {script.name} changed since they were approved: {', '.join(changed)}"


def held_back_by(campaign: Campaign | None) -> str:
    """Why it may not call at present, in plain words; "" when nothing holds it back."""
    if campaign is None:
        return ""
    if campaign.state == "running":
        left = campaign.first_left
        if left is None:
            return ""
        return f"{left} {'call is' if left == 1 else 'calls are'} left before it waits for approval"
    return WHY[campaign.pause_reason]


def _refuse_unapproved(database: Database, name: str) -> None:
    row = campaigns.find(database, name)
    if row is not None and row.state == "paused" and row.pause_reason == "approval":
        raise IllegalMove(f"The first calls of {name} wait for approval: dialer campaign approve {name}.")
