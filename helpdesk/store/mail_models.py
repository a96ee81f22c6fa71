"""The rows of what came in raw, what goes out, and what is known of message ids and mailboxes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, deferred, mapped_column

from helpdesk.store.db import Base


class RawMessage(Base):
    """What arrived, byte for byte, committed before anything is decided about it.

    `state`: received, ticketed, quarantined, flood (one of too many from one sender), suppressed (with `reason`).
    (channel, external_id) is unique: a second delivery is harmless. `received_at` is the source's own time of receipt.
    `sender`: the address that wrote, lower case, once the mail was read; `unproved:` stands before it where it was not
    proved. `released_at`: when staff let it out of a
    flood.
    """

    __tablename__ = "raw_message"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_raw_message_work", "state", "next_try_at"),
        Index("ix_raw_message_hash", "content_hash"),
        Index("ix_raw_message_message_id", "message_id"),
        # Both hold all that is asked: a row's own columns lie behind its bytes, and reading past those is slow.
        Index("ix_raw_message_sender", "sender", "received_at", "state"),
        Index(
            "ix_raw_message_flood",
            "desk",
            "sender",
            "received_at",
            sqlite_where=text("state = 'flood'"),
            postgresql_where=text("state = 'flood'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(String(255))
    desk: Mapped[str | None] = mapped_column(String(60), index=True)
    source: Mapped[str] = mapped_column(String(255), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    message_id: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(12), default="received")
    reason: Mapped[str] = mapped_column(Text, default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    size: Mapped[int]
    body: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    sender: Mapped[str] = mapped_column(String(320), default="")
    released_at: Mapped[datetime | None]


class MessageKey(Base):
    """A Message-ID known on a ticket: of a mail that came in or one that we sent. Ids without `<>`.

    `awaited`: of a mail that has not come, but an answer to it has.
    """

    __tablename__ = "message_key"
    __table_args__ = (UniqueConstraint("message_id", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(500))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    awaited: Mapped[bool] = mapped_column(default=False)


class OutboxMessage(Base):
    """One message to one recipient, written in the transaction of its cause, sent by the worker.

    `state`: pending, claimed, sent, unknown (may have gone out; automatic mail is then not sent again), failed,
    held (`error` says why), unsendable (the channel is not configured), discarded. `kind` is a folder of
    templates/messages. `once_key` is unique: what may go out once only (the acknowledgement per ticket and address).
    `doubt`: sent again under the same Message-ID after a send whose end nobody saw. `released_at`: since then it goes
    out because staff (`released_by`) said so, whatever caps and the test switch say. `told_at`: when agents were told
    that it waits.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_work", "state", "next_try_at"),
        Index("ix_outbox_message_recipient", "recipient", "automatic", "created_at"),
        Index(
            "ix_outbox_message_automatic",
            "sent_at",
            sqlite_where=text("automatic = 1"),
            postgresql_where=text("automatic"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    desk: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(40))
    automatic: Mapped[bool]
    recipient: Mapped[str] = mapped_column(String(320))
    recipient_name: Mapped[str] = mapped_column(String(200), default="")
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    in_reply_to: Mapped[str] = mapped_column(String(500), default="")
    references: Mapped[list[str]] = mapped_column(JSON, default=list)
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    once_key: Mapped[str | None] = mapped_column(String(400), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="pending")
    doubt: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str] = mapped_column(String(60), default="")
    told_at: Mapped[datetime | None]


class Switch(Base):
    """Something that an administrator turns on and off for all processes; a row that is missing is off."""

    __tablename__ = "switch"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_on: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(String(60), default="")
    changed_at: Mapped[datetime]


def _name_of_desk(context: DefaultExecutionContext) -> str:
    return str(context.get_current_parameters()["desk"])  # type: ignore[no-untyped-call]


class Mailbox(Base):
    """What is known of one mailbox of a desk: how far it was read, whether it answers, and who reads it just now.

    `account` (`user@host/folder`) tells the mailboxes of a desk apart; `name` stands in the external ids of its mails.
    `active`: it is configured. `flagged_uid`: everything up to it is marked at the server as handled. `searched_at`:
    everything that had arrived by then is stored. `compared_at`: all that lies there was held against what is stored.
    `trouble`: why it has not been read since `failed_at`: away, refused (only an administrator mends it), disk
    (too little room here), marks (it is read, but refuses to have mails marked).
    """

    __tablename__ = "mailbox"
    __table_args__ = (UniqueConstraint("desk", "account"),)

    name: Mapped[str] = mapped_column(String(80), primary_key=True, default=_name_of_desk)
    desk: Mapped[str] = mapped_column(String(60))
    account: Mapped[str] = mapped_column(String(400), default="")
    active: Mapped[bool] = mapped_column(default=True)
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    flagged_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    since: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    searched_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(12), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    reader: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]


class Submission(Base):
    """The server that takes a desk's mail, while it does not."""

    __tablename__ = "submission"

    desk: Mapped[str] = mapped_column(String(60), primary_key=True)
    failed_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(Text, default="")


class Destination(Base):
    """A domain that did not take the last messages of a desk for now.

    `in_a_row`: so many were not taken; `rests`: so often it rested. `rests_until`: nothing is tried before; None or
    past: one message is.
    """

    __tablename__ = "destination"

    desk: Mapped[str] = mapped_column(String(60), primary_key=True)
    domain: Mapped[str] = mapped_column(String(255), primary_key=True)
    in_a_row: Mapped[int] = mapped_column(default=0)
    rests: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None]
    tried_at: Mapped[datetime]


class Heartbeat(Base):
    """When a worker was last seen."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    seen_at: Mapped[datetime]
