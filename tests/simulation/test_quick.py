from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from campaigns.models import Change, Contact, OptOut
from campaigns.simulation.batched import BatchedDatabase, open_batched
from campaigns.store import contacts, rows
from campaigns.store.creation import create_database
from tests.store.people import person

NOW = datetime(2026, 3, 2, 9, 30, 0, 250_000, tzinfo=UTC)
MOSCOW = timezone(timedelta(hours=3))

OF_PHONES = select(col(Contact.id), col(Contact.phone)).where(
    col(Contact.phone).in_(bindparam("phones", expanding=True)), col(Contact.state).in_(("waiting", "done"))
)
BY_STATE = select(func.count(), func.min(col(Contact.next_at)).label("first")).where(
    col(Contact.state) == "waiting", col(Contact.next_at) <= bindparam("now")
)
WHOLE = sqlalchemy.select(rows.table_of(Contact)).order_by(col(Contact.id))
MOVED = (
    update(Contact)
    .where(col(Contact.id) == bindparam("row"))
    .values(next_at=bindparam("at"), fields=bindparam("said"), due=True)
)
REFUSED = insert(OptOut)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[BatchedDatabase]:
    url = f"sqlite:///{tmp_path / 'quick.db'}"
    create_database(url)
    database = open_batched(url)
    contacts.add(database, [person("A"), person("B"), person("C", phone="+79990000009")], NOW)
    yield database
    database.close()


def asked(database: BatchedDatabase, statement: Any, values: Any) -> list[list[Any]]:
    """The answer of SQLAlchemy, which is asked first, and two of ours."""
    answers = []
    for _ in range(3):
        with database.read() as session:
            answers.append([tuple(row) for row in session.connection().execute(statement, values)])
    return answers


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (OF_PHONES, {"phones": ["+79990000009"]}),
        (OF_PHONES, {"phones": ["+79990000009", "+79990000001", "+79990000002"]}),
        (OF_PHONES, {"phones": []}),
        (BY_STATE, {"now": NOW}),
        (BY_STATE, {"now": NOW.astimezone(MOSCOW)}),
        (BY_STATE, {"now": NOW - timedelta(microseconds=1)}),
        (WHOLE, {}),
    ],
)
def test_it_answers_as_sqlalchemy_does(database: BatchedDatabase, statement: Any, values: Any) -> None:
    first, *others = asked(database, statement, values)
    assert others == [first, first]


def test_lists_of_any_length_are_one_statement(database: BatchedDatabase) -> None:
    lengths = []
    for phones in ([], ["+79990000009"], ["+79990000009", "+7"], []):
        with database.read() as session:
            lengths.append(len(session.connection().execute(OF_PHONES, {"phones": phones}).all()))
    assert lengths == [0, 1, 1, 0]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_is_written_is_read_by_anybody(database: BatchedDatabase, times: int) -> None:
    at, said = NOW.astimezone(MOSCOW) + timedelta(minutes=times), {"result": "да", "times": str(times)}
    with database.write() as session:
        for _ in range(times):
            done = session.connection().execute(MOVED, {"row": 1, "at": at, "said": said})
            assert done.rowcount == 1
    found = contacts.find(database, "results", "A")
    assert found is not None
    assert (found.next_at, found.fields, found.due) == (at, said, True)


def test_many_rows_are_changed_by_one_statement(database: BatchedDatabase) -> None:
    for minutes in (1, 2, 3):
        at = NOW + timedelta(minutes=minutes)
        with database.write() as session:
            session.connection().execute(MOVED, [{"row": row, "at": at, "said": {}} for row in (1, 3)])
        found = [contacts.find(database, "results", name) for name in "ABC"]
        assert [each is not None and each.next_at == at for each in found] == [True, False, True]


def test_a_row_is_read_by_name_and_as_a_mapping(database: BatchedDatabase) -> None:
    for _ in range(3):
        with database.read() as session:
            row: Any = session.connection().execute(BY_STATE, {"now": NOW}).first()
        assert row.first == NOW
        assert row._mapping["first"] == NOW
        assert row[0] == 3


def test_nothing_found_is_none(database: BatchedDatabase) -> None:
    for _ in range(3):
        with database.read() as session:
            answer = session.connection().execute(OF_PHONES, {"phones": ["+7"]})
            assert answer.scalar() is None
            assert rows.find(session, Contact, 99) is None


@pytest.mark.parametrize("before", [0, 1, 2])
def test_what_the_database_refuses_is_told_as_usual(database: BatchedDatabase, before: int) -> None:
    with pytest.raises(IntegrityError):
        refuse_twice(database, before)


def refuse_twice(database: BatchedDatabase, before: int) -> None:
    values = {"campaign": "", "how": "file", "at": NOW}
    with database.write() as session:
        for phone in (*(f"+7{number}" for number in range(before)), "+7", "+7"):
            session.connection().execute(REFUSED, {**values, "phone": phone})


def test_keys_are_given_by_the_database(database: BatchedDatabase) -> None:
    values = {"campaign": "results", "kind": "queued", "at": NOW, "details": {}, "contact_id": None}
    with database.write() as session:
        made = [rows.insert(session, Change, values) for _ in range(3)]
    assert made == [made[0], made[0] + 1, made[0] + 2]
