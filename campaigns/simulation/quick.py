"""Statements that the store puts together once, carried out by SQLite's driver itself: only for a simulation.

SQLAlchemy finds out anew at every execution what it knows of a statement, and takes many times as long for
that as SQLite for the answer. Half a million contacts are thirty million statements.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine
from sqlmodel import UTCDateTime

MOST_KNOWN = 2000  # statements; the store has about a hundred, and some for each length of a list

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]


class Found(list[Any]):
    """The rows of an answer, with what the store asks of a result of SQLAlchemy's."""

    rowcount: int = -1
    inserted_primary_key: tuple[Any, ...] = ()

    def first(self) -> Any:
        return self[0] if self else None

    def all(self) -> Sequence[Any]:
        return self

    def scalars(self) -> Sequence[Any]:
        return [row[0] for row in self]

    def scalar(self) -> Any:
        return self[0][0] if self else None

    def scalar_one(self) -> Any:
        [row] = self
        return row[0]


@dataclass(frozen=True)
class _Form:
    """A statement as the driver takes it: what goes to its question marks, and what its rows become."""

    sql: str
    fixed: Sequence[Any]  # one item for each question mark; those that the parameters fill are None
    plain: Sequence[tuple[int, str]]
    listed: Sequence[tuple[int, str, int]]  # items of parameters that are lists
    written: Sequence[tuple[int, Convert]]
    row: Callable[[Sequence[Any]], Any] | None
    read: Sequence[tuple[int, Convert]]

    def bound(self, values: Values) -> list[Any]:
        """What the driver puts in for the question marks."""
        marks = list(self.fixed)
        for place, name in self.plain:
            marks[place] = values[name]
        for place, name, item in self.listed:
            marks[place] = values[name][item]
        for place, convert in self.written:
            marks[place] = convert(marks[place])
        return marks


class Quick:
    """Stands for a connection of SQLAlchemy's; whatever is asked once only goes there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._seen: set[Any] = set()  # kept, or another statement could get the identity of a forgotten one
        self._lists: dict[Any, tuple[str, ...]] = {}
        self._forms: dict[Any, _Form] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """As a connection of SQLAlchemy's does it. Raises DBAPIError."""
        if options or not self._knows(statement):
            return self._connection.execute(statement, parameters, **options)
        many = isinstance(parameters, list)
        values: Values = (parameters[0] if many else parameters) or {}
        form = self._form(statement, values)
        try:
            if many:
                rows = [form.bound(each) for each in parameters]
                return _found(self._driver.executemany(form.sql, rows), form)
            return _found(self._driver.execute(form.sql, form.bound(values)), form)
        except sqlite3.Error as error:
            dialect = self._connection.dialect
            raise DBAPIError.instance(
                form.sql, None, error, sqlite3.Error, hide_parameters=True, dialect=dialect
            ) from error

    def _knows(self, statement: Any) -> bool:
        """Whether it was asked before and is plain: a statement that is put together each time is not."""
        if statement in self._lists:
            return True
        if statement not in self._seen:
            if len(self._seen) >= MOST_KNOWN:
                self._seen.clear()
            self._seen.add(statement)
            return False
        if not isinstance(statement, Select | Insert | Update) or _is_streamed(statement):
            return False
        compiled: Any = statement.compile(dialect=self._connection.dialect)
        if compiled.insert_prefetch or compiled.update_prefetch or compiled.effective_returning:
            return False
        self._lists[statement] = tuple(
            name for bind, name in compiled.bind_names.items() if bind.expanding and bind.required
        )
        return True

    def _form(self, statement: Any, values: Values) -> _Form:
        lists = self._lists[statement]
        key: Any = statement, tuple([len(values[name]) for name in lists]) if lists else None
        if isinstance(statement, Insert):
            key = statement, tuple(values)
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) >= MOST_KNOWN:
                self._forms.clear()
            form = self._forms[key] = _formed(statement, values, self._connection.dialect)
        return form


def _is_streamed(statement: Any) -> bool:
    return "yield_per" in statement.get_execution_options()


def _formed(statement: Any, values: Values, dialect: Dialect) -> _Form:
    columns = list(values) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    expanded = compiled.construct_expanded_state(dict(values))
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    items = {
        name: (listed, item)
        for listed, names in expanded.parameter_expansion.items()
        for item, name in enumerate(names)
    }
    fixed: list[Any] = []
    plain, listed, written = [], [], []
    for place, name in enumerate(expanded.positiontup or ()):
        source, item = items.get(name, (name, 0))
        given = source in values
        fixed.append(None if given else expanded.parameters[name])
        if given and name in items:
            listed.append((place, source, item))
        elif given:
            plain.append((place, source))
        if convert := _writes(binds[source].type, dialect):
            written.append((place, convert))
    row, read = _rows(statement, dialect) if isinstance(statement, Select) else (None, ())
    return _Form(expanded.statement, fixed, plain, listed, written, row, read)


def _rows(statement: Any, dialect: Dialect) -> tuple[Callable[[Sequence[Any]], Any], Sequence[Any]]:
    selected = list(statement.selected_columns)
    found = [_reads(column.type, dialect) for column in selected]
    read = [(place, convert) for place, convert in enumerate(found) if convert is not None]
    return _row([str(column.key) for column in selected]), read


def _writes(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return _moment_written if _is_moment(type_) else type_.dialect_impl(dialect).bind_processor(dialect)


def _reads(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if _is_moment(type_):
        return _moment_read
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def _is_moment(type_: TypeEngine[Any]) -> bool:
    return isinstance(type_, UTCDateTime)


def _moment_written(at: datetime | None) -> str | None:
    """As SQLAlchemy keeps times in SQLite, in a quarter of the time that it takes."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment_read(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept).replace(tzinfo=UTC)


def _row(names: Sequence[str]) -> Callable[[Sequence[Any]], Any]:
    """Makes rows that are read by name, by place, and as a mapping."""
    named: Any = namedtuple("named", names, rename=True)  # type: ignore[misc]
    made = type("Row", (named,), {"__slots__": (), "_mapping": property(named._asdict)})
    make: Callable[[Sequence[Any]], Any] = made._make  # type: ignore[attr-defined]
    return make


def _found(cursor: Any, form: _Form) -> Found:
    if form.row is None:
        done = Found()
        done.rowcount, done.inserted_primary_key = cursor.rowcount, (cursor.lastrowid,)
        return done
    found = Found()
    for raw in cursor.fetchall():
        values = list(raw)
        for place, convert in form.read:
            values[place] = convert(values[place])
        found.append(form.row(values))
    return found
