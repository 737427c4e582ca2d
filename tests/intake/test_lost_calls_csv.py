"""Lost calls as a CSV file."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.intake.errors import IntakeError
from campaigns.intake.lost_calls_csv import LostRows, read_lost_calls
from campaigns.rules.lost_calls import fate_of
from tests.intake.conftest import DEFAULTS, NOW


def read(folder: Path, content: str, *, trial: bool = False) -> LostRows:
    path = folder / "lost.csv"
    path.write_text(content, encoding="utf-8")
    return read_lost_calls(path, DEFAULTS, NOW, trial=trial)


def test_calls_come_in_the_order_in_which_they_were_lost(folder: Path) -> None:
    rows = read(
        folder,
        "phone;lost_at;queue;waited_seconds;id\n"
        "8 (912) 345-67-89;20.11.2026 11:30;doctors;42;B-2\n"
        "9123456780;2026-11-20 11:05;;;\n",
    )
    second, first = rows.folded.losses
    assert (first.phone, first.lost_at, first.queue, first.waited_seconds, first.key) == (
        *("+79123456789", datetime(2026, 11, 20, 6, 30, tzinfo=UTC), "doctors"),
        *(42.0, "B-2"),
    )
    assert (second.phone, second.waited_seconds) == ("+79123456780", 0.0)
    assert (rows.rows, rows.faults, rows.rejects_path) == (2, (), None)
    assert rows.folded.last_event_at == first.lost_at


@pytest.mark.parametrize(
    ("cells", "fate"),
    [
        ("9123456789,2026-11-20 11:00,", "callback"),  # nobody says that it was short
        ("9123456789,2026-11-20 11:00,4", "misdial"),
        ("9123456789,2026-11-20 11:00,5", "callback"),
        (",2026-11-20 11:00,30", "withheld"),
        ("anonymous,2026-11-20 11:00,30", "withheld"),
        ("7000,2026-11-20 11:00,30", "unusable"),
        ("9123456789,2026-11-18 11:00,30", "too_late"),
    ],
)
def test_each_row_that_is_right_has_a_fate(folder: Path, cells: str, fate: str) -> None:
    (loss,) = read(folder, f"phone,lost_at,waited_seconds\n{cells}\n").folded.losses
    assert fate_of(loss, timedelta(hours=24), NOW) == fate


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("9123456789,,", "lost_at is blank"),
        ("9123456789,soon,", "lost_at is not"),
        ("9123456789,2026-12-24 11:00,", "lost_at lies in the future"),
        ("9123456789,2026-11-20 11:00,long", "waited_seconds is not a whole number of seconds"),
        ("9123456789,2026-11-20 11:00,-3", "waited_seconds is not a whole number of seconds"),
        ("9123456789,2026-11-20 11:00,30,40", "the row has 4 cells, the header 3"),
    ],
)
def test_a_wrong_row_is_named_and_kept(folder: Path, row: str, reason: str) -> None:
    rows = read(folder, f"phone,lost_at,waited_seconds\n{row}\n")
    ((line, reasons),) = rows.faults
    assert (line, rows.folded.losses) == (2, ())
    assert reason in "; ".join(reasons)
    assert rows.rejects_path is not None
    (kept,) = csv.DictReader(rows.rejects_path.open(encoding="utf-8"))
    assert kept["line"] == "2"
    assert reason in kept["reason"]


def test_a_trial_leaves_no_file(folder: Path) -> None:
    rows = read(folder, "phone,lost_at\n9123456789,\n", trial=True)
    assert (len(rows.faults), rows.rejects_path) == (1, None)
    assert [path.name for path in folder.iterdir()] == ["lost.csv"]


def test_withheld_calls_of_one_moment_are_several_and_a_repeated_row_is_one(folder: Path) -> None:
    rows = read(folder, "phone,lost_at\n" + ",2026-11-20 11:00\n" * 3 + "9123456789,2026-11-20 11:00\n" * 2)
    assert len({loss.key for loss in rows.folded.losses}) == 4


def test_a_file_without_the_columns_is_refused(folder: Path) -> None:
    with pytest.raises(IntakeError, match="lost_at"):
        read(folder, "phone\n9123456789\n")


@pytest.mark.parametrize(
    ("name", "queue", "kept"),
    [
        ("1", "de\x07sk", ["de sk"]),
        ("1", "x" * 999, ["x" * 200]),
        ("1\x01", "desk", []),
        ("1" * 201, "desk", []),
    ],
)
def test_names_that_no_database_keeps(folder: Path, name: str, queue: str, kept: list[str]) -> None:
    rows = read(folder, f"phone,lost_at,id,queue\n9123456789,2026-11-20 11:00,{name},{queue}\n")
    assert [loss.queue for loss in rows.folded.losses] == kept
    assert len(rows.faults) == 1 - len(kept)
