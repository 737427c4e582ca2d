import csv
import os
import stat
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from campaigns.errors import DatabaseUnusable
from campaigns.flows.script import Script
from campaigns.intake.contact_file import BATCH_ROWS, queue_file
from campaigns.intake.errors import IntakeError
from campaigns.store import contacts, queueing
from campaigns.store.contacts import NewContact, Verdict
from campaigns.store.contacts import add as real_add
from campaigns.store.database import Database
from campaigns.store.queueing import digests as real_digests
from tests.intake.conftest import DEFAULTS, NOW, Queue

HEADER = "external_id,phone,full_name,language,birth_year,result"
ZOYA = "1,8 (912) 345-67-89,Ёлкина Зоя,ru,1954,positive"
BOB = "2,9123456780,Bob Brown,en,1961,negative"
NO_YEAR = "3,8-912-345-67-81,Ян Цой,ru,,negative"
NO_PHONE = "4,нет,Ира Ким,ru,1970,none"


def text(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def rejected(path: Path | None, delimiter: str = ",") -> list[list[str]]:
    assert path is not None
    return list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=delimiter))


def queued(db: Database) -> list[tuple[str, str]]:
    return [(contact.external_id, contact.phone) for contact in contacts.listing(db, "covid-results")]


def test_right_rows_are_queued(queue: Queue, db: Database, folder: Path) -> None:
    counts = queue(text(ZOYA, BOB))
    assert (counts.new, counts.known, counts.rejected) == (2, 0, 0)
    assert (counts.rejects_path, counts.ignored_columns, counts.complaint) == (None, (), "")
    assert queued(db) == [("1", "+79123456789"), ("2", "+79123456780")]
    contact = contacts.find(db, "covid-results", "1")
    assert contact is not None
    assert (contact.full_name, contact.state, contact.fields["result"]) == (
        "Ёлкина Зоя",
        "waiting",
        "positive",
    )
    assert os.listdir(folder) == ["results.csv"]


def test_the_same_file_again_adds_nothing(queue: Queue, db: Database) -> None:
    queue(text(ZOYA, BOB, NO_YEAR))
    counts = queue(text(ZOYA, BOB, NO_YEAR))
    assert (counts.new, counts.known, counts.rejected) == (0, 2, 1)
    assert len(queued(db)) == 2


def test_wrong_rows_go_to_a_file_beside_it(queue: Queue, db: Database, folder: Path) -> None:
    counts = queue(text(NO_YEAR, ZOYA, "", NO_PHONE))
    assert (counts.new, counts.rejected) == (1, 2)
    assert counts.rejects_path == folder / "results.rejects.csv"
    assert rejected(counts.rejects_path) == [
        [*HEADER.split(","), "line", "reason"],
        [*NO_YEAR.split(","), "2", "birth_year is blank"],
        [
            *NO_PHONE.split(","),
            "5",
            "phone is not one phone number; result is not one of negative, positive, inconclusive",
        ],
    ]
    assert stat.S_IMODE(os.stat(folder / "results.rejects.csv").st_mode) == 0o600
    assert sorted(os.listdir(folder)) == ["results.csv", "results.rejects.csv"]


def test_rejected_rows_are_corrected_and_queued(
    queue: Queue, db: Database, script: Script, folder: Path
) -> None:
    path = queue(text(ZOYA, NO_YEAR)).rejects_path
    assert path is not None
    path.write_text(path.read_text().replace("ru,,", "ru,1980,"))
    counts = queue_file(db, script, path, DEFAULTS, NOW)
    assert (counts.new, counts.rejected, counts.ignored_columns) == (1, 0, ())
    path.write_text(path.read_text().replace("ru,1980,", "ru,80,").replace("\n3,", "\n33,"))
    again = queue_file(db, script, path, DEFAULTS, NOW)
    assert again.rejects_path == folder / "results.rejects.rejects.csv"
    assert rejected(again.rejects_path)[0] == [*HEADER.split(","), "line", "reason"]


def test_the_rejects_of_an_earlier_run_are_removed(queue: Queue, folder: Path) -> None:
    queue(text(ZOYA, NO_YEAR))
    assert queue(text(ZOYA)).rejects_path is None
    assert os.listdir(folder) == ["results.csv"]


def test_a_changed_row_is_rejected_and_the_queued_one_stands(queue: Queue, db: Database) -> None:
    queue(text(ZOYA))
    counts = queue(text(NO_YEAR, ZOYA.replace("positive", "negative"), BOB))
    assert (counts.new, counts.known, counts.rejected) == (1, 0, 2)
    assert [row[6:] for row in rejected(counts.rejects_path)[1:]] == [
        ["2", "birth_year is blank"],
        ["3", "external_id is already queued with other values"],
    ]
    contact = contacts.find(db, "covid-results", "1")
    assert contact is not None
    assert contact.fields["result"] == "positive"


def test_one_external_id_twice_in_a_file(queue: Queue, db: Database) -> None:
    counts = queue(text(ZOYA, ZOYA, ZOYA.replace("1954", "1955")))
    assert (counts.new, counts.known, counts.rejected) == (1, 1, 1)
    assert queued(db) == [("1", "+79123456789")]


def test_what_excel_in_russian_writes(queue: Queue, db: Database) -> None:
    content = text(ZOYA, NO_YEAR).replace(",", ";").replace("\n", "\r\n").encode("cp1251")
    counts = queue(content)
    assert (counts.new, counts.rejected) == (1, 1)
    contact = contacts.find(db, "covid-results", "1")
    assert contact is not None
    assert contact.full_name == "Ёлкина Зоя"
    assert counts.rejects_path is not None
    assert counts.rejects_path.read_bytes().startswith(b"\xef\xbb\xbfexternal_id;")
    assert rejected(counts.rejects_path, ";")[1][2] == "Ян Цой"


@pytest.mark.parametrize("marked", [True, False])
def test_rejects_have_a_byte_order_mark_where_the_source_has_one(queue: Queue, marked: bool) -> None:
    path = queue(text(NO_YEAR).encode("utf-8-sig" if marked else "utf-8")).rejects_path
    assert path is not None
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") is marked


def test_other_columns_and_their_order_do_not_matter(queue: Queue, db: Database) -> None:
    header = "Result ,FULL_NAME,ward,external_id,phone,language,birth_year,Doctor,"
    counts = queue(f"{header}\npositive,Ёлкина Зоя,7,1,89123456789,ru,1954,Ким,\n")
    assert (counts.new, counts.ignored_columns) == (1, ("ward", "Doctor"))
    assert queue(text(ZOYA)).known == 1


def test_rows_of_broken_form_are_kept_whole(queue: Queue) -> None:
    counts = queue(text('9,"8912', ZOYA + ",extra,more", BOB))
    assert (counts.new, counts.rejected) == (1, 2)
    _, open_quote, too_many = rejected(counts.rejects_path)
    assert open_quote == ['9,"8912', "", "", "", "", "", "2", "a quotation mark is opened and never closed"]
    assert too_many[5:] == ["positive,extra,more", "3", "the row has 8 cells, the header 6"]


def test_a_deadline_that_has_passed(queue: Queue, db: Database, script: Script, folder: Path) -> None:
    header, row = f"{HEADER},deadline", f"{ZOYA},20.11.2026 18:00"
    queue(f"{header}\n{row}\n")
    later = NOW.replace(day=21)
    path = folder / "results.csv"
    assert queue_file(db, script, path, DEFAULTS, later).known == 1  # a repetition is right all the same
    path.write_text(f"{header}\n{row.replace('1,', '7,', 1)}\n{row.replace('ru', 'en')}\n")
    counts = queue_file(db, script, path, DEFAULTS, later)
    assert (counts.new, counts.rejected) == (0, 2)
    assert {row[-1] for row in rejected(counts.rejects_path)[1:]} == {"deadline has passed"}


def test_late_rows_are_looked_up_together(
    queue: Queue, db: Database, script: Script, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n},+7912{n:07},Зоя,ru,1954,positive,20.11.2026 18:00" for n in range(BATCH_ROWS + 1)]
    queue("\n".join([f"{HEADER},deadline", *rows]))
    asked: list[int] = []

    def digests(db: Database, campaign: str, external_ids: Sequence[str]) -> dict[str, str]:
        asked.append(len(external_ids))
        return real_digests(db, campaign, external_ids)

    monkeypatch.setattr(queueing, "digests", digests)
    counts = queue_file(db, script, folder / "results.csv", DEFAULTS, NOW.replace(day=21))
    assert (counts.new, counts.known, counts.rejected) == (0, BATCH_ROWS + 1, 0)
    assert asked == [BATCH_ROWS, 1]


def test_a_missing_column_queues_nothing(queue: Queue, db: Database, folder: Path) -> None:
    with pytest.raises(IntakeError) as refusal:
        queue("external_id,phone,full_name,language\n" + ZOYA)
    assert str(refusal.value) == (
        f"{folder / 'results.csv'} has no columns birth_year, result: "
        "its first line must name every column that is needed."
    )
    assert queued(db) == []


def test_a_header_alone_is_no_fault(queue: Queue) -> None:
    counts = queue(HEADER)
    assert (counts.new, counts.known, counts.rejected) == (0, 0, 0)


@pytest.mark.parametrize("failing", ["mkstemp", "fsync", "replace"])
def test_a_folder_that_cannot_be_written_to_holds_nothing_up(
    queue: Queue, db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    owner = tempfile if failing == "mkstemp" else os
    monkeypatch.setattr(owner, failing, refuse)
    counts = queue(text(NO_YEAR, NO_PHONE, ZOYA))
    assert (counts.new, counts.rejected, counts.rejects_path) == (1, 2, None)
    assert counts.complaint == (
        f"The rejected rows could not be written to {folder / 'results.rejects.csv'} "
        "(No space left on device): make the folder writable and queue the file again."
    )
    assert os.listdir(folder) == ["results.csv"]
    assert queued(db) == [("1", "+79123456789")]


def test_many_rows_are_queued_in_batches_with_progress(
    db: Database, script: Script, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = BATCH_ROWS * 2 + 500
    path = folder / "many.csv"
    path.write_text(
        text(*(f"{n},+7912{n:07},Зоя,ru,1954,{'positive' if n % 10 else ''}" for n in range(rows)))
    )
    batches: list[int] = []

    def add(db: Database, batch: Sequence[NewContact], now: datetime) -> list[Verdict]:
        batches.append(len(batch))
        return real_add(db, batch, now)

    monkeypatch.setattr(contacts, "add", add)
    told: list[tuple[int, int]] = []
    counts = queue_file(db, script, path, DEFAULTS, NOW, lambda done, total: told.append((done, total)))
    assert (counts.new, counts.rejected) == (2250, 250)
    assert batches == [900, 900, 450]
    assert told == [(1000, 2501), (2000, 2501), (2501, 2501)]
    assert len(rejected(counts.rejects_path)) == 251


def test_a_database_that_fails_leaves_no_draft_behind(
    queue: Queue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseUnusable("The database is gone.")

    monkeypatch.setattr(contacts, "add", refuse)
    with pytest.raises(DatabaseUnusable):
        queue(text(*[NO_YEAR] * BATCH_ROWS, ZOYA))
    assert os.listdir(folder) == ["results.csv"]
