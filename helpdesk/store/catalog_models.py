"""The rows that keep what the service catalogue said, and which of its calendars the open deadlines rest on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.store.db import Base


class CatalogEdition(Base):
    """One text of the catalogue that was in force; never changed, never removed.

    `id` is the edition that the tickets name (`Catalog.edition`), `text` the whole file. `in_force_at`: when it last
    came into force.
    """

    __tablename__ = "catalog_edition"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]
    in_force_at: Mapped[datetime]


class CalendarsApplied(Base):
    """The one row about the calendars in force: what the open deadlines rest on, and how far a change has been carried.

    `applied` is the fingerprint of `outline` (see `usecases/calendars_in_force.py`). `wanted`: another fingerprint that
    was seen first at `wanted_since`. `target`, `target_outline`: what deadlines are being moved to just now, done up to
    the ticket `cursor`; None while nothing is under way.
    """

    __tablename__ = "calendars_applied"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    applied: Mapped[str] = mapped_column(String(64))
    outline: Mapped[dict[str, Any]] = mapped_column(JSON)
    wanted: Mapped[str | None] = mapped_column(String(64))
    wanted_since: Mapped[datetime | None]
    target: Mapped[str | None] = mapped_column(String(64))
    target_outline: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    cursor: Mapped[int] = mapped_column(default=0)


class MovedDeadline(Base):
    """A deadline that a calendar has moved, and its requester is still to be told: what it was, and when it moved."""

    __tablename__ = "moved_deadline"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    old_due_at: Mapped[datetime]
    moved_at: Mapped[datetime] = mapped_column(index=True)
