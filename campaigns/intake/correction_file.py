"""A file of queued contacts -> corrections, or cancellations; what is wrong goes to a rejects file."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from campaigns.flows.script import Script
from campaigns.intake.columns import Columns, columns_of
from campaigns.intake.contact_file import open_contacts
from campaigns.intake.rejects import Rejects
from campaigns.intake.rows import IntakeDefaults, RowReader, Unusable, Usable
from campaigns.intake.sources import ContactFile, Row
from campaigns.store import corrections
from campaigns.store.contacts import NewContact
from campaigns.store.corrections import Corrected
from campaigns.store.database import Database
from campaigns.store.decisions import CloseTasks

NOT_QUEUED = "external_id is not queued in this campaign"
BLANK = "external_id is blank"

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Wrong:
    reasons: Sequence[str]


@dataclass(frozen=True)
class Outcomes:
    """What became of the rows of one file: how many by verdict of `store.corrections`, and the rejected ones.

    When the rejects could not be written, `rejects_path` is None and `complaint` is one plain sentence.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    rejects_path: Path | None = None
    complaint: str = ""


def correct_file(
    db: Database, script: Script, path: Path, defaults: IntakeDefaults, now: datetime, close: CloseTasks
) -> Outcomes:
    """Correct contacts of the script's campaign; the columns are those of a file that is queued.

    Raises IntakeError when the file as a whole cannot be used, before anything is corrected. A deadline that
    has passed is no fault here: whoever was told something wrong must be found all the same.
    """
    reader = RowReader(script, defaults, now)

    def read(cells: Mapping[str, str]) -> Corrected | _Wrong:
        match reader.read(cells):
            case Unusable(reasons):
                return _Wrong(reasons)
            case Usable(contact):
                return Corrected(contact, usual_age(script, contact, now))

    source = open_contacts(path, columns_of(script))
    return _each(source, read, lambda some: corrections.correct(db, some, now, close))


def cancel_file(db: Database, campaign: str, path: Path, now: datetime, close: CloseTasks) -> Outcomes:
    """Cancel the contacts that the column `external_id` names; no other is read. Raises IntakeError."""
    wanted = Columns(("external_id",))

    def read(cells: Mapping[str, str]) -> str | _Wrong:
        return wanted.named(cells).cells.get("external_id", "").strip() or _Wrong((BLANK,))

    return _each(
        open_contacts(path, wanted), read, lambda some: corrections.cancel(db, campaign, some, now, close)
    )


def _each(
    source: ContactFile,
    read: Callable[[Mapping[str, str]], Item | _Wrong],
    enter: Callable[[Sequence[Item]], Sequence[str]],
) -> Outcomes:
    """Read the rows, enter what is right batch by batch, and keep the rest in the order of the file."""
    verdicts: Counter[str] = Counter()
    with Rejects(source) as rejects:
        for rows in _batches(source.rows()):
            right: list[tuple[Row, Item]] = []
            wrong: list[tuple[Row, Sequence[str]]] = []
            for row in rows:
                told = source.told(row)
                item = read(told) if isinstance(told, Mapping) else _Wrong(told)
                if isinstance(item, _Wrong):
                    wrong.append((row, item.reasons))
                else:
                    right.append((row, item))
            said = enter([item for _, item in right]) if right else ()
            strange = [row for (row, _), word in zip(right, said, strict=True) if word == "unknown"]
            wrong += [(row, (NOT_QUEUED,)) for row in strange]
            verdicts.update(word for word in said if word != "unknown")
            for row, reasons in sorted(wrong, key=lambda pair: pair[0].line):
                rejects.add(row, reasons)
    return Outcomes(verdicts, rejects.count, rejects.path, rejects.complaint)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == corrections.LOOKED_UP_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def usual_age(script: Script, contact: NewContact, now: datetime) -> timedelta | None:
    """The campaign's usual time, where the row has no deadline of its own: it counts from queueing."""
    age = script.policy.deadline
    if age is None or contact.deadline != max(now, contact.not_before or now) + age:
        return None
    return age
