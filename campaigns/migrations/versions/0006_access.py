"""Who may come in over the network, what they were answered, and what laboratories sent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody may come in until a key or a user is added."""
    op.add_column("contact", sa.Column("queued_by", sa.String(), nullable=False, server_default=""))
    sent_in = sa.text("queued_by != ''")
    op.create_index(
        "contact_of_sender",
        "contact",
        ["campaign", "queued_by", "id"],
        sqlite_where=sent_in,
        postgresql_where=sent_in,
    )
    op.create_index("opt_out_at", "opt_out", ["at", "phone", "campaign"])
    _access()
    _looks()
    _laboratories()


def _access() -> None:
    bounds = ("campaigns", "institutions", "networks")
    op.create_table(
        "access_key",
        _text("name", primary_key=True),
        _text("tag", unique=True),
        *map(_text, ("role", "secret_hash", "old_hash")),
        sa.Column("old_until", TIME, nullable=True),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in bounds),
        sa.Column("per_second", sa.Float(), nullable=False),
        *_times("created_at", "changed_at"),
        *_times("used_at", "revoked_at", nullable=True),
    )
    op.create_table(
        "user_account",
        _text("name", primary_key=True),
        *map(_text, ("role", "password_hash")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in bounds),
        sa.Column("failures", sa.Integer(), nullable=False),
        *_times("locked_until", nullable=True),
        *_times("created_at", "changed_at"),
        *_times("used_at", "revoked_at", nullable=True),
    )
    op.create_table(
        "login",
        _text("token_hash", primary_key=True),
        sa.Column("user_name", sa.String(), sa.ForeignKey("user_account.name"), nullable=False),
        _text("csrf_hash"),
        *_times("begun_at", "seen_at", "ends_at"),
    )
    op.create_index("login_ends", "login", ["ends_at"])
    op.create_index("login_of_user", "login", ["user_name"])
    op.create_table(
        "stored_answer",
        _text("caller", primary_key=True),
        _text("key", primary_key=True),
        _text("digest"),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        *_times("at"),
    )
    op.create_index("stored_answer_at", "stored_answer", ["at"])


def _looks() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        *_times("at"),
        *map(_text, ("who", "role", "address", "what", "campaign")),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=True),
        sa.Column("task_id", sa.Integer(), sa.ForeignKey("task.id"), nullable=True),
    )
    op.create_index("look_at", "look", ["at"])
    op.create_index("look_of_contact", "look", ["contact_id"])


def _laboratories() -> None:
    op.create_table(
        "lab_message",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        *map(_text, ("sender", "control_id", "subject", "about")),
        *map(_text, ("digest", "meaning", "campaign", "format")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *map(_text, ("answer", "faults")),
        *_times("received_at", "answered_at"),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.UniqueConstraint("sender", "control_id", "subject", name="lab_message_once"),
    )
    kept = sa.text("answer = 'AE'")
    op.create_index("lab_message_kept", "lab_message", ["id"], sqlite_where=kept, postgresql_where=kept)
    op.create_index(
        "lab_message_kept_about",
        "lab_message",
        ["sender", "control_id", "about"],
        sqlite_where=kept,
        postgresql_where=kept,
    )
    op.create_index("lab_message_at", "lab_message", ["received_at"])
    op.create_table(
        "lab_order",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        *map(_text, ("campaign", "external_id")),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=True),
        *map(_text, ("status", "fate")),
        *_times("told_at", nullable=True),
        *_times("sent_at"),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("lab_message.id"), nullable=False),
        sa.UniqueConstraint("campaign", "external_id", name="lab_order_once"),
    )
    op.create_index("lab_order_of_contact", "lab_order", ["contact_id"])
    op.create_table(
        "pull_position",
        _text("server", primary_key=True),
        *_times("since", nullable=True),
        _text("next_page"),
        *_times("newest", "read_at", nullable=True),
        *map(_text, ("fault", "held_by")),
        *_times("held_until", nullable=True),
    )


def _text(name: str, primary_key: bool = False, unique: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), primary_key=primary_key, unique=unique or None, nullable=False)


def _times(*names: str, nullable: bool = False) -> "list[sa.Column[object]]":
    return [sa.Column(name, TIME, nullable=nullable) for name in names]
