"""Tickets that nobody has taken, and the labels given to an item at a desk, found without reading their neighbours."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two partial indexes; the one over all labels served nothing else."""
    free, labelled = sa.text("assignee_id IS NULL"), sa.text("label IS NOT NULL")
    op.create_index(
        "ix_ticket_free",
        "ticket",
        ["desk", "group", "status", "urgent", "received_at", "id"],
        sqlite_where=free,
        postgresql_where=free,
    )
    op.create_index(
        "ix_ticket_labels",
        "ticket",
        ["desk", "item", "label", "id"],
        sqlite_where=labelled,
        postgresql_where=labelled,
    )
    op.drop_index("ix_ticket_label", table_name="ticket")


def downgrade() -> None:
    """Put the former index back."""
    op.create_index("ix_ticket_label", "ticket", ["label"])
    op.drop_index("ix_ticket_labels", table_name="ticket")
    op.drop_index("ix_ticket_free", table_name="ticket")
