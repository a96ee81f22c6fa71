"""Chat: lines, accounts, messages, files that lie at a platform; what an entry said before it was changed."""

import sqlalchemy as sa
from alembic import op

from helpdesk.store.db import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables of the chat; a column for earlier versions."""
    op.create_table(
        "chat_line",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("bot", sa.String(length=60), nullable=False),
        sa.Column("desk", sa.String(length=60), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.String(length=80), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("heard_at", UTCDateTime(), nullable=True),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("strange", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "bot", name=op.f("pk_chat_line")),
    )
    op.create_table(
        "chat_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("bot", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=140), nullable=False),
        sa.Column("desk", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("step", sa.JSON(), nullable=False),
        sa.Column("step_until", UTCDateTime(), nullable=True),
        sa.Column("heard_at", UTCDateTime(), nullable=True),
        sa.Column("shut_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_chat_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_account")),
        sa.UniqueConstraint("channel", "bot", "account", name=op.f("uq_chat_account_channel")),
    )
    with op.batch_alter_table("chat_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_account_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_account_step_until"), ["step_until"], unique=False)

    op.create_table(
        "chat_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("raw_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("album", sa.String(length=100), nullable=False),
        sa.Column("progress", sa.String(length=10), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("sign", sa.String(length=40), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["chat_account.id"], name=op.f("fk_chat_message_account_id_chat_account")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_chat_message_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_message.id"], name=op.f("fk_chat_message_outbox_id_outbox_message")
        ),
        sa.ForeignKeyConstraint(["raw_id"], ["raw_message.id"], name=op.f("fk_chat_message_raw_id_raw_message")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_chat_message_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_message")),
        sa.UniqueConstraint("account_id", "external_id", name=op.f("uq_chat_message_account_id")),
    )
    with op.batch_alter_table("chat_message", schema=None) as batch_op:
        batch_op.create_index("ix_chat_message_conversation", ["account_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_message_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_chat_message_external", ["external_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_message_outbox_id"), ["outbox_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_message_raw_id"), ["raw_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_message_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "chat_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_chat_file_entry_id_entry")),
        sa.ForeignKeyConstraint(["message_id"], ["chat_message.id"], name=op.f("fk_chat_file_message_id_chat_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_file")),
    )
    with op.batch_alter_table("chat_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_file_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_chat_file_work", ["state", "next_try_at"], unique=False)

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("earlier", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Without the chat."""
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_column("earlier")

    with op.batch_alter_table("chat_file", schema=None) as batch_op:
        batch_op.drop_index("ix_chat_file_work")
        batch_op.drop_index(batch_op.f("ix_chat_file_entry_id"))

    op.drop_table("chat_file")
    with op.batch_alter_table("chat_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_message_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_chat_message_raw_id"))
        batch_op.drop_index(batch_op.f("ix_chat_message_outbox_id"))
        batch_op.drop_index("ix_chat_message_external")
        batch_op.drop_index(batch_op.f("ix_chat_message_entry_id"))
        batch_op.drop_index("ix_chat_message_conversation")

    op.drop_table("chat_message")
    with op.batch_alter_table("chat_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_account_step_until"))
        batch_op.drop_index(batch_op.f("ix_chat_account_person_id"))

    op.drop_table("chat_account")
    op.drop_table("chat_line")
