"""`dialer contacts`: who is to be reached, and how far that got."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from campaigns.cli import corrections, explain
from campaigns.cli.options import (
    CampaignName,
    HomeOption,
    JsonOption,
    console,
    met_campaign,
    print_json,
    say,
)
from campaigns.control.masking import masked
from campaigns.errors import CampaignsError, UnknownContact
from campaigns.flows.complaints import ScriptError
from campaigns.models import Attempt, Contact
from campaigns.settings import read_home
from campaigns.store import attempts, contacts
from campaigns.words import ContactState

app = typer.Typer(help="Contacts and their attempts.", no_args_is_help=True)
app.command("cancel")(corrections.cancel)
app.command("correct")(corrections.correct)
app.command("explain")(explain.explain)

StateOption = Annotated[ContactState | None, typer.Option("--state", help="Only contacts in this state.")]


@app.command("list")
def list_contacts(
    campaign: CampaignName, home: HomeOption, state: StateOption = None, as_json: JsonOption = False
) -> None:
    """The contacts of a campaign."""
    _, database = met_campaign(home, campaign)
    rows = [_row(contact) for contact in contacts.listing(database, campaign, state)]
    if as_json:
        print_json(rows)
        return
    table = Table("contact", "phone", "state", "outcome", "attempts", "next", "waits for")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)


@app.command("show")
def show(
    campaign: CampaignName,
    external_id: Annotated[str, typer.Argument(help="The contact's external_id.")],
    home: HomeOption,
    as_json: JsonOption = False,
) -> None:
    """One contact with every attempt."""
    _, database = met_campaign(home, campaign)
    contact = contacts.find(database, campaign, external_id)
    if contact is None:
        raise UnknownContact(f"There is no contact {external_id} in {campaign}.")
    rows = [_attempt(attempt) for attempt in attempts.of_contact(database, contact.id)]
    if as_json:
        print_json(_row(contact) | {"answers": contacts.answers(database, contact.id), "attempts": rows})
        return
    for name, value in _row(contact).items():
        say(f"{name}: {'' if value is None else value}")
    if contact.wait_reason == "speech":
        say(_why_unspoken(home, contact))
    for row in rows:
        quality = row.pop("quality")
        row |= {"mos": quality["mos"], "line": _line(quality)} if quality else {"mos": None, "line": None}
    table = Table("attempt", "trunk", "started", "cause", "outcome", "seconds", "counted", "MOS", "line")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)


def _why_unspoken(folder: Path, contact: Contact) -> str:
    """What is wrong with the contact's prompts, found out anew; never with a value."""
    from campaigns.assemble import (
        house_values,
        open_studio,
        script_in_force,
    )  # here: the voices take a second
    from campaigns.engine.auditions import problem_of
    from campaigns.engine.rulebook import contact_texts

    settings = read_home(folder)
    try:
        script = script_in_force(settings, contact.campaign)
        texts = contact_texts(script, contact, house_values(settings, contact.language))
    except (CampaignsError, ScriptError) as error:
        return str(error)
    return problem_of(open_studio(settings), texts) or "Its prompts can be spoken now; it is tried again."


def _row(contact: Contact) -> dict[str, Any]:
    return {
        "contact": contact.external_id,
        "phone": masked(contact.phone),
        "state": contact.state,
        "outcome": contact.outcome,
        "attempts_used": contact.attempts_used,
        "next_at": contact.next_at.isoformat(timespec="seconds") if contact.next_at else None,
        "waits_for": contact.wait_reason,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "trunk": attempt.trunk,
        "started_at": attempt.started_at.isoformat(timespec="seconds"),
        "cause": attempt.cause,
        "outcome": attempt.outcome,
        "talk_seconds": round(attempt.talk_seconds, 1),
        "counted": attempt.counted,
        "quality": _quality(attempt),
    }


def _quality(attempt: Attempt) -> dict[str, Any] | None:
    """What was measured on the wire; None of a call that was not."""
    if attempt.one_way is None:
        return None
    figures = ("mos", "lost_percent", "far_lost_percent", "jitter_ms")
    values = {name: getattr(attempt, name) for name in figures}
    rounded = {name: None if value is None else round(value, 2) for name, value in values.items()}
    return {**rounded, "one_way": attempt.one_way}


def _line(quality: dict[str, Any]) -> str:
    if quality["one_way"]:
        return "we heard nothing"
    lost, far, jitter = quality["lost_percent"], quality["far_lost_percent"], quality["jitter_ms"]
    return f"{lost} % lost here, {far} % there, jitter {jitter} ms"
