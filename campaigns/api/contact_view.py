"""Contacts as the API shows them: masked, but for who asks to see and may."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from campaigns.control.masking import masked
from campaigns.models import Attempt, Contact
from campaigns.store.arrivals import Record
from campaigns.words import ContactState, Outcome, WaitReason

_QUEUED: dict[str, Any] = {"id": 17, "external_id": "A-1", "state": "waiting"}
_MOMENT = "2026-03-02T07:30:00Z"
_CONTACT: dict[str, Any] = {
    **_QUEUED,
    "campaign": "covid-results",
    "outcome": None,
    "phone": "+7…67",
    "language": "ru",
    "time_zone": "Europe/Moscow",
    "institution": "Clinic 5",
    "queued_at": _MOMENT,
    "not_before": None,
    "deadline": "2026-03-05T07:30:00Z",
    "next_at": _MOMENT,
    "waits_for": "queued",
    "attempts_used": 0,
    "delivered_at": None,
    "closed_at": None,
    "cancel_asked": False,
}


class Queued(BaseModel):
    """What was queued, or is known just so; `ignored`: members that the campaign has no use for."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUEUED]})

    id: int
    external_id: str
    state: ContactState
    ignored: list[str] | None = None


class RowResult(BaseModel):
    """What became of one row: 201 new, 200 known, else a problem. `row`: its number, from 1."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"row": 1, "status": 201, **_QUEUED}]})

    row: int
    status: int
    id: int | None = None
    external_id: str | None = None
    state: ContactState | None = None
    problem: dict[str, Any] | None = None


class ContactOut(BaseModel):
    """One person to reach. `phone` is masked; `waits_for`: why it is not called now."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CONTACT]})

    id: int
    external_id: str
    campaign: str
    state: ContactState
    outcome: Outcome | None
    phone: str
    language: str
    time_zone: str
    institution: str
    queued_at: datetime
    not_before: datetime | None
    deadline: datetime | None
    next_at: datetime | None
    waits_for: WaitReason | None
    attempts_used: int
    delivered_at: datetime | None
    closed_at: datetime | None
    cancel_asked: bool = Field(description="It is cancelled when its call is over.")


class AttemptOut(BaseModel):
    """One call. `counted`: it used up one of the contact's attempts."""

    number: int
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    cause: str | None
    outcome: Outcome | None
    talk_seconds: float
    counted: bool


class ContactWithCalls(ContactOut):
    """One person with every call. With `reveal` also the whole numbers, the name, the fields and answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_CONTACT, "attempts": []}]})

    attempts: list[AttemptOut]
    phones: list[str] | None = None
    full_name: str | None = None
    fields: dict[str, str] | None = None
    answers: dict[str, str] | None = None


class ContactPage(BaseModel):
    """Contacts in the order in which they were queued."""

    items: list[ContactOut]
    next: str | None


class Cancelled(Queued):
    """`cancellation`: cancelled; in_call, it is when its call ends; closed, it was settled before."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_QUEUED, "state": "cancelled", "cancellation": "cancelled"}]}
    )

    cancellation: str


class CallAccountOut(BaseModel):
    """One call: why it was placed then, there and so, and what came of it."""

    number: int
    head: str
    why: list[str]
    came_of_it: list[str]


class AccountOut(BaseModel):
    """One contact's account in sentences, which hold no name, no number and nothing that was said."""

    contact: str
    campaign: str
    phone: str
    state: ContactState
    outcome: Outcome | None
    head: str
    present: list[str]
    to_come: list[str]
    calls: list[CallAccountOut]
    changes: list[str]


class Accounts(BaseModel):
    """Of every contact with that number that the caller sees, the first queued first."""

    items: list[AccountOut]


def veiled(contact: Contact) -> dict[str, Any]:
    """As everybody may see it who may see the contact."""
    shown = {name: getattr(contact, name) for name in ContactOut.model_fields if name != "waits_for"}
    return {**shown, "phone": masked(contact.phone), "waits_for": contact.wait_reason}


def with_calls(record: Record) -> dict[str, Any]:
    """The same, with its calls."""
    return {**veiled(record.contact), "attempts": [_attempt(each) for each in record.attempts]}


def revealed(record: Record, answers: dict[str, str]) -> dict[str, Any]:
    """All of it; whoever shows it writes down the look."""
    contact = record.contact
    return {
        **with_calls(record),
        "phone": contact.phone,
        "phones": contact.phones or [contact.phone],
        "full_name": contact.full_name,
        "fields": contact.fields,
        "answers": answers,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    shown = {name: getattr(attempt, name) for name in AttemptOut.model_fields}
    return {**shown, "talk_seconds": round(attempt.talk_seconds, 1)}
