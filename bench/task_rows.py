"""Tasks by the million as years leave them behind, with the calls, answers and changes that explain them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel

from campaigns.models import END_OF_TIME, Answer, Attempt, Campaign, Contact, Task, TaskChange
from campaigns.store import rows
from campaigns.store.database import Database
from campaigns.words import Level, TaskEvent, TaskState

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # Monday noon in Tyumen
BEGAN = NOW - timedelta(days=700)
RESULTS, SURVEY, CHECK = "covid-results", "service-control", "problem-check"
OWNERS, INSTITUTIONS, DAYS = 50, 40, 90
AT_ONCE = 50_000  # tasks looked at in one statement

# Of ten tasks, by the last digit of their number (i): 0 and 1 are verified, 2 to 6 resolved (2: nobody could
# be asked), 7 open, 8 taken, 9 put off. Of 100 that are open 3 were late once and 2 twice.
A_RESULT = "((i / 10) % 5 = 0)"
CHECKED, CLOSED = "i % 10 < 3", "i % 10 < 7"
TWICE_LATE, LATE = "i % 100 IN (7, 17)", "i % 100 IN (7, 17, 27, 37, 47)"
CHANGES: tuple[tuple[TaskEvent, TaskState, Level, str], ...] = (
    ("raised", "open", "operator", "i > 0"),
    ("taken", "taken", "operator", "i % 10 NOT IN (7, 9)"),
    ("put_off", "waiting", "operator", "i % 10 = 9"),
    ("resolved", "resolved", "operator", CLOSED),
    ("verified", "verified", "operator", "i % 10 < 2"),
    ("unverified", "resolved", "operator", "i % 10 = 2"),
    ("escalated", "open", "head", LATE),
    ("escalated", "open", "authority", TWICE_LATE),
)


@dataclass(frozen=True)
class Rows:
    """Rows of one table: what they share, and in SQL what each has of its own, for which tasks."""

    shared: SQLModel
    own: Mapping[str, str]
    where: str = "i > 0"


def fill(database: Database, count: int) -> None:
    """So many tasks: each of a contact that was called once; one in five of them was not told its result."""
    with database.write() as session:
        session.add_all(
            Campaign(name=name, state="running", changed_at=BEGAN) for name in (RESULTS, SURVEY, CHECK)
        )
    for some in _tables(count, database.shared):
        statement = text(_insert(some, database.shared))
        for first in range(1, count + 1, AT_ONCE):
            with database.write() as session:
                last = min(first + AT_ONCE - 1, count)
                session.connection().execute(statement, {"first": first, "last": last})
    if database.shared:  # by itself PostgreSQL does that a minute later
        with database.write() as session:
            session.connection().execute(text("ANALYZE"))


def _tables(count: int, shared: bool) -> Iterator[Rows]:
    campaign = f"CASE WHEN {A_RESULT} THEN '{RESULTS}' ELSE '{SURVEY}' END"
    clinic = f"'Clinic ' || ((i / 50) % {INSTITUTIONS})"
    of_task = {"id": "i", "contact_id": "i", "campaign": campaign}
    told = {"state": f"CASE WHEN {A_RESULT} THEN 'exhausted' ELSE 'done' END", "institution": clinic}
    phone = {"phone": "'+79' || (100000000 + i)"}
    yield Rows(
        _contact(SURVEY), {"id": "i", "campaign": campaign, "external_id": "'bench-' || i", **told, **phone}
    )
    asked = {"id": f"i + {count}", "external_id": "'task-' || i || '-0'", **phone}
    yield Rows(_contact(CHECK), asked, CHECKED)
    call = Attempt(
        contact_id=0, campaign="", number=1, trunk="main", token=1, started_at=BEGAN, ended_at=BEGAN
    )
    yield Rows(call, of_task)
    said = Answer(contact_id=0, campaign="", attempt_id=0, question="mark", value="1", at=BEGAN)
    yield Rows(said, {**of_task, "attempt_id": "i"}, f"NOT {A_RESULT}")
    yield Rows(
        _task(),
        {
            **of_task,
            "institution": clinic,
            "reason": f"CASE WHEN {A_RESULT} THEN 'never_reached' ELSE 'low_mark' END",
            "state": "CASE WHEN i % 10 < 2 THEN 'verified' WHEN i % 10 < 7 THEN 'resolved' "
            "WHEN i % 10 = 7 THEN 'open' WHEN i % 10 = 8 THEN 'taken' ELSE 'waiting' END",
            "level": f"CASE WHEN {TWICE_LATE} THEN 'authority' WHEN {LATE} THEN 'head' ELSE 'operator' END",
            "due_at": _after(f"86400 + (i * 1009) % {DAYS * 86400}", shared),
            "owner": f"CASE WHEN i % 10 >= 8 THEN 'operator-' || ((i / 10) % {OWNERS}) ELSE '' END",
            "closed_at": f"CASE WHEN {CLOSED} THEN {_after('0', shared)} END",
            "lease_until": f"CASE WHEN i % 10 = 8 THEN {_after('1800', shared)} END",
            "wake_at": f"CASE WHEN i % 10 = 9 THEN {_after('86400', shared)} END",
            "check": f"CASE WHEN {CHECKED} THEN '{CHECK}' ELSE '' END",
            "checked_by": f"CASE WHEN {CHECKED} THEN i + {count} END",
        },
    )
    for event, state, level, where in CHANGES:
        change = TaskChange(task_id=0, at=NOW, who="bench", event=event, state=state, level=level)
        yield Rows(change, {"task_id": "i"}, where)


def _contact(campaign: str) -> Contact:
    return Contact(
        campaign=campaign,
        external_id="",
        phone="",
        full_name="Иванова Мария Петровна",
        language="ru",
        time_zone="Asia/Yekaterinburg",
        fields={"kind": "visit", "category": "routine"},
        digest="0123456789abcdef",
        rank=int(END_OF_TIME.timestamp()),
        state="done",
        outcome="completed",
        queued_at=BEGAN,
        closed_at=BEGAN,
        wait_reason=None,
    )


def _task() -> Task:
    return Task(
        campaign="",
        reason="",
        urgency="normal",
        details={"mark": "1"},
        created_at=BEGAN,
        first_due_at=NOW,
        due_at=NOW,
        note="was called",
    )


def _insert(some: Rows, shared: bool) -> str:
    """Of the tasks from :first to :last."""
    table = rows.table_of(type(some.shared))
    values = {name: _literal(value) for name, value in vars(some.shared).items() if name in table.columns}
    columns = {name: value for name, value in {**values, **some.own}.items() if value != "NULL"}
    names = ", ".join(f'"{name}"' for name in columns)
    numbers = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
    if shared:
        numbers = "WITH n(i) AS (SELECT generate_series(CAST(:first AS int), CAST(:last AS int)))"
    inserted = f'INSERT INTO "{table.name}" ({names})'
    wanted = f"SELECT {', '.join(columns.values())} FROM n WHERE {some.where}"
    return f"{inserted} {numbers} {wanted}"


def _literal(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "(1 = 1)" if value else "(1 = 0)"
        case int() | float():
            return str(value)
        case datetime():
            return f"'{value:%Y-%m-%d %H:%M:%S}.000000'"
        case str():
            return f"'{value}'"
        case _:
            return f"'{json.dumps(value)}'".replace(":", r"\:")


def _after(seconds: str, shared: bool) -> str:
    """So many seconds after now."""
    at = f"{NOW.timestamp():.0f} + {seconds}"
    return f"to_timestamp({at})" if shared else f"strftime('%Y-%m-%d %H:%M:%S.000000', {at}, 'unixepoch')"
