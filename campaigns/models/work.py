"""Work for humans, every change of it, and what other systems are told."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String, literal
from sqlmodel import Field, SQLModel, col

from campaigns.words import DeliveryState, EventKind, Level, TaskEvent, TaskState, Urgency


class Task(SQLModel, table=True):
    """Work for a human that came out of a contact.

    due_at: at its present level; first_due_at: as promised when it was raised. check: the campaign that asks
    whether it is solved, "" for none; checked_by: the contact that it asks, or last asked. reopenings: how
    often it was closed too early.
    """

    id: int = Field(default=None, primary_key=True)
    campaign: str
    contact_id: int | None = Field(default=None, foreign_key="contact.id")  # None: of the whole campaign
    institution: str = ""
    reason: str
    urgency: Urgency = Field(sa_type=String)
    state: TaskState = Field(default="open", sa_type=String)
    level: Level = Field(default="operator", sa_type=String)
    details: dict[str, str] = Field(sa_type=JSON)
    created_at: datetime
    first_due_at: datetime
    due_at: datetime
    closed_at: datetime | None = None
    note: str = ""  # the outcome, as who resolved it wrote it
    owner: str = ""  # who has it, while it is taken or waits
    lease_until: datetime | None = None  # then it returns
    wake_at: datetime | None = None  # while it waits
    check: str = ""
    checked_by: int | None = Field(default=None, foreign_key="contact.id")
    reopenings: int = 0


class TaskChange(SQLModel, table=True):
    """One thing that happened to a task; state and level are those after it."""

    __tablename__: ClassVar[str] = "task_change"

    id: int = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    at: datetime
    who: str  # a person, or "engine"
    event: TaskEvent = Field(sa_type=String)
    state: TaskState = Field(sa_type=String)
    level: Level = Field(sa_type=String)
    note: str = ""


class OutboxEvent(SQLModel, table=True):
    """What other systems are to be told, written in the transaction in which it became true.

    key: the same for ever, so that a receiver knows a repetition. spread: its deliveries are made.
    """

    __tablename__: ClassVar[str] = "outbox_event"

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    at: datetime
    kind: EventKind = Field(sa_type=String)
    campaign: str
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    task_id: int | None = Field(default=None, foreign_key="task.id")
    body: dict[str, Any] = Field(sa_type=JSON)
    spread: bool = False


class Delivery(SQLModel, table=True):
    """One event on its way to one receiver; those of one `stream` go in their order, one after another."""

    id: int = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="outbox_event.id")
    receiver: str
    stream: str
    state: DeliveryState = Field(default="waiting", sa_type=String)
    tries: int = 0
    next_at: datetime
    last_fault: str = ""  # one plain sentence, without anything of a patient
    delivered_at: datetime | None = None


_RESOLVED = literal("resolved", literal_execute=True)
_VERIFIED = literal("verified", literal_execute=True)
_TAKEN = literal("taken", literal_execute=True)
_ASLEEP = literal("waiting", literal_execute=True)
_DEAD = literal("dead", literal_execute=True)
OPEN_TASK = col(Task.state).not_in((_RESOLVED, _VERIFIED))
TAKEN_TASK = col(Task.state) == _TAKEN
PUT_OFF_TASK = col(Task.state) == _ASLEEP
RARE_STATES: tuple[TaskState, ...] = ("taken", "waiting", "reopened")
"""Few of the open tasks are in these at a time."""
IN_RARE_STATE = col(Task.state).in_([literal(state, literal_execute=True) for state in RARE_STATES])
NOT_SPREAD = col(OutboxEvent.spread).is_(False)
UNDELIVERED = col(Delivery.state).in_((_ASLEEP, _DEAD))
DUE_DELIVERY = col(Delivery.state) == _ASLEEP
DEAD = col(Delivery.state) == _DEAD
DELIVERED = col(Delivery.state) == literal("delivered", literal_execute=True)


def _open_ones(name: str, *columns: Any) -> None:
    Index(name, *columns, col(Task.due_at), col(Task.id), sqlite_where=OPEN_TASK, postgresql_where=OPEN_TASK)


Index("task_figures", col(Task.campaign), col(Task.state))
Index("task_of_campaign", col(Task.campaign), col(Task.id))
Index("task_of_institution", col(Task.institution), col(Task.id))
Index("task_of_level", col(Task.level), col(Task.id))
Index("task_of_contact", col(Task.contact_id), col(Task.reason))
Index("task_checked_by", col(Task.checked_by))
_open_ones("task_open")
_open_ones("task_open_of_institution", col(Task.institution))
_open_ones("task_open_of_campaign", col(Task.campaign))
_open_ones("task_open_of_level", col(Task.level))
_open_ones("task_open_of_owner", col(Task.owner))
Index("task_lease", col(Task.lease_until), sqlite_where=TAKEN_TASK, postgresql_where=TAKEN_TASK)
Index(
    "task_in_state",
    col(Task.state),
    col(Task.due_at),
    col(Task.id),
    sqlite_where=IN_RARE_STATE,
    postgresql_where=IN_RARE_STATE,
)
Index("task_wake", col(Task.wake_at), sqlite_where=PUT_OFF_TASK, postgresql_where=PUT_OFF_TASK)
Index("task_change_of_task", col(TaskChange.task_id), col(TaskChange.id))
Index("outbox_not_spread", col(OutboxEvent.id), sqlite_where=NOT_SPREAD, postgresql_where=NOT_SPREAD)
Index("outbox_of_contact", col(OutboxEvent.contact_id))
Index(
    "delivery_due",
    col(Delivery.receiver),
    col(Delivery.next_at),
    sqlite_where=DUE_DELIVERY,
    postgresql_where=DUE_DELIVERY,
)
Index(
    "delivery_stream",
    col(Delivery.receiver),
    col(Delivery.stream),
    col(Delivery.id),
    sqlite_where=UNDELIVERED,
    postgresql_where=UNDELIVERED,
)
Index("delivery_of_event", col(Delivery.event_id))
Index("delivery_dead", col(Delivery.id), sqlite_where=DEAD, postgresql_where=DEAD)
Index("delivery_done", col(Delivery.delivered_at), sqlite_where=DELIVERED, postgresql_where=DELIVERED)
