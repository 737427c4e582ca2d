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
from campaigns.control.launching import not_agreed, to_launch, to_resume
from campaigns.errors import TextsNotApproved
from campaigns.flows.approval import texts_said
from campaigns.flows.script import Script
from campaigns.library import script_named
from campaigns.settings import Home
from campaigns.store import approvals, campaigns
from campaigns.words import CampaignState

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
    step = to_launch(database, script, first)
    if step.done:
        say(f"{name} is running already.")
        return
    _agree(script, step.changed, asked=not approve)
    if step.renders:
        _render(settings, name)
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
    script = script_named(settings, name)
    step = to_resume(database, script)
    if step.done:
        say(f"{name} is running already.")
        return
    _agree(script, step.changed, asked=not approve)
    if step.renders:
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


def _hold_back(home: HomeOption, name: str, to: CampaignState) -> None:
    """It must work also when the campaign's file is wrong or gone."""
    _, database = met_campaign(home, name)
    if campaigns.state_of(database, name) == to:
        say(f"{name} is {to} already.")
        return
    campaigns.move(database, name, to, datetime.now(UTC))
    say(f"{name} is {to}.")


def _agree(script: Script, changed: tuple[str, ...], asked: bool) -> None:
    """Go on once somebody agrees to texts that changed. Raises TextsNotApproved."""
    if changed and asked and not (_terminal() and _confirmed(script, changed)):
        raise TextsNotApproved(f"{not_agreed(script, changed)}; read them, then say --approve.")


def _confirmed(script: Script, changed: tuple[str, ...]) -> bool:
    for text_and_language in changed:
        name, _, language = text_and_language.partition(" ")
        text = script.texts.get(name)
        tell(f"{text_and_language}: {text.wording.get(language, 'gone') if text else 'gone'}")
    return typer.confirm(f"These texts of {script.name} changed since they were approved. Call with them?")


def _terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def _render(settings: Home, name: str) -> None:
    from campaigns.assemble import script_in_force  # here: the voices take a second to load
    from campaigns.cli.rendering import render_ahead

    render_ahead(settings, script_in_force(settings, name))
