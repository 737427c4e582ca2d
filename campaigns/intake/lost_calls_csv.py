"""A CSV file of calls that a queue lost -> losses; what is wrong goes to a rejects file beside it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from campaigns.flows.fields import CLOCK_SLACK, Field, parse_field
from campaigns.intake.columns import Columns
from campaigns.intake.log_format import caller, queue_name, unusable
from campaigns.intake.rejects import Rejects
from campaigns.intake.rows import IntakeDefaults
from campaigns.intake.sources import Row
from campaigns.intake.table import Table, open_table
from campaigns.rules.lost_calls import Folded, Loss

NEEDED = ("phone", "lost_at")
OPTIONAL = ("queue", "waited_seconds", "id")
HOW = "FILE"

_LOST_AT = Field("lost_at", "datetime")


@dataclass(frozen=True)
class LostRows:
    """The right ones of the `rows`, as losses, and of the wrong ones the line and every reason.

    The wrong ones were written to `rejects_path`; when that failed, it is None and `complaint` is one plain
    sentence.
    """

    folded: Folded
    rows: int
    faults: tuple[tuple[int, tuple[str, ...]], ...] = ()
    rejects_path: Path | None = None
    complaint: str = ""


def read_lost_calls(path: Path, defaults: IntakeDefaults, now: datetime, *, trial: bool = False) -> LostRows:
    """Read the file. A blank phone is a withheld one; `id`, where there is one, tells a call that is known.

    trial: write no rejects. Raises IntakeError when the file as a whole cannot be used.
    """
    table = open_table(path, Columns(NEEDED, OPTIONAL))
    losses: list[Loss] = []
    wrong: list[tuple[Row, tuple[str, ...]]] = []
    for row in table.rows():
        match _read(row, table, defaults, now):
            case Loss() as loss:
                losses.append(loss)
            case reasons:
                wrong.append((row, tuple(reasons)))
    losses.sort(key=lambda loss: loss.lost_at)
    folded = Folded(tuple(_told_apart(losses)), last_event_at=losses[-1].lost_at if losses else None)
    faults = tuple((row.line, reasons) for row, reasons in wrong)
    if trial:
        return LostRows(folded, len(losses) + len(wrong), faults)
    with Rejects(table) as rejects:
        for row, reasons in wrong:
            rejects.add(row, reasons)
    return LostRows(folded, len(losses) + len(wrong), faults, rejects.path, rejects.complaint)


def _told_apart(losses: Sequence[Loss]) -> Iterator[Loss]:
    """Several withheld calls of one second are several calls; two rows of one number are one."""
    seen: Counter[str] = Counter()
    for loss in losses:
        seen[loss.key] += 1
        again = loss.withheld and seen[loss.key] > 1
        yield replace(loss, key=f"{loss.key} {seen[loss.key]}") if again else loss


def _read(row: Row, table: Table, defaults: IntakeDefaults, now: datetime) -> Loss | Sequence[str]:
    if row.complaint:
        return (row.complaint,)
    return _loss(dict(zip(table.keys, row.cells, strict=False)), defaults, now)


def _loss(cells: Mapping[str, str], defaults: IntakeDefaults, now: datetime) -> Loss | Sequence[str]:
    reasons: list[str] = []
    lost_at = now
    try:
        raw = parse_field(_LOST_AT, cells.get("lost_at", ""), defaults.time_zone)
        lost_at = datetime.fromisoformat(raw).astimezone(UTC)
        if lost_at > now + CLOCK_SLACK:
            reasons.append("lost_at lies in the future")
    except ValueError as error:
        reasons.append(str(error))
    said = cells.get("waited_seconds", "").strip()
    if said and not (said.isascii() and said.isdigit()):
        reasons.append("waited_seconds is not a whole number of seconds")
    if complaint := unusable(cells.get("id", "").strip()):
        reasons.append(f"id is of no use: {complaint}")
    if reasons:
        return reasons
    phone, withheld = caller(cells.get("phone", ""), defaults.country)
    name = cells.get("id", "").strip() or f"{phone or cells.get('phone', '').strip()} {lost_at.isoformat()}"
    return Loss(
        key=name,
        queue=queue_name(cells.get("queue", "")),
        phone=phone,
        withheld=withheld,
        lost_at=min(lost_at, now),
        waited_seconds=float(said or 0),
        how=HOW,
        hung_up=bool(said),  # who is not said to have waited a short time is no misdial
    )
