"""`dialer contacts explain`: why a contact was called, why it is not, and when it will be."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from campaigns.cli.account import Account, account_of
from campaigns.cli.options import HomeOption, JsonOption, open_home, print_json, say
from campaigns.cli.suiting import who_suits
from campaigns.errors import CampaignsError, UnknownContact
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.intake.phones import parse_phone
from campaigns.library import script_named
from campaigns.models import Operator
from campaigns.settings import Home
from campaigns.store import staff
from campaigns.store.dossier import Dossier, find, open_dossier

WhoArgument = Annotated[str, typer.Argument(help="The contact's external_id, or any of its phone numbers.")]
OnlyOption = Annotated[str | None, typer.Option("--campaign", help="Only in this campaign.")]


def explain(
    who: WhoArgument, home: HomeOption, campaign: OnlyOption = None, as_json: JsonOption = False
) -> None:
    """Why a contact was called then and by that trunk, why it is not called, and when it will be."""
    settings, database = open_home(home)
    found = find(database, who, _as_phone(who, settings.file.engine.country), campaign)
    if not found:
        where = f"in {campaign}" if campaign else "in any campaign"
        raise UnknownContact(f"There is no contact with that external_id or number {where}.")
    now = datetime.now(UTC)
    dossiers = [open_dossier(database, contact_id, now) for contact_id in found]
    scripts = {name: _script(settings, name) for name in {each.contact.campaign for each in dossiers}}
    people = staff.listing(database)
    accounts = [_account(settings, each, scripts[each.contact.campaign], people, now) for each in dossiers]
    if as_json:
        print_json([account.as_json() for account in accounts])
        return
    for number, account in enumerate(accounts):
        if number:
            say("")
        for line in _lines(account):
            say(line)


def _lines(account: Account) -> Sequence[str]:
    lines = [account.head, *(f"  {sentence}" for sentence in (*account.present, *account.to_come))]
    for call in account.calls:
        lines += [f"{call.head}:", *(f"  {sentence}" for sentence in (*call.why, *call.came_of_it))]
    return [*lines, *(["Changes:"] if account.changes else []), *(f"  {line}" for line in account.changes)]


def _as_phone(who: str, country: str) -> str | None:
    try:
        return parse_phone(who, country)
    except ValueError:
        return None


def _account(
    home: Home, dossier: Dossier, script: Script | None, people: Sequence[Operator], now: datetime
) -> Account:
    if script is None:
        return account_of(dossier, None, now)
    return account_of(dossier, script.policy, now, who_suits(home.file, script, dossier.contact, people, now))


def _script(home: Home, campaign: str) -> Script | None:
    """The rules as they stand; None when the file is faulty or gone, which explains nothing of the record."""
    try:
        return script_named(home, campaign)
    except (CampaignsError, ScriptError):
        return None
