"""The one way in which a task changes: by the table, with its record, and told to other systems."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, assert_never

from sqlmodel import Session

from campaigns.errors import IllegalMove
from campaigns.models import Contact, Task, TaskChange
from campaigns.rules.escalation import above, level_after
from campaigns.rules.service_levels import ServiceLevels, usual
from campaigns.store import events, rows, task_checks
from campaigns.words import TASK_MOVES, EventKind, Level, TaskEvent, TaskState

ENGINE = "engine"
"""Who did what nobody did by hand."""
CLOSED: tuple[TaskState, ...] = ("resolved", "verified")
UNTOLD = "nobody could be told"
"""Begins what is noted of a task that came to somebody without an address."""
_TO_OFFICES: frozenset[TaskEvent] = frozenset({"escalated", "stands", "reminded"})


def levels_of(session: Session) -> ServiceLevels:
    """How soon somebody must act, as whoever opened the database said."""
    levels: Callable[[], ServiceLevels] = session.info.get("service_levels", usual)
    return levels()


def raised(session: Session, task: Mapping[str, Any], contact: Contact | None, now: datetime) -> Task:
    """Make a task, open and an operator's.

    task: its campaign, reason, urgency, details, institution and check.
    """
    due_at = levels_of(session).due(task["urgency"], now)
    values: dict[str, Any] = {
        **task,
        "contact_id": None if contact is None else contact.id,
        "state": "open",
        "level": "operator",
        "created_at": now,
        "first_due_at": due_at,
        "due_at": due_at,
        "closed_at": None,
        "note": "",
        "owner": "",
        "lease_until": None,
        "wake_at": None,
        "checked_by": None,
        "reopenings": 0,
    }
    made = rows.made(Task, {**values, "id": rows.insert(session, Task, values)})
    _enter(session, made, "raised", ENGINE, now, "")
    events.tell(session, "task.raised", now, made.campaign, contact, made)
    return made


def move(
    session: Session,
    task: Task,
    event: TaskEvent,
    who: str,
    now: datetime,
    note: str = "",
    *,
    until: datetime | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Let this happen to a task that this transaction holds fast; it is written down, kept and told.

    who: a person, or `ENGINE`. note: what they said; of `resolved` the outcome, which must be there. until:
    of `put_off`, when it comes back. changes: of `sharpened`, columns that another call made more urgent.

    Raises `IllegalMove` when `TASK_MOVES` has no such move, when nobody is above, or when the outcome is
    missing; then nothing was changed.
    """
    _refuse(task, event, now, note, until)
    at_level, unasked = task.level, ""
    with rows.kept(session, task):
        task.state = TASK_MOVES[event][task.state]
        task.level = level_after(task.level, event)
        _let_go(task, event)
        _happens(session, task, event, who, now, note, until, changes or {})
        if event == "resolved":
            unasked = task_checks.ask(session, task, now)
    if event in _TO_OFFICES and not levels_of(session).can_be_told(task.level, task.institution):
        untold = f"{UNTOLD}: dialer.toml names no {office_of(task.level, task.institution)}"
        note = f"{note}; {untold}" if note else untold
    _enter(session, task, event, who, now, note)
    kind: EventKind = "task.escalated" if event in _TO_OFFICES else "task.changed"
    events.tell(session, kind, now, task.campaign, task=task, event=event, level_before=at_level)
    if unasked:
        move(session, task, "unverified", ENGINE, now, unasked)


def office_of(level: Level, institution: str) -> str:
    """Who a task of this level is for, in words that name no person."""
    if level == "head":
        return f"head of {institution}" if institution else "head, as the task has no institution"
    return level


def _refuse(task: Task, event: TaskEvent, now: datetime, note: str, until: datetime | None) -> None:
    legal = TASK_MOVES.get(event, {})
    if task.state not in legal:
        states = ", ".join(legal)
        raise IllegalMove(
            f"Task {task.id} is {task.state} and cannot be {event}: only one that is {states} can."
        )
    if event == "escalated" and above(task.level) is None:
        raise IllegalMove(f"Task {task.id} is the {task.level}'s already: nobody is above.")
    if event == "resolved" and not note.strip():
        raise IllegalMove(f"Task {task.id} needs an outcome: say what was done with --note.")
    if event == "put_off" and (until is None or until <= now):
        raise IllegalMove(f"Task {task.id} can only wait until a time that is still to come.")


def _let_go(task: Task, event: TaskEvent) -> None:
    """Who does not have it any more loses the marks of having it."""
    if task.state != "taken":
        task.lease_until = None
    if task.state != "waiting":
        task.wake_at = None
    if task.state not in ("taken", "waiting"):
        task.owner = ""
    if event in ("stands", "reopened"):
        task.closed_at, task.note = None, ""
        task.reopenings += 1


def _happens(
    session: Session,
    task: Task,
    event: TaskEvent,
    who: str,
    now: datetime,
    note: str,
    until: datetime | None,
    changes: Mapping[str, Any],
) -> None:
    levels = levels_of(session)
    match event:
        case "taken":
            task.owner, task.lease_until = who, now + levels.lease
        case "noted" | "tried" if task.state == "taken" and task.owner == who:
            task.lease_until = now + levels.lease
        case "put_off":
            task.owner, task.wake_at = who, until
        case "resolved":
            task.closed_at, task.note = now, note
        case "sharpened":
            _take_over(task, changes)
        case "stands" | "reopened" | "escalated" | "reminded":
            task.due_at = levels.due(task.urgency, now)
        case "returned" | "woken" | "verified" | "unverified" | "noted" | "tried":
            pass
        case "raised":
            raise ValueError("a task is raised by `raised`")
        case _:
            assert_never(event)


def _take_over(task: Task, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(task, name, value)


def _enter(session: Session, task: Task, event: TaskEvent, who: str, now: datetime, note: str) -> None:
    values = {
        "task_id": task.id,
        "at": now,
        "who": who,
        "event": event,
        "state": task.state,
        "level": task.level,
        "note": note,
    }
    rows.insert(session, TaskChange, values)
