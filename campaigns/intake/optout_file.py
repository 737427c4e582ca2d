"""A CSV file of numbers that are not to be called -> the opt-outs; what is wrong goes to a rejects file."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigns.flows.fields import CLOCK_SLACK, Field, parse_field
from campaigns.intake.columns import Columns
from campaigns.intake.phones import parse_phone
from campaigns.intake.rejects import Rejects
from campaigns.intake.rows import IntakeDefaults
from campaigns.intake.sources import Row
from campaigns.intake.table import Table, open_table
from campaigns.store import optouts
from campaigns.store.database import Database
from campaigns.store.optouts import ENTERED_AT_ONCE, Refusal

NEEDED = ("phone",)
OPTIONAL = ("campaign", "said_at")


@dataclass(frozen=True)
class OptOutCounts:
    """What became of the rows of one file.

    new: entered now. known: stood there before. rejected: written to `rejects_path` with the reasons; when
    that failed, `rejects_path` is None and `complaint` is one plain sentence.
    """

    new: int
    known: int
    rejected: int
    rejects_path: Path | None
    complaint: str = ""


@dataclass(frozen=True)
class OptOutReader:
    """Rows -> refusals. how: kept with each; campaigns: those that a row may name.

    campaign: for rows that name none; "" is all of them.
    """

    defaults: IntakeDefaults
    how: str
    campaigns: Collection[str]
    campaign: str
    now: datetime

    def read(self, cells: Mapping[str, str]) -> Refusal | Sequence[str]:
        """The refusal, or every reason against the row; a reason never repeats what the row holds."""
        reasons: list[str] = []
        phone = campaign = ""
        said_at = self.now
        try:
            phone = parse_phone(cells.get("phone", ""), self.defaults.country)
        except ValueError as error:
            reasons.append(str(error))
        campaign = cells.get("campaign", "").strip() or self.campaign
        if campaign and campaign not in self.campaigns:
            reasons.append("campaign is not known: leave it blank for all of them")
        try:
            said_at = _moment(cells.get("said_at", "").strip(), self.defaults.time_zone, self.now)
        except ValueError as error:
            reasons.append(str(error))
        return reasons or Refusal(phone, self.how, said_at, campaign)


def import_opt_outs(
    db: Database,
    path: Path,
    defaults: IntakeDefaults,
    campaigns: Collection[str],
    now: datetime,
    campaign: str = "",
) -> OptOutCounts:
    """Enter every right row; the same file again adds nothing. They hold at once, also for who is queued.

    Raises IntakeError when the file as a whole cannot be used, before anything is entered, and DatabaseError.
    """
    table = open_table(path, Columns(NEEDED, OPTIONAL))
    reader = OptOutReader(defaults, f"file {path.name}", campaigns, campaign, now)
    new = known = 0
    with Rejects(table) as rejects:
        batch: list[Refusal] = []
        for row in table.rows():
            match _read(reader, row, table):
                case Refusal() as refusal:
                    batch.append(refusal)
                case reasons:
                    rejects.add(row, reasons)
            if len(batch) == ENTERED_AT_ONCE:
                new, known = _enter(db, batch, now, new, known)
        new, known = _enter(db, batch, now, new, known)
    return OptOutCounts(new, known, rejects.count, rejects.path, rejects.complaint)


def _read(reader: OptOutReader, row: Row, table: Table) -> Refusal | Sequence[str]:
    if row.complaint:
        return (row.complaint,)
    return reader.read(dict(zip(table.keys, row.cells, strict=False)))


def _enter(db: Database, batch: list[Refusal], now: datetime, new: int, known: int) -> tuple[int, int]:
    verdicts = optouts.add_all(db, batch, now)
    batch.clear()
    return new + sum(verdicts), known + verdicts.count(False)


def _moment(raw: str, zone: str, now: datetime) -> datetime:
    """When it was said; a date stands for its beginning, nothing for now. Raises ValueError."""
    if not raw:
        return now
    try:
        said = datetime.fromisoformat(parse_field(Field("said_at", "datetime"), raw, zone))
    except ValueError:
        day = parse_field(Field("said_at", "date"), raw, zone)
        said = datetime.combine(datetime.fromisoformat(day), time(0), ZoneInfo(zone))
    if said > now + CLOCK_SLACK:
        raise ValueError("said_at lies in the future")
    return min(said, now).astimezone(UTC)
