"""What each call was like on the wire."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Calls that ended before were not measured: they have none of it."""
    for name in ("mos", "lost_percent", "far_lost_percent", "jitter_ms"):
        op.add_column("attempt", sa.Column(name, sa.Float(), nullable=True))
    op.add_column("attempt", sa.Column("one_way", sa.Boolean(), nullable=True))
