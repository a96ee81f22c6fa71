"""Until when everything that arrived in a mailbox is stored."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it is filled with the next search."""
    op.add_column("mailbox", sa.Column("searched_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("mailbox") as table:
        table.drop_column("searched_at")
