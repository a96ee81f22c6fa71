"""Destinations that rest, for all workers; who let a message of the outbox go."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "destination",
        sa.Column("desk", sa.String(60), primary_key=True),
        sa.Column("domain", sa.String(255), primary_key=True),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("rests", sa.Integer(), nullable=False),
        sa.Column("rests_until", UTCDateTime(), nullable=True),
        sa.Column("tried_at", UTCDateTime(), nullable=False),
    )
    op.add_column("outbox_message", sa.Column("released_by", sa.String(60), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("outbox_message") as table:
        table.drop_column("released_by")
    op.drop_table("destination")
