"""Who wrote a mail, so that a flood of one sender is seen; mails that an answer came before."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and their indexes; of mails that were read before, nobody asks who wrote them."""
    op.add_column("raw_message", sa.Column("sender", sa.String(320), nullable=False, server_default=""))
    op.add_column("raw_message", sa.Column("released_at", UTCDateTime(), nullable=True))
    op.create_index("ix_raw_message_sender", "raw_message", ["sender", "received_at", "state"])
    op.create_index(
        "ix_raw_message_flood",
        "raw_message",
        ["desk", "sender", "received_at"],
        sqlite_where=sa.text("state = 'flood'"),
        postgresql_where=sa.text("state = 'flood'"),
    )
    op.add_column("message_key", sa.Column("awaited", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("message_key", "awaited")
    op.drop_index("ix_raw_message_flood", "raw_message")
    op.drop_index("ix_raw_message_sender", "raw_message")
    op.drop_column("raw_message", "released_at")
    op.drop_column("raw_message", "sender")
