"""`dialer init` and `dialer db`: a home and its database."""

import os
from importlib.resources import files
from pathlib import Path

import typer

from campaigns.cli.options import HomeOption, say
from campaigns.errors import SettingsError
from campaigns.settings import FILE_NAME, read_home

database_app = typer.Typer(help="The database of a home.", no_args_is_help=True)


def init(home: HomeOption) -> None:
    """Make a home: settings with comments, an empty database, folders for campaigns and rules of your own."""
    try:
        made = _make(home)
        settings = read_home(home)
        for folder in (settings.own_campaigns, settings.own_rules):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{home} cannot be made a home: {error.strerror}.") from None
    from campaigns.store.creation import create_database  # here: only these two commands need alembic

    create_database(settings.database_url)
    say(f"{home} is ready." if made else f"{home} was a home already; nothing was overwritten.")
    say(f"Next: name your trunk in {home / FILE_NAME}, queue contacts, launch the campaign, run.")


def _make(home: Path) -> bool:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / FILE_NAME
    if path.exists():
        return False
    content = files("campaigns").joinpath(FILE_NAME).read_bytes()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    return True


@database_app.command("upgrade")
def upgrade(home: HomeOption) -> None:
    """Bring the database up to this version of the program."""
    from campaigns.store.creation import upgrade_database

    upgrade_database(read_home(home).database_url)
    say("The database is up to date.")
