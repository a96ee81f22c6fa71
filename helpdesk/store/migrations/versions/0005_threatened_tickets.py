"""The few tickets whose time is nearly used up or over, found without reading all open ones."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the partial index; its conditions are spelled as each database's queries spell them."""
    op.create_index(
        "ix_ticket_threatened",
        "ticket",
        ["desk", "status", "urgent", "received_at", "id"],
        sqlite_where=sa.text("at_risk = 1 OR breached = 1"),
        postgresql_where=sa.text("at_risk OR breached"),
    )


def downgrade() -> None:
    """Remove the index."""
    op.drop_index("ix_ticket_threatened", table_name="ticket")
