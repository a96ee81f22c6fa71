"""When each edition of the catalogue last came into force."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; until now an edition was kept from its first ticket on, soon after it came into force."""
    op.add_column("catalog_edition", sa.Column("in_force_at", UTCDateTime(), nullable=True))
    op.execute("UPDATE catalog_edition SET in_force_at = first_used_at")
    with op.batch_alter_table("catalog_edition") as table:
        table.alter_column("in_force_at", existing_type=UTCDateTime(), nullable=False)


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("catalog_edition") as table:
        table.drop_column("in_force_at")
