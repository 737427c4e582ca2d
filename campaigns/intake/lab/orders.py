"""The results of one message, held against what is known of each: who is called, corrected or cancelled."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from campaigns.flows.fields import Field, parse_field
from campaigns.flows.followups import facts_of, followups
from campaigns.flows.script import Script
from campaigns.flows.turns import Work
from campaigns.intake.correction_file import usual_age
from campaigns.intake.lab.newest import is_newer, is_older
from campaigns.intake.lab.persons import agrees, contradicts
from campaigns.intake.lab.result import Fault, LabReading, LabResult, LabStatus
from campaigns.intake.rows import IntakeDefaults, RowReader, Unusable, Usable
from campaigns.models import Contact
from campaigns.store import contacts, corrections, lab_messages, queueing, withdrawals
from campaigns.store.contacts import NewContact
from campaigns.store.corrections import Corrected
from campaigns.store.lab_messages import Told
from campaigns.words import ContactState, LabFate, Outcome

CALLED_FOR: frozenset[LabStatus] = frozenset({"final", "corrected"})
"""Of the other results nobody is told, not now or not ever."""
LATE = "deadline has passed"
ANOTHER_PERSON = (
    "is the number of a result that somebody else sent, and name, year of birth and phone do not show that"
    " it is the same person's: agree on numbers that differ"
)
FOREIGN = "belongs to another sender: agree on numbers that differ"
TWICE = "stands in two results of this message that differ: send one"
Sees = Callable[[str, str], bool]
"""Whether a sender may change what there is; of it: the institution, and who queued it, or said it first."""
_IDENTITY = Field("external_id", "text")
_FATES: Mapping[str, LabFate] = {
    "queued": "queued",
    "corrected": "corrected",
    "in_call": "corrected",
    "closed": "corrected",
    "same": "known",
    "told": "told",
}
"""By what became of a contact in the store."""


class LabOrders:
    """The results of a message in a transaction that nobody else decides about meanwhile."""

    def __init__(
        self,
        session: Session,
        script: Script,
        defaults: IntakeDefaults,
        reading: LabReading,
        queued_by: str,
        now: datetime,
        sees: Sees | None,
    ) -> None:
        self._session = session
        self._sees = sees
        self._script = script
        self._defaults = defaults
        self._sender = reading.sender
        self._queued_by = queued_by
        self._now = now
        self._faults: list[Fault] = []
        self._results = self._newest(self._named(reading.results))
        names = [result.external_id for result in self._results]
        self._told = lab_messages.orders(session, script.name, names)
        self._queued = queueing.queued(session, script.name, names)
        self._held: Mapping[str, Contact] | None = None
        self._new: dict[str, NewContact] = {}

    def faults(self) -> Iterator[Fault]:
        """What is wrong with the results; all of them are read, and nothing is changed."""
        yield from self._faults
        reader = RowReader(self._script, self._defaults, self._now)
        for result in self._results:
            if self._is_foreign(result):
                yield Fault(_place(result, "external_id"), FOREIGN)
            elif self._is_of_another(result):
                yield Fault(_place(result, "external_id"), ANOTHER_PERSON)
            elif result.status in CALLED_FOR and not self._is_older(result):
                yield from self._read(reader, result)

    def settle(self, message_id: int) -> Iterator[tuple[str, LabFate, int | None]]:
        """Do what the results ask for, once there are no `faults`; what became of each."""
        fates = {result.external_id: self._fate(result) for result in self._results}
        for name in (name for name, fate in fates.items() if fate is None):
            new = self._new[name]
            self._queued[name] = queueing.enter_new(self._session, new, self._now), new.digest
        for result in self._results:
            fate: LabFate = fates[result.external_id] or "queued"
            contact_id, _ = self._queued.get(result.external_id, (None, ""))
            yield result.external_id, fate, contact_id
            if fate != "older":
                self._say(result, fate, contact_id, message_id)

    # ------------------------------------------------------------ reading

    def _named(self, results: Sequence[LabResult]) -> Iterator[LabResult]:
        """Those by whose number a contact can be known."""
        for result in results:
            try:
                name = parse_field(_IDENTITY, result.external_id, "UTC")
            except ValueError as error:
                self._faults.append(_fault(result, str(error)))
                continue
            yield replace(result, external_id=name, **self._moments(result))

    def _newest(self, results: Iterator[LabResult]) -> list[LabResult]:
        """One of each number; two that were told at once must say the same."""
        newest: dict[str, LabResult] = {}
        for result in results:
            other = newest.setdefault(result.external_id, result)
            if is_newer(result, other):
                newest[result.external_id] = result
            elif not is_newer(other, result) and _said(result) != _said(other):
                self._faults.append(Fault(_place(result, "external_id"), TWICE))
        return list(newest.values())

    def _read(self, reader: RowReader, result: LabResult) -> Iterator[Fault]:
        """Make the contact, or say why there is none."""
        name = result.external_id
        match reader.read({**result.cells, "external_id": name}):
            case Unusable(reasons):
                yield from (_fault(result, reason) for reason in reasons)
            case Usable(contact, late):
                if late and name not in self._queued:
                    yield _fault(result, LATE)
                self._new[name] = replace(contact, queued_by=self._queued_by)

    def _is_older(self, result: LabResult) -> bool:
        """Whether more is known already; a contact of a file is more than a preliminary result."""
        known = self._told.get(result.external_id)
        if known is None:
            return result.status == "preliminary" and result.external_id in self._queued
        return is_older(result, known.order)

    def _is_foreign(self, result: LabResult) -> bool:
        """Whether it is not the sender's to change; also where nobody is called for it yet, or any more."""
        if self._sees is None:
            return False
        row = self._contact(result.external_id)
        if row is not None:
            return not self._sees(row.institution, row.queued_by)
        known = self._told.get(result.external_id)
        return known is not None and known.sender != self._sender and not self._sees("", known.sender)

    def _is_of_another(self, result: LabResult) -> bool:
        """Whether two senders number alike, and this may be about somebody else than what is known.

        Of a contact of a file nobody knows whose number it is: a laboratory may mend either name or phone.
        """
        known = self._told.get(result.external_id)
        if known is not None and known.sender == self._sender:
            return False
        row = self._contact(result.external_id)
        if known is None:
            return row is not None and contradicts(result, row, self._defaults.country)
        if row is None:  # nobody is there to be compared: an end that somebody else told must not silence it
            return known.order.status != "preliminary"
        return not agrees(result, row, self._script, self._defaults.country)

    def _moments(self, result: LabResult) -> dict[str, Any]:
        """A laboratory whose clock is ahead must not silence what it says later."""
        told_at = None if result.told_at is None else min(result.told_at, self._now)
        return {"told_at": told_at, "sent_at": min(result.sent_at, self._now)}

    # ------------------------------------------------------------ settling

    def _fate(self, result: LabResult) -> LabFate | None:
        """What became of it; None: it is to be queued."""
        name = result.external_id
        known = self._told.get(name)
        if self._is_older(result):
            return "older"
        if result.status not in CALLED_FOR:
            return self._taken_back(result, self._contact(name), known)
        if name not in self._queued:
            return None
        new, (_, digest) = self._new[name], self._queued[name]
        if digest == new.digest and (known is None or known.order.status in CALLED_FOR):
            return "known"
        row = self._contact(name)
        assert row is not None
        correction = Corrected(new, usual_age(self._script, new, self._now), told_is_told=True)
        return _FATES[withdrawals.reissue(self._session, row, correction, self._now, self._close)]

    def _taken_back(self, result: LabResult, row: Contact | None, known: Told | None) -> LabFate:
        """It is not told, at least not now."""
        fate: LabFate = "held" if result.status == "preliminary" else "cancelled"
        if row is None:
            return fate
        if known is not None and known.order.status == result.status:
            return known.order.fate
        done = withdrawals.withdraw(self._session, row, result.status, self._now)
        return "told" if done == "told" else fate

    def _contact(self, name: str) -> Contact | None:
        """Held fast, with all others of the message, once one of them may change."""
        if name not in self._queued:
            return None
        if self._held is None:
            self._held = corrections.held(self._session, self._script.name, list(self._queued))
        return self._held[name]

    def _say(self, result: LabResult, fate: LabFate, contact_id: int | None, message_id: int) -> None:
        known = self._told.get(result.external_id)
        lab_messages.say(
            self._session,
            None if known is None else known.order,
            campaign=self._script.name,
            external_id=result.external_id,
            contact_id=contact_id,
            status=result.status,
            fate=fate,
            told_at=result.told_at,
            sent_at=result.sent_at,
            message_id=message_id,
        )

    def _close(self, contact: Contact, state: ContactState, outcome: Outcome | None) -> Sequence[Work]:
        """The tasks that the campaign wants of a closed contact."""
        facts = facts_of(self._script, contact.fields, contacts.answers_of(self._session, contact.id))
        return followups(self._script, facts, state, outcome, contact.delivered_at is not None)


def _said(result: LabResult) -> tuple[LabStatus, Mapping[str, str]]:
    return result.status, result.cells


def _fault(result: LabResult, reason: str) -> Fault:
    """A reason of a row by the place where its column stands in the message."""
    column, _, rest = reason.partition(" ")
    place = result.places.get(column)
    return Fault(place, f"({column}) {rest}") if place else Fault("", reason)


def _place(result: LabResult, column: str) -> str:
    return result.places.get(column, column)
