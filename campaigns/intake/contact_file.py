"""A file of contacts -> the queue of a campaign; what is wrong goes to a rejects file beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from campaigns.flows.script import Script
from campaigns.intake.columns import Columns, columns_of
from campaigns.intake.json_file import is_json, open_json
from campaigns.intake.rejects import Rejects
from campaigns.intake.rows import IntakeDefaults, RowReader, Unusable, Usable
from campaigns.intake.sources import ContactFile, Row
from campaigns.intake.table import open_table
from campaigns.store import contacts, queueing
from campaigns.store.contacts import NewContact, Verdict
from campaigns.store.database import Database

__all__ = ["Counts", "IntakeDefaults", "Tried", "open_contacts", "queue_file", "try_file"]

BATCH_ROWS = 1000  # one transaction each: the database is held for some hundredths of a second
PROGRESS_ROWS = 1000
CHANGED = "external_id is already queued with other values"
LATE = "deadline has passed"

Progress = Callable[[int, int], None]
"""Told how many of how many lines (or elements) of the file are done."""


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one file.

    new: queued now. known: queued before with the same content. rejected: written to `rejects_path` with the
    reasons; when that failed, `rejects_path` is None and `complaint` is one plain sentence.
    ignored_columns: names of columns that this campaign has no use for.
    """

    new: int
    known: int
    rejected: int
    rejects_path: Path | None
    ignored_columns: tuple[str, ...] = ()
    complaint: str = ""


@dataclass(frozen=True)
class Tried:
    """What would become of the rows of one file; faults: line and reasons of each that would be rejected.

    unit: what is counted as lines, "line" or "element".
    """

    new: int
    known: int
    faults: tuple[tuple[int, tuple[str, ...]], ...]
    unit: str = "line"
    ignored_columns: tuple[str, ...] = ()


def open_contacts(path: Path, wanted: Columns) -> ContactFile:
    """The file, in the format that its name or its beginning says; raises IntakeError."""
    return open_json(path, wanted) if is_json(path) else open_table(path, wanted)


def queue_file(
    db: Database,
    script: Script,
    path: Path,
    defaults: IntakeDefaults,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> Counts:
    """Queue every right row of the file for the script's campaign; the same file again adds nothing.

    Raises IntakeError when the file as a whole cannot be used, before anything is queued, and DatabaseError.
    A row is known or changed by its `external_id`; one that is changed is rejected, the queued one stands.
    """
    source = open_contacts(path, columns_of(script))
    with Rejects(source) as rejects:
        queueing = _Queueing(db, RowReader(script, defaults, now), rejects, now)
        for row in source.rows():
            queueing.take(row, source)
            if row.line % PROGRESS_ROWS == 0:
                progress(row.line, source.total)
        queueing.flush()
    progress(source.total, source.total)
    return Counts(
        queueing.new, queueing.known, rejects.count, rejects.path, source.unread(), rejects.complaint
    )


def try_file(db: Database, script: Script, path: Path, defaults: IntakeDefaults, now: datetime) -> Tried:
    """What `queue_file` would do; nothing is written, neither contacts nor rejects. Raises as it does."""
    source = open_contacts(path, columns_of(script))
    faults = _Faults()
    trial = _Trial(db, RowReader(script, defaults, now), faults, now)
    for row in source.rows():
        trial.take(row, source)
    trial.flush()
    return Tried(trial.new, trial.known, tuple(faults.found), source.unit, source.unread())


class _Faults:
    """Keeps what would be rejected in mind."""

    def __init__(self) -> None:
        self.found: list[tuple[int, tuple[str, ...]]] = []

    def add(self, row: Row, reasons: Sequence[str]) -> None:
        self.found.append((row.line, tuple(reasons)))


class _Queueing:
    """Rows on their way into the database or to the rejects, batch by batch."""

    def __init__(self, db: Database, reader: RowReader, rejects: Rejects | _Faults, now: datetime) -> None:
        self.new = 0
        self.known = 0
        self._db = db
        self._reader = reader
        self._rejects = rejects
        self._now = now
        self._right: list[tuple[Row, NewContact]] = []
        self._late: list[tuple[Row, NewContact]] = []
        self._wrong: list[tuple[Row, Sequence[str]]] = []

    def take(self, row: Row, source: ContactFile) -> None:
        """Read one row; a full batch is queued."""
        told = source.told(row)
        match self._reader.read(told) if isinstance(told, Mapping) else Unusable(tuple(told)):
            case Unusable(reasons):
                self._wrong.append((row, reasons))
            case Usable(contact, late):
                (self._late if late else self._right).append((row, contact))
        if len(self._right) + len(self._late) + len(self._wrong) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Queue what is right in one transaction, then write down what is wrong, in the order of the file."""
        batch = [contact for _, contact in self._right]
        verdicts = self._enter(batch) if batch else []
        self.new += verdicts.count("new")
        self.known += verdicts.count("known")
        for (row, _), verdict in zip(self._right, verdicts, strict=True):
            if verdict == "changed":
                self._wrong.append((row, (CHANGED,)))
        self._settle_late()
        for row, reasons in sorted(self._wrong, key=lambda wrong: wrong[0].line):
            self._rejects.add(row, reasons)
        self._right.clear()
        self._late.clear()
        self._wrong.clear()

    def _enter(self, batch: Sequence[NewContact]) -> Sequence[Verdict]:
        return contacts.add(self._db, batch, self._now)

    def _settle_late(self) -> None:
        """Whose deadline has passed is only known or wrong: a repetition is right all the same."""
        if not self._late:
            return
        external_ids = [contact.external_id for _, contact in self._late]
        queued = queueing.digests(self._db, self._late[0][1].campaign, external_ids)
        for row, contact in self._late:
            if queued.get(contact.external_id) == contact.digest:
                self.known += 1
            else:
                self._wrong.append((row, (LATE,)))


class _Trial(_Queueing):
    """The same without a trace: what the file itself would have queued is remembered here."""

    def __init__(self, db: Database, reader: RowReader, faults: _Faults, now: datetime) -> None:
        super().__init__(db, reader, faults, now)
        self._seen: dict[str, str] = {}  # digests by external_id

    def _enter(self, batch: Sequence[NewContact]) -> Sequence[Verdict]:
        names = [contact.external_id for contact in batch]
        self._seen = queueing.digests(self._db, batch[0].campaign, names) | self._seen
        return [self._verdict(contact) for contact in batch]

    def _verdict(self, contact: NewContact) -> Verdict:
        if contact.external_id not in self._seen:
            self._seen[contact.external_id] = contact.digest
            return "new"
        return "known" if self._seen[contact.external_id] == contact.digest else "changed"
