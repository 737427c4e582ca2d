"""The short call that asks whether what a task was about is solved now."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from campaigns.models import Contact, Task
from campaigns.store import queueing, rows
from campaigns.store.queueing import NewContact

ASKED_FOR = timedelta(days=3)  # whoever is not reached until then is not asked any more
TASK_FIELD = "task"
"""The field in which the check's contact has the number of its task."""
_PREFIX = "task-"
_NAMED = select(Contact.id).where(
    col(Contact.campaign) == bindparam("campaign"), col(Contact.external_id) == bindparam("name")
)


def ask(session: Session, task: Task, now: datetime) -> None:
    """Queue whoever the task is about for the campaign that checks it, once for each time it is resolved.

    With the number, the name, the language and the fields of the contact that the task came out of. A task
    without a check, or of a whole campaign, asks nobody.
    """
    if not task.check or task.contact_id is None:
        return
    about = rows.get(session, Contact, task.contact_id)
    name = f"{_PREFIX}{task.id}-{task.reopenings}"
    queueing.enter(session, [_contact(about, task, name, now)], now)
    found = session.connection().execute(_NAMED, {"campaign": task.check, "name": name})
    task.checked_by = found.scalar_one()


def is_check(contact: Contact) -> bool:
    """Whether this contact asks about a task; it still may not be the last one that does."""
    return contact.external_id.startswith(_PREFIX) and TASK_FIELD in contact.fields


def task_of(contact: Contact) -> int | None:
    """The number of the task that a check's contact asks about; None: it names none."""
    number = contact.fields.get(TASK_FIELD, "") if is_check(contact) else ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 18 else None


def _contact(about: Contact, task: Task, name: str, now: datetime) -> NewContact:
    return NewContact(
        campaign=task.check,
        external_id=name,
        phone=about.phone,
        full_name=about.full_name,
        language=about.language,
        time_zone=about.time_zone,
        fields={**about.fields, TASK_FIELD: str(task.id)},
        digest=name,
        deadline=now + ASKED_FOR,
        phones=tuple(about.phones),
        zone_from=about.zone_from,
        institution=about.institution,
        consent_source=about.consent_source,
        consent_at=about.consent_at,
    )
