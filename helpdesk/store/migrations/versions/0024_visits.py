"""A booked time for work on site or for a visit, on the ticket."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and an index of the booked times."""
    op.add_column("ticket", sa.Column("visit_at", UTCDateTime(), nullable=True))
    op.add_column("ticket", sa.Column("visit_until", UTCDateTime(), nullable=True))
    op.add_column("ticket", sa.Column("visit_kind", sa.String(8), nullable=True))
    booked = sa.text("visit_at IS NOT NULL")
    op.create_index(
        "ix_ticket_visit", "ticket", ["desk", "visit_at"], sqlite_where=booked, postgresql_where=booked
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_ticket_visit", table_name="ticket")
    with op.batch_alter_table("ticket") as table:
        for name in ("visit_kind", "visit_until", "visit_at"):
            table.drop_column(name)
