"""Tasks and what happened to them, readable on 80 columns."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from campaigns.models import TaskChange
from campaigns.store.task_list import TaskView


def tasks_table(rows: list[dict[str, Any]]) -> Table:
    """Tasks as `tasks list --json` prints them."""
    table = Table("task", "reason", "contact", "due (UTC)", "details", show_lines=True)
    for row in rows:
        due = row["due_at"].replace("T", " ")[5:16]
        details = ", ".join(f"{name}: {value}" for name, value in row["details"].items())
        reason = f"{row['reason']}\n{row['urgency']}, {row['state']}{_whose(row)}"
        contact = f"{row['contact']}\n{row['campaign']}"
        table.add_row(str(row["id"]), Text(reason), Text(contact), due, Text(details))
    return table


def history_table(changes: Sequence[TaskChange]) -> Table:
    """All that happened, the first first."""
    table = Table("when (UTC)", "who", "what", "state", "for", "note")
    for change in changes:
        at = f"{change.at:%Y-%m-%d %H:%M}"
        table.add_row(at, Text(change.who), change.event, change.state, change.level, Text(change.note))
    return table


def task_in_words(task: TaskView) -> Iterator[str]:
    """A task in a few sentences."""
    of = f"{task.contact} of {task.campaign}" if task.contact else task.campaign
    where = f", {task.institution}" if task.institution else ""
    yield f"Task {task.id}: {task.reason}, {task.urgency}, about {of}{where}."
    whose = f", {task.owner}'s" if task.owner else ""
    yield f"It is {task.state}{whose}, for the {task.level}, due {task.due_at:%Y-%m-%d %H:%M} UTC."
    if task.lease_until is not None:
        yield f"It returns at {task.lease_until:%H:%M} UTC unless its owner goes on with it."
    if task.wake_at is not None:
        yield f"It waits until {task.wake_at:%Y-%m-%d %H:%M} UTC."
    if task.details:
        yield ", ".join(f"{name}: {value}" for name, value in task.details.items()) + "."
    if task.note:
        yield f"Outcome: {task.note}"
    if task.checked_by:
        yield f"{task.check} asks, or has asked, whether it is solved: {task.checked_by}."


def _whose(row: dict[str, Any]) -> str:
    up = "" if row["level"] == "operator" else f"\nfor the {row['level']}"
    return f" by {row['owner']}{up}" if row["owner"] else up
