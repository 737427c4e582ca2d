"""Tasks as people work on them, every change of them, and the outbox."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TIME = sa.DateTime(timezone=True)
_TOLD = ("who", "event", "state", "level", "note")
OPEN = "(state NOT IN ('resolved', 'verified'))"


def upgrade() -> None:
    """What is there keeps its meaning: every task is an operator's, and due as it was."""
    _tasks()
    _task_changes()
    _outbox()


def _tasks() -> None:
    with op.batch_alter_table("task") as task:
        for column in (
            _filled("institution", sa.String(), ""),
            _filled("level", sa.String(), "operator"),
            sa.Column("first_due_at", TIME, nullable=True),
            _filled("owner", sa.String(), ""),
            sa.Column("lease_until", TIME, nullable=True),
            sa.Column("wake_at", TIME, nullable=True),
            _filled("check", sa.String(), ""),
            sa.Column("checked_by", sa.Integer(), nullable=True),
            _filled("reopenings", sa.Integer(), "0"),
        ):
            task.add_column(column)
        task.create_foreign_key("task_checked_by_contact", "contact", ["checked_by"], ["id"])
    op.execute(
        "UPDATE task SET first_due_at = due_at, institution = COALESCE("
        "(SELECT institution FROM contact WHERE contact.id = task.contact_id), '')"
    )
    with op.batch_alter_table("task") as task:
        task.alter_column("first_due_at", existing_type=TIME, nullable=False)
    op.create_index("task_checked_by", "task", ["checked_by"])
    op.create_index("task_of_campaign", "task", ["campaign", "id"])
    op.create_index("task_of_institution", "task", ["institution", "id"])
    op.create_index("task_of_level", "task", ["level", "id"])
    _partial("task_open", "task", ["due_at", "id"], OPEN)
    for name, first in (
        ("task_open_of_institution", "institution"),
        ("task_open_of_campaign", "campaign"),
        ("task_open_of_level", "level"),
        ("task_open_of_owner", "owner"),
    ):
        _partial(name, "task", [first, "due_at", "id"], OPEN)
    _partial("task_lease", "task", ["lease_until"], "state = 'taken'")
    _partial("task_in_state", "task", ["state", "due_at", "id"], "state IN ('taken', 'waiting', 'reopened')")
    _partial("task_wake", "task", ["wake_at"], "state = 'waiting'")


def _task_changes() -> None:
    op.create_table(
        "task_change",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("task_id", sa.Integer(), sa.ForeignKey("task.id"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("who", "event", "state", "level", "note")
        ),
    )
    op.create_index("task_change_of_task", "task_change", ["task_id", "id"])
    told = "INSERT INTO task_change (task_id, at, who, event, state, level, note) "
    op.execute(told + "SELECT id, created_at, 'engine', 'raised', 'open', 'operator', '' FROM task")
    op.execute(
        told + "SELECT id, closed_at, '', 'resolved', 'resolved', 'operator', note FROM task "
        "WHERE closed_at IS NOT NULL"
    )


def _outbox() -> None:
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=True),
        sa.Column("task_id", sa.Integer(), sa.ForeignKey("task.id"), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("spread", sa.Boolean(), nullable=False),
    )
    op.create_index(
        "outbox_not_spread",
        "outbox_event",
        ["id"],
        sqlite_where=sa.text("spread IS 0"),
        postgresql_where=sa.text("spread IS false"),
    )
    op.create_index("outbox_of_contact", "outbox_event", ["contact_id"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("outbox_event.id"), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("last_fault", sa.String(), nullable=False),
        sa.Column("delivered_at", TIME, nullable=True),
    )
    _partial("delivery_due", "delivery", ["receiver", "next_at"], "state = 'waiting'")
    _partial("delivery_stream", "delivery", ["receiver", "stream", "id"], "state IN ('waiting', 'dead')")
    op.create_index("delivery_of_event", "delivery", ["event_id"])
    _partial("delivery_dead", "delivery", ["id"], "state = 'dead'")
    _partial("delivery_done", "delivery", ["delivered_at"], "state = 'delivered'")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _filled(name: str, kind: Any, value: Any) -> sa.Column[Any]:
    """A column that rows from before get a value in."""
    return sa.Column(name, kind, nullable=False, server_default=value)
