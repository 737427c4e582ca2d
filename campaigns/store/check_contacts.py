"""Contacts that were made to ask about a task: how they are known, and what binds them."""

from collections.abc import Collection

from campaigns.models import Contact

PREFIX = "task-"
TASK_FIELD = "task"
"""The field in which the check's contact has the number of its task."""
SOURCE_FIELD = "task_campaign"
"""The field in which it has the campaign that the task came out of."""


def is_check(contact: Contact) -> bool:
    """Whether this contact asks about a task; it still may not be the last one that does."""
    return contact.external_id.startswith(PREFIX) and TASK_FIELD in contact.fields


def task_of(contact: Contact) -> int | None:
    """The number of the task that a check's contact asks about; None: it names none."""
    number = contact.fields.get(TASK_FIELD, "") if is_check(contact) else ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 18 else None


def heeded(contact: Contact) -> Collection[str]:
    """The campaigns whose opt-outs hold for this contact, "" for those of all.

    Who wants no more calls of a campaign is not asked either what came of its tasks.
    """
    source = (contact.fields.get(SOURCE_FIELD, ""),) if is_check(contact) else ()
    return {"", contact.campaign, *source}
