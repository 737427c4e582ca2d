"""Single rows, read and written by statements that are put together once.

For the few questions that every call asks: SQLAlchemy's unit of work, which finds out by itself what to write
and when, takes several times as long as the database does. A row that is read here belongs to no session.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import Table, bindparam, inspect
from sqlalchemy.orm import ClassManager, Mapper, configure_mappers
from sqlalchemy.orm.attributes import manager_of_class
from sqlmodel import Session, SQLModel

Model = TypeVar("Model", bound=SQLModel)
Held = Mapping[str, bool]

OWN: Held = {"key_share": True}
"""Nobody else changes the row meanwhile; rows that refer to it may be made."""
SHARED: Held = {"read": True}
"""Nobody changes the row meanwhile; others may hold it in the same way."""
ALONE: Held = {"read": False}
"""Nobody else changes the row or refers to it meanwhile."""


def find(session: Session, model: type[Model], key: object, held: Held | None = None) -> Model | None:
    """The row as it is now; None when there is none. held: how it is locked, where others may write."""
    found = session.connection().execute(_by_key(model, _frozen(held)), {"key": key}).first()
    return None if found is None else made(model, found._mapping)


def get(session: Session, model: type[Model], key: object, held: Held | None = None) -> Model:
    """The same of a row that must be there. Raises LookupError."""
    found = find(session, model, key, held)
    if found is None:
        raise LookupError(f"{model.__name__} has no row {key!r}")
    return found


def made(model: type[Model], values: Mapping[Any, Any]) -> Model:
    """The row with these values, one for each column, as they come from the database."""
    row: Model = _manager(model).new_instance()
    vars(row).update(values)
    return row


@contextmanager
def kept(session: Session, *rows: SQLModel) -> Iterator[None]:
    """What is changed in these rows meanwhile is written at the end, unless an error comes before it."""
    before = [dict(vars(row)) for row in rows]
    yield
    for row, was in zip(rows, before, strict=True):
        now = vars(row)
        changed = tuple(name for name in _columns(type(row)) if now[name] != was[name])
        if changed:
            key = _key(type(row))
            values = {f"new_{name}": now[name] for name in changed}
            session.connection().execute(_update(type(row), changed), {"key": now[key], **values})


def insert(session: Session, model: type[SQLModel], values: Mapping[str, Any]) -> int:
    """Make a row whose key the database gives; its key. Every column without a default has a value."""
    made_now = session.connection().execute(_insert(model), dict(values))
    assert made_now.inserted_primary_key is not None
    key: int = made_now.inserted_primary_key[0]
    return key


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model."""
    mapper: Mapper[Any] = inspect(model)
    assert isinstance(mapper.local_table, Table)
    return mapper.local_table


@lru_cache
def _manager(model: type[Model]) -> ClassManager[Model]:
    """What makes rows of it. SQLAlchemy would set its attributes up with the first query of its own."""
    configure_mappers()
    return manager_of_class(model)


@lru_cache
def _columns(model: type[SQLModel]) -> Sequence[str]:
    return [column.name for column in table_of(model).columns]


@lru_cache
def _key(model: type[SQLModel]) -> str:
    [column] = table_of(model).primary_key
    return column.name


@lru_cache
def _by_key(model: type[SQLModel], held: tuple[tuple[str, bool], ...]) -> Any:
    table = table_of(model)
    wanted = sqlalchemy.select(table).where(table.c[_key(model)] == bindparam("key"))
    options: dict[str, Any] = dict(held)
    return wanted.with_for_update(**options) if held else wanted


@lru_cache(maxsize=256)
def _update(model: type[SQLModel], names: tuple[str, ...]) -> Any:
    table = table_of(model)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return sqlalchemy.update(table).where(table.c[_key(model)] == bindparam("key")).values(values)


@lru_cache
def _insert(model: type[SQLModel]) -> Any:
    return sqlalchemy.insert(table_of(model))


def _frozen(held: Held | None) -> tuple[tuple[str, bool], ...]:
    return tuple(held.items()) if held else ()
