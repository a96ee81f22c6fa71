"""Which calendars the open deadlines rest on, and whom a change of them has not been told to yet."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; the first start remembers the calendars of that moment and moves nothing."""
    op.create_table(
        "calendars_applied",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("applied", sa.String(length=64), nullable=False),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.Column("wanted", sa.String(length=64), nullable=True),
        sa.Column("wanted_since", UTCDateTime(), nullable=True),
        sa.Column("target", sa.String(length=64), nullable=True),
        sa.Column("target_outline", sa.JSON(), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars_applied")),
    )
    op.create_table(
        "moved_deadline",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("old_due_at", UTCDateTime(), nullable=False),
        sa.Column("moved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_moved_deadline_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_moved_deadline")),
    )
    op.create_index(op.f("ix_moved_deadline_moved_at"), "moved_deadline", ["moved_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("moved_deadline")
    op.drop_table("calendars_applied")
