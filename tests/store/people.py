"""Contacts, rules and moments for the tests of the store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from campaigns.flows.turns import TaskRaised, Work
from campaigns.models import Change, Contact
from campaigns.rules.due import CallNow, Close, Decision, Standing, WaitUntil
from campaigns.rules.hours import Hours, Window
from campaigns.rules.policy import Policy
from campaigns.rules.retries import Next
from campaigns.store import attempts, campaigns, changes, contacts
from campaigns.store.contacts import NewContact
from campaigns.store.database import Database
from campaigns.words import ContactState, Outcome

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
COMPLETED = Next("done", "completed", None, None, counted=True)
RETRY = Next("waiting", "unanswered", NOW + HOUR, "retry", counted=True)
ALL_DAY = Window(time(0), time(0))
POLICY = Policy(3, {"busy": (HOUR,)}, Hours(ALL_DAY, ALL_DAY, None))
OWN_FAILURE = Next("waiting", "failed", NOW + HOUR, "own_failure", counted=False)


def person(external_id: str, campaign: str = "results", **changes: Any) -> NewContact:
    """A contact with a phone of its own, made from its external_id."""
    digits = f"{sum(ord(letter) * 31**place for place, letter in enumerate(external_id)) % 10**9:09d}"
    whole = NewContact(
        campaign=campaign,
        external_id=external_id,
        phone=f"+79{digits}",
        full_name="Анна Иванова",
        language="ru",
        time_zone="Asia/Yekaterinburg",
        fields={"birth_year": "1980", "result": "negative"},
        digest="first",
    )
    return replace(whole, **changes)


def queue(db: Database, *people: NewContact, now: datetime = NOW) -> None:
    """Queue them, and launch their campaigns."""
    contacts.add(db, people, now)
    for name in {contact.campaign for contact in people}:
        if campaigns.state_of(db, name) == "draft":
            campaigns.move(db, name, "running", now)


def call_now(_contact: Contact, _standing: Standing) -> Decision:
    return CallNow()


def unless_opted_out(_contact: Contact, standing: Standing) -> Decision:
    return Close("done", "opted_out") if standing.opted_out else CallNow()


def tomorrow(_contact: Contact, _standing: Standing) -> Decision:
    return WaitUntil(NOW + 24 * HOUR, "hours")


def no_tasks(_contact: Contact, _state: ContactState, _outcome: Outcome | None) -> Sequence[TaskRaised]:
    return ()


def take(db: Database, limit: int = 10, now: datetime = NOW) -> list[Contact]:
    """Take contacts under rules that allow everything but opted-out numbers."""
    return contacts.take(db, limit, now, unless_opted_out, no_tasks, seconds=60)


def taken_ids(db: Database, limit: int = 10, now: datetime = NOW) -> list[str]:
    return [contact.external_id for contact in take(db, limit, now)]


def call(db: Database, external_id: str = "A", now: datetime = NOW) -> tuple[Contact, int]:
    """Queue one person, take them and begin the attempt."""
    queue(db, person(external_id), now=now)
    [contact] = take(db, 1, now)
    return contact, begun(db, contact, now)


def begun(db: Database, contact: Contact, now: datetime = NOW) -> int:
    attempt = attempts.begin(db, contact.id, contact.token, "trunk", now, unless_opted_out, None)
    assert attempt is not None
    return attempt


def finish(
    db: Database,
    attempt: int,
    contact: Contact,
    next: Next = COMPLETED,
    tasks: Sequence[Work] = (),
    now: datetime = NOW,
) -> bool:
    return attempts.finish(db, attempt, contact.token, "answered", 200, 12.5, next.outcome, next, tasks, now)


def seen(db: Database, external_id: str = "A", campaign: str = "results") -> Contact:
    contact = contacts.find(db, campaign, external_id)
    assert contact is not None
    return contact


def done_to(db: Database, contact: Contact) -> list[Change]:
    with db.read() as session:
        return changes.of_contact(session, contact.id)


def done_to_campaign(db: Database, name: str) -> list[str]:
    """The kinds of what was done to it as a whole."""
    with db.read() as session:
        return [change.kind for change in changes.of_campaign(session, name)]
