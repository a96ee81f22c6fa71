"""What is due first, found along an index: the first handling, the open response, the resolution."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make one index for each way in which a ticket can be due."""
    answered = "handling_due_at IS NULL AND (response_done_at IS NOT NULL OR response_due_at IS NULL)"
    for name, column, where in (
        ("ix_ticket_due", "resolution_due_at", sa.text(answered)),
        ("ix_ticket_response_due", "response_due_at", sa.text("response_done_at IS NULL")),
        ("ix_ticket_handling_due", "handling_due_at", sa.text("handling_due_at IS NOT NULL")),
    ):
        columns = ["desk", "status", column, "received_at", "id"]
        op.create_index(name, "ticket", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop them."""
    for name in ("ix_ticket_handling_due", "ix_ticket_response_due", "ix_ticket_due"):
        op.drop_index(name, table_name="ticket")
