"""Files that correct or cancel what was queued, and files that are only tried."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.flows.script import Script
from campaigns.intake.contact_file import CHANGED, Counts, queue_file, try_file
from campaigns.intake.correction_file import BLANK, NOT_QUEUED, Outcomes, cancel_file, correct_file
from campaigns.intake.errors import IntakeError
from campaigns.models import Contact
from campaigns.store import contacts
from campaigns.store.database import Database
from tests.intake.conftest import DEFAULTS, NOW, script_with
from tests.store.people import no_tasks

HEADER = "external_id,phone,full_name,language,birth_year,result\n"
ANNA = "A,+79121234567,Анна Иванова,ru,1980,negative\n"
IVAN = "B,+79121234568,Иван Иванов,ru,1981,negative\n"
LATER = NOW + timedelta(hours=5)

Write = Callable[[str], Path]


@pytest.fixture
def write(folder: Path) -> Write:
    def write(content: str) -> Path:
        path = folder / "changes.csv"
        path.write_text(content, encoding="utf-8")
        return path

    return write


@pytest.fixture
def queued(queue: Callable[[str], Counts]) -> Counts:
    return queue(HEADER + ANNA + IVAN)


def correct(db: Database, script: Script, path: Path) -> Outcomes:
    return correct_file(db, script, path, DEFAULTS, LATER, no_tasks)


def seen(db: Database, external_id: str) -> Contact:
    found = contacts.find(db, "covid-results", external_id)
    assert found is not None
    return found


def rejected(outcomes: Outcomes) -> list[str]:
    if outcomes.rejects_path is None:
        return []
    return [line.rsplit(",", 1)[1] for line in outcomes.rejects_path.read_text().splitlines()[1:]]


@pytest.mark.usefixtures("queued")
def test_what_differs_is_corrected_and_the_rest_is_rejected(
    db: Database, script: Script, write: Write
) -> None:
    other = ANNA.replace("negative", "positive")
    strange, wrong = IVAN.replace("B,", "C,"), IVAN.replace("1981", "x")
    done = correct(db, script, write(HEADER + other + IVAN + strange + wrong))
    assert done.verdicts == {"corrected": 1, "same": 1}
    assert done.rejected == 2
    assert rejected(done)[0] == NOT_QUEUED
    assert seen(db, "A").fields["result"] == "positive"
    assert seen(db, "B").revision == 1
    again = correct(db, script, write(HEADER + other + IVAN))
    assert (again.verdicts, again.rejects_path) == ({"same": 2}, None)


@pytest.mark.usefixtures("queued")
def test_a_corrected_file_is_known_when_it_is_queued_again(
    db: Database, script: Script, write: Write
) -> None:
    path = write(HEADER + ANNA.replace("1980", "1970"))
    assert queue_file(db, script, path, DEFAULTS, LATER).rejected == 1
    correct(db, script, path)
    assert queue_file(db, script, path, DEFAULTS, LATER).known == 1


def test_a_deadline_that_nobody_named_goes_on_counting_from_queueing(
    db: Database, write: Write, folder: Path
) -> None:
    script = script_with(timedelta(days=3))
    header = "external_id,phone,full_name,language,deadline\n"
    rows = "A,+79121234567,Анна Иванова,ru,\nB,+79121234568,Иван Иванов,ru,2026-11-21\n"
    queue_file(db, script, write(header + rows), DEFAULTS, NOW)
    usual, own = seen(db, "A").deadline, seen(db, "B").deadline
    done = correct(db, script, write(header + rows.replace("ru", "en")))
    assert done.verdicts == {"corrected": 2}
    assert (seen(db, "A").deadline, seen(db, "B").deadline) == (usual, own)
    assert usual == NOW + timedelta(days=3)


def test_a_deadline_that_has_passed_hinders_no_correction(db: Database, script: Script, write: Write) -> None:
    header = HEADER.replace("\n", ",deadline\n")
    row = ANNA.replace("\n", ",2026-11-20T13:00\n")  # an hour after it was queued, in the clinic's time
    queue_file(db, script, write(header + row), DEFAULTS, NOW)
    done = correct(db, script, write(header + row.replace("negative", "positive")))
    assert (done.verdicts, done.rejected) == ({"corrected": 1}, 0)


@pytest.mark.usefixtures("queued")
@pytest.mark.parametrize(
    ("content", "verdicts", "reasons"),
    [
        ("external_id\nA\nB\n", {"cancelled": 2}, []),
        ("Name;External_ID\nx;A\ny;A\n", {"cancelled": 1, "closed": 1}, []),
        ("external_id,x\nC,1\n,1\nA,1\n", {"cancelled": 1}, [NOT_QUEUED, BLANK]),
    ],
)
def test_contacts_are_cancelled_by_a_file(
    db: Database, write: Write, content: str, verdicts: dict[str, int], reasons: list[str]
) -> None:
    done = cancel_file(db, "covid-results", write(content), LATER, no_tasks)
    assert done.verdicts == verdicts
    assert rejected(done) == reasons
    assert seen(db, "A").state == "cancelled"


def test_a_file_without_the_needed_column_is_refused(db: Database, script: Script, write: Write) -> None:
    with pytest.raises(IntakeError, match="external_id"):
        cancel_file(db, "covid-results", write("id\nA\n"), LATER, no_tasks)
    with pytest.raises(IntakeError, match="result"):
        correct(db, script, write("external_id,phone,full_name,language,birth_year\n"))


def test_more_rows_than_one_transaction_takes(db: Database, script: Script, write: Write) -> None:
    rows = "".join(ANNA.replace("A,", f"A{number},") for number in range(450))
    queue_file(db, script, write(HEADER + rows), DEFAULTS, NOW)
    done = correct(db, script, write(HEADER + rows.replace("1980", "1970")))
    assert done.verdicts == {"corrected": 450}


@pytest.mark.usefixtures("queued")
def test_a_file_that_is_tried_leaves_no_trace(db: Database, script: Script, write: Write) -> None:
    new = IVAN.replace("B,", "C,")
    changed, wrong = ANNA.replace("1980", "1970"), IVAN.replace("1981", "x")
    path = write(HEADER + IVAN + new + new + changed + wrong)
    tried = try_file(db, script, path, DEFAULTS, LATER)
    assert (tried.new, tried.known) == (1, 2)
    assert [line for line, _ in tried.faults] == [5, 6]
    assert tried.faults[0][1] == (CHANGED,)
    assert contacts.find(db, "covid-results", "C") is None
    assert [entry.name for entry in path.parent.glob("changes*")] == ["changes.csv"]
    counts = queue_file(db, script, path, DEFAULTS, LATER)
    assert (counts.new, counts.known, counts.rejected) == (tried.new, tried.known, len(tried.faults))
