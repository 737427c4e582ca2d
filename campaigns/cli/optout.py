"""`dialer optout`: numbers that no campaign, or not every campaign, may call."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from campaigns.cli.options import (
    HomeOption,
    JsonOption,
    met_campaign,
    open_home,
    print_json,
    say,
    tell,
)
from campaigns.control.masking import masked
from campaigns.control.refusing import close_refused, readable
from campaigns.errors import CampaignsError
from campaigns.intake.contact_file import IntakeDefaults
from campaigns.intake.optout_file import OptOutCounts, import_opt_outs
from campaigns.intake.phones import parse_phone
from campaigns.library import script_files, script_named
from campaigns.models import OptOut
from campaigns.settings import Home
from campaigns.store import campaigns, optouts
from campaigns.store.database import Database

app = typer.Typer(help="Numbers that are not called, by any campaign or by one.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="The number, as people write it.")]
OnlyCampaign = Annotated[
    str | None, typer.Option("--campaign", help="Of this campaign alone; without it, of all.")
]
Files = Annotated[list[Path], typer.Argument(help="CSV files with the column phone.")]


@app.command("add")
def add(number: Number, home: HomeOption, campaign: OnlyCampaign = None) -> None:
    """Never call this number again; it holds at once, also for who is queued."""
    settings, database = _opened(home, campaign)
    phone = _parsed(number, settings.file.engine.country)
    now = datetime.now(UTC)
    new = optouts.add(database, phone, "command", now, campaign or "")
    _close(settings, database, now, phone)
    say(f"The number is not called any more{_by(campaign)}." if new else "The number had opted out already.")


@app.command("remove")
def remove(number: Number, home: HomeOption, campaign: OnlyCampaign = None) -> None:
    """Allow calls to this number again; contacts that were closed stay closed."""
    settings, database = _opened(home, campaign)
    phone = _parsed(number, settings.file.engine.country)
    known = optouts.remove(database, phone, campaign or "")
    of = campaign or "all campaigns"
    say(
        f"The number may be called again{_by(campaign)}."
        if known
        else f"The number had not opted out of {of}."
    )
    for left in optouts.of_numbers(database, [phone]):
        say(f"It is still not called by {left.campaign or 'any campaign'}.")


@app.command("list")
def list_optouts(home: HomeOption, campaign: OnlyCampaign = None, as_json: JsonOption = False) -> None:
    """Every number that opted out, when and how, and of what."""
    _, database = _opened(home, campaign)
    rows = optouts.listing(database, campaign)
    if as_json:
        print_json([_as_data(row) for row in rows])
        return
    for row in rows:
        of = row.campaign or "all campaigns"
        say(f"{masked(row.phone)}  {row.at.isoformat(timespec='minutes')}  {row.how}  {of}")


@app.command("import")
def import_files(
    files: Files, home: HomeOption, campaign: OnlyCampaign = None, as_json: JsonOption = False
) -> None:
    """Enter numbers from CSV files: the column phone, and where there is something campaign and said_at."""
    settings, database = _opened(home, campaign)
    results: list[tuple[Path, OptOutCounts]] = []
    for path in files:
        try:
            results.append((path, _import_one(settings, database, path, campaign or "")))
        except CampaignsError as error:
            tell(str(error))
    if any(counts.new for _, counts in results):
        _close(settings, database, datetime.now(UTC))
    _show(results, as_json)
    if len(results) < len(files) or any(counts.new + counts.known == 0 for _, counts in results):
        raise typer.Exit(1)


def _close(home: Home, database: Database, now: datetime, phone: str | None = None) -> None:
    close_refused(database, readable(database, partial(script_named, home)), now, phone)


def _import_one(home: Home, database: Database, path: Path, campaign: str) -> OptOutCounts:
    defaults = IntakeDefaults(home.file.engine.country, home.file.engine.time_zone)
    known = {*script_files(home), *campaigns.states(database)}
    return import_opt_outs(database, path, defaults, known, datetime.now(UTC), campaign)


def _show(results: list[tuple[Path, OptOutCounts]], as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "file": str(path),
                    "entered": counts.new,
                    "known": counts.known,
                    "rejected": counts.rejected,
                    "rejects": str(counts.rejects_path) if counts.rejects_path else None,
                }
                for path, counts in results
            ]
        )
        return
    for path, counts in results:
        say(f"{path}: {counts.new} entered, {counts.known} known already, {counts.rejected} rejected.")
        if counts.rejects_path:
            say(f"What is wrong stands in {counts.rejects_path}, line by line.")
        if counts.complaint:
            tell(counts.complaint)


def _opened(home: Path, campaign: str | None) -> tuple[Home, Database]:
    return open_home(home) if campaign is None else met_campaign(home, campaign)


def _as_data(row: OptOut) -> dict[str, Any]:
    return {
        "phone": masked(row.phone),
        "campaign": row.campaign or None,
        "at": row.at.isoformat(),
        "how": row.how,
    }


def _by(campaign: str | None) -> str:
    return f" by {campaign}" if campaign else ""


def _parsed(number: str, country: str) -> str:
    try:
        return parse_phone(number, country)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
