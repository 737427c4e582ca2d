"""Contacts corrected or cancelled after they were queued, also while somebody calls them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from sqlmodel import Session, col, select

from campaigns.flows.turns import TaskRaised
from campaigns.models import Attempt, Change, Contact, Task, rank_of
from campaigns.store import rows, task_checks, wakeups
from campaigns.store.changes import note
from campaigns.store.database import Database
from campaigns.store.decisions import CloseTasks, settle
from campaigns.store.queueing import NewContact
from campaigns.store.task_raising import raise_all
from campaigns.words import WaitReason

Item = TypeVar("Item")

LOOKED_UP_AT_ONCE = 200  # contacts corrected in one transaction, about a millisecond each

Correction = Literal["corrected", "in_call", "told", "closed", "same", "unknown"]
"""corrected: the next call says the new values. in_call: what this call says is settled when it ends.
told: the old values were told, a task says so. closed: nobody calls it any more. same: nothing differed."""
Cancellation = Literal["cancelled", "in_call", "closed", "unknown"]
"""in_call: it is cancelled when its call ends, unless that closes it."""

CORRECTED, CANCELLED, CANCEL_ASKED = "corrected", "cancelled", "cancel_asked"
WITHDRAWN = "withdrawn"  # by the laboratory, which may issue it again (`store.withdrawals`)
"""Kinds of changes."""
TOLD_WRONGLY = "corrected_after_told"
NOT_TOLD = "corrected_not_told"
"""Reasons of tasks: the old values were told; it was closed by the call during which it was corrected."""
WITHDRAWN_TOLD, WITHDRAWN_UNTOLD = "withdrawn_after_told", "withdrawn_not_told"
"""The same of a result that its laboratory took back."""
RULES_AGAIN: frozenset[WaitReason] = frozenset({"queued", "hours", "cap", "pause", "consent", "speech"})
"""What the rules work out anew at once; other waits came out of a call and hold."""
_NOT_TOLD_TO_ANYBODY = frozenset({"time_zone", "not_before", "deadline", "institution", "consent"})
_NOT_OF_THE_FILE = frozenset({"digest", "priority", "fields", "phones"})  # or compared on their own
_KEPT = frozenset({"campaign", "external_id", "queued_by"})  # whoever queued it goes on to see it
_COLUMN = {"consent_source": "consent", "consent_at": "consent", "zone_from": "time_zone"}


@dataclass(frozen=True)
class Corrected:
    """A contact as it should have been queued; `age`: its deadline is counted from queueing, not its own.

    told_is_told: who heard the old values is not called any more, though their calls were not over; the task
    says what is new to them.
    """

    contact: NewContact
    age: timedelta | None = None
    told_is_told: bool = False


def correct(
    db: Database, corrections: Sequence[Corrected], now: datetime, close: CloseTasks
) -> list[Correction]:
    """Correct contacts of one campaign by their `external_id`; one verdict each, in their order.

    close: the tasks of a closed contact, asked for with its old and its new values: what is new is raised.
    All is kept or nothing, per `LOOKED_UP_AT_ONCE` contacts; the same once more changes nothing.
    """
    verdicts: list[Correction] = []
    for some in _batches(corrections):
        with db.write() as session:
            rows_held = held(session, some[0].contact.campaign, [each.contact.external_id for each in some])
            verdicts += [
                correct_one(session, rows_held.get(each.contact.external_id), each, now, close)
                for each in some
            ]
            if "corrected" in verdicts:
                wakeups.ring(session)
    return verdicts


def cancel(
    db: Database, campaign: str, external_ids: Sequence[str], now: datetime, close: CloseTasks
) -> list[Cancellation]:
    """Cancel contacts; one verdict each, in their order. `close`: the tasks that follow."""
    verdicts: list[Cancellation] = []
    for some in _batches(external_ids):
        with db.write() as session:
            rows_held = held(session, campaign, some)
            verdicts += [_cancel_one(session, rows_held.get(name), now, close) for name in some]
    return verdicts


def after_call(
    session: Session, attempt: Attempt, contact: Contact, now: datetime, close: CloseTasks | None
) -> None:
    """What was asked for during the call that just ended, once its contact has been moved on."""
    later = _changes_since(session, attempt) if attempt.revision < contact.revision else []
    withdrawn = [each for each in later if each.kind == WITHDRAWN] if contact.cancel_asked else []
    if contact.cancel_asked and contact.state == "waiting":
        close_as_cancelled(session, contact, now, None if withdrawn else close)
    if withdrawn:
        told_of(session, contact, withdrawn[-1].details["status"], now)
    elif later:
        _corrected_in_call(session, contact, [each for each in later if each.kind == CORRECTED], now, close)


def told_of(session: Session, contact: Contact, status: str, now: datetime) -> None:
    """A human learns that a contact was told what the laboratory took back, or that a human may have told it.

    status: what the laboratory says of it, a word.
    """
    if contact.delivered_at is not None:
        raise_all(session, contact, [TaskRaised(WITHDRAWN_TOLD, "high", (("status", status),))], now)
    elif session.exec(select(Task.id).where(Task.contact_id == contact.id).limit(1)).first() is not None:
        raise_all(session, contact, [TaskRaised(WITHDRAWN_UNTOLD, "normal", (("status", status),))], now)


def correct_one(
    session: Session, row: Contact | None, correction: Corrected, now: datetime, close: CloseTasks
) -> Correction:
    """`correct` of one contact, as part of a transaction that holds it (`held`)."""
    if row is None:
        return "unknown"
    if row.digest == correction.contact.digest:
        return "same"
    values = values_of(row, correction)
    changed = changed_by(row, values)
    row.digest = correction.contact.digest
    if not changed:
        return "same"
    before = set() if row.closed_at is None else set(close(row, row.state, row.outcome))
    moved_number = "phone" in changed
    take_over(session, row, values, changed, now, told_is_told=correction.told_is_told)
    if moved_number and row.closed_at is not None:
        _forget_struck(row)
    _correct_checks(session, row, moved_number, now)
    if row.state == "calling":
        return "in_call"
    if row.state == "waiting" and not _was_told(row, changed, correction.told_is_told):
        wait_anew(row, moved_number, now)
        return "corrected"
    if row.state == "waiting":
        row.token += row.leased  # whoever holds it cannot begin the call
        close_as_cancelled(session, row, now, close)
    new = [task for task in close(row, row.state, row.outcome) if task not in before]
    raise_all(session, row, new, now)
    if row.delivered_at is None or changed <= _NOT_TOLD_TO_ANYBODY:
        return "closed"
    raise_all(session, row, [_task(TOLD_WRONGLY, "high", row, changed)], now)
    return "told"


def take_over(
    session: Session,
    row: Contact,
    values: Mapping[str, Any],
    changed: set[str],
    now: datetime,
    *,
    told_is_told: bool = False,
) -> None:
    """The row holds these values from now on, and it is written down which are new."""
    for name, value in values.items():
        setattr(row, name, value)
    row.rank = rank_of(row.priority, row.deadline)
    row.revision += 1
    details = {"changed": _named(changed), "revision": str(row.revision), "state": row.state}
    if told_is_told:
        details["told"] = "told"
    note(session, row.campaign, CORRECTED, now, details, row.id)


def _was_told(row: Contact, changed: set[str], told_is_told: bool) -> bool:
    return told_is_told and row.delivered_at is not None and not changed <= _NOT_TOLD_TO_ANYBODY


def _correct_checks(session: Session, row: Contact, moved_number: bool, now: datetime) -> None:
    """Whoever is still to be asked whether a task of this contact is solved is asked by the new values."""
    for check in task_checks.still_asked(session, row):
        with rows.kept(session, check):
            task_checks.take_over(check, row, moved_number)
            if moved_number:
                _forget_struck(check)
            if check.state == "waiting":
                check.revision += 1
                wait_anew(check, moved_number, now)


def values_of(row: Contact, correction: Corrected) -> dict[str, Any]:
    """What the row shall hold; `phone` stays the next to be called where the numbers are the same."""
    new = correction.contact
    values = {name: value for name, value in vars(new).items() if name not in _KEPT}
    values |= {"fields": dict(new.fields), "phones": list(new.phones)}
    if row.state == "calling":  # the number that is being called stays held until the call is over
        values |= {"phone": row.phone, "phones": list(_numbers(new.phone, new.phones))}
    if correction.age is not None:
        values["deadline"] = max(row.queued_at, new.not_before or row.queued_at) + correction.age
    if _numbers(row.phone, row.phones) == _numbers(new.phone, new.phones):
        values |= {"phone": row.phone, "phones": row.phones}
    return values


def changed_by(row: Contact, values: Mapping[str, Any]) -> set[str]:
    """The names of what differs: columns of a file, as far as there are such."""
    asked = values.keys() - _NOT_OF_THE_FILE
    names = {_COLUMN.get(name, name) for name in asked if getattr(row, name) != values[name]}
    if row.phones != values["phones"]:
        names.add("phone")
    fields = values["fields"]
    every = fields.keys() | row.fields.keys()
    return names | {name for name in every if row.fields.get(name) != fields.get(name)}


def _numbers(phone: str, phones: Sequence[str]) -> tuple[str, ...]:
    return tuple(phones) or (phone,)


def wait_anew(row: Contact, moved_number: bool, now: datetime) -> None:
    """Let go of by an engine that made prompts of the old values, and due as soon as the rules allow."""
    if row.leased:
        row.leased, row.node, row.due = False, None, True
        row.token += 1  # whoever holds it cannot begin the call
        row.next_at = now
    if moved_number:
        _forget_struck(row)
    if moved_number or row.wait_reason in RULES_AGAIN:
        row.next_at = max(now, row.not_before or now)
        row.due = row.next_at <= now
        row.wait_reason, row.wait_grounds = "queued", {}


def _corrected_in_call(
    session: Session, contact: Contact, made: Sequence[Change], now: datetime, close: CloseTasks | None
) -> None:
    """The call said what had been queued before."""
    changed = {name for each in made for name in each.details["changed"].split(", ")}
    if not changed:
        return
    if "phone" in changed and contact.state == "waiting":
        contact.phone = contact.phones[0]
        _forget_struck(contact)
    if contact.delivered_at is not None:
        if not changed <= _NOT_TOLD_TO_ANYBODY:
            raise_all(session, contact, [_task(TOLD_WRONGLY, "high", contact, changed)], now)
            if contact.state == "waiting" and any("told" in each.details for each in made):
                close_as_cancelled(session, contact, now, close)
    elif contact.state != "waiting" and contact.state != "cancelled":
        raise_all(session, contact, [_task(NOT_TOLD, "normal", contact, changed)], now)


def _changes_since(session: Session, attempt: Attempt) -> list[Change]:
    made = select(Change).where(
        Change.contact_id == attempt.contact_id, col(Change.kind).in_((CORRECTED, WITHDRAWN))
    )
    found = session.exec(made.order_by(col(Change.id)))
    return [each for each in found if int(each.details.get("revision", 0)) > attempt.revision]


def _forget_struck(row: Contact) -> None:
    """Which numbers are not called again was said of others."""
    row.history = {name: counts for name, counts in row.history.items() if name != "struck"}


def _task(reason: str, urgency: Literal["high", "normal"], row: Contact, changed: set[str]) -> TaskRaised:
    return TaskRaised(reason, urgency, (("changed", _named(changed)), ("revision", str(row.revision))))


def _cancel_one(session: Session, row: Contact | None, now: datetime, close: CloseTasks) -> Cancellation:
    if row is None:
        return "unknown"
    match row.state:
        case "waiting":
            row.token += row.leased  # whoever holds it cannot begin the call
            close_as_cancelled(session, row, now, close)
            return "cancelled"
        case "calling":
            if not row.cancel_asked or _only_withdrawn(session, row):
                row.cancel_asked = True
                note(session, row.campaign, CANCEL_ASKED, now, contact_id=row.id)
            return "in_call"
        case _:
            if row.state == "cancelled" and _only_withdrawn(session, row):
                note(session, row.campaign, CANCEL_ASKED, now, contact_id=row.id)
            return "closed"


def _only_withdrawn(session: Session, row: Contact) -> bool:
    """Whether its laboratory took it back and may issue it again, and nobody else has asked for its end."""
    asked = (WITHDRAWN, CANCEL_ASKED)
    made = select(Change.kind).where(Change.contact_id == row.id, col(Change.kind).in_(asked))
    return set(session.exec(made)) == {WITHDRAWN}


def close_as_cancelled(
    session: Session, row: Contact, now: datetime, close: CloseTasks | None, note_it: bool = True
) -> None:
    """Work that remains is a human's, as with every contact that is closed; without `close` none does."""
    if close is not None:
        raise_all(session, row, close(row, "cancelled", row.outcome), now)
    settle(session, row, "cancelled", row.outcome, now)
    if note_it:
        note(session, row.campaign, CANCELLED, now, contact_id=row.id)


def held(session: Session, campaign: str, external_ids: Sequence[str]) -> dict[str, Contact]:
    """The contacts, which nobody else moves before the transaction ends; always locked in the same order.

    Rows that refer to them may be made: who closes a task tells of its contact, and holds the task.
    """
    wanted = select(Contact).where(Contact.campaign == campaign, col(Contact.external_id).in_(external_ids))
    found = session.exec(wanted.order_by(col(Contact.id)).with_for_update(key_share=True))
    return {row.external_id: row for row in found}


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + LOOKED_UP_AT_ONCE] for start in range(0, len(items), LOOKED_UP_AT_ONCE))


def _named(names: set[str]) -> str:
    return ", ".join(sorted(names))
