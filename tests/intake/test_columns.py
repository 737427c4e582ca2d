"""The columns of a registry's requests: what they are called, in what order their times are, when to call."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.flows.fields import Field
from campaigns.flows.script import Script
from campaigns.intake.columns import Columns, columns_of
from campaigns.intake.contact_file import queue_file
from campaigns.intake.correction_file import cancel_file, correct_file
from campaigns.intake.errors import IntakeError
from campaigns.intake.rows import RowReader, Unusable, Usable
from campaigns.store import contacts
from campaigns.store.contacts import NewContact
from campaigns.store.database import Database
from tests.intake.conftest import DEFAULTS, NOW, script_with

DAY = timedelta(days=1)
REQUEST = {
    "request_id": "R-7",
    "phone": "+79123456789",
    "language": "ru",
    "institution": "Поликлиника 3",
    "made_at": "2026-11-10 09:00",
    "deadline": "2026-11-18",
}


def request_script(kind: str = "date", made: str = "datetime", deadline: timedelta | None = DAY) -> Script:
    """Requests with what was promised; made, kind: the types of the two times."""
    script = script_with(
        deadline,
        clinic=Field("clinic", "place"),
        made_at=Field("made_at", made),  # type: ignore[arg-type]
        promised_by=Field("promised_by", kind, future=True, after="made_at"),  # type: ignore[arg-type]
    )
    return replace(
        script,
        institution="clinic",
        policy=replace(script.policy, after="promised_by"),
        columns={
            "deadline": "promised_by",
            "institution": "clinic",
            "call_until": "deadline",
        },
    )


def read(script: Script, at: datetime | None = None, **changes: str) -> Usable | Unusable:
    return RowReader(script, DEFAULTS, at or NOW).read(REQUEST | changes)


def contact_of(script: Script, at: datetime | None = None, **changes: str) -> NewContact:
    found = read(script, at, **changes)
    assert isinstance(found, Usable), found
    assert not found.late
    return found.contact


def test_a_request_is_read_by_the_names_of_its_registry() -> None:
    contact = contact_of(request_script())
    assert (contact.external_id, contact.institution) == ("R-7", "Поликлиника 3")
    assert contact.fields == {
        "clinic": "Поликлиника 3",
        "made_at": "2026-11-10T09:00:00+05:00",
        "promised_by": "2026-11-18",
    }


def test_our_own_names_are_taken_too() -> None:
    ours = {
        "external_id": "R-7",
        "clinic": "Поликлиника 3",
        "promised_by": "2026-11-18",
    }
    told = {name: REQUEST[name] for name in ("phone", "language", "made_at")} | ours
    script = request_script()
    assert RowReader(script, DEFAULTS, NOW).read(told) == read(script)


def test_a_file_with_external_ids_is_known_by_them() -> None:
    assert contact_of(request_script(), external_id="E-1").external_id == "E-1"
    assert read(request_script(), external_id=" ") == Unusable(("external_id is blank",))
    both = replace(
        request_script(), fields={**request_script().fields, "request_id": Field("request_id", "text")}
    )
    assert contact_of(both).fields["request_id"] == contact_of(both).external_id == "R-7"
    assert read(both, request_id="") == Unusable(("request_id is blank",))


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"deadline": "2026-11-09"}, ["deadline is earlier than made_at"]),
        ({"deadline": ""}, ["deadline is blank"]),
        ({"deadline": "soon"}, ["deadline is not a possible date, such as 2026-11-18 or 18.11.2026"]),
        ({"deadline": "9999-12-31"}, ["deadline is not in the years 2000 to 2100"]),
        ({"call_until": "2026-11-18 12:00"}, ["call_until is not later than deadline"]),
        (
            {"call_until": "2026-11-30", "not_before": "2026-12-01"},
            ["call_until is not later than not_before"],
        ),
        ({"clinic": "Поликлиника 4"}, ["institution and clinic mean the same: leave one"]),
        ({"institution": "x" * 201}, ["institution is not a text of at most 200 characters"]),
        ({"made_at": "2026-11-30 09:00"}, ["made_at is not a time from 1900 until now"]),
        ({"made_at": "2026-11-30"}, ["made_at is not a date from 1900 until today"]),
        ({"institution": " ", "clinic": "Поликлиника 4"}, []),
    ],
)
def test_reasons_have_the_names_of_the_file(changes: dict[str, str], reasons: list[str]) -> None:
    found = read(request_script(), None, **changes)
    assert list(found.reasons if isinstance(found, Unusable) else ()) == reasons


@pytest.mark.parametrize(
    ("made", "kind", "made_at", "promised_by", "right"),
    [
        ("date", "date", "2026-11-10", "2026-11-10", True),
        ("date", "date", "2026-11-10", "2026-11-09", False),
        ("datetime", "date", "2026-11-10 23:00", "2026-11-10", True),  # until the end of that day
        ("datetime", "date", "2026-11-11 00:00", "2026-11-10", False),
        ("date", "datetime", "2026-11-10", "2026-11-10 00:00", True),  # from its beginning on
        ("date", "datetime", "2026-11-10", "2026-11-09 23:59", False),
        ("datetime", "datetime", "2026-11-10 09:00", "2026-11-10 09:00", True),
        ("datetime", "datetime", "2026-11-10 09:00", "2026-11-10 08:59", False),
        ("datetime", "datetime", "2026-11-10T09:00+05:00", "2026-11-10T05:00+00:00", True),
    ],
)
def test_a_deadline_before_the_request_was_made_is_refused(
    made: str, kind: str, made_at: str, promised_by: str, right: bool
) -> None:
    found = read(request_script(kind, made), made_at=made_at, deadline=promised_by)
    assert isinstance(found, Usable) is right
    if isinstance(found, Unusable):
        assert found.reasons == ("deadline is earlier than made_at",)


@pytest.mark.parametrize(
    ("kind", "promised_by", "not_before", "begins"),
    [
        ("date", "2026-11-22", "", datetime(2026, 11, 22, 18, 59, 59, tzinfo=UTC)),  # its end there, UTC+5
        ("datetime", "2026-11-22 12:00", "", datetime(2026, 11, 22, 7, tzinfo=UTC)),
        ("datetime", "2026-11-22 12:00", "2026-11-23", datetime(2026, 11, 22, 19, tzinfo=UTC)),
        ("datetime", "2026-11-22 12:00", "2026-11-21", datetime(2026, 11, 22, 7, tzinfo=UTC)),
    ],
)
def test_nobody_is_called_before_the_promise_is_due(
    kind: str, promised_by: str, not_before: str, begins: datetime
) -> None:
    contact = contact_of(request_script(kind), deadline=promised_by, not_before=not_before)
    assert contact.not_before == begins
    assert contact.deadline == begins + DAY


def test_a_day_stands_for_its_end_where_something_was_promised_and_for_its_beginning_before() -> None:
    contact = contact_of(request_script("datetime"), made_at="18.11.2026", deadline="18.11.2026")
    assert contact.fields["made_at"] == "2026-11-18T00:00:00+05:00"
    assert contact.fields["promised_by"] == "2026-11-18T23:59:59+05:00"
    found = read(request_script("datetime"), deadline="2026-02-30")
    reason = "deadline is not a possible date and time, such as 2026-11-18 14:05"
    assert found == Unusable((reason,))


def test_a_promise_long_past_is_asked_about_now() -> None:
    contact = contact_of(request_script(), made_at="2026-01-10 09:00", deadline="2026-01-18")
    assert contact.not_before is not None
    assert contact.not_before < NOW
    assert contact.deadline == NOW + DAY  # the campaign's, from queueing: that is the later one


def test_without_a_promise_the_call_is_due_at_once() -> None:
    script = request_script()
    loose = replace(script.fields["promised_by"], optional=True)
    contact = contact_of(replace(script, fields={**script.fields, "promised_by": loose}), deadline="")
    assert (contact.not_before, contact.deadline) == (None, NOW + DAY)


def test_the_digest_is_of_what_was_told_and_not_of_the_names_or_the_day() -> None:
    script = request_script()
    plain = replace(script, columns={}, policy=replace(script.policy, after=""))
    told = {**REQUEST, "clinic": REQUEST["institution"], "promised_by": REQUEST["deadline"], "deadline": ""}
    same = RowReader(plain, DEFAULTS, NOW).read(told)
    assert isinstance(same, Usable)
    assert same.contact.digest == contact_of(script, NOW + DAY).digest == contact_of(script).digest


def test_what_a_file_lacks_and_what_it_has_for_nothing() -> None:
    columns = columns_of(request_script())
    assert columns.missing(REQUEST.keys()) == []
    assert columns.missing({"phone", "language", "made_at", "clinic"}) == [
        "external_id",
        "deadline or promised_by",
    ]
    assert columns.doubled(["institution", "clinic", "deadline"]) == ["institution", "clinic"]
    assert [name for name in (*REQUEST, "kind") if not columns.ours(name)] == ["kind"]
    assert Columns(("phone",)).ours("request_id") == ""


HEADER = "Request_ID;phone;language;Institution;made_at;deadline\n"
ANNA = "R-1;+79121234567;ru;Поликлиника 3;2026-11-10 09:00;2026-11-22\n"
IVAN = "R-2;+79121234568;ru;Поликлиника 3;2026-11-10 09:00;2026-11-09\n"


def test_a_registrys_table_is_queued_and_its_rejects_keep_its_names(db: Database, folder: Path) -> None:
    path = folder / "requests.csv"
    path.write_text(HEADER + ANNA + IVAN)
    counts = queue_file(db, request_script(), path, DEFAULTS, NOW)
    assert (counts.new, counts.rejected, counts.ignored_columns) == (1, 1, ())
    assert counts.rejects_path is not None
    assert counts.rejects_path.read_text().splitlines() == [
        HEADER.strip() + ";line;reason",
        IVAN.strip() + ";3;deadline is earlier than made_at",
    ]
    anna = contacts.find(db, "covid-results", "R-1")
    assert anna is not None
    assert anna.next_at == anna.not_before == datetime(2026, 11, 22, 18, 59, 59, tzinfo=UTC)
    assert not anna.due


def test_a_promise_that_is_moved_moves_the_call(db: Database, folder: Path) -> None:
    path, changes = folder / "requests.csv", folder / "changes.json"
    path.write_text(HEADER + ANNA)
    queue_file(db, request_script(), path, DEFAULTS, NOW)
    told = dict(zip(HEADER.strip().split(";"), ANNA.strip().split(";"), strict=True))
    changes.write_text(json.dumps([told | {"deadline": "2026-11-25"}]))
    done = correct_file(db, request_script(), changes, DEFAULTS, NOW, lambda *_: ())
    assert done.verdicts == {"corrected": 1}
    anna = contacts.find(db, "covid-results", "R-1")
    assert anna is not None
    assert anna.next_at == datetime(2026, 11, 25, 18, 59, 59, tzinfo=UTC)
    assert anna.deadline == anna.next_at + DAY
    assert cancel_file(db, "covid-results", changes, NOW, lambda *_: ()).verdicts == {"cancelled": 1}


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (
            "external_id;phone;language;clinic;made_at",
            "has no column deadline or promised_by: its first line",
        ),
        (
            HEADER.strip() + ";clinic",
            "has columns that mean the same, institution, clinic: leave one and rename the others",
        ),
    ],
)
def test_a_header_that_cannot_be_used(db: Database, folder: Path, header: str, sentence: str) -> None:
    path = folder / "requests.csv"
    path.write_text(header + "\n" + ANNA)
    with pytest.raises(IntakeError, match=sentence):
        queue_file(db, request_script(), path, DEFAULTS, NOW)
