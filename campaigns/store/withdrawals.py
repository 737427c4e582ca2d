"""Results that their laboratory takes back, and issues again."""

from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from campaigns.flows.turns import TaskRaised
from campaigns.models import Change, Contact
from campaigns.store import wakeups
from campaigns.store.changes import note
from campaigns.store.corrections import (
    CANCEL_ASKED,
    CANCELLED,
    WITHDRAWN,
    Corrected,
    Correction,
    changed_by,
    close_as_cancelled,
    correct_one,
    take_over,
    told_of,
    values_of,
    wait_anew,
)
from campaigns.store.decisions import CloseTasks, reopen
from campaigns.store.queueing import reopen as reopen_campaign
from campaigns.store.task_raising import raise_all

REISSUED = "reissued"
"""Kind of change: what was taken back holds again."""
REISSUED_TOLD = "reissued_after_told"
"""Reason of a task: the patient had heard it, it was taken back, and now it holds again as it was told."""

Withdrawal = Literal["cancelled", "in_call", "told", "closed"]
"""in_call: it is cancelled when its call ends. told: the patient had heard it, a task says so.
closed: nobody called it any more; a human who had a task of it may have told it, and learns of it."""
Reissue = Literal["queued"] | Correction
"""queued: it was cancelled by the withdrawal alone, and waits again."""


def withdraw(session: Session, row: Contact, status: str, now: datetime) -> Withdrawal:
    """The result of this contact, which the transaction holds, is not to be told.

    status: what the laboratory says of it, a word. No task of its old values remains: they do not hold.
    """
    told = row.delivered_at is not None
    match row.state:
        case "waiting":
            row.token += row.leased  # whoever holds it cannot begin the call
            close_as_cancelled(session, row, now, None, note_it=False)
        case "calling":
            row.cancel_asked = True
            row.revision += 1  # so that the end of the call looks for what changed
        case _:
            told_of(session, row, status, now)
            return "told" if told else "closed"
    details = {"status": status, "revision": str(row.revision), "state": row.state}
    note(session, row.campaign, WITHDRAWN, now, details, row.id)
    if row.state == "calling":
        return "in_call"
    told_of(session, row, status, now)
    return "told" if told else "cancelled"


def reissue(
    session: Session, row: Contact, correction: Corrected, now: datetime, close: CloseTasks
) -> Reissue:
    """What was taken back holds again, with these values; nobody is called who was told before.

    Whom a person cancelled stays cancelled.
    """
    if not _withdrawn_last(session, row):
        return _corrected(session, row, correction, now, close)
    if row.state == "calling":
        row.cancel_asked = False
        note(session, row.campaign, REISSUED, now, contact_id=row.id)
    elif row.state == "cancelled" and row.delivered_at is None:
        _queue_again(session, row, correction, now)
        return "queued"
    verdict = _corrected(session, row, correction, now, close)
    if verdict == "same" and row.delivered_at is not None:
        raise_all(session, row, [TaskRaised(REISSUED_TOLD, "normal", ())], now)
    return verdict


def _corrected(
    session: Session, row: Contact, correction: Corrected, now: datetime, close: CloseTasks
) -> Correction:
    verdict = correct_one(session, row, correction, now, close)
    if verdict == "corrected":
        wakeups.ring(session)
    return verdict


def _queue_again(session: Session, row: Contact, correction: Corrected, now: datetime) -> None:
    """As if it came for the first time: its deadline counts from now."""
    reopen(row)
    note(session, row.campaign, REISSUED, now, contact_id=row.id)
    values = values_of(row, Corrected(correction.contact))
    changed = changed_by(row, values)
    row.digest = correction.contact.digest
    take_over(session, row, values, changed, now)
    row.wait_reason = "queued"
    wait_anew(row, "phone" in changed, now)
    reopen_campaign(session, row.campaign, now)


def _withdrawn_last(session: Session, row: Contact) -> bool:
    """Whether it was its laboratory that ended it, and no person, neither before nor after."""
    ended = (CANCELLED, CANCEL_ASKED, WITHDRAWN, REISSUED)
    made = select(Change.kind).where(Change.contact_id == row.id, col(Change.kind).in_(ended))
    kinds = session.exec(made.order_by(col(Change.id).desc())).all()
    after_call = [CANCELLED, WITHDRAWN]  # the call ended after the withdrawal, and the contact with it
    by_laboratory = list(kinds[:1]) == [WITHDRAWN] or list(kinds[:2]) == after_call
    return by_laboratory and CANCEL_ASKED not in kinds
