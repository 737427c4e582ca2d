"""`dialer optout`: numbers that no campaign may call."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from campaigns.cli.options import HomeOption, masked, open_home, say
from campaigns.intake.phones import parse_phone
from campaigns.store import optouts

app = typer.Typer(help="Numbers that no campaign may call.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="The number, as people write it.")]


@app.command("add")
def add(number: Number, home: HomeOption) -> None:
    """Never call this number again, in any campaign."""
    settings, database = open_home(home)
    optouts.add(database, _parsed(number, settings.file.engine.country), "command", datetime.now(UTC))
    say("The number is not called any more.")


@app.command("remove")
def remove(number: Number, home: HomeOption) -> None:
    """Allow calls to this number again; contacts that were closed stay closed."""
    settings, database = open_home(home)
    known = optouts.remove(database, _parsed(number, settings.file.engine.country))
    say("The number may be called again." if known else "The number had not opted out.")


@app.command("list")
def list_optouts(home: HomeOption) -> None:
    """Every number that opted out, when and how."""
    _, database = open_home(home)
    for row in optouts.listing(database):
        say(f"{masked(row.phone)}  {row.at.isoformat(timespec='minutes')}  {row.how}")


def _parsed(number: str, country: str) -> str:
    try:
        return parse_phone(number, country)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
