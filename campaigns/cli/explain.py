"""`dialer contacts explain`: why a contact was called, why it is not, and when it will be."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from campaigns.cli.options import HomeOption, JsonOption, open_home, print_json, say
from campaigns.control.account import Account
from campaigns.control.explaining import as_phone, explained
from campaigns.errors import UnknownContact
from campaigns.library import script_named
from campaigns.store.dossier import find

WhoArgument = Annotated[str, typer.Argument(help="The contact's external_id, or any of its phone numbers.")]
OnlyOption = Annotated[str | None, typer.Option("--campaign", help="Only in this campaign.")]


def explain(
    who: WhoArgument, home: HomeOption, campaign: OnlyOption = None, as_json: JsonOption = False
) -> None:
    """Why a contact was called then and by that trunk, why it is not called, and when it will be."""
    settings, database = open_home(home)
    found = find(database, who, as_phone(who, settings.file.engine.country), campaign)
    if not found:
        where = f"in {campaign}" if campaign else "in any campaign"
        raise UnknownContact(f"There is no contact with that external_id or number {where}.")
    accounts = explained(settings.file, database, found, partial(script_named, settings), datetime.now(UTC))
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
