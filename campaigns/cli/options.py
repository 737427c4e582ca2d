"""Options and output that every command shares."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from campaigns.errors import OutputError
from campaigns.library import script_file, script_named
from campaigns.rules.service_levels import as_set
from campaigns.settings import Home, read_home
from campaigns.store import campaigns
from campaigns.store.database import Database, open_database

HomeOption = Annotated[Path, typer.Option("--home", envvar="DIALER_HOME", help="The home folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data alone.")]
CampaignName = Annotated[str, typer.Argument(help="Name of the campaign.")]

GREATEST_NUMBER: Final = 2**31 - 1  # no row of the database has a greater number

console = Console()
errors = Console(stderr=True)


def open_home(folder: Path) -> tuple[Home, Database]:
    """The settings and the database of a home; who only reads is not held up by one who writes."""
    home = read_home(folder)
    return home, open_database(home.database_url, to_write=False, levels=as_set(home.file))


def known_campaign(folder: Path, name: str) -> tuple[Home, Database]:
    """The same, once it is sure that the campaign exists and its file is right."""
    home, database = open_home(folder)
    script_named(home, name)
    return home, database


def met_campaign(folder: Path, name: str) -> tuple[Home, Database]:
    """The same to look at what is recorded: its file may be faulty, or gone since contacts were queued."""
    home, database = open_home(folder)
    if name not in campaigns.states(database):
        script_file(home, name)
    return home, database


def in_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """What somebody typed by the clinic's clock. Raises BadParameter for a moment at the ends of time."""
    try:
        return moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise typer.BadParameter(f"{moment:%Y-%m-%d} is no date that can be meant") from None


def write_file(path: Path, content: bytes) -> None:
    """Write what a command was asked to leave in a file; raises OutputError."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({error.strerror}): name another place, or make room."
        ) from None


def print_json(data: Any) -> None:
    """Data alone, on standard output."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def say(sentence: str) -> None:
    """One plain sentence on standard output, never broken into lines."""
    console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def tell(sentence: str) -> None:
    """One plain sentence for the supervisor, beside the data."""
    errors.print(sentence, highlight=False, markup=False, soft_wrap=True)
