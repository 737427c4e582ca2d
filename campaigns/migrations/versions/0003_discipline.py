"""Calling with discipline: numbers, consent, grounds, nodes, opt-outs of one campaign."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """What is there keeps its meaning: one number each, the clinic's zone, opt-outs of all campaigns."""
    _campaigns()
    _contacts()
    _attempts()
    _opt_outs()
    with op.batch_alter_table("task") as task:
        task.alter_column("contact_id", existing_type=sa.Integer(), nullable=True)
    _new_tables()


def _campaigns() -> None:
    op.add_column("campaign", _filled("pause_reason", sa.String(), ""))
    op.add_column("campaign", sa.Column("first_left", sa.Integer(), nullable=True))
    op.add_column("campaign", _filled("approved_texts", sa.String(), ""))


def _contacts() -> None:
    for column in (
        _filled("phones", sa.JSON(), "[]"),
        _filled("zone_from", sa.String(), "clinic"),
        _filled("institution", sa.String(), ""),
        _filled("consent_source", sa.String(), ""),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        _filled("revision", sa.Integer(), "1"),
        _filled("wait_grounds", sa.JSON(), "{}"),
        sa.Column("node", sa.String(), nullable=True),
        _filled("cancel_asked", sa.Boolean(), sa.false()),
        _filled("history", sa.JSON(), "{}"),
    ):
        op.add_column("contact", column)
    _due_of_institution()


def _due_of_institution() -> None:
    op.create_index(
        "contact_due_of_institution",
        "contact",
        ["campaign", "institution", "rank", "next_at", "id"],
        sqlite_where=sa.text("due IS 1 AND institution != ''"),
        postgresql_where=sa.text("due IS true AND institution != ''"),
    )


def _attempts() -> None:
    for column in (
        _filled("phone", sa.String(), ""),
        _filled("node", sa.String(), ""),
        _filled("revision", sa.Integer(), "1"),
        _filled("grounds", sa.JSON(), "{}"),
        sa.Column("hung_up_at", sa.DateTime(timezone=True), nullable=True),
        _filled("decision", sa.JSON(), "{}"),
    ):
        op.add_column("attempt", column)
    op.execute("UPDATE attempt SET phone = (SELECT phone FROM contact WHERE contact.id = attempt.contact_id)")
    rang = sa.text("rang_at IS NOT NULL")
    op.create_index("attempt_rang", "attempt", ["phone", "rang_at"], sqlite_where=rang, postgresql_where=rang)
    op.create_index("attempt_recent", "attempt", ["campaign", "ended_at"])


def _opt_outs() -> None:
    """The primary key grows, which SQLite can only do by a new table."""
    op.rename_table("opt_out", "opt_out_before")
    op.create_table(
        "opt_out",
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone", "campaign", name="opt_out_once"),
    )
    op.execute("INSERT INTO opt_out SELECT phone, '', how, at FROM opt_out_before")
    op.drop_table("opt_out_before")


def _new_tables() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
    )
    op.create_index("change_of_contact", "change", ["contact_id"])
    op.create_index("change_of_campaign", "change", ["campaign", "at"])
    op.create_table(
        "node",
        sa.Column("name", sa.String(), primary_key=True, nullable=False),
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "trunk_use",
        sa.Column("name", sa.String(), primary_key=True, nullable=False),
        sa.Column("next_start_at", sa.DateTime(timezone=True), nullable=True),
    )


def _filled(name: str, kind: Any, value: Any) -> sa.Column[Any]:
    """A column that rows from before get a value in."""
    return sa.Column(name, kind, nullable=False, server_default=value)
