"""Until when staff are away, and who stands in for them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STANDS_IN = "fk_staff_user_substitute_id_staff_user"


def upgrade() -> None:
    """Add the columns; nobody is away."""
    with op.batch_alter_table("staff_user") as table:
        table.add_column(sa.Column("absent_until", sa.Date(), nullable=True))
        table.add_column(sa.Column("substitute_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(STANDS_IN), "staff_user", ["substitute_id"], ["id"])


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("staff_user") as table:
        table.drop_constraint(op.f(STANDS_IN), type_="foreignkey")
        table.drop_column("substitute_id")
        table.drop_column("absent_until")
