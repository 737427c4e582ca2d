"""`dialer keys`: what programs prove themselves with when they connect."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from campaigns.access.secrets import Key, hashed, new_key
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
from campaigns.cli.options import HomeOption, JsonOption, console, open_home, print_json, say
from campaigns.models import AccessKey
from campaigns.store import keys
from campaigns.store.keys import NewKey

USUAL_PER_SECOND = 1000.0  # more than one laboratory ever has; the burst is of as many
LONGEST_OVERLAP_HOURS = 30 * 24.0  # a month: a key that is never changed over was not rotated

app = typer.Typer(help="Keys of programs that connect to the API.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The key's name; what it queues is told by it.")]
PerSecond = Annotated[
    float, typer.Option("--per-second", min=0.1, max=100_000, help="Requests that it may make a second.")
]
KeepOld = Annotated[
    float | None,
    typer.Option(
        "--keep-old",
        min=0.01,
        max=LONGEST_OVERLAP_HOURS,
        help="So many hours the key before is good as well; without it, not any more.",
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
    per_second: PerSecond = USUAL_PER_SECOND,
    as_json: JsonOption = False,
) -> None:
    """Make a key and show it, alone on the last line, this once."""
    settings, database = open_home(home)
    account = account_of(settings, database, name, role, campaign, institution, network)
    key = new_key()
    new = NewKey(account, key.tag, hashed(key.secret), per_second)
    keys.enter(database, new, clerk(), datetime.now(UTC))
    said = f"The key {account.name} ({account.role}) is made. It is shown this once and kept nowhere:"
    _show(account.name, key, said, as_json=as_json)


@app.command("list")
def list_keys(home: HomeOption, as_json: JsonOption = False) -> None:
    """Every key, what it is bound to, and when it was last used."""
    _, database = open_home(home)
    now = datetime.now(UTC)
    rows = [_as_data(key, now) for key in keys.listing(database)]
    if as_json:
        print_json(rows)
    elif rows:
        console.print(_table(rows))
    else:
        say("There are no keys yet: make one with dialer keys add NAME --role laboratory")


@app.command("rotate")
def rotate(name: Name, home: HomeOption, keep_old: KeepOld = None, as_json: JsonOption = False) -> None:
    """Make another key in place of one, and show it, alone on the last line, this once."""
    _, database = open_home(home)
    before, now = keys.named(database, name), datetime.now(UTC)
    until = now + timedelta(hours=keep_old) if keep_old is not None else None
    key = new_key(before.tag)
    keys.rotate(database, name, hashed(key.secret), until, clerk(), now)
    _show(name, key, _rotated(before, until), as_json=as_json)


@app.command("revoke")
def revoke(name: Name, home: HomeOption) -> None:
    """Make a key useless, on every machine within a second; what it queued stays."""
    _, database = open_home(home)
    if keys.revoke(database, name, clerk(), datetime.now(UTC)):
        say(f"The key {name} is revoked: within a second it opens nothing any more.")
    else:
        say(f"The key {name} was revoked before.")


def _show(name: str, key: Key, said: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "key": str(key)})
        return
    say(said)
    typer.echo(str(key))


def _rotated(before: AccessKey, until: datetime | None) -> str:
    if before.revoked_at is not None:
        old = "it was revoked, and is good again with this secret alone"
    elif until is not None:
        old = f"the one before is good until {until:%Y-%m-%d %H:%M} UTC"
    else:
        old = "the one before opens nothing any more within a second"
    return f"The key {before.name} is new; {old}. It is shown this once and kept nowhere:"


def _as_data(key: AccessKey, now: datetime) -> dict[str, Any]:
    old_until = key.old_until if key.old_until and key.old_until > now else None
    return {**standing(key), "tag": key.tag, "per_second": key.per_second, "old_until": moment(old_until)}


def _table(rows: list[dict[str, Any]]) -> Table:
    """Readable on 80 columns."""
    table = Table(
        Column("key", overflow="fold"), "role", "bound to", "last used (UTC)", "is", show_lines=True
    )
    for row in rows:
        state = "revoked" if row["revoked_at"] else "rotated" if row["old_until"] else "good"
        used = (row["used_at"] or "never")[:16].replace("T", " ")
        table.add_row(*map(Text, (row["name"], row["role"], bound_to(row), used, state)))
    return table
