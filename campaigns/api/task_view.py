"""A task as callers see it: nothing private, unless they ask for that and it is written down who did."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from campaigns.access.caller import Caller
from campaigns.api.doorway import Doorway
from campaigns.errors import CampaignsError
from campaigns.flows.complaints import ScriptError
from campaigns.models import Contact, Task
from campaigns.store import contacts, looks, rows
from campaigns.store.task_list import TaskView, unknown
from campaigns.words import Level, TaskEvent, TaskState, Urgency

REVEALED = "the person of a task"
"""What stands in the audit log."""


class Person(BaseModel):
    """Whom a task is about, in full."""

    full_name: str
    phone: str = Field(examples=["+79123456789"])
    phones: list[str]
    language: str = Field(examples=["ru"])
    fields: dict[str, str] = Field(description="As they were queued, by name.")
    answers: dict[str, str] = Field(description="What the person last said, by question.")


class TaskOut(BaseModel):
    """Work for a human. `details` holds null for what is private, and `person` is null, unless revealed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 17,
                    "campaign": "covid-results",
                    "contact": "A-1",
                    "institution": "Clinic 5",
                    "reason": "not_reached",
                    "urgency": "high",
                    "state": "open",
                    "level": "operator",
                    "owner": "",
                    "due_at": "2026-11-22T12:00:00+00:00",
                    "first_due_at": "2026-11-22T12:00:00+00:00",
                    "created_at": "2026-11-22T08:00:00+00:00",
                    "closed_at": None,
                    "lease_until": None,
                    "wake_at": None,
                    "note": "",
                    "check": "",
                    "checked_by": "",
                    "reopenings": 0,
                    "details": {"clinic": "Clinic 5", "result": None},
                    "person": None,
                }
            ]
        }
    )

    id: int
    campaign: str
    contact: str = Field(description="The contact's external_id; empty for a task of the whole campaign.")
    institution: str
    reason: str
    urgency: Urgency
    state: TaskState
    level: Level
    owner: str = Field(description="Who has it; empty for nobody.")
    due_at: datetime
    first_due_at: datetime | None
    created_at: datetime
    closed_at: datetime | None
    lease_until: datetime | None = Field(description="Then it returns, unless its owner goes on with it.")
    wake_at: datetime | None = Field(description="Then it comes back.")
    note: str
    check: str = Field(description="The campaign that asks whether it is solved; empty for none.")
    checked_by: str
    reopenings: int
    details: dict[str, str | None]
    person: Person | None = None


class TaskHappened(BaseModel):
    """One thing that happened to a task."""

    at: datetime
    who: str
    event: TaskEvent
    state: TaskState
    level: Level
    note: str


class TaskWithHistory(TaskOut):
    """A task, and all that happened to it."""

    changes: list[TaskHappened]


class TaskPage(BaseModel):
    """Some tasks."""

    items: list[TaskOut]
    next: str | None = Field(description="What to send as `after` for the next page; null on the last one.")


def seen_task(session: Session, caller: Caller, number: int) -> Task:
    """The task, as far as the caller sees it. Raises NoSuchTask."""
    task = rows.find(session, Task, number)
    if task is None or not (
        caller.sees_campaign(task.campaign) and caller.sees_institution(task.institution)
    ):
        raise unknown(number)
    return task


def veiled(here: Doorway, task: TaskView) -> dict[str, Any]:
    """The task without anything private: fields that the campaign's file does not call so."""
    public = _public(here, task)
    details = {name: value if name in public else None for name, value in task.details.items()}
    return {**task.as_json(), "details": details, "person": None}


def revealed(here: Doorway, session: Session, caller: Caller, task: Task, view: TaskView) -> dict[str, Any]:
    """The task with all that is known of its person; who looked is written down in this transaction."""
    looks.note(
        session,
        caller,
        REVEALED,
        here.clock.now(),
        campaign=task.campaign,
        contact_id=task.contact_id,
        task_id=task.id,
    )
    contact = None if task.contact_id is None else session.get(Contact, task.contact_id)
    return {**view.as_json(), "person": None if contact is None else _person(here, contact)}


def _person(here: Doorway, contact: Contact) -> dict[str, Any]:
    return {
        "full_name": contact.full_name,
        "phone": contact.phone,
        "phones": list(contact.phones) or [contact.phone],
        "language": contact.language,
        "fields": dict(contact.fields),
        "answers": contacts.answers(here.db, contact.id),
    }


def _public(here: Doorway, task: TaskView) -> set[str]:
    """The names of details that are not private; none where the file cannot say."""
    try:
        fields = here.script_of(task.campaign).fields
    except (CampaignsError, ScriptError):
        return set()
    return {name for name in task.details if name not in fields or not fields[name].private}
