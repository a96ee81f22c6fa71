"""Several mailboxes a desk, each known by its account; submission servers in a table of their own."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEPT = (
    "desk", "uidvalidity", "last_uid", "since", "opened_at", "searched_at", "failed_at", "error", "reader",
    "lease_until",
)  # fmt: skip
TIMES = ("since", "opened_at", "searched_at", "failed_at", "lease_until", "smtp_failed_at")


def _rows(*columns: str) -> list[dict[str, object]]:
    table = sa.table("mailbox", *(sa.column(c, UTCDateTime() if c in TIMES else None) for c in columns))
    return [dict(row) for row in op.get_bind().execute(sa.select(table)).mappings()]


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("desk", sa.String(length=60), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("searched_at", UTCDateTime(), nullable=True),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("reader", sa.String(length=80), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
    ]


def upgrade() -> None:
    """Each row becomes the desk's first mailbox under the name that stands in the external ids of its mails."""
    rows = _rows(*KEPT)
    op.drop_table("mailbox")
    mailbox = op.create_table(
        "mailbox",
        *_columns(),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("account", sa.String(length=400), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("flagged_uid", sa.BigInteger(), nullable=False),
        sa.Column("compared_at", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox")),
        sa.UniqueConstraint("desk", "account", name=op.f("uq_mailbox_desk")),
    )
    added = {"account": "", "active": True, "compared_at": None}
    op.bulk_insert(
        mailbox,
        [
            row | added | {"name": row["desk"], "flagged_uid": row["last_uid"], "trouble": "away" * bool(row["failed_at"])}
            for row in rows
        ],
    )
    op.create_table(
        "submission",
        sa.Column("desk", sa.String(length=60), nullable=False),
        sa.Column("failed_at", UTCDateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("desk", name=op.f("pk_submission")),
    )


def downgrade() -> None:
    """Only the mailboxes that are named as their desk have a place in the table as it was."""
    rows = [row for row in _rows("name", *KEPT) if row["name"] == row["desk"]]
    op.drop_table("submission")
    op.drop_table("mailbox")
    mailbox = op.create_table(
        "mailbox",
        *_columns(),
        sa.Column("smtp_failed_at", UTCDateTime(), nullable=True),
        sa.Column("smtp_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("desk", name=op.f("pk_mailbox")),
    )
    op.bulk_insert(mailbox, [{k: row[k] for k in KEPT} | {"smtp_failed_at": None, "smtp_error": ""} for row in rows])
