"""Messages of HL7 v2 from files, one after another, as they would be if they came over the network."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from campaigns.access.badge import badge_of
from campaigns.intake.errors import IntakeError
from campaigns.intake.fhir.reading import Desk, read_again
from campaigns.intake.hl7_v2.header import Header
from campaigns.intake.hl7_v2.message import queued_by, read_hl7
from campaigns.intake.lab.codes import LabCodes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.lab.orders import Sees
from campaigns.intake.lab.result import Fault, LabReading, LabResult, LabVerdict
from campaigns.intake.rows import IntakeDefaults
from campaigns.intake.textfile import demand_file, readable
from campaigns.models import AccessKey, LabMessage, User
from campaigns.store import keys, lab_messages, users
from campaigns.store.database import Database
from campaigns.words import LabAnswer

LARGEST_FILE_BYTES = 256 * 1024 * 1024  # a hundred thousand messages
_BLOCK = b"\x0b\x1c"
_BEGINS = re.compile(rb"(?:^|(?<=[\r\n]))(?=MSH[^A-Za-z0-9\s])")
_HL7 = re.compile(rb"[\x0b\s]*(?:\xef\xbb\xbf)?(?:MSH|FHS|BHS)[^A-Za-z0-9\s]")


@dataclass(frozen=True)
class Judged:
    """What came of one message of a file, or would. header: whose it is. faults: why it is refused.

    results: what it says; fates: what became of each, by external_id.
    """

    number: int
    header: Header
    answer: LabAnswer
    faults: Sequence[Fault]
    verdict: LabVerdict | None = None
    results: Sequence[LabResult] = ()
    test: bool = False


@dataclass(frozen=True)
class Hl7Intake:
    """Reads and enters messages of files for one campaign."""

    db: Database
    desk: LabDesk
    campaign: str
    codes: LabCodes
    defaults: IntakeDefaults

    def try_file(self, path: Path, now: datetime) -> Iterator[Judged]:
        """What would become of each message as things are now; nothing is written. Raises IntakeError."""
        return self._each(path, now, self._tried)

    def enter_file(self, path: Path, now: datetime) -> Iterator[Judged]:
        """Enter each message in a transaction of its own; refused ones are kept. Raises IntakeError."""
        return self._each(path, now, self._entered)

    def again(self, now: datetime) -> Iterator[tuple[LabMessage, LabVerdict]]:
        """Judge every kept message anew, of whatever format and campaign, the first first."""
        last = 0
        while some := lab_messages.kept(self.db, after=last):
            for message in some:
                last = message.id
                reading, sees = self._reading_of(message, now), self._bounds_of(message)
                yield message, self._entered(reading, now, message.campaign, sees)

    def _each(
        self, path: Path, now: datetime, deed: Callable[[LabReading, datetime, str], LabVerdict]
    ) -> Iterator[Judged]:
        for number, content in enumerate(messages_of(path), start=1):
            read = read_hl7(content, self.codes, self.defaults, now)
            if read.reading is None:
                yield Judged(number, read.header, "AR", read.faults)
                continue
            reading = read.reading
            verdict = deed(reading, now, self.campaign)
            yield Judged(
                number,
                read.header,
                verdict.answer,
                verdict.faults,
                verdict,
                reading.results,
                reading.test,
            )

    def _entered(
        self, reading: LabReading, now: datetime, campaign: str, sees: Sees | None = None
    ) -> LabVerdict:
        with self.db.write() as session:
            return self._receive(session, reading, now, campaign, sees)

    def _tried(self, reading: LabReading, now: datetime, campaign: str) -> LabVerdict:
        try:
            with self.db.write() as session:
                raise _Undone(self._receive(session, reading, now, campaign))
        except _Undone as undone:
            return undone.verdict

    def _receive(
        self,
        session: Session,
        reading: LabReading,
        now: datetime,
        campaign: str,
        sees: Sees | None = None,
    ) -> LabVerdict:
        return self.desk.receive(session, campaign, reading, queued_by(reading), now, sees)

    def _bounds_of(self, message: LabMessage) -> Sees | None:
        """What a caller of the API may change, as its account says now; others are bound to nothing."""
        if message.format != "fhir":
            return None
        accounts: tuple[AccessKey | User, ...] = (*keys.listing(self.db), *users.listing(self.db))
        callers = (badge_of(row).caller for row in accounts if row.name == message.sender)
        caller = next(callers, None)
        return None if caller is None else partial(caller.sees_contact, message.campaign)

    def _reading_of(self, message: LabMessage, now: datetime) -> LabReading:
        if message.format == "fhir":
            desk = Desk(self.codes, ZoneInfo(self.defaults.time_zone), message.received_at)
            return read_again(message.content, message.sender, message.control_id, desk)
        read = read_hl7(message.content, self.codes, self.defaults, now).reading
        assert read is not None  # only what could be read is kept
        return read


class _Undone(Exception):
    """Takes a transaction back with what came of it."""

    def __init__(self, verdict: LabVerdict) -> None:
        super().__init__()
        self.verdict = verdict


def is_hl7(path: Path) -> bool:
    """Whether a file of contacts is one of HL7 messages, by its name or its beginning."""
    if path.suffix.lower() == ".hl7":
        return True
    try:
        with path.open("rb") as file:
            return bool(_HL7.match(file.read(64)))
    except OSError:
        return False  # whoever opens it says what is wrong


def messages_of(path: Path) -> Sequence[bytes]:
    """The messages of a file, whatever stands between them. Raises IntakeError when there is none."""
    demand_file(path)
    with readable(path):
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise IntakeError(f"{path} is larger than {LARGEST_FILE_BYTES >> 20} MiB: split it.")
        content = path.read_bytes()
    found = _BEGINS.split(content.translate(None, _BLOCK))[1:]
    if not found:
        raise IntakeError(f"{path} holds no HL7 message: each begins with MSH.")
    return found
