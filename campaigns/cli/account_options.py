"""What `dialer keys` and `dialer users` have in common: names, roles and what an account is bound to."""

import getpass
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, get_args

import typer
from pydantic import TypeAdapter, ValidationError

from campaigns.cli.options import tell
from campaigns.library import script_file
from campaigns.models import AccessKey, User
from campaigns.setting_types import Network
from campaigns.settings import Home
from campaigns.store import campaigns
from campaigns.store.accounts import Account, Bounds
from campaigns.store.database import Database
from campaigns.store.looks import Clerk
from campaigns.words import Role

LONGEST_NAME = 60  # it stands in tables
ROLE_NAMES: Sequence[Role] = get_args(Role)
PARTED = ":/\\"  # no name has these: who queues by other ways is told by them

RoleOption = Annotated[str, typer.Option("--role", help=f"One of {', '.join(ROLE_NAMES)}.")]
CampaignsOption = Annotated[
    list[str], typer.Option("--campaign", help="Bound to this campaign, and others so named; else all.")
]
InstitutionsOption = Annotated[
    list[str], typer.Option("--institution", help="Bound to this institution, and others so named; else all.")
]
NetworksOption = Annotated[
    list[str], typer.Option("--network", help="May come from 192.0.2.0/24, and others so named; else all.")
]

_NETWORK: TypeAdapter[str] = TypeAdapter(Network)


def account_of(
    home: Home,
    db: Database,
    name: str,
    role: str,
    campaign: Sequence[str],
    institution: Sequence[str],
    network: Sequence[str],
) -> Account:
    """What was typed. Raises BadParameter, or UnknownCampaign."""
    known = campaigns.states(db)
    for each in campaign:
        if each not in known:
            script_file(home, each)
    if role == "operator" and not institution:
        tell("It is bound to no institution, and sees the tasks of all: --institution binds it.")
    bounds = Bounds(_each(campaign), _institutions(institution), _each(map(_network, network)))
    return Account(_name(name), _role(role), bounds)


def clerk() -> Clerk:
    """Who types this, for the audit log."""
    try:
        return Clerk(getpass.getuser())
    except (KeyError, OSError):  # an account without a name, as in a container
        return Clerk("command line")


def standing(row: AccessKey | User) -> dict[str, Any]:
    """What is shown of an account; never a hash."""
    return {
        "name": row.name,
        "role": row.role,
        "campaigns": row.campaigns,
        "institutions": row.institutions,
        "networks": row.networks,
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
        "used_at": moment(row.used_at),
        "revoked_at": moment(row.revoked_at),
    }


def moment(at: datetime | None) -> str | None:
    """As JSON has it."""
    return at.isoformat() if at else None


def bound_to(row: dict[str, Any]) -> str:
    """For a table: what an account is bound to."""
    return "\n".join([*row["campaigns"], *row["institutions"], *row["networks"]]) or "nothing"


def _name(written: str) -> str:
    name = unicodedata.normalize("NFC", written.strip())
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or set(name) & set(PARTED):
        raise typer.BadParameter(
            f"the name is blank, longer than {LONGEST_NAME} letters, is not printable, or has one of {PARTED}"
        )
    return name


def _role(written: str) -> Role:
    for role in ROLE_NAMES:
        if written == role:
            return role
    raise typer.BadParameter(f'there is no role "{written}": name one of {", ".join(ROLE_NAMES)}')


def _institutions(written: Sequence[str]) -> tuple[str, ...]:
    if not all(each.strip() for each in written):
        raise typer.BadParameter("an institution is blank: name it as the contacts have it")
    return _each(each.strip() for each in written)


def _network(written: str) -> str:
    try:
        return _NETWORK.validate_python(written.strip())
    except ValidationError:
        raise typer.BadParameter(
            f'"{written}" is no IPv4 address or network: write one such as 192.0.2.0/24'
        ) from None


def _each(written: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(written))
