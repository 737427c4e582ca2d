"""`dialer users`: humans who come in with a password, and the log of what everybody looked at."""

import os
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from campaigns.access.secrets import LONGEST, hashed, new_password
from campaigns.cli.account_options import (
    CampaignsOption,
    InstitutionsOption,
    NetworksOption,
    RoleOption,
    account_of,
    bound_to,
    clerk,
    moment,
    standing,
)
from campaigns.cli.options import (
    HomeOption,
    JsonOption,
    console,
    in_utc,
    open_home,
    print_json,
    say,
)
from campaigns.models import User
from campaigns.store import looks, users
from campaigns.store.looks import Seen, Wanted

SHORTEST = 12  # letters of a password that a human chose
FEWEST = 5  # different ones among them
LISTED = 50

app = typer.Typer(help="People who log in, and the log of who looked at what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name to log in with.")]
Ask = Annotated[bool, typer.Option("--ask", help="Type the password, twice; without it one is made.")]
PasswordEnv = Annotated[
    str, typer.Option("--password-env", help="Take the password from this variable of the environment.")
]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
        help="What happened from then on, by the time zone of dialer.toml.",
    ),
]


@app.command("add")
def add(
    name: Name,
    role: RoleOption,
    home: HomeOption,
    campaign: CampaignsOption = [],  # noqa: B006 - typer makes a new one for each command
    institution: InstitutionsOption = [],  # noqa: B006
    network: NetworksOption = [],  # noqa: B006
    ask: Ask = False,
    password_env: PasswordEnv = "",
) -> None:
    """Enter a user. A password that is made is shown alone on the last line, this once."""
    settings, database = open_home(home)
    account = account_of(settings, database, name, role, campaign, institution, network)
    password, made = _password(account.name, password_env, ask=ask)
    users.enter(database, account, hashed(password), clerk(), datetime.now(UTC))
    _show(f"The user {account.name} ({account.role}) is entered", password if made else "")


@app.command("list")
def list_users(home: HomeOption, as_json: JsonOption = False) -> None:
    """Every user, what each is bound to, and when each was last here."""
    _, database = open_home(home)
    now = datetime.now(UTC)
    rows = [_as_data(user, now) for user in users.listing(database)]
    if as_json:
        print_json(rows)
    elif rows:
        console.print(_table(rows))
    else:
        say("There are no users yet: enter one with dialer users add NAME --role supervisor")


@app.command("rotate")
def rotate(name: Name, home: HomeOption, ask: Ask = False, password_env: PasswordEnv = "") -> None:
    """Give a user another password; all sessions end, and a lock is gone."""
    _, database = open_home(home)
    users.named(database, name)  # before anybody types a password for nobody
    password, made = _password(name, password_env, ask=ask)
    users.rotate(database, name, hashed(password), clerk(), datetime.now(UTC))
    _show(f"The user {name} has another password, and every session is over", password if made else "")


@app.command("revoke")
def revoke(name: Name, home: HomeOption) -> None:
    """Let a user in no longer, and end all sessions, on every machine within a second."""
    _, database = open_home(home)
    if users.revoke(database, name, clerk(), datetime.now(UTC)):
        say(f"The user {name} is revoked, and every session is over.")
    else:
        say(f"The user {name} was revoked before.")


@app.command("looks")
def list_looks(
    home: HomeOption,
    who: Annotated[str, typer.Option("--who", help="Only this key's or user's.")] = "",
    campaign: Annotated[str, typer.Option("--campaign", help="Only of this campaign.")] = "",
    contact: Annotated[str, typer.Option("--contact", help="Only of the contact of this external_id.")] = "",
    since: Since = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = LISTED,
    as_json: JsonOption = False,
) -> None:
    """Who saw a full number or a result, who came in, and who changed who may; the latest first."""
    settings, database = open_home(home)
    from_then = in_utc(since, settings.file.engine.zone) if since else None
    found = looks.listing(database, Wanted(who, campaign, contact, from_then), limit)
    if as_json:
        print_json([look_as_data(each) for each in found])
    elif found:
        console.print(_looks_table([look_as_data(each) for each in found]))
    else:
        say("Nothing of this is in the log.")


def _password(name: str, variable: str, *, ask: bool) -> tuple[str, bool]:
    """The password, and whether it was made here. Raises BadParameter."""
    if ask and variable:
        raise typer.BadParameter("--ask goes not with --password-env: choose one")
    if variable:
        return _fit(os.environ.get(variable, ""), name, f"the variable {variable} holds"), False
    if ask:
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return _fit(typed, name, "this is"), False
    return new_password(), True


def _fit(written: str, name: str, whose: str) -> str:
    password = unicodedata.normalize("NFC", written)
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < FEWEST:
        raise typer.BadParameter(
            f"{whose} no password of {SHORTEST} letters or more, {FEWEST} different ones at least"
        )
    if name.casefold() in password.casefold() and len(password) - len(name) < SHORTEST:
        raise typer.BadParameter(f"{whose} a password that the name gives away: choose another")
    return password


def _show(said: str, made: str) -> None:
    if not made:
        say(f"{said}.")
        return
    say(f"{said}. The password is shown this once and kept nowhere:")
    typer.echo(made)


def _as_data(user: User, now: datetime) -> dict[str, Any]:
    locked = user.locked_until if user.locked_until and user.locked_until > now else None
    return {**standing(user), "locked_until": moment(locked)}


def look_as_data(seen: Seen) -> dict[str, Any]:
    """A line of the log as JSON has it."""
    empty_as_none = {"address": seen.address or None, "campaign": seen.campaign or None}
    return {**vars(seen), "at": seen.at.isoformat(), **empty_as_none, "external_id": seen.external_id or None}


def _table(rows: list[dict[str, Any]]) -> Table:
    """Readable on 80 columns."""
    table = Table(
        Column("user", overflow="fold"), "role", "bound to", "last here (UTC)", "is", show_lines=True
    )
    for row in rows:
        state = "revoked" if row["revoked_at"] else "locked" if row["locked_until"] else "good"
        here = (row["used_at"] or "never")[:16].replace("T", " ")
        table.add_row(*map(Text, (row["name"], row["role"], bound_to(row), here, state)))
    return table


def _looks_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("at (UTC)", Column("who", overflow="fold"), "from", "what", Column("of", overflow="fold"))
    for row in rows:
        task = f"task {row['task_id']}" if row["task_id"] else ""
        of = "\n".join(part for part in (row["campaign"], row["external_id"], task) if part)
        at = row["at"][:19].replace("T", " ")
        table.add_row(*map(Text, (at, row["who"], row["address"] or "", row["what"], of)))
    return table
