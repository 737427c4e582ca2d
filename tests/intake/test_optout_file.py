"""Files of numbers that are not to be called."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.intake import optout_file
from campaigns.intake.errors import IntakeError
from campaigns.intake.optout_file import OptOutCounts, import_opt_outs
from campaigns.store import optouts
from campaigns.store.database import Database
from tests.intake.conftest import DEFAULTS, NOW

KNOWN = {"covid-results", "satisfaction-survey"}


def imported(db: Database, folder: Path, content: str, campaign: str = "") -> OptOutCounts:
    path = folder / "refused.csv"
    path.write_text(content, encoding="utf-8")
    return import_opt_outs(db, path, DEFAULTS, KNOWN, NOW, campaign)


def test_numbers_as_people_write_them_are_entered_once(db: Database, folder: Path) -> None:
    content = "phone\n8 (912) 345-67-89\n+7 912 345 67 89\n9123456780\n"
    assert imported(db, folder, content) == OptOutCounts(2, 1, 0, None)
    assert imported(db, folder, content) == OptOutCounts(0, 3, 0, None)
    assert [(row.phone, row.campaign, row.how, row.at) for row in optouts.listing(db)] == [
        ("+79123456780", "", "file refused.csv", NOW),
        ("+79123456789", "", "file refused.csv", NOW),
    ]


def test_a_row_may_say_of_what_and_when(db: Database, folder: Path) -> None:
    content = (
        "name;said_at;phone;campaign\n"
        "Анна;18.11.2026 14:05;9123456780;covid-results\n"
        "Иван;2026-11-17;9123456781;\n"
    )
    assert imported(db, folder, content).new == 2
    assert [(row.campaign, row.at) for row in optouts.listing(db)] == [
        ("", datetime(2026, 11, 16, 19, tzinfo=UTC)),  # the beginning of that day in the clinic
        ("covid-results", datetime(2026, 11, 18, 9, 5, tzinfo=UTC)),
    ]


def test_the_option_says_of_what_where_the_row_does_not(db: Database, folder: Path) -> None:
    content = "phone,campaign\n9123456780,\n9123456781,covid-results\n"
    imported(db, folder, content, campaign="satisfaction-survey")
    assert [row.campaign for row in optouts.listing(db)] == ["satisfaction-survey", "covid-results"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("12,,", "phone is not a number that is in use"),
        (",covid-results,", "phone is blank"),
        ("9123456780,no-such,", "campaign is not known: leave it blank for all of them"),
        ("9123456780,,2027-01-01", "said_at lies in the future"),
        ("9123456780,,2026-11-22 13:05", "said_at lies in the future"),
        ("9123456780,,yesterday", "said_at"),
        ('9123456780,,"', "a quotation mark is opened and never closed"),
        ("9123456780,,,x", "the row has 4 cells, the header 3"),
        ("12,no-such,", "in use; campaign is not known"),
    ],
)
def test_what_is_wrong_goes_beside_the_file(db: Database, folder: Path, row: str, reason: str) -> None:
    counts = imported(db, folder, f"phone,campaign,said_at\n{row}\n9123456789,,\n")
    assert (counts.new, counts.rejected, counts.rejects_path) == (1, 1, folder / "refused.rejects.csv")
    assert counts.rejects_path is not None
    [header, told] = csv.reader(counts.rejects_path.read_text(encoding="utf-8").splitlines())
    assert header == ["phone", "campaign", "said_at", "line", "reason"]
    assert (told[-2], reason in told[-1]) == ("2", True), told


@pytest.mark.parametrize("content", ["", "number\n9123456780\n", "phone,phone\n9123456780,9123456781\n"])
def test_a_file_that_is_no_such_table_enters_nothing(db: Database, folder: Path, content: str) -> None:
    with pytest.raises(IntakeError):
        imported(db, folder, content)
    assert optouts.listing(db) == []


def test_a_long_file_is_entered_part_by_part(
    db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optout_file, "ENTERED_AT_ONCE", 3)
    numbers = [f"912345{number:04}" for number in range(7)]
    assert imported(db, folder, "phone\n" + "\n".join(numbers)) == OptOutCounts(7, 0, 0, None)
    assert len(optouts.listing(db)) == 7
