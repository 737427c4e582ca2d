"""Tasks and what happened to them, readable on 80 columns, by the clinic's clock."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from campaigns.models import TaskChange
from campaigns.store.task_list import TaskView

VOICE = ".wav"  # ends the value of an answer that was spoken
_TIME_FROM = len("2026-11-18T14:05")  # a detail that is shorter is no moment


def tasks_table(rows: list[dict[str, Any]], zone: ZoneInfo) -> Table:
    """Tasks as `tasks list --json` prints them."""
    table = Table("task", "reason", "contact", f"due\n({zone.key})", "details", show_lines=True)
    for row in rows:
        due = f"{datetime.fromisoformat(row['due_at']).astimezone(zone):%m-%d %H:%M}"
        details = _details(row["details"], zone)
        reason = f"{row['reason']}\n{row['urgency']}, {row['state']}{_whose(row)}"
        contact = f"{row['contact']}\n{row['campaign']}"
        table.add_row(str(row["id"]), Text(reason), Text(contact), due, Text(details))
    return table


def history_table(changes: Sequence[TaskChange], zone: ZoneInfo) -> Table:
    """All that happened, the first first."""
    table = Table(f"when\n({zone.key})", "who", "what", "state", "for", "note")
    for change in changes:
        at = f"{change.at.astimezone(zone):%Y-%m-%d %H:%M}"
        table.add_row(at, Text(change.who), change.event, change.state, change.level, Text(change.note))
    return table


def local(moment: datetime, zone: ZoneInfo) -> str:
    """As sentences say it: by the clinic's clock, which is named."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"


def task_in_words(task: TaskView, zone: ZoneInfo, recordings: Path) -> Iterator[str]:
    """A task in a few sentences, and where to see the call and to hear what the person said."""
    of = f"{task.contact} of {task.campaign}" if task.contact else task.campaign
    where = f", {task.institution}" if task.institution else ""
    yield f"Task {task.id}: {task.reason}, {task.urgency}, about {of}{where}."
    whose = f", {task.owner}'s" if task.owner else ""
    yield f"It is {task.state}{whose}, for the {task.level}, due {local(task.due_at, zone)}."
    if task.lease_until is not None:
        yield f"It returns at {local(task.lease_until, zone)} unless its owner goes on with it."
    if task.wake_at is not None:
        yield f"It waits until {local(task.wake_at, zone)}."
    if task.details:
        yield f"{_details(task.details, zone)}."
    if task.note:
        yield f"Outcome: {task.note}"
    if task.checked_by:
        yield f"{task.check} asks, or has asked, whether it is solved: {task.checked_by}."
    if task.contact:
        yield f"Call: dialer contacts show {task.campaign!r} {task.contact!r}"
    for value in task.details.values():
        if value.endswith(VOICE):
            yield f"Hear: {recordings / value}"


def _details(details: dict[str, str], zone: ZoneInfo) -> str:
    return ", ".join(f"{name}: {_readable(value, zone)}" for name, value in details.items())


def _readable(value: str, zone: ZoneInfo) -> str:
    if len(value) > _TIME_FROM and value[10] == "T":
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
            return f"{moment.astimezone(zone) if moment.tzinfo else moment:%Y-%m-%d %H:%M}"
    return value


def _whose(row: dict[str, Any]) -> str:
    up = "" if row["level"] == "operator" else f"\nfor the {row['level']}"
    return f" by {row['owner']}{up}" if row["owner"] else up
