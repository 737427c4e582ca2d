"""The tasks that campaigns want when a contact is closed, asked of their files."""

from collections.abc import Mapping, Sequence

from campaigns.flows.followups import facts_of, followups
from campaigns.flows.script import Script
from campaigns.flows.turns import Work
from campaigns.models import Contact
from campaigns.store import contacts
from campaigns.store.database import Database
from campaigns.store.decisions import CloseTasks
from campaigns.words import ContactState, Outcome


def closing(database: Database, scripts: Mapping[str, Script]) -> CloseTasks:
    """What `store` asks of contacts of these campaigns, by name; of others it must not ask."""

    def tasks(contact: Contact, state: ContactState, outcome: Outcome | None) -> Sequence[Work]:
        script = scripts[contact.campaign]
        facts = facts_of(script, contact.fields, contacts.answers(database, contact.id))
        return followups(script, facts, state, outcome, contact.delivered_at is not None)

    return tasks


def closing_one(database: Database, script: Script) -> CloseTasks:
    """The same of one campaign."""
    return closing(database, {script.name: script})
