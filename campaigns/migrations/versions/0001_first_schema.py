"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing to this revision."""
    op.create_table("campaign", _name("name", primary_key=True), _name("state"), _time("changed_at"))
    op.create_table("opt_out", _name("phone", primary_key=True), _name("how"), _time("at"))
    _contacts()
    _attempts()
    _answers()
    _tasks()


def _contacts() -> None:
    op.create_table(
        "contact",
        _count("id", primary_key=True),
        sa.Column("campaign", sa.String(), sa.ForeignKey("campaign.name"), nullable=False),
        *map(_name, ("external_id", "phone", "full_name", "language", "time_zone")),
        sa.Column("fields", sa.JSON(), nullable=False),
        _name("digest"),
        _time("not_before", nullable=True),
        _time("deadline", nullable=True),
        _count("priority"),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        _name("state"),
        _name("outcome", nullable=True),
        _time("next_at", nullable=True),
        _name("wait_reason", nullable=True),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("leased", sa.Boolean(), nullable=False),
        *map(_count, ("token", "attempts_used", "own_failures", "verification_failures")),
        _time("delivered_at", nullable=True),
        _time("queued_at"),
        _time("closed_at", nullable=True),
        sa.UniqueConstraint("campaign", "external_id", name="contact_once"),
    )
    _partial("contact_asleep", ["campaign", "next_at", "rank"], "{waiting} AND {not due} AND {not leased}")
    _partial("contact_due", ["campaign", "rank", "next_at", "id"], "{due}")
    _partial(
        "contact_perishable", ["campaign", "deadline"], "{waiting} AND {not leased} AND deadline IS NOT NULL"
    )
    _partial("contact_one_call_a_phone", ["phone"], "{leased}", unique=True)
    op.create_index("contact_phone", "contact", ["phone"])
    op.create_index("contact_standing", "contact", ["campaign", "state", "wait_reason", "next_at", "outcome"])


def _attempts() -> None:
    op.create_table(
        "attempt",
        _count("id", primary_key=True),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=False),
        _name("campaign"),
        _count("number"),
        _name("trunk"),
        _count("token"),
        _time("started_at"),
        *(_time(name, nullable=True) for name in ("rang_at", "answered_at", "ended_at")),
        _name("cause", nullable=True),
        _count("sip_status", nullable=True),
        _name("outcome", nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("talk_seconds", sa.Float(), nullable=False),
        _name("recording", nullable=True),
        sa.UniqueConstraint("contact_id", "number", name="attempt_number"),
    )
    open_attempt = sa.text("ended_at IS NULL")
    op.create_index(
        "attempt_open",
        "attempt",
        ["contact_id"],
        unique=True,
        sqlite_where=open_attempt,
        postgresql_where=open_attempt,
    )
    op.create_index("attempt_endings", "attempt", ["campaign", "cause"])


def _answers() -> None:
    op.create_table(
        "answer",
        _count("id", primary_key=True),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=False),
        _name("campaign"),
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=False),
        _name("question"),
        _name("value"),
        _time("at"),
        sa.UniqueConstraint("contact_id", "question", name="answer_once"),
    )
    op.create_index("answer_figures", "answer", ["campaign", "question", "value"])


def _tasks() -> None:
    op.create_table(
        "task",
        _count("id", primary_key=True),
        _name("campaign"),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=False),
        *map(_name, ("reason", "urgency", "state")),
        sa.Column("details", sa.JSON(), nullable=False),
        _time("created_at"),
        _time("due_at"),
        _time("closed_at", nullable=True),
        _name("note"),
    )
    op.create_index("task_figures", "task", ["campaign", "state"])
    op.create_index("task_of_contact", "task", ["contact_id", "reason"])


def _name(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(), **{"nullable": False, **options})


def _count(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), **{"nullable": False, **options})


def _time(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _partial(name: str, columns: list[str], where: str, unique: bool = False) -> None:
    """An index of contacts with a condition on flags, which each database writes in its own way."""

    def condition(true: str) -> sa.TextClause:
        flags = {flag: f"{flag} IS {true}" for flag in ("due", "leased")}
        unset = {f"not {flag}": f"{flag} IS NOT {true}" for flag in flags}
        return sa.text(where.format_map({**flags, **unset, "waiting": "state = 'waiting'"}))

    sqlite, postgresql = condition("1"), condition("true")
    op.create_index(name, "contact", columns, unique=unique, sqlite_where=sqlite, postgresql_where=postgresql)
