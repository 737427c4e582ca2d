"""What a laboratory sends as JSON -> contacts to queue, and what each sender is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from campaigns.access.caller import Caller
from campaigns.api.doorway import Doorway
from campaigns.api.problems import FieldFault, Problem
from campaigns.flows.script import Script
from campaigns.intake.columns import columns_of
from campaigns.intake.one_row import cells_of, column_of, unread
from campaigns.intake.rows import IntakeDefaults, RowReader, Unusable
from campaigns.store.arrivals import Arrived, arrive
from campaigns.store.queueing import NewContact

NEW, KNOWN = 201, 200
MOST_IGNORED = 20  # names of members that are told back

Sent = tuple[NewContact, bool]
"""A contact, and whether its deadline has passed."""


@dataclass(frozen=True)
class Told:
    """What a sender is told of one contact."""

    status: int
    body: dict[str, Any]


class SentRows:
    """Reads what one caller sends for one campaign at one moment."""

    def __init__(self, here: Doorway, caller: Caller, script: Script, now: datetime) -> None:
        defaults = IntakeDefaults(here.country, here.home.file.engine.time_zone)
        self._reader = RowReader(script, defaults, now)
        self._columns = columns_of(script)
        self._script = script
        self._caller = caller
        self.now = now

    def read(self, members: object) -> Sent | Problem:
        """The contact, or what is wrong with its object."""
        if not isinstance(members, dict):
            return Problem("invalid", "A contact is a JSON object with the columns of the campaign's files.")
        cells = cells_of(members.items(), self._columns)
        if not isinstance(cells, Mapping):
            return self._wrong(cells, members)
        found = self._reader.read(cells)
        if isinstance(found, Unusable):
            return self._wrong(found.reasons, cells)
        contact = found.contact
        if not self._caller.sees_institution(contact.institution):
            fault = FieldFault(self._script.institution or "institution", "is one that the caller is not of")
            return Problem("forbidden", "The caller is not bound to this institution.", [fault])
        return replace(contact, queued_by=self._caller.name), found.late

    def ignored(self, members: Mapping[str, object]) -> list[str]:
        """Names of members that the campaign has no use for: perhaps they are misspelt."""
        return list(unread(members, self._columns))[:MOST_IGNORED]

    def enter(self, session: Session, sent: Sequence[Sent]) -> list[Told | Problem]:
        """Queue them as part of a transaction; what each sender is told."""
        arrived = arrive(session, sent, self.now)
        return [told(one, each) for one, each in zip(sent, arrived, strict=True)]

    def _wrong(self, reasons: Sequence[str], cells: Mapping[str, object]) -> Problem:
        names = [name.strip().lower() for name in cells]
        faults = [FieldFault(column_of(reason, names, self._columns), reason) for reason in reasons]
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        return Problem("invalid", f"The contact cannot be queued: {reasons[0]}{more}.", faults)


def told(sent: Sent, arrived: Arrived) -> Told | Problem:
    """What the sender of a contact is told of what became of it."""
    match arrived.fate:
        case "new" | "known":
            body = {"id": arrived.id, "external_id": sent[0].external_id, "state": arrived.state}
            return Told(NEW if arrived.fate == "new" else KNOWN, body)
        case "changed":
            detail = "external_id is queued already with other values, which stand: send a correction."
            return Problem("changed", detail, [FieldFault("external_id", "is queued with other values")])
        case "late":
            fault = FieldFault("deadline", "deadline has passed")
            return Problem("invalid", "The contact cannot be queued: deadline has passed.", [fault])
