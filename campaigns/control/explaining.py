"""Accounts of contacts, by their campaigns' files as they stand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from campaigns.control.account import Account, account_of
from campaigns.control.suiting import who_suits
from campaigns.errors import CampaignsError
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.intake.phones import parse_phone
from campaigns.models import Operator
from campaigns.settings import SettingsFile
from campaigns.store import staff
from campaigns.store.database import Database
from campaigns.store.dossier import Dossier, open_dossier


def explained(
    file: SettingsFile,
    database: Database,
    contact_ids: Sequence[int],
    script_of: Callable[[str], Script],
    now: datetime,
    *,
    names_others: bool = True,
) -> list[Account]:
    """One account of each contact. script_of: by a campaign's name, raises CampaignsError or ScriptError.

    names_others: whether whoever reads it may know other contacts.
    """
    dossiers = [open_dossier(database, contact_id, now) for contact_id in contact_ids]
    if not names_others:
        dossiers = [replace(each, held_by=each.held_by and "another contact") for each in dossiers]
    names = {each.contact.campaign for each in dossiers}
    scripts = {name: _script(script_of, name) for name in names}
    people = staff.listing(database)
    return [_account(file, each, scripts[each.contact.campaign], people, now) for each in dossiers]


def as_phone(who: str, country: str) -> str | None:
    """E.164, where what somebody typed to find a contact is a phone number."""
    try:
        return parse_phone(who, country)
    except ValueError:
        return None


def _account(
    file: SettingsFile, dossier: Dossier, script: Script | None, people: Sequence[Operator], now: datetime
) -> Account:
    if script is None:
        return account_of(dossier, None, now)
    return account_of(dossier, script.policy, now, who_suits(file, script, dossier.contact, people, now))


def _script(script_of: Callable[[str], Script], campaign: str) -> Script | None:
    """The rules as they stand; None when the file is faulty or gone, which explains nothing of the record."""
    try:
        return script_of(campaign)
    except (CampaignsError, ScriptError):
        return None
