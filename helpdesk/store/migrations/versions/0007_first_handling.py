"""When the first handling of a ticket is due, while nobody has begun it."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it is a cache that the next look at each ticket fills."""
    op.add_column("ticket", sa.Column("handling_due_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("ticket") as batch_op:
        batch_op.drop_column("handling_due_at")
