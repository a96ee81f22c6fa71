"""Who a chat account was given to by staff, and how the person was verified."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table that is only written to."""
    op.create_table(
        "chat_custody",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("from_person_id", sa.Integer(), nullable=False),
        sa.Column("to_person_id", sa.Integer(), nullable=False),
        sa.Column("verified", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["chat_account.id"], name=op.f("fk_chat_custody_account_id_chat_account")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_user.id"], name=op.f("fk_chat_custody_staff_id_staff_user")),
        sa.ForeignKeyConstraint(["from_person_id"], ["person.id"], name=op.f("fk_chat_custody_from_person_id_person")),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"], name=op.f("fk_chat_custody_to_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_custody")),
    )
    op.create_index(op.f("ix_chat_custody_account_id"), "chat_custody", ["account_id"])


def downgrade() -> None:
    """Without it."""
    op.drop_index(op.f("ix_chat_custody_account_id"), "chat_custody")
    op.drop_table("chat_custody")
