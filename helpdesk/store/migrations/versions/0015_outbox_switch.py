"""What staff let go and were told of in the outbox; the switch that holds all mail; counting automatic mail in all."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, the index and the table."""
    op.add_column("outbox_message", sa.Column("released_at", UTCDateTime(), nullable=True))
    op.add_column("outbox_message", sa.Column("told_at", UTCDateTime(), nullable=True))
    op.create_index(
        "ix_outbox_message_automatic",
        "outbox_message",
        ["sent_at"],
        sqlite_where=sa.text("automatic = 1"),
        postgresql_where=sa.text("automatic"),
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(60), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("switch")
    op.drop_index("ix_outbox_message_automatic", "outbox_message")
    with op.batch_alter_table("outbox_message") as table:
        table.drop_column("told_at")
        table.drop_column("released_at")
