"""The rows of the chat: lines of desks, accounts of people, and every message that came or went."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.store.db import Base


class ChatLine(Base):
    """One line of a desk on a platform: who reads it just now, how far it was read, and what is wrong with it.

    `offset`: the number up to which the platform need not repeat what it sent (Telegram). `heard_at`: when something
    came last. `strange`: how many things came that nobody could read.
    """

    __tablename__ = "chat_line"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    bot: Mapped[str] = mapped_column(String(60), primary_key=True)
    desk: Mapped[str] = mapped_column(String(60))
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    reader: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    strange: Mapped[int] = mapped_column(default=0)


class ChatAccount(Base):
    """A person on one line. `account` is the platform's id, a text.

    `heard_at`: the platform's time of the last message of theirs, by which the time in which a desk may answer freely
    is counted. `language` None: not chosen. `step`: where the guided part of the conversation stands, with what it
    needs, {} where nowhere; at `step_until` it goes on without the person. `shut_at`: since when the person lets
    nothing through.
    """

    __tablename__ = "chat_account"
    __table_args__ = (UniqueConstraint("channel", "bot", "account"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    bot: Mapped[str] = mapped_column(String(60))
    account: Mapped[str] = mapped_column(String(140))
    desk: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str | None] = mapped_column(String(2))
    step: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    step_until: Mapped[datetime | None] = mapped_column(index=True)
    heard_at: Mapped[datetime | None]
    shut_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ChatMessage(Base):
    """One message of a conversation, either way, under the platform's id; a second delivery meets the unique key.

    `direction`: in or out. `entry_id` None: it is part of no ticket (a greeting, a question of the guide). `outbox_id`:
    the row of the outbox that it was sent for. `progress`: sent, delivered, read, failed; `fault` why. `sign`: what the
    person put on it. `text`: what the person wrote, without
    private links; what was said to them stands in the outbox.
    """

    __tablename__ = "chat_message"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id"),
        Index("ix_chat_message_external", "external_id"),
        Index("ix_chat_message_conversation", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("chat_account.id"))
    external_id: Mapped[str] = mapped_column(String(255))
    direction: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(16))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"), index=True)
    raw_id: Mapped[int | None] = mapped_column(ForeignKey("raw_message.id"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    album: Mapped[str] = mapped_column(String(100), default="")
    progress: Mapped[str] = mapped_column(String(10), default="")
    fault: Mapped[str] = mapped_column(Text, default="")
    sign: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]


class ChatFile(Base):
    """A file that still lies at the platform. `state`: waiting, fetched, failed (`fault`).

    `media`: what `channels.chat.model.Media` holds. It becomes a file of the entry.
    """

    __tablename__ = "chat_file"
    __table_args__ = (Index("ix_chat_file_work", "state", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("chat_message.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    media: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    fault: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ChatTemplate(Base):
    """A message that the platform approved beforehand: what may be said when the time for free answers is over.

    `body` holds `{{1}}` to `{{variables}}`.
    """

    __tablename__ = "chat_template"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(512), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    category: Mapped[str] = mapped_column(String(40), default="")
    body: Mapped[str] = mapped_column(Text)
    variables: Mapped[int]
    seen_at: Mapped[datetime]


class ChatCustody(Base):
    """One line of the record of whom staff gave an account to: `verified` says how they knew who it was."""

    __tablename__ = "chat_custody"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("chat_account.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    from_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    to_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    verified: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
