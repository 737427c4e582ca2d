"""The short call that asks whether what a task was about is solved now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from campaigns.models import Contact, Task
from campaigns.store import optouts, queueing, rows
from campaigns.store.check_contacts import PREFIX, SOURCE_FIELD, TASK_FIELD
from campaigns.store.queueing import NewContact

ASKED_FOR = timedelta(days=14)  # twice the longest that a cap of calls a week keeps somebody waiting
NO_NUMBER = "nobody was asked whether it is solved: no number of the person is right"
OPTED_OUT = "nobody was asked whether it is solved: the person wants no more calls"
"""Why a check asks nobody."""
PRIORITY = 60  # as problem-check has it: before surveys (20), or a day of them keeps everybody waiting
_NAMED = select(Contact.id).where(
    col(Contact.campaign) == bindparam("campaign"), col(Contact.external_id) == bindparam("name")
)

_STILL_ASKED = select(Task.checked_by).where(
    col(Task.contact_id) == bindparam("about"), col(Task.checked_by).is_not(None)
)
_SAME = (
    *("full_name", "language", "time_zone", "zone_from"),
    *("institution", "consent_source", "consent_at"),
)


def ask(session: Session, task: Task, now: datetime) -> str:
    """Queue whoever the task is about for the campaign that checks it, once for each time it is resolved.

    With the name, the language, the fields and those numbers of the contact that are not struck. Returns why
    nobody is asked, "" when somebody is. A task without a check, or of a whole campaign, asks nobody.
    """
    if not task.check or task.contact_id is None:
        return ""
    about = rows.get(session, Contact, task.contact_id)
    task.checked_by = None
    numbers = right_numbers(about)
    if not numbers:
        return NO_NUMBER
    if any(campaign in ("", task.campaign) for _, campaign in optouts.among(session, numbers)):
        return OPTED_OUT
    name = f"{PREFIX}{task.id}-{task.reopenings}"
    queueing.enter(session, [_contact(about, numbers, task, name, now)], now)
    found = session.connection().execute(_NAMED, {"campaign": task.check, "name": name})
    task.checked_by = found.scalar_one()
    return ""


def right_numbers(about: Contact) -> tuple[str, ...]:
    """Its numbers without those that are struck, which are other people's or out of use."""
    struck = about.history.get("struck", {})
    every = about.phones or [about.phone]
    return tuple(phone for place, phone in enumerate(every) if str(place) not in struck)


def still_asked(session: Session, about: Contact) -> list[Contact]:
    """Who is still to be asked about a task of this contact, held after it and before any task."""
    known = session.connection().execute(_STILL_ASKED, {"about": about.id})
    found = (rows.find(session, Contact, number, rows.OWN) for number in sorted(known.scalars()))
    return [each for each in found if each is not None and each.state in ("waiting", "calling")]


def take_over(check: Contact, about: Contact, moved_number: bool) -> None:
    """Give whoever is asked the corrected values; a number that is being called stays until that is over."""
    for name in _SAME:
        setattr(check, name, getattr(about, name))
    kept = {name: check.fields[name] for name in (TASK_FIELD, SOURCE_FIELD) if name in check.fields}
    check.fields = {**about.fields, **kept}
    if moved_number:
        check.phones = list(about.phones) or [about.phone]
        check.phone = check.phone if check.state == "calling" else check.phones[0]


def _contact(about: Contact, numbers: Sequence[str], task: Task, name: str, now: datetime) -> NewContact:
    return NewContact(
        campaign=task.check,
        external_id=name,
        phone=about.phone if about.phone in numbers else numbers[0],
        full_name=about.full_name,
        language=about.language,
        time_zone=about.time_zone,
        fields={**about.fields, TASK_FIELD: str(task.id), SOURCE_FIELD: task.campaign},
        digest=name,
        priority=PRIORITY,
        deadline=now + ASKED_FOR,
        phones=tuple(numbers),
        zone_from=about.zone_from,
        institution=about.institution,
        consent_source=about.consent_source,
        consent_at=about.consent_at,
    )
