"""Closes who waits at numbers that have opted out, at once and also where no engine runs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from campaigns.errors import CampaignsError
from campaigns.flows.complaints import ScriptError
from campaigns.flows.followups import facts_of, followups
from campaigns.flows.script import Script
from campaigns.flows.turns import Work
from campaigns.library import script_named
from campaigns.models import Contact
from campaigns.settings import Home
from campaigns.store import campaigns, contacts, refused
from campaigns.store.database import Database
from campaigns.words import ContactState, Outcome


def close_refused(home: Home, database: Database, now: datetime, phone: str | None = None) -> None:
    """Close them with the tasks that their campaigns want; phone: only that number, None: all that opted out.

    A campaign whose file cannot be read is left to an engine that can.
    """
    scripts = _readable(home, database)
    first = "" if phone is None else phone[:-1]  # sorts right before the number, and few lie between
    after = refused.close_some(database, scripts.keys(), first, now, _tasks(database, scripts))
    while after and (phone is None or after < phone):
        after = refused.close_some(database, scripts.keys(), after, now, _tasks(database, scripts))


def _readable(home: Home, database: Database) -> Mapping[str, Script]:
    scripts: dict[str, Script] = {}
    for name in campaigns.states(database):
        try:
            scripts[name] = script_named(home, name)
        except (CampaignsError, ScriptError):
            continue
    return scripts


def _tasks(
    database: Database, scripts: Mapping[str, Script]
) -> Callable[[Contact, ContactState, Outcome | None], Sequence[Work]]:
    def tasks(contact: Contact, state: ContactState, outcome: Outcome | None) -> Sequence[Work]:
        script = scripts[contact.campaign]
        facts = facts_of(script, contact.fields, contacts.answers(database, contact.id))
        return followups(script, facts, state, outcome, contact.delivered_at is not None)

    return tasks
