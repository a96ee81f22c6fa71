"""The rows of a ticket and its conversation. Deadlines on rows are caches that `usecases/clocks.py` rebuilds."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.store.db import Base

_ANSWERED = "handling_due_at IS NULL AND (response_done_at IS NOT NULL OR response_due_at IS NULL)"
"""No response is awaited: what is due next is the resolution."""


class Person(Base):
    """Somebody who asks: known by an e-mail address, a telephone number, or both. E-mail is lower case, unique."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(2), default="id")
    undeliverable: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class NumberSequence(Base):
    """The last number given per desk and year; raised in the transaction that makes the ticket, so without gaps."""

    __tablename__ = "number_sequence"

    desk: Mapped[str] = mapped_column(String(60), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Ticket(Base):
    """One ticket. `version` is the optimistic lock and the ETag; times are UTC.

    `visit_at` to `visit_until`: a time that is booked for work on site or a visit (`visit_kind`).
    """

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("priority between 1 and 4", name="priority_range"),
        CheckConstraint("rating is null or rating between 1 and 5", name="rating_range"),
        Index("ix_ticket_queue", "desk", "status", "urgent", "received_at", "id"),
        Index("ix_ticket_group_queue", "desk", "group", "status", "urgent", "received_at", "id"),
        Index("ix_ticket_assignee", "assignee_id", "status", "received_at"),
        Index("ix_ticket_requester", "requester_id", "received_at"),
        Index("ix_ticket_received", "desk", "received_at", "id"),
        Index(
            "ix_ticket_threatened",
            "desk",
            "status",
            "urgent",
            "received_at",
            "id",
            sqlite_where=text("at_risk = 1 OR breached = 1"),
            postgresql_where=text("at_risk OR breached"),
        ),
        Index(
            "ix_ticket_due",
            "desk",
            "status",
            "resolution_due_at",
            "received_at",
            "id",
            sqlite_where=text(_ANSWERED),
            postgresql_where=text(
                "handling_due_at IS NULL AND (response_done_at IS NOT NULL OR response_due_at IS NULL)"
            ),
        ),
        Index(
            "ix_ticket_response_due",
            "desk",
            "status",
            "response_due_at",
            "received_at",
            "id",
            sqlite_where=text("response_done_at IS NULL"),
            postgresql_where=text("response_done_at IS NULL"),
        ),
        Index(
            "ix_ticket_handling_due",
            "desk",
            "status",
            "handling_due_at",
            "received_at",
            "id",
            sqlite_where=text("handling_due_at IS NOT NULL"),
            postgresql_where=text("handling_due_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_free",
            "desk",
            "group",
            "status",
            "urgent",
            "received_at",
            "id",
            sqlite_where=text("assignee_id IS NULL"),
            postgresql_where=text("assignee_id IS NULL"),
        ),
        Index(
            "ix_ticket_visit",
            "desk",
            "visit_at",
            sqlite_where=text("visit_at IS NOT NULL"),
            postgresql_where=text("visit_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_labels",
            "desk",
            "item",
            "label",
            "id",
            sqlite_where=text("label IS NOT NULL"),
            postgresql_where=text("label IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form
    number: Mapped[str] = mapped_column(String(24), unique=True)
    desk: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(16))
    type: Mapped[str | None] = mapped_column(String(20))
    item: Mapped[str | None] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(16))
    group: Mapped[str] = mapped_column(String(60))
    tier: Mapped[str] = mapped_column(String(16))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[str] = mapped_column(String(500))
    priority: Mapped[int] = mapped_column(default=3)
    urgent: Mapped[bool] = mapped_column(default=False)
    label: Mapped[str | None] = mapped_column(String(60))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    catalog_version: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime]
    created_at: Mapped[datetime]
    event_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    agreed_due_at: Mapped[datetime | None]
    extended_due_at: Mapped[datetime | None]
    cycle: Mapped[int] = mapped_column(default=1)
    hold_reason: Mapped[str | None] = mapped_column(String(16))
    fulfilled_at: Mapped[datetime | None]
    fulfilled_group: Mapped[str | None] = mapped_column(String(60))
    resolved_at: Mapped[datetime | None]
    reopen_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    rating: Mapped[int | None]
    rating_comment: Mapped[str] = mapped_column(Text, default="")
    response_due_at: Mapped[datetime | None]
    response_done_at: Mapped[datetime | None]
    response_verdict: Mapped[str | None] = mapped_column(String(30))
    resolution_due_at: Mapped[datetime | None]
    resolution_done_at: Mapped[datetime | None]
    resolution_verdict: Mapped[str | None] = mapped_column(String(30))
    handling_due_at: Mapped[datetime | None]
    at_risk: Mapped[bool] = mapped_column(default=False)
    breached: Mapped[bool] = mapped_column(default=False)
    next_check_at: Mapped[datetime | None] = mapped_column(index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    unread: Mapped[bool] = mapped_column(default=False)
    visit_at: Mapped[datetime | None]
    visit_until: Mapped[datetime | None]
    visit_kind: Mapped[str | None] = mapped_column(String(8))

    requester: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    entries: Mapped[list["Entry"]] = relationship(order_by="Entry.id", back_populates="ticket")
    events: Mapped[list["Event"]] = relationship(order_by="Event.id")
    holds: Mapped[list["Hold"]] = relationship(order_by="Hold.id")
    participants: Mapped[list["Participant"]] = relationship(order_by="Participant.id")


class Entry(Base):
    """One item of the conversation. `text` is the whole text, `shown_text` the part without the quotation.

    `earlier`: what stood there before its author changed it, oldest first, {text, until} each; None where never.
    """

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    author_name: Mapped[str] = mapped_column(String(200), default="")
    author_address: Mapped[str] = mapped_column(String(320), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    shown_text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(String(20), default="")
    raw_id: Mapped[int | None] = mapped_column(ForeignKey("raw_message.id"))
    created_at: Mapped[datetime]
    earlier: Mapped[list[dict[str, str]] | None] = mapped_column(JSON)

    ticket: Mapped[Ticket] = relationship(back_populates="entries")
    files: Mapped[list["File"]] = relationship(order_by="File.id")


class File(Base):
    """An attachment of an entry; its bytes lie in the blob store under their SHA-256 (hex)."""

    __tablename__ = "file"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    content_id: Mapped[str] = mapped_column(String(255), default="")
    inline: Mapped[bool] = mapped_column(default=False)


class Event(Base):
    """One line of the append-only history: who did what, when, from which status to which, and why.

    Triggers in both databases refuse every UPDATE and DELETE (migration 0004).
    """

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    from_status: Mapped[str | None] = mapped_column(String(16))
    to_status: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Hold(Base):
    """One line of the hold ledger. `missing` lists what a documents hold waits for; `ended_at` None while it lasts."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    reason: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(Text, default="")
    missing: Mapped[list[str]] = mapped_column(JSON, default=list)
    by: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Participant(Base):
    """Somebody who gets the public replies of a ticket. `kind`: requester, cc, superior."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("ticket_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    address: Mapped[str] = mapped_column(String(320), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(12))


class TicketLink(Base):
    """A link between two tickets. `kind`: follow-up, related, merged, split, same-message, claimed-number."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("from_id", "to_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
