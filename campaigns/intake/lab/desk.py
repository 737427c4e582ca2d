"""What becomes of a laboratory's message: the one place that decides, whatever door it came through."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from sqlmodel import Session

from campaigns.flows.script import Script
from campaigns.flows.turns import TaskRaised
from campaigns.intake.lab.orders import LabOrders, Sees
from campaigns.intake.lab.result import Fault, LabReading, LabResult, LabVerdict
from campaigns.intake.rows import IntakeDefaults
from campaigns.models import Contact, LabMessage
from campaigns.store import lab_messages, locks, rows
from campaigns.store.lab_messages import Arrival
from campaigns.store.task_raising import raise_all, raise_of_campaign
from campaigns.words import LabAnswer, LabFate

MESSAGE_CHANGED = "lab_message_changed"
"""Reason of a task: a laboratory sent another content under the control id of a message that was accepted."""
_LONGEST_NAMED = 400  # characters of orders by which a message is known; databases bound what they index

Fate = tuple[str, LabFate, int | None]


class LabDesk:
    """Enters messages of laboratories.

    script_of: the campaign's checked script, asked for with each message: it should be remembered.
    """

    def __init__(self, script_of: Callable[[str], Script], defaults: IntakeDefaults) -> None:
        self._script_of = script_of
        self._defaults = defaults

    def receive(
        self,
        session: Session,
        campaign: str,
        reading: LabReading,
        queued_by: str,
        now: datetime,
        sees: Sees | None = None,
    ) -> LabVerdict:
        """Enter one message, as part of a transaction (`Together`): all its results, or none.

        queued_by: whose its contacts are. sees: which of those that are there it may change; None: any.
        AA: all is kept. AE: nothing was done but that the message is kept, so that it can be run again. The
        same message once more (sender, control id, orders and their status) gets the same answer and changes
        nothing; one that was refused is judged anew, unless it was accepted meanwhile, mended. Test messages
        leave no trace.

        Raises what `script_of` raises, and what the database does: the laboratory is to send it again (AR).
        """
        if reading.test:
            return LabVerdict("AA", (), tuple(_passed_over(reading)))
        if not reading.results and not reading.faults:
            return LabVerdict("AA")
        script = self._script_of(campaign)
        locks.queue(session, campaign)  # two doors take turns, on PostgreSQL too
        arrival = _arrival(campaign, reading)
        known = lab_messages.earlier(session, arrival)
        if known is not None and known.answer == "AA":
            return self._again(session, known, arrival, reading, now)
        orders = LabOrders(session, script, self._defaults, reading, queued_by, now, sees)
        faults = _together(reading.faults, orders.faults())
        message_id = _write_down(session, known, arrival, faults, now)
        if faults:
            return LabVerdict("AE", faults)
        lab_messages.supersede(session, arrival, now)
        return LabVerdict("AA", (), tuple(orders.settle(message_id)))

    def _again(
        self, session: Session, known: LabMessage, arrival: Arrival, reading: LabReading, now: datetime
    ) -> LabVerdict:
        """It was accepted before: whatever it says now, nothing changes but that a human may have to look."""
        fates = tuple(_known_fates(session, known.campaign, reading))
        again = {known.digest, _digest(known.content)}  # kept: what else it said another time
        was_kept = lab_messages.supersede(session, arrival, now, by=known)
        if was_kept or arrival.digest in again or arrival.meaning == known.meaning:
            lab_messages.repeated(session, known)
            return LabVerdict("AA", (), fates, again=True)
        lab_messages.repeated(session, known, arrival.content)
        work = TaskRaised(MESSAGE_CHANGED, "high", _named(arrival))
        contact = _contact_of(session, fates)
        if contact is None:
            raise_of_campaign(session, known.campaign, work, now)
        else:
            raise_all(session, contact, [work], now)
        return LabVerdict("AA", (), fates, again=True)


def _together(read: Sequence[Fault], rows: Iterable[Fault]) -> tuple[Fault, ...]:
    """All that is wrong; what could not be read is not said to be blank as well."""
    there = {fault.place for fault in read}
    return (*read, *(fault for fault in rows if fault.place not in there))


def _write_down(
    session: Session, known: LabMessage | None, arrival: Arrival, faults: Sequence[Fault], now: datetime
) -> int:
    answer: LabAnswer = "AE" if faults else "AA"
    said = [str(fault) for fault in faults]
    if known is None:
        return lab_messages.enter(session, arrival, answer, said, now)
    return lab_messages.judged_anew(session, known, arrival, answer, said, now)


def _arrival(campaign: str, reading: LabReading) -> Arrival:
    digest = _digest(reading.content)
    names = sorted({f"{each.external_id}:{each.status}" for each in reading.results})
    about = " ".join(names)
    if len(about) > _LONGEST_NAMED:
        about = _digest(about.encode())
    return Arrival(
        sender=reading.sender,
        control_id=reading.control_id,
        subject=lab_messages.subject_of_bytes(digest) if reading.faults else about,
        about=about,
        digest=digest,
        meaning="" if reading.faults else _meaning(reading.results),
        campaign=campaign,
        format=reading.format,
        content=reading.content,
    )


def _meaning(results: Sequence[LabResult]) -> str:
    """What tells another content from the same that was written anew: times of sending do not count."""
    said = sorted([each.external_id, each.status, sorted(each.cells.items())] for each in results)
    return _digest(json.dumps(said, ensure_ascii=False).encode())


def _passed_over(reading: LabReading) -> Iterator[Fate]:
    for result in reading.results:
        yield result.external_id, "ignored", None


def _known_fates(session: Session, campaign: str, reading: LabReading) -> Iterator[Fate]:
    told = lab_messages.orders(session, campaign, [each.external_id for each in reading.results])
    for name in dict.fromkeys(each.external_id for each in reading.results):
        if name in told:
            yield name, told[name].order.fate, told[name].order.contact_id


def _contact_of(session: Session, fates: Sequence[Fate]) -> Contact | None:
    number = next((contact_id for _, _, contact_id in fates if contact_id is not None), None)
    return None if number is None else rows.find(session, Contact, number, rows.OWN)


def _named(arrival: Arrival) -> tuple[tuple[str, str], ...]:
    return ("control_id", arrival.control_id), ("sender", arrival.sender)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
