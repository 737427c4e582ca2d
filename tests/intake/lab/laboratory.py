"""A laboratory that sends messages to the desk, and calls of its patients."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from campaigns.flows.loader import LIBRARY
from campaigns.flows.turns import Delivered
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.lab.result import Fault, LabReading, LabResult, LabStatus, LabVerdict
from campaigns.intake.rows import IntakeDefaults
from campaigns.models import Contact, LabMessage, LabOrder
from campaigns.rules.retries import Next
from campaigns.store import attempts, campaigns, contacts, tasks
from campaigns.store.database import Database
from campaigns.words import LabFate
from tests import ready
from tests.store.people import COMPLETED, begun, no_tasks, take

CAMPAIGN = "covid-results"
NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCRIPT = ready.script(LIBRARY / f"{CAMPAIGN}.yaml")
DEFAULTS = IntakeDefaults("RU", "Asia/Yekaterinburg")
DESK = LabDesk(lambda _name: SCRIPT, DEFAULTS)
PLACES = {"phone": "PID-13", "full_name": "PID-5", "result": "OBX-5", "external_id": "OBR-3"}
ANNA = {
    "phone": "+79121234567",
    "full_name": "Анна Иванова",
    "language": "ru",
    "birth_year": "1980",
    "sample_date": "2026-03-01",
    "clinic": "Поликлиника 3",
    "result": "negative",
}

_numbers = itertools.count(1)


def result(
    name: str = "A", status: LabStatus = "final", minute: int = 0, *without: str, **cells: Any
) -> LabResult:
    """What is said at that minute, counted from `NOW`; without: columns that are left out."""
    told = {column: value for column, value in {**ANNA, **cells}.items() if column not in without}
    at = NOW + minute * MINUTE
    return LabResult(name, status, at, at, told, PLACES)


def message(
    *results: LabResult,
    control_id: str = "",
    content: bytes = b"",
    sender: str = "LAB|KAZAN",
    test: bool = False,
    faults: Sequence[Fault] = (),
) -> LabReading:
    """One message; its content and its control id are its own unless they are named."""
    control = control_id or f"M{next(_numbers)}"
    return LabReading(
        sender, control, "hl7", test, results, 0, tuple(faults), content or f"{control} {results}".encode()
    )


@dataclass
class Laboratory:
    """Sends to one database; `after`: what the clock says now, from `NOW`."""

    db: Database
    after: timedelta = field(default_factory=timedelta)

    @property
    def now(self) -> datetime:
        return NOW + self.after

    def send(self, reading: LabReading) -> LabVerdict:
        with self.db.write() as session, self.db.joined(session):
            return DESK.receive(session, CAMPAIGN, reading, reading.sender, self.now)

    def says(
        self, name: str = "A", status: LabStatus = "final", minute: int = 0, **cells: Any
    ) -> LabFate | str:
        """Send one result in a message of its own: what became of it, or the answer."""
        verdict = self.send(message(result(name, status, minute, **cells)))
        return verdict.fates[0][1] if verdict.fates else verdict.answer

    # ------------------------------------------------------------ what came of it

    def contact(self, name: str = "A") -> Contact | None:
        return contacts.find(self.db, CAMPAIGN, name)

    def seen(self, name: str = "A") -> Contact:
        found = self.contact(name)
        assert found is not None
        return found

    def rows(self) -> tuple[list[Contact], list[LabMessage], list[LabOrder]]:
        with self.db.read() as session:
            return _all(session, Contact), _all(session, LabMessage), _all(session, LabOrder)

    def messages(self) -> list[LabMessage]:
        return self.rows()[1]

    def reasons(self) -> list[str]:
        return sorted(task.reason for task in tasks.listing(self.db))

    # ------------------------------------------------------------ calls

    def call(self, tells: bool = True, ending: Next | None = COMPLETED) -> tuple[Contact, int]:
        """Call the one who is due; ending None: the call goes on."""
        if campaigns.state_of(self.db, CAMPAIGN) == "draft":
            campaigns.move(self.db, CAMPAIGN, "running", self.now)
        [contact] = take(self.db, 1, self.now)
        attempt = begun(self.db, contact, self.now)
        if tells:
            attempts.record(self.db, attempt, [Delivered()], "delivered", self.now)
        if ending is not None:
            self.hang_up(contact, attempt, ending)
        return contact, attempt

    def hang_up(self, contact: Contact, attempt: int, ending: Next = COMPLETED) -> None:
        assert attempts.finish(
            *(self.db, attempt, contact.token, "answered", 200, 9.0, ending.outcome or "completed", ending),
            no_tasks,
            self.now,
        )


def _all(session: Session, model: Any) -> list[Any]:
    return list(session.exec(select(model).order_by(model.id)))
