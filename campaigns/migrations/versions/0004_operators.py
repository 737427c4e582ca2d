"""Operators, the calls of their phones, and calls that inbound queues lost."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Only new tables: nothing of what is there changes."""
    _operators()
    _operator_calls()
    _queues()
    _lost_calls()


def _operators() -> None:
    op.create_table(
        "operator",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("idle_since", TIME, nullable=False),
        sa.Column("free_at", TIME, nullable=False),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("queue_call", sa.String(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("address"),
    )


def _operator_calls() -> None:
    op.create_table(
        "operator_call",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("operator_id", sa.Integer(), sa.ForeignKey("operator.id"), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=False),
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=True),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("trunk", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("bridged_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("sip_status", sa.Integer(), nullable=True),
        sa.Column("talk_seconds", sa.Float(), nullable=False),
    )
    op.create_index("operator_call_of_operator", "operator_call", ["operator_id", "started_at"])
    op.create_index("operator_call_of_contact", "operator_call", ["contact_id"])
    op.create_index("operator_call_of_campaign", "operator_call", ["campaign", "started_at"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "operator_call_open",
        "operator_call",
        ["operator_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _queues() -> None:
    op.create_table(
        "queue_call",
        sa.Column("campaign", sa.String(), primary_key=True, nullable=False),
        sa.Column("source", sa.String(), primary_key=True, nullable=False),
        sa.Column("key", sa.String(), primary_key=True, nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
    )
    op.create_table(
        "log_position",
        sa.Column("campaign", sa.String(), primary_key=True, nullable=False),
        sa.Column("source", sa.String(), primary_key=True, nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("read_at", TIME, nullable=False),
        sa.Column("followed_at", TIME, nullable=True),
        sa.Column("last_event_at", TIME, nullable=True),
    )


def _lost_calls() -> None:
    op.create_table(
        "got_through",
        sa.Column("campaign", sa.String(), primary_key=True, nullable=False),
        sa.Column("source", sa.String(), primary_key=True, nullable=False),
        sa.Column("phone", sa.String(), primary_key=True, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "lost_call",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("lost_at", TIME, nullable=False),
        sa.Column("waited_seconds", sa.Float(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("fate", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=True),
        sa.UniqueConstraint("campaign", "source", "key", name="lost_once"),
    )
    op.create_index("lost_call_phone", "lost_call", ["phone", "lost_at"])
    op.create_index("lost_call_fate", "lost_call", ["campaign", "fate", "lost_at"])
    op.create_index("lost_call_of_contact", "lost_call", ["contact_id"])
