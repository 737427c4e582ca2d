"""`dialer campaign launch|approve|pause|resume|stop`: who may call, and with what texts."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from campaigns.cli.checking import not_asking
from campaigns.cli.options import (
    CampaignName,
    HomeOption,
    known_campaign,
    met_campaign,
    open_home,
    say,
    tell,
)
from campaigns.errors import IllegalMove, TextsNotApproved
from campaigns.flows.approval import texts_said
from campaigns.flows.script import Script
from campaigns.library import script_named
from campaigns.models import Campaign
from campaigns.settings import Home
from campaigns.store import approvals, campaigns
from campaigns.store.database import Database
from campaigns.words import CampaignState, PauseReason

WHY: dict[PauseReason, str] = {
    "": "",
    "supervisor": "by a supervisor",
    "approval": "its first calls are made: approve it",
    "failures": "too many of its calls failed",
    "opt_outs": "too many people opted out",
    "file": "its file is wrong",
    "texts": "its texts changed: approve them",
}
"""Why a campaign is held back, in plain words."""

First = Annotated[
    int | None, typer.Option("--first", min=1, help="Make so many calls, then wait for approve.")
]
ApproveOption = Annotated[bool, typer.Option("--approve", help="Call with texts that changed, unasked.")]
Name = Annotated[str | None, typer.Argument(help="Name of the campaign.")]
Everything = Annotated[bool, typer.Option("--all", help="Every campaign, at once.")]


def launch(name: CampaignName, home: HomeOption, first: First = None, approve: ApproveOption = False) -> None:
    """Render what the campaign says, then let the engine call its contacts.

    Texts that changed since they were last approved are asked for once more.
    """
    settings, database = known_campaign(home, name)
    script = script_named(settings, name)
    runs = campaigns.state_of(database, name) == "running"
    changed = _agreed(database, script, asked=not approve)
    if not runs and first is None:
        _refuse_unapproved(database, name)
    if changed or not runs:
        _render(settings, name)
    if runs and not changed and first is None:
        say(f"{name} is running already.")
        return
    approvals.launch(database, name, texts_said(script), first, datetime.now(UTC))
    say(f"{name} is running." if first is None else f"{name} is running; it waits after {first} calls.")
    for hint in not_asking(database, script):
        tell(hint)


def approve(name: CampaignName, home: HomeOption) -> None:
    """Approve what the campaign says now and its first calls; where it waited for that, it goes on."""
    settings, database = known_campaign(home, name)
    script = script_named(settings, name)
    changed = approvals.unapproved(database, name, texts_said(script))
    _render(settings, name)
    state = approvals.approve(database, name, texts_said(script), datetime.now(UTC))
    if changed:
        say(f"Approved as they are now: {', '.join(changed)}.")
    say(f"{name} is approved and {state}{_next_step(name, state)}.")


def resume(name: CampaignName, home: HomeOption, approve: ApproveOption = False) -> None:
    """Go on after a pause."""
    settings, database = known_campaign(home, name)
    state = campaigns.state_of(database, name)
    if state == "running":
        say(f"{name} is running already.")
        return
    if state != "paused":
        raise IllegalMove(f"The campaign {name} is {state} and not paused: launch it first.")
    _refuse_unapproved(database, name)
    script = script_named(settings, name)
    if _agreed(database, script, asked=not approve):
        _render(settings, name)
    approvals.resume(database, name, texts_said(script), datetime.now(UTC))
    say(f"{name} is running.")


def pause(name: CampaignName, home: HomeOption) -> None:
    """Hold back the next call; running calls go on."""
    _hold_back(home, name, "paused")


def stop(home: HomeOption, name: Name = None, everything: Everything = False) -> None:
    """Hold back all calls until it is launched again; running calls go on. With --all: of every campaign."""
    if everything == (name is not None):
        raise typer.BadParameter("name one campaign, or say --all")
    if name is not None:
        _hold_back(home, name, "stopped")
        return
    _, database = open_home(home)
    stopped = campaigns.stop_all(database, datetime.now(UTC))
    say(f"Stopped: {', '.join(stopped)}." if stopped else "No campaign was running.")


def _next_step(name: str, state: CampaignState) -> str:
    """What lets it call, where an approval alone does not."""
    match state:
        case "paused":
            return f": let it go on with dialer campaign resume {name}"
        case "draft" | "stopped" | "finished":
            return f": begin with dialer campaign launch {name}"
        case "running":
            return ""


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


def _hold_back(home: HomeOption, name: str, to: CampaignState) -> None:
    """It must work also when the campaign's file is wrong or gone."""
    _, database = met_campaign(home, name)
    if campaigns.state_of(database, name) == to:
        say(f"{name} is {to} already.")
        return
    campaigns.move(database, name, to, datetime.now(UTC))
    say(f"{name} is {to}.")


def _agreed(database: Database, script: Script, asked: bool) -> tuple[str, ...]:
    """The texts that changed since the last approval, once somebody agrees. Raises TextsNotApproved."""
    changed = approvals.unapproved(database, script.name, texts_said(script))
    if changed and asked and not (_terminal() and _confirmed(script, changed)):
        raise TextsNotApproved(
            f"The texts of {script.name} changed since they were approved: {', '.join(changed)}; "
            "read them, then say --approve."
        )
    return changed


def _confirmed(script: Script, changed: tuple[str, ...]) -> bool:
    for text_and_language in changed:
        name, _, language = text_and_language.partition(" ")
        text = script.texts.get(name)
        tell(f"{text_and_language}: {text.wording.get(language, 'gone') if text else 'gone'}")
    return typer.confirm(f"These texts of {script.name} changed since they were approved. Call with them?")


def _terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def _refuse_unapproved(database: Database, name: str) -> None:
    row = campaigns.find(database, name)
    if row is not None and row.state == "paused" and row.pause_reason == "approval":
        raise IllegalMove(f"The first calls of {name} wait for approval: dialer campaign approve {name}.")


def _render(settings: Home, name: str) -> None:
    from campaigns.assemble import script_in_force  # here: the voices take a second to load
    from campaigns.cli.rendering import render_ahead

    render_ahead(settings, script_in_force(settings, name))
